/*
 * Constraints, policies and alternative names: RFC 5280 4.2.1.4 to 4.2.1.14.
 */
#include "asn1/walk.h"
#include "x509/lint_private.h"
#include "x509/oids.h"

#define DIRECTORY_NAME 0xa4 /* GeneralName directoryName [4] */
#define SEQUENCE       0x30

static bool is_critical(const struct pki_cert *cert, const char *oid)
{
    const struct pki_extension *extension = pki_cert_extension(cert, oid);

    return extension && extension->critical;
}

static bool check_policies(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    static const char *const refused[] = {
        PKI_OID_CERTIFICATE_POLICIES,
        PKI_OID_POLICY_MAPPINGS,
        PKI_OID_POLICY_CONSTRAINTS,
        PKI_OID_INHIBIT_ANY_POLICY,
    };

    for (size_t i = 0; i < PKI_COUNT(refused); i++) {
        if (is_critical(subject->cert, refused[i])) {
            return pki_lint_no(text,
                               "extension %s is critical, which sigstore-python and older "
                               "Go refuse",
                               refused[i]);
        }
    }
    return true;
}

static bool subject_is_empty(const struct pki_cert *cert)
{
    struct pki_lint_attributes at = pki_lint_attributes(cert->subject);

    return !pki_lint_attributes_next(&at);
}

static bool check_san_critical(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject_is_empty(subject->cert) ||
           is_critical(subject->cert, PKI_OID_SUBJECT_ALT_NAME) ||
           pki_lint_no(text, "the subject is empty and the alternative names are %s",
                       subject->cert->n_names > 0 ? "not critical" : "absent");
}

static bool check_san_there(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !pki_cert_extension(subject->cert, PKI_OID_SUBJECT_ALT_NAME) ||
           subject->cert->n_names > 0 || pki_lint_no(text, "the list of names is empty");
}

static bool check_constraints_critical(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return is_critical(subject->cert, PKI_OID_BASIC_CONSTRAINTS) ||
           pki_lint_no(text, "basic constraints are %s",
                       subject->cert->has_basic_constraints ? "not critical" : "absent");
}

static bool check_authority(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->cert->authority || pki_lint_no(text, "basic constraints do not say CA");
}

static bool check_path_length(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *cert = subject->cert;

    if (!cert->has_path_length)
        return true;
    if (cert->path_length < 0)
        return pki_lint_no(text, "the path length is negative");
    return (cert->authority && cert->key_usage & PKI_KU_KEY_CERT_SIGN) ||
           pki_lint_no(text, "a path length without CA and keyCertSign");
}

static bool check_no_name_constraints(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !pki_cert_extension(subject->cert, PKI_OID_NAME_CONSTRAINTS) ||
           pki_lint_no(text, "name constraints are enforced by some verifiers only; separate "
                             "environments in the trust files");
}

static bool check_name_constraints_critical(const struct pki_lint_subject *subject,
                                            struct pki_buf *text)
{
    return !pki_cert_extension(subject->cert, PKI_OID_NAME_CONSTRAINTS) ||
           is_critical(subject->cert, PKI_OID_NAME_CONSTRAINTS) ||
           pki_lint_no(text, "name constraints are not critical");
}

/* NameConstraints ::= SEQUENCE { permitted [0], excluded [1] SEQUENCE OF SEQUENCE { base, ... } }
 */
static bool subtrees_hold(struct pki_bytes subtrees, uint8_t tag)
{
    struct pki_error ignored = {0};
    struct pki_element subtree;

    while (subtrees.size > 0) {
        if (!pki_walk_next(&subtrees, &subtree, &ignored))
            return false;
        if (pki_walk_peek(subtree.content) == tag)
            return true;
    }
    return false;
}

static bool check_no_directory_name(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_extension *extension =
        pki_cert_extension(subject->cert, PKI_OID_NAME_CONSTRAINTS);
    struct pki_error why = {0};
    struct pki_bytes rest = extension ? extension->value : (struct pki_bytes){0};
    struct pki_element element;

    if (!extension)
        return true;
    if (!pki_walk_scan(rest, &why) || !pki_walk_expect(&rest, SEQUENCE, &element, &why))
        return pki_lint_no_because(text, &why);
    rest = element.content;
    while (rest.size > 0) {
        if (!pki_walk_next(&rest, &element, &why))
            return pki_lint_no_because(text, &why);
        if (subtrees_hold(element.content, DIRECTORY_NAME))
            return pki_lint_no(text, "name constraints on directory names, which Go does not "
                                     "process");
    }
    return true;
}

static const struct pki_lint_rule rules[] = {
    {"policies_ordinary", PKI_LINT_ERROR, PKI_LINT_ANY,
     "RFC 5280 4.2.1.4; sigstore-python's verifier",
     "Policies, their mappings and constraints are not critical.", NULL, check_policies},
    {"san_critical", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2.1.6",
     "Where the subject is empty, the alternative names are critical.", NULL, check_san_critical},
    {"san_there", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2.1.6",
     "The subject alternative names hold at least one.", NULL, check_san_there},
    {"basic_constraints_critical", PKI_LINT_ERROR, PKI_LINT_AUTHORITY, "RFC 5280 4.2.1.9",
     "A CA has basic constraints and they are critical.", NULL, check_constraints_critical},
    {"basic_constraints_authority", PKI_LINT_ERROR, PKI_LINT_AUTHORITY, "RFC 5280 4.2.1.9",
     "Basic constraints of a CA say so.", NULL, check_authority},
    {"path_length_authority", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2.1.9",
     "A path length is not negative and stands only with CA and keyCertSign.", NULL,
     check_path_length},
    {"name_constraints_absent", PKI_LINT_WARNING, PKI_LINT_ANY, "Sigstore verifiers differ (lab)",
     "There are no name constraints.", NULL, check_no_name_constraints},
    {"name_constraints_critical", PKI_LINT_WARNING, PKI_LINT_ANY, "RFC 5280 4.2.1.10",
     "Name constraints are critical.", NULL, check_name_constraints_critical},
    {"name_constraints_directory", PKI_LINT_ERROR, PKI_LINT_ANY,
     "Go crypto/x509: unhandled critical extension",
     "Name constraints do not constrain directory names.", NULL, check_no_directory_name},
};

PKI_LINT_TABLE(pki_lint_rules_constraint, rules);
