/*
 * Between the lint engine and the tables of rules, one table a topic.
 */
#ifndef PKI_X509_LINT_PRIVATE_H
#define PKI_X509_LINT_PRIVATE_H

#include "x509/lint.h"

struct pki_lint_table {
    const struct pki_lint_rule *rules;
    size_t n;
};

/* In the order in which they are listed and run. */
extern const struct pki_lint_table pki_lint_rules_text;
extern const struct pki_lint_table pki_lint_rules_certificate;
extern const struct pki_lint_table pki_lint_rules_name;
extern const struct pki_lint_table pki_lint_rules_extension;
extern const struct pki_lint_table pki_lint_rules_constraint;
extern const struct pki_lint_table pki_lint_rules_issuer;
extern const struct pki_lint_table pki_lint_rules_root;
extern const struct pki_lint_table pki_lint_rules_intermediate;
extern const struct pki_lint_table pki_lint_rules_leaf;
extern const struct pki_lint_table pki_lint_rules_sigstore;
extern const struct pki_lint_table pki_lint_rules_request;
extern const struct pki_lint_table pki_lint_rules_crl;

/** pki_lint_run, of one rule when only is not NULL. */
PKI_CHECKED bool pki_lint_run_only(const struct pki_lint_subject *subject, const char *consumer,
                                   const char *only, struct pki_lint_findings *findings,
                                   struct pki_error *err);

/** Kind and purpose from the profile, or from the certificate when that is NULL.
 *  Fails: PKI_E_USAGE unknown profile */
PKI_CHECKED bool pki_lint_subject_init(const struct pki_cert *cert, const char *profile,
                                       struct pki_lint_subject *subject, struct pki_error *err);

/** Say why a rule does not hold; always false. */
bool pki_lint_no(struct pki_buf *text, const char *format, ...) PKI_PRINTF(2, 3);
/** As pki_lint_no with an error's text. */
bool pki_lint_no_because(struct pki_buf *text, const struct pki_error *why);

/* What several tables ask of a certificate. */

/** Whether it certifies a root once more. Of a file nobody says what was meant: no other profile
 *  names both code signing and time stamping, or leaves out the path length (docs/PROFILES.md). */
bool pki_lint_looks_cross(const struct pki_cert *cert);
/** The same, unless a profile says. */
bool pki_lint_is_cross(const struct pki_lint_subject *subject);
/** Whoever of these has the issuer's name, and its key identifier where the certificate tells;
 *  borrowed. NULL: none, or only itself. */
const struct pki_cert *pki_lint_find_issuer(const struct pki_certs *certs,
                                            const struct pki_cert *cert);
/** Number of days, the last second included (reliability: notAfter is the last valid second). */
int64_t pki_lint_days(const struct pki_cert *cert);
/** Dotted OID of the key's algorithm, and of its curve or "". False: not readable. */
bool pki_lint_key_kind(const struct pki_cert *cert, char algorithm[PKI_OID_TEXT],
                       char curve[PKI_OID_TEXT]);
/** Bits of an RSA modulus; 0 for another key. */
size_t pki_lint_rsa_bits(const struct pki_cert *cert);

/* The attributes of a name, in order: start with pki_lint_attributes. */
struct pki_lint_attributes {
    struct pki_bytes rdns, rdn; /* what is left of the name and of its current part */
    char oid[PKI_OID_TEXT];
    uint8_t tag; /* of the value */
    struct pki_bytes value;
};
struct pki_lint_attributes pki_lint_attributes(struct pki_bytes name);
bool pki_lint_attributes_next(struct pki_lint_attributes *attributes);

/** How many attributes of this OID the name holds. */
size_t pki_lint_name_count(struct pki_bytes name, const char *oid);
/** The name for people; "(empty)" for an empty one. */
void pki_lint_name_show(struct pki_bytes name, struct pki_buf *text);

#define PKI_LINT_TABLE(name, rows) \
    const struct pki_lint_table name = {.rules = (rows), .n = PKI_COUNT(rows)}

#define PKI_OID_RSA     "1.2.840.113549.1.1.1"
#define PKI_OID_EC      "1.2.840.10045.2.1"
#define PKI_OID_ED25519 "1.3.101.112"
#define PKI_OID_P256    "1.2.840.10045.3.1.7"
#define PKI_OID_P384    "1.3.132.0.34"
#define PKI_OID_P521    "1.3.132.0.35"

#endif
