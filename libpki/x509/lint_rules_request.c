/*
 * Certification requests (RFC 2986).
 */
#include "x509/lint_private.h"

#define EMPTY_SET_SIZE 2 /* [0] without content */

static bool check_acceptable(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_error why = {0};

    return pki_request_judge(subject->request, &why) || pki_lint_no_because(text, &why);
}

static bool check_asks_nothing(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->request->attributes.size <= EMPTY_SET_SIZE ||
           pki_lint_no(text, "it asks for extensions or other attributes; none is copied");
}

static const struct pki_lint_rule rules[] = {
    {"request_acceptable", PKI_LINT_ERROR, PKI_LINT_REQUEST, "RFC 2986 4.2; BR 6.1.1.3",
     "A request is signed by its own key, by an accepted algorithm, and the key is acceptable.",
     NULL, check_acceptable},
    {"request_asks_nothing", PKI_LINT_NOTICE, PKI_LINT_REQUEST, "docs/PROFILES.md",
     "A request asks for nothing: what it asks for is shown, never copied.", NULL,
     check_asks_nothing},
};

PKI_LINT_TABLE(pki_lint_rules_request, rules);
