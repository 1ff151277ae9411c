/*
 * Building certificates: a to-be-signed body from a profile and what the
 * request adds, and later the certificate around exactly those bytes.
 *
 * Pure: no key, no clock, no randomness, no store. Nothing is checked here
 * beyond what building needs; x509/lint judges the result from its DER, and
 * nothing is signed that was not linted.
 */
#ifndef PKI_X509_BUILD_H
#define PKI_X509_BUILD_H

#include "base/buf.h"
#include "crypto/random.h"
#include "x509/profile.h"

struct pki_san {
    uint32_t kind;    /* one PKI_SAN_ bit */
    const char *text; /* "a.example", "::1", "me@a.example", "https://..." */
};

struct pki_body {
    const struct pki_profile *profile;
    const struct pki_algorithm *issuer_algorithm; /* of the signature */
    uint8_t serial[PKI_SERIAL_SIZE];
    struct pki_bytes issuer;  /* DER Name, copied byte for byte from the issuer's subject */
    struct pki_bytes subject; /* DER Name */
    int64_t not_before;
    int64_t not_after; /* last valid second */
    struct pki_bytes spki;
    struct pki_bytes subject_key_id;
    struct pki_bytes authority_key_id; /* the issuer's SKI; empty: no extension (a root) */
    const char *crl_url;               /* of the issuer's CRL; NULL: no extension */
    const char *issuer_url;            /* of the issuer's certificate; NULL: no extension */
    const struct pki_san *names;
    size_t n_names;
    bool rehearsal; /* adds the unknown critical extension */
};

/** Append the DER TBSCertificate (RFC 5280 4.1).
 *  Fails: PKI_E_POLICY a name that cannot be encoded, with the rule; PKI_E_MEMORY */
PKI_CHECKED bool pki_body_build(const struct pki_body *body, struct pki_buf *tbs,
                                struct pki_error *err);

/** Append the Certificate around a signed body. */
PKI_CHECKED bool pki_certificate_assemble(struct pki_bytes tbs,
                                          const struct pki_algorithm *issuer_algorithm,
                                          struct pki_bytes signature, struct pki_buf *der,
                                          struct pki_error *err);

/** Append a PKCS#10 request (RFC 2986) body: version 0, subject, key, no attributes. */
PKI_CHECKED bool pki_request_body_build(struct pki_bytes subject, struct pki_bytes spki,
                                        struct pki_buf *body, struct pki_error *err);

/** Judge a typed alternative name and its kind: LDH labels and wildcards only leftmost, addresses
 *  by inet_pton, one @, absolute URIs. Fails: PKI_E_USAGE */
PKI_CHECKED bool pki_san_judge(const struct pki_san *san, struct pki_error *err);

#endif
