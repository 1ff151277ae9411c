/*
 * Reading DER by definition: libtasn1 over our own ASN.1 module
 * (asn1/pkix.asn, RFC 5280, 2986, 5958, 8018). The only user of libtasn1.
 *
 * Decoding is strict: the input is scanned by asn1/walk first, nothing may
 * follow, and values are borrowed views of the input where their encoding
 * allows (no copy, no lifetime but the input's). Paths are libtasn1's:
 * "tbsCertificate.validity.notBefore", "?1" for the first of a SEQUENCE OF,
 * "issuer.rdnSequence.?1.?1.value" through a CHOICE, "" for the whole.
 *
 * An empty SEQUENCE decodes as any SEQUENCE (libtasn1 lets it): reading what it
 * needs then fails, so whoever needs an element reads it.
 *
 *   pki_auto(pki_asn1) name = NULL;
 *   return pki_asn1_decode("Name", der, &name, err) && ...
 */
#ifndef PKI_ASN1_READ_H
#define PKI_ASN1_READ_H

#include "asn1/value.h"

struct pki_asn1;

/** @der borrowed for the life of *asn1. Fails: PKI_E_FORMAT names type and reason; PKI_E_MEMORY */
PKI_CHECKED bool pki_asn1_decode(const char *type, struct pki_bytes der, struct pki_asn1 **asn1,
                                 struct pki_error *err);
void pki_asn1_free(struct pki_asn1 *asn1);
PKI_DEFINE_AUTO(pki_asn1)

/** Whether an element, or this alternative, is encoded (a DEFAULT too). */
bool pki_asn1_has(const struct pki_asn1 *asn1, const char *path);
/** Elements of a SEQUENCE OF or SET OF; 0 when absent. */
size_t pki_asn1_count(const struct pki_asn1 *asn1, const char *path);
/** Name of the alternative that a CHOICE holds, e.g. "utcTime". */
PKI_CHECKED bool pki_asn1_choice(const struct pki_asn1 *asn1, const char *path, char name[64],
                                 struct pki_error *err);

/** The element's whole encoding, tag included: a view of the input. */
PKI_CHECKED bool pki_asn1_der(const struct pki_asn1 *asn1, const char *path, struct pki_bytes *der,
                              struct pki_error *err);
/** The content octets of a primitive (OCTET STRING, INTEGER as two's complement, text, ANY without
 *  its header; of what is constructed, what its outer tag holds): a view of the input. */
PKI_CHECKED bool pki_asn1_octets(const struct pki_asn1 *asn1, const char *path,
                                 struct pki_bytes *octets, struct pki_error *err);
/** BIT STRING content; unused may be NULL, then unused bits are refused. */
PKI_CHECKED bool pki_asn1_bits(const struct pki_asn1 *asn1, const char *path,
                               struct pki_bytes *bits, unsigned *unused, struct pki_error *err);
/** An absent DEFAULT reads as its value; an absent OPTIONAL fails. */
PKI_CHECKED bool pki_asn1_integer(const struct pki_asn1 *asn1, const char *path, int64_t *value,
                                  struct pki_error *err);
/** False when absent: the default of every BOOLEAN in the module. */
PKI_CHECKED bool pki_asn1_truth(const struct pki_asn1 *asn1, const char *path, bool *value,
                                struct pki_error *err);
PKI_CHECKED bool pki_asn1_oid(const struct pki_asn1 *asn1, const char *path, char oid[PKI_OID_TEXT],
                              struct pki_error *err);
/** UTCTime or GeneralizedTime as RFC 5280 4.1.2.5 writes them (seconds, Z, no fraction). */
PKI_CHECKED bool pki_asn1_time(const struct pki_asn1 *asn1, const char *path, int64_t *seconds,
                               struct pki_error *err);

#endif
