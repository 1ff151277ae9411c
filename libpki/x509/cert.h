/*
 * Certificates as read: everything that lint, path validation and describe
 * look at, decoded once from DER by the libtasn1 readers (asn1/read).
 *
 * Checkers' side. Views point into the certificate's own copy of its DER. A
 * to-be-signed body alone can be read too (signature fields are then empty).
 * Parsing is strict in syntax and judges nothing: version, criticality, dates
 * and values are reported as found.
 */
#ifndef PKI_X509_CERT_H
#define PKI_X509_CERT_H

#include "asn1/read.h"
#include "base/buf.h"
#include "crypto/digest.h"

#define PKI_CERT_EXTENSIONS_MAX 64
#define PKI_CERT_USAGES_MAX     32
#define PKI_CERT_NAMES_MAX      1000

struct pki_extension {
    char oid[PKI_OID_TEXT];
    bool critical;
    struct pki_bytes value; /* DER inside the OCTET STRING */
};

struct pki_cert {
    struct pki_buf storage; /* owns the bytes that the views point into */
    struct pki_bytes der;   /* the Certificate; empty for a body */
    struct pki_bytes tbs;
    struct pki_bytes signature;           /* BIT STRING content; empty for a body */
    struct pki_bytes signature_algorithm; /* outer AlgorithmIdentifier, DER */
    struct pki_bytes tbs_signature;       /* inner AlgorithmIdentifier, DER */
    int64_t version;                      /* 1, 2, 3 */
    struct pki_bytes serial;              /* INTEGER content octets */
    struct pki_bytes issuer, subject;     /* DER Names */
    struct pki_bytes validity;            /* DER, for how the times are written */
    int64_t not_before, not_after;
    bool has_unique_ids;                  /* issuerUniqueID or subjectUniqueID is there */
    struct pki_bytes spki;                /* DER SubjectPublicKeyInfo */
    uint8_t fingerprint[PKI_SHA256_SIZE]; /* of der (of tbs for a body) */
    uint8_t spki_sha256[PKI_SHA256_SIZE];

    struct pki_extension *extensions;
    size_t n_extensions;

    /* Decoded where present; has_ tells. */
    bool has_basic_constraints, authority, has_path_length;
    int64_t path_length;
    bool has_key_usage;
    uint32_t key_usage; /* PKI_KU_ bits */
    bool has_usages;
    char usages[PKI_CERT_USAGES_MAX][PKI_OID_TEXT];
    size_t n_usages;
    struct pki_bytes subject_key_id;   /* empty: absent */
    struct pki_bytes authority_key_id; /* keyIdentifier; empty: absent */
    bool authority_key_has_issuer;     /* authorityCertIssuer or serial are there */
    size_t n_names;                    /* subject alternative names */
};

/** A copy of der is kept. Fails: PKI_E_FORMAT names the field; PKI_E_MEMORY */
PKI_CHECKED bool pki_cert_parse(struct pki_bytes der, struct pki_cert **cert,
                                struct pki_error *err);
PKI_CHECKED bool pki_cert_parse_body(struct pki_bytes tbs, struct pki_cert **cert,
                                     struct pki_error *err);
void pki_cert_free(struct pki_cert *cert);
PKI_DEFINE_AUTO(pki_cert)

/** By OID; NULL when absent. */
const struct pki_extension *pki_cert_extension(const struct pki_cert *cert, const char *oid);
bool pki_cert_has_usage(const struct pki_cert *cert, const char *oid);
/** Subject equals issuer byte for byte. */
bool pki_cert_is_self_issued(const struct pki_cert *cert);

/** Whether it has the mark of a rehearsal (PKI_OID_REHEARSAL). */
bool pki_cert_is_rehearsal(const struct pki_cert *cert);

/** The n-th URI of a CRL distribution point, or of AIA caIssuers; view of the certificate. False
 *  (and no error) when there is none: these are looked at, not required. */
bool pki_cert_crl_url(const struct pki_cert *cert, size_t n, struct pki_bytes *url);
bool pki_cert_issuer_url(const struct pki_cert *cert, size_t n, struct pki_bytes *url);

/** The n-th subject alternative name: kind is its GeneralName tag number (RFC 5280 4.2.1.6). */
bool pki_cert_san(const struct pki_cert *cert, size_t n, unsigned *kind, struct pki_bytes *value);

/** Check the signature by a public key. Fails: PKI_E_INVALID, PKI_E_POLICY, PKI_E_CRYPTO */
PKI_CHECKED bool pki_cert_verify_signature(const struct pki_cert *cert, struct pki_bytes spki,
                                           struct pki_error *err);

/** GnuTLS's opinion: imports the certificate and verifies it by the issuer (itself for a root).
 *  issuer may be NULL: import only. Fails: PKI_E_INTEGRITY with what GnuTLS says */
PKI_CHECKED bool pki_cert_second_opinion(struct pki_bytes der, struct pki_bytes issuer_der,
                                         struct pki_error *err);

/* A list of certificates, in order; owns them. */
struct pki_certs {
    struct pki_cert **list;
    size_t n;
};

/** PEM (any number up to the limits) or one DER certificate. Other blocks are refused by name.
 *  @name  shown in errors. Fails: PKI_E_FORMAT, PKI_E_USAGE empty */
PKI_CHECKED bool pki_certs_parse(const char *name, struct pki_bytes text, struct pki_certs *certs,
                                 struct pki_error *err);
void pki_certs_clear(struct pki_certs *certs);

#endif
