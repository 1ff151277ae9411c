/*
 * End entities: RFC 5280 4.2.1, RFC 3161 2.3, RFC 6960 4.2.2.2, RFC 9525.
 */
#include "x509/lint_private.h"
#include "x509/oids.h"

#define END_ENTITY      (PKI_LINT_LEAF | PKI_LINT_TSA_LEAF)
#define AUTHORITY_BITS  (PKI_KU_KEY_CERT_SIGN | PKI_KU_CRL_SIGN)
#define TIME_STAMP_BITS (PKI_KU_DIGITAL_SIGNATURE | PKI_KU_CONTENT_COMMITMENT)

static bool check_not_authority(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->cert->authority || pki_lint_no(text, "basic constraints say CA");
}

static bool check_key_usage(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return (subject->cert->key_usage & AUTHORITY_BITS) == 0 ||
           pki_lint_no(text, "key usage allows to sign certificates or CRLs");
}

static bool check_usages_there(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return (subject->cert->n_usages > 0 &&
            !pki_cert_has_usage(subject->cert, PKI_OID_ANY_EXTENDED_KEY_USAGE)) ||
           pki_lint_no(text, "the purposes are %s",
                       subject->cert->n_usages > 0 ? "any" : "not listed");
}

static bool check_server_names(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !pki_cert_has_usage(subject->cert, PKI_OID_SERVER_AUTH) || subject->cert->n_names > 0 ||
           pki_lint_no(text, "there are no alternative names, and the subject names no server");
}

static bool check_time_stamp_alone(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return (subject->cert->n_usages == 1 &&
            pki_cert_has_usage(subject->cert, PKI_OID_TIME_STAMPING)) ||
           pki_lint_no(text, "extended key usage lists %zu purposes", subject->cert->n_usages);
}

static bool check_time_stamp_critical(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_extension *extension =
        pki_cert_extension(subject->cert, PKI_OID_EXT_KEY_USAGE);

    return (extension && extension->critical) ||
           pki_lint_no(text, "extended key usage is not critical");
}

static bool check_time_stamp_key_usage(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    uint32_t bits = subject->cert->key_usage;

    return ((bits & TIME_STAMP_BITS) != 0 && (bits & ~TIME_STAMP_BITS) == 0) ||
           pki_lint_no(text, "key usage bits are 0x%x", (unsigned)bits);
}

static bool check_ocsp_no_check(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !pki_cert_has_usage(subject->cert, PKI_OID_OCSP_SIGNING) ||
           pki_cert_extension(subject->cert, PKI_OID_OCSP_NO_CHECK) ||
           pki_lint_no(text, "id-pkix-ocsp-nocheck is absent");
}

static const struct pki_lint_rule rules[] = {
    {"leaf_not_authority", PKI_LINT_ERROR, END_ENTITY, "RFC 5280 4.2.1.9",
     "An end entity is not a CA.", NULL, check_not_authority},
    {"leaf_key_usage", PKI_LINT_ERROR, END_ENTITY, "RFC 5280 4.2.1.3",
     "The key of an end entity signs neither certificates nor CRLs.", NULL, check_key_usage},
    {"leaf_ext_key_usage_there", PKI_LINT_ERROR, END_ENTITY, "BR 7.1.2.7.10; RFC 5280 4.2.1.12",
     "An end entity lists its purposes, and not any.", NULL, check_usages_there},
    {"leaf_server_names", PKI_LINT_ERROR, PKI_LINT_LEAF, "RFC 9525 2",
     "A TLS server has alternative names; its subject names nothing.", NULL, check_server_names},
    {"leaf_ocsp_no_check", PKI_LINT_WARNING, PKI_LINT_LEAF, "RFC 6960 4.2.2.2.1",
     "An OCSP responder has id-pkix-ocsp-nocheck.", NULL, check_ocsp_no_check},
    {"tsa_ext_key_usage_alone", PKI_LINT_ERROR, PKI_LINT_TSA_LEAF, "RFC 3161 2.3",
     "A time stamping certificate has that purpose alone.", NULL, check_time_stamp_alone},
    {"tsa_ext_key_usage_critical", PKI_LINT_ERROR, PKI_LINT_TSA_LEAF, "RFC 3161 2.3",
     "Extended key usage of a time stamping certificate is critical.", NULL,
     check_time_stamp_critical},
    {"tsa_key_usage", PKI_LINT_ERROR, PKI_LINT_TSA_LEAF, "RFC 5280 4.2.1.12",
     "The key of a time stamping certificate makes signatures and does nothing else.", NULL,
     check_time_stamp_key_usage},
};

PKI_LINT_TABLE(pki_lint_rules_leaf, rules);
