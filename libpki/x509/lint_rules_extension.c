/*
 * Extensions in general, key identifiers, key usage and extended key usage:
 * RFC 5280 4.2, 4.2.1.1 to 4.2.1.3, 4.2.1.12.
 */
#include "x509/lint_private.h"
#include "x509/oids.h"

#define AUTHORITY_KEY_USAGE (PKI_KU_KEY_CERT_SIGN | PKI_KU_CRL_SIGN)

static bool check_unique(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *cert = subject->cert;

    for (size_t i = 0; i < cert->n_extensions; i++)
        if (pki_cert_extension(cert, cert->extensions[i].oid) != &cert->extensions[i])
            return pki_lint_no(text, "extension %s is there twice", cert->extensions[i].oid);
    return true;
}

static bool is_known(const char *oid)
{
    static const char *const known[] = {
        PKI_OID_SUBJECT_KEY_ID,        PKI_OID_KEY_USAGE,        PKI_OID_SUBJECT_ALT_NAME,
        PKI_OID_BASIC_CONSTRAINTS,     PKI_OID_NAME_CONSTRAINTS, PKI_OID_CRL_DISTRIBUTION_POINTS,
        PKI_OID_CERTIFICATE_POLICIES,  PKI_OID_POLICY_MAPPINGS,  PKI_OID_AUTHORITY_KEY_ID,
        PKI_OID_POLICY_CONSTRAINTS,    PKI_OID_EXT_KEY_USAGE,    PKI_OID_INHIBIT_ANY_POLICY,
        PKI_OID_AUTHORITY_INFO_ACCESS,
    };

    for (size_t i = 0; i < PKI_COUNT(known); i++)
        if (strcmp(known[i], oid) == 0)
            return true;
    return false;
}

static bool is_critical(const struct pki_cert *cert, const char *oid)
{
    const struct pki_extension *extension = pki_cert_extension(cert, oid);

    return extension && extension->critical;
}

static bool check_critical_known(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *cert = subject->cert;

    for (size_t i = 0; i < cert->n_extensions; i++) {
        const char *oid = cert->extensions[i].oid;
        bool mark = strcmp(oid, PKI_OID_REHEARSAL) == 0;

        if (!cert->extensions[i].critical || is_known(oid) || (mark && subject->rehearsal))
            continue;
        return pki_lint_no(text,
                           "extension %s%s is critical and unknown, so verifiers refuse the "
                           "certificate",
                           oid, mark ? ", the mark of a rehearsal," : "");
    }
    return !subject->rehearsal || is_critical(cert, PKI_OID_REHEARSAL) ||
           pki_lint_no(text, "it lacks the mark of a rehearsal (" PKI_OID_REHEARSAL "): verifiers "
                             "would accept what a rehearsal made");
}

static bool check_must_be_ordinary(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    static const char *const ordinary[] = {PKI_OID_AUTHORITY_KEY_ID, PKI_OID_SUBJECT_KEY_ID,
                                           PKI_OID_AUTHORITY_INFO_ACCESS,
                                           PKI_OID_CRL_DISTRIBUTION_POINTS};

    for (size_t i = 0; i < PKI_COUNT(ordinary); i++)
        if (is_critical(subject->cert, ordinary[i]))
            return pki_lint_no(text, "extension %s is critical", ordinary[i]);
    return true;
}

static bool check_authority_key_id(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->cert->authority_key_id.size > 0 ||
           pki_lint_no(text, "there is no key identifier of the issuer");
}

static bool check_key_id_only(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->cert->authority_key_has_issuer ||
           pki_lint_no(text, "the authority key identifier names the issuer's issuer and serial "
                             "number");
}

static bool check_subject_key_id(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->cert->subject_key_id.size > 0 ||
           pki_lint_no(text, "there is no subject key identifier");
}

static bool check_key_usage_critical(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return is_critical(subject->cert, PKI_OID_KEY_USAGE) ||
           pki_lint_no(text, "key usage is %s",
                       subject->cert->has_key_usage ? "not critical" : "absent");
}

static bool check_key_usage_there(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->cert->has_key_usage || subject->cert->key_usage != 0 ||
           pki_lint_no(text, "key usage allows nothing");
}

static bool check_authority_key_usage(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *cert = subject->cert;

    return (cert->has_key_usage && cert->key_usage == AUTHORITY_KEY_USAGE) ||
           pki_lint_no(text, "key usage bits are 0x%x, not keyCertSign and cRLSign",
                       (unsigned)cert->key_usage);
}

static bool check_usages_there(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->cert->has_usages || subject->cert->n_usages > 0 ||
           pki_lint_no(text, "extended key usage lists nothing");
}

static bool check_usages_unique(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *cert = subject->cert;

    for (size_t i = 1; i < cert->n_usages; i++) {
        for (size_t j = 0; j < i; j++)
            if (strcmp(cert->usages[i], cert->usages[j]) == 0)
                return pki_lint_no(text, "purpose %s is listed twice", cert->usages[i]);
    }
    return true;
}

static bool check_usage_as_meant(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->usage || pki_cert_has_usage(subject->cert, subject->usage) ||
           pki_lint_no(text, "purpose %s of profile %s is not listed", subject->usage,
                       subject->profile ? subject->profile : "");
}

static const struct pki_lint_rule rules[] = {
    {"extensions_unique", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2",
     "No extension is there twice.", NULL, check_unique},
    {"extensions_critical_known", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2",
     "Critical extensions are known ones; a rehearsal, and only one, has its mark.", NULL,
     check_critical_known},
    {"extensions_ordinary", PKI_LINT_ERROR, PKI_LINT_ANY,
     "RFC 5280 4.2.1.1, 4.2.1.2, 4.2.1.13, 4.2.2.1",
     "Key identifiers, CRL and issuer addresses are not critical.", NULL, check_must_be_ordinary},
    {"authority_key_id_there", PKI_LINT_ERROR, PKI_LINT_ANY & ~PKI_LINT_ROOT, "RFC 5280 4.2.1.1",
     "All but a root name the key of their issuer.", NULL, check_authority_key_id},
    {"authority_key_id_only", PKI_LINT_ERROR, PKI_LINT_ANY,
     "BR 7.1.2.11.1; sigstore-python's verifier",
     "The authority key identifier holds a key identifier and nothing else.", NULL,
     check_key_id_only},
    {"subject_key_id_there", PKI_LINT_ERROR, PKI_LINT_AUTHORITY, "RFC 5280 4.2.1.2",
     "A CA has a subject key identifier.", NULL, check_subject_key_id},
    {"key_usage_critical", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2.1.3",
     "Key usage is there and critical.", NULL, check_key_usage_critical},
    {"key_usage_there", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2.1.3",
     "Key usage has at least one bit.", NULL, check_key_usage_there},
    {"authority_key_usage", PKI_LINT_ERROR, PKI_LINT_AUTHORITY, "BR 7.1.2.10.7; RFC 5280 4.2.1.3",
     "The key of a CA signs certificates and CRLs and does nothing else.", NULL,
     check_authority_key_usage},
    {"ext_key_usage_there", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2.1.12",
     "Extended key usage lists at least one purpose.", NULL, check_usages_there},
    {"ext_key_usage_unique", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2.1.12",
     "Extended key usage lists no purpose twice.", NULL, check_usages_unique},
    {"ext_key_usage_as_meant", PKI_LINT_ERROR, PKI_LINT_ANY, "docs/PROFILES.md",
     "Extended key usage lists the purpose of the profile.", NULL, check_usage_as_meant},
};

PKI_LINT_TABLE(pki_lint_rules_extension, rules);
