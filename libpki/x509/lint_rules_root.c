/*
 * Roots: CA/B BR 7.1.2.1, and what Sigstore's verifiers make of them.
 */
#include "x509/lint_private.h"
#include "x509/oids.h"

#define DAYS_MIN 2922 /* 8 years, BR 7.1.2.1.1 */
#define DAYS_MAX 9132 /* 25 years */

static bool check_self_issued(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_cert_is_self_issued(subject->cert) ||
           pki_lint_no(text, "issuer and subject differ in bytes");
}

static bool check_no_usages(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->cert->has_usages ||
           pki_lint_no(text, "extended key usage lists %zu purposes", subject->cert->n_usages);
}

static bool check_no_crl_url(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !pki_cert_extension(subject->cert, PKI_OID_CRL_DISTRIBUTION_POINTS) ||
           pki_lint_no(text, "there is a CRL distribution point, but nobody can revoke a root");
}

static bool check_path_length_not_zero(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->cert->has_path_length || subject->cert->path_length != 0 ||
           pki_lint_no(text, "path length 0: Fulcio loads the chain, then every leaf fails in Go "
                             "and JavaScript");
}

static bool check_path_length_absent(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->cert->has_path_length ||
           pki_lint_no(text, "path length %d; a cross-signed successor needs 2 or none",
                       (int)subject->cert->path_length);
}

static bool check_life_max(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_lint_days(subject->cert) <= DAYS_MAX ||
           pki_lint_no(text, "valid for %lld days", (long long)pki_lint_days(subject->cert));
}

static bool check_life_min(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_lint_days(subject->cert) >= DAYS_MIN ||
           pki_lint_no(text, "valid for %lld days", (long long)pki_lint_days(subject->cert));
}

static const struct pki_lint_rule rules[] = {
    {"root_self_issued", PKI_LINT_ERROR, PKI_LINT_ROOT, "BR 7.1.2.1.2",
     "Issuer and subject of a root are the same bytes.", NULL, check_self_issued},
    {"root_ext_key_usage_absent", PKI_LINT_ERROR, PKI_LINT_ROOT, "BR 7.1.2.1.2",
     "A root has no extended key usage.", NULL, check_no_usages},
    {"root_crl_url_absent", PKI_LINT_ERROR, PKI_LINT_ROOT, "BR 7.1.2.1.2",
     "A root has no CRL distribution point.", NULL, check_no_crl_url},
    {"root_path_length_not_zero", PKI_LINT_ERROR, PKI_LINT_ROOT,
     "Sigstore verifiers (lab); BR 7.1.2.1.4", "The path length of a root is never 0.", NULL,
     check_path_length_not_zero},
    {"root_path_length_absent", PKI_LINT_WARNING, PKI_LINT_ROOT, "BR 7.1.2.1.4",
     "A root has no path length.", NULL, check_path_length_absent},
    {"root_life_max", PKI_LINT_ERROR, PKI_LINT_ROOT, "BR 7.1.2.1.1",
     "A root is valid for at most 9,132 days.", NULL, check_life_max},
    {"root_life_min", PKI_LINT_NOTICE, PKI_LINT_ROOT, "BR 7.1.2.1.1",
     "A root is valid for at least 2,922 days.", NULL, check_life_min},
};

PKI_LINT_TABLE(pki_lint_rules_root, rules);
