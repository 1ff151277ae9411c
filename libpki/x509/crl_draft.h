/*
 * Inside of the makers of revocation lists: a list that is being made.
 */
#ifndef PKI_X509_CRL_DRAFT_H
#define PKI_X509_CRL_DRAFT_H

#include "asn1/der.h"
#include "x509/crl_build.h"

#define PKI_CRL_CHUNK ((size_t)64 * 1024)

struct pki_crl_draft {
    struct pki_file *file;
    const struct pki_algorithm *algorithm;
    size_t start;      /* of the body in the file; before it nothing but the gap */
    bool signed_whole; /* the file is the list, from its first octet */
    struct pki_crl_body body;
};

/** A line that has an encoding. Fails: PKI_E_POLICY */
PKI_CHECKED bool pki_crl_line_judge(const struct pki_crl_line *line, struct pki_error *err);
/** Append the entry of a line that was judged. */
void pki_crl_line_write(struct pki_buf *out, const struct pki_crl_line *line);

#endif
