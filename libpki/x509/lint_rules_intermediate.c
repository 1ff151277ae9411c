/*
 * Intermediates and cross-certificates: CA/B BR 7.1.2.10, Mozilla root policy
 * 5.3, and what Fulcio's specification adds. One set for every certificate of
 * a CA that is not a root: an exception once stopped a public CA's issuance.
 */
#include "x509/lint_private.h"
#include "x509/oids.h"

#define DAYS_MAX     2922 /* 8 years */
#define DAYS_MAX_TSA 5479 /* 15 years: a time stamp outlives what it stamps */
#define DAYS_CROSS   9132 /* as the root that it stands for */

static bool check_usages_there(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->cert->has_usages || pki_lint_no(text, "there is no extended key usage");
}

static bool check_no_any_usage(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !pki_cert_has_usage(subject->cert, PKI_OID_ANY_EXTENDED_KEY_USAGE) ||
           pki_lint_no(text, "anyExtendedKeyUsage is listed");
}

static bool check_usages_ordinary(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_extension *extension =
        pki_cert_extension(subject->cert, PKI_OID_EXT_KEY_USAGE);

    return !extension || !extension->critical ||
           pki_lint_no(text, "extended key usage is critical, which sigstore-python refuses");
}

static bool check_usages_unmixed(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    static const char *const apart[] = {PKI_OID_EMAIL_PROTECTION, PKI_OID_CODE_SIGNING,
                                        PKI_OID_TIME_STAMPING};

    if (!pki_cert_has_usage(subject->cert, PKI_OID_SERVER_AUTH))
        return true;
    for (size_t i = 0; i < PKI_COUNT(apart); i++)
        if (pki_cert_has_usage(subject->cert, apart[i]))
            return pki_lint_no(text, "serverAuth stands with purpose %s", apart[i]);
    return true;
}

static bool check_path_length(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *cert = subject->cert;

    if (pki_lint_is_cross(subject) || (cert->has_path_length && cert->path_length == 0))
        return true;
    return cert->has_path_length
               ? pki_lint_no(text, "the path length is %lld", (long long)cert->path_length)
               : pki_lint_no(text, "there is no path length");
}

static bool check_crl_url(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_bytes url;

    return pki_cert_crl_url(subject->cert, 0, &url) ||
           pki_lint_no(text, "there is no address of the issuer's CRL");
}

static bool check_issuer_url(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_bytes url;

    return pki_cert_issuer_url(subject->cert, 0, &url) ||
           pki_lint_no(text, "there is no address of the issuer's certificate");
}

static bool check_life(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    int64_t days = pki_lint_days(subject->cert);
    int64_t limit =
        pki_cert_has_usage(subject->cert, PKI_OID_TIME_STAMPING) ? DAYS_MAX_TSA : DAYS_MAX;

    if (pki_lint_is_cross(subject))
        limit = DAYS_CROSS;
    return days <= limit || pki_lint_no(text, "valid for %lld days, more than %lld",
                                        (long long)days, (long long)limit);
}

static const struct pki_lint_rule rules[] = {
    {"intermediate_ext_key_usage_there", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE,
     "BR 7.1.2.10.6; Mozilla policy 5.3",
     "An intermediate or cross-certificate lists its purposes.", NULL, check_usages_there},
    {"intermediate_no_any_usage", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE,
     "BR 7.1.2.10.6; Mozilla policy 5.3", "An intermediate does not list anyExtendedKeyUsage.",
     NULL, check_no_any_usage},
    {"intermediate_usages_unmixed", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE,
     "BR 7.1.2.10.6; Mozilla policy 5.3",
     "An intermediate for servers is not also for mail, code or time stamps.", NULL,
     check_usages_unmixed},
    {"intermediate_ext_key_usage_ordinary", PKI_LINT_ERROR, PKI_LINT_AUTHORITY,
     "sigstore-python's verifier", "Extended key usage of a CA is not critical.", NULL,
     check_usages_ordinary},
    {"intermediate_path_length_zero", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE,
     "Fulcio certificate specification",
     "The path length of an intermediate is 0 (a cross-certificate has none).", NULL,
     check_path_length},
    {"intermediate_crl_url_there", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE, "BR 7.1.2.11.2",
     "An intermediate says where its issuer's CRL is.", NULL, check_crl_url},
    {"intermediate_issuer_url_there", PKI_LINT_NOTICE, PKI_LINT_INTERMEDIATE, "BR 7.1.2.10.3",
     "An intermediate says where its issuer's certificate is.", NULL, check_issuer_url},
    {"intermediate_life_max", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE,
     "Fulcio certificate specification; BR 6.3.2",
     "An intermediate is valid for at most 2,922 days; one for time stamps 5,479.", NULL,
     check_life},
};

PKI_LINT_TABLE(pki_lint_rules_intermediate, rules);
