/*
 * Walking DER (X.690) without building anything: one element after another
 * over borrowed bytes, in time linear to them. Definite minimal lengths only,
 * tags of one byte, nesting at most 32, nothing after the end.
 *
 * The scan is what every input passes before a library's parser sees it; the
 * cursor is how large things (CRLs) are read. Checkers' side: shares nothing
 * with the writer.
 */
#ifndef PKI_ASN1_WALK_H
#define PKI_ASN1_WALK_H

#include "pki/error.h"

struct pki_element {
    uint8_t tag;
    struct pki_bytes content; /* inside header and length */
    struct pki_bytes whole;   /* header included */
};

/** The whole input is one well-formed DER element. Fails: PKI_E_FORMAT says at which offset. */
PKI_CHECKED bool pki_walk_scan(struct pki_bytes der, struct pki_error *err);

/** Take the next element off the front of rest. Fails: PKI_E_FORMAT, also when rest is empty */
PKI_CHECKED bool pki_walk_next(struct pki_bytes *rest, struct pki_element *element,
                               struct pki_error *err);
/** The same, and its tag must be this one. */
PKI_CHECKED bool pki_walk_expect(struct pki_bytes *rest, uint8_t tag, struct pki_element *element,
                                 struct pki_error *err);
/** Tag of the next element; 0 at the end. */
uint8_t pki_walk_peek(struct pki_bytes rest);

#endif
