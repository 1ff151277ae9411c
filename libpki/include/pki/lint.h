/*
 * Linting a file: a certificate, request, CRL, bundle or export against the
 * rules, by profile and by consumer.
 */
#ifndef PKI_LINT_H
#define PKI_LINT_H

#include "pki/report.h"

enum pki_lint_severity {
    PKI_LINT_NOTICE,
    PKI_LINT_WARNING,
    PKI_LINT_ERROR
};

struct pki_lint_finding {
    const char *rule;
    const char *citation;
    enum pki_lint_severity severity;
    char text[400]; /* safe to print */
};

struct pki_lint_findings {
    struct pki_lint_finding *list;
    size_t n;
    size_t errors;
    size_t rules; /* how many were looked at */
};
void pki_lint_findings_clear(struct pki_lint_findings *findings);
/** Adds the findings to a report as a table. */
void pki_lint_findings_describe(const struct pki_lint_findings *findings,
                                struct pki_report *report);

struct pki_lint_request {
    const char *path;
    const char *profile;  /* NULL: derived from the certificate */
    const char *consumer; /* "fulcio": the file is Fulcio's chain; NULL */
    int64_t at;           /* the time for consumers that check validity */
};

/**
 * Lint a file. A report is made whenever the file could be read.
 *
 * Fails: PKI_E_INVALID a rule of severity error does not hold (the report says which);
 *        PKI_E_USAGE the file cannot be read, or an unknown profile or consumer
 */
PKI_CHECKED bool pki_lint_file(const struct pki_lint_request *request, struct pki_report *report,
                               struct pki_error *err);

#endif
