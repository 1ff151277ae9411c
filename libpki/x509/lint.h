/*
 * Lint: rules over a certificate, CRL or request as read from its DER, over
 * the order of a file's certificates and over its text.
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
#include "x509/crl.h"
#include "x509/request.h"

/* What a rule applies to; bits. The first four are kinds of certificate. */
#define PKI_LINT_ROOT         (1u << 0)
#define PKI_LINT_INTERMEDIATE (1u << 1)
#define PKI_LINT_TSA_LEAF     (1u << 2)
#define PKI_LINT_LEAF         (1u << 3)
#define PKI_LINT_AUTHORITY    (PKI_LINT_ROOT | PKI_LINT_INTERMEDIATE)
#define PKI_LINT_ANY          0xfu
#define PKI_LINT_CHAIN        (1u << 4) /* all certificates of a file, for one consumer */
#define PKI_LINT_TEXT         (1u << 5) /* the bytes of a PEM file */
#define PKI_LINT_REQUEST      (1u << 6)
#define PKI_LINT_CRL          (1u << 7)

struct pki_lint_subject {
    const struct pki_cert *cert;   /* for a kind of certificate */
    const struct pki_cert *issuer; /* when at hand; rules that need it pass over NULL */
    uint32_t kind;                 /* one of the bits, derived from profile or from the DER */
    const char *usage;             /* purpose OID that is meant; NULL: unknown */
    const char *profile;           /* profile name; NULL: unknown */
    bool rehearsal;
    const struct pki_certs *chain;     /* for PKI_LINT_CHAIN */
    int64_t at;                        /* for PKI_LINT_CHAIN: when it is used */
    struct pki_bytes text;             /* for PKI_LINT_TEXT */
    struct pki_request *request;       /* for PKI_LINT_REQUEST */
    const struct pki_crl *crl;         /* for PKI_LINT_CRL */
    const struct pki_crl_watch *watch; /* told of each of its entries that is good; or NULL */
};

struct pki_lint_rule {
    const char *name;
    enum pki_lint_severity severity;
    uint32_t kinds;
    const char *citation;
    const char *sentence; /* what must hold */
    const char *consumer; /* NULL: always; "fulcio cosign": with --for, or the matching purpose */
    /* true: holds. On false, why was written into text. */
    bool (*check)(const struct pki_lint_subject *subject, struct pki_buf *text);
};

/** The n-th rule; NULL after the last. */
const struct pki_lint_rule *pki_lint_rule_get(size_t n);

/** Whether some rule is for this consumer. */
bool pki_lint_is_consumer(const char *consumer);

/** Run every rule that applies; adds to findings. Fails: PKI_E_MEMORY only */
PKI_CHECKED bool pki_lint_run(const struct pki_lint_subject *subject, const char *consumer,
                              struct pki_lint_findings *findings, struct pki_error *err);

/* What pki_lint_file reads, given as bytes. */
struct pki_lint_input {
    const char *name; /* in errors */
    struct pki_bytes bytes;
    const char *profile;  /* or NULL */
    const char *consumer; /* or NULL */
    const char *rule;     /* only this one; NULL: all */
    int64_t at;
    bool rehearsal;
};

/** Kind of thing that was linted, for people. */
struct pki_lint_seen {
    const char *what; /* "certificate", "chain", "request", "CRL", "unreadable" */
    size_t n_certs;
};

/** Lint what a file holds. Fails: PKI_E_MEMORY; PKI_E_USAGE unknown profile or consumer */
PKI_CHECKED bool pki_lint_bytes(const struct pki_lint_input *input, struct pki_lint_seen *seen,
                                struct pki_lint_findings *findings, struct pki_error *err);

/**
 * Lint a to-be-signed body before its signature; what every signing duty calls. Of a certificate
 * its body is linted, as if it were not signed yet.
 *
 * @issuer   the issuer's certificate; NULL for a root
 * Fails:    PKI_E_POLICY when any rule of severity error does not hold: names the first and how
 *           many; PKI_E_USAGE unknown profile
 */
PKI_CHECKED bool pki_lint_body(const struct pki_cert *cert, const struct pki_cert *issuer,
                               const char *profile, bool rehearsal,
                               struct pki_lint_findings *findings, struct pki_error *err);

/** The same for a TBSCertList of any size. @watch may be NULL; it lets go of what was read
 *  (pki_crl_pass_reach). Fails: PKI_E_POLICY, PKI_E_FORMAT */
PKI_CHECKED bool pki_lint_crl_body(const struct pki_crl *body, const struct pki_crl_watch *watch,
                                   struct pki_lint_findings *findings, struct pki_error *err);

#endif
