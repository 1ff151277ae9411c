/*
 * Lint: rules over a certificate, CRL or request as read from its DER.
 *
 * A rule is a row: name, severity, citation, one sentence, a check. Rules see
 * only what the readers decoded, never the profile rows that the makers use.
 * docs/LINTS.md is written from the rows; each row has a good and a bad
 * fixture named after it.
 */
#ifndef PKI_X509_LINT_H
#define PKI_X509_LINT_H

#include "pki/lint.h"
#include "x509/cert.h"

/* Kinds of certificate that a rule applies to; bits. */
#define PKI_LINT_ROOT (1u << 0)
#define PKI_LINT_INTERMEDIATE (1u << 1)
#define PKI_LINT_TSA_LEAF (1u << 2)
#define PKI_LINT_LEAF (1u << 3)
#define PKI_LINT_AUTHORITY (PKI_LINT_ROOT | PKI_LINT_INTERMEDIATE)
#define PKI_LINT_ANY 0xfu

struct pki_lint_subject {
    const struct pki_cert *cert;
    const struct pki_cert *issuer; /* when at hand; rules that need it pass over NULL */
    uint32_t kind;                 /* one of the bits, derived from profile or from the DER */
    const char *usage;             /* purpose OID that is meant; NULL: unknown */
    const char *profile;           /* profile name; NULL: unknown */
    bool rehearsal;
};

struct pki_lint_rule {
    const char *name;
    enum pki_lint_severity severity;
    const char *citation;
    const char *sentence; /* what must hold */
    uint32_t kinds;
    const char *consumer; /* NULL: always; "fulcio", "tsa", ...: with --for or the matching purpose */
    /* true: holds. On false, why was written into text. */
    bool (*check)(const struct pki_lint_subject *subject, struct pki_buf *text);
};

const struct pki_lint_rule *pki_lint_rules(size_t *count);

/** Run every rule that applies; adds to findings. Fails: PKI_E_MEMORY only */
PKI_CHECKED bool pki_lint_run(const struct pki_lint_subject *subject, const char *consumer,
                              struct pki_lint_findings *findings, struct pki_error *err);

/**
 * Lint a to-be-signed body before its signature; what every signing duty calls.
 *
 * @issuer   the issuer's certificate; NULL for a root
 * Fails:    PKI_E_POLICY when any rule of severity error does not hold: names the first and how
 *           many; PKI_E_FORMAT
 */
PKI_CHECKED bool pki_lint_body(struct pki_bytes tbs, const struct pki_cert *issuer,
                               const char *profile, bool rehearsal,
                               struct pki_lint_findings *findings, struct pki_error *err);

#endif
