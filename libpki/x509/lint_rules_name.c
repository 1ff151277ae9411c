/*
 * Names: RFC 5280 4.1.2.4, 4.1.2.6 and the bounds of its appendix A.1.
 */
#include "base/text.h"
#include "x509/lint_private.h"
#include "x509/name.h"

#define TAG_UTF8      0x0c
#define TAG_PRINTABLE 0x13
#define TAG_IA5       0x16

#define OID_SURNAME             "2.5.4.4"
#define OID_SERIAL_NUMBER       "2.5.4.5"
#define OID_LOCALITY            "2.5.4.7"
#define OID_STATE               "2.5.4.8"
#define OID_ORGANIZATIONAL_UNIT "2.5.4.11"
#define OID_TITLE               "2.5.4.12"
#define OID_GIVEN_NAME          "2.5.4.42"
#define OID_EMAIL               "1.2.840.113549.1.9.1"
#define OID_DOMAIN_COMPONENT    "0.9.2342.19200300.100.1.25"

/* Bounds in characters; strings is the one type that is allowed, 0 a DirectoryString. */
static const struct bound {
    const char *oid;
    const char *name;
    size_t min, max;
    uint8_t tag;
} bounds[] = {
    {PKI_OID_COMMON_NAME, "commonName", 1, 64, 0},
    {OID_SURNAME, "surname", 1, 32768, 0},
    {OID_SERIAL_NUMBER, "serialNumber", 1, 64, TAG_PRINTABLE},
    {PKI_OID_COUNTRY, "countryName", 2, 2, TAG_PRINTABLE},
    {OID_LOCALITY, "localityName", 1, 128, 0},
    {OID_STATE, "stateOrProvinceName", 1, 128, 0},
    {PKI_OID_ORGANIZATION, "organizationName", 1, 64, 0},
    {OID_ORGANIZATIONAL_UNIT, "organizationalUnitName", 1, 64, 0},
    {OID_TITLE, "title", 1, 64, 0},
    {OID_GIVEN_NAME, "givenName", 1, 32768, 0},
    {OID_EMAIL, "emailAddress", 1, 255, TAG_IA5},
    {OID_DOMAIN_COMPONENT, "domainComponent", 1, 63, TAG_IA5},
};

static const struct bound *bound_of(const char *oid)
{
    for (size_t i = 0; i < PKI_COUNT(bounds); i++)
        if (strcmp(bounds[i].oid, oid) == 0)
            return &bounds[i];
    return NULL;
}

static const char *label(const struct pki_lint_attributes *at)
{
    const struct bound *bound = bound_of(at->oid);

    return bound ? bound->name : at->oid;
}

/* Code points of UTF-8, octets of the other string types. */
static size_t characters(const struct pki_lint_attributes *at)
{
    size_t count = 0;

    for (size_t i = 0; i < at->value.size; i++)
        if (at->tag != TAG_UTF8 || (at->value.data[i] & 0xc0) != 0x80)
            count++;
    return count;
}

typedef bool attribute_check(const struct pki_lint_attributes *at, struct pki_buf *text);

static bool check_names(const struct pki_lint_subject *subject, attribute_check *check,
                        struct pki_buf *text)
{
    const struct pki_bytes names[] = {subject->cert->issuer, subject->cert->subject};

    for (size_t i = 0; i < PKI_COUNT(names); i++) {
        struct pki_lint_attributes at = pki_lint_attributes(names[i]);
        while (pki_lint_attributes_next(&at))
            if (!check(&at, text))
                return false;
    }
    return true;
}

static bool is_of_type(const struct pki_lint_attributes *at, struct pki_buf *text)
{
    const struct bound *bound = bound_of(at->oid);
    bool directory_string = at->tag == TAG_UTF8 || at->tag == TAG_PRINTABLE;
    bool good = bound && bound->tag ? at->tag == bound->tag
                                    : directory_string || (!bound && at->tag == TAG_IA5);

    return good || pki_lint_no(text, "%s is written with string type 0x%02x", label(at), at->tag);
}

static bool is_within_bounds(const struct pki_lint_attributes *at, struct pki_buf *text)
{
    const struct bound *bound = bound_of(at->oid);
    size_t count = characters(at);

    if (!bound || (count >= bound->min && count <= bound->max))
        return true;
    return pki_lint_no(text, "%s has %zu characters, not %zu to %zu", bound->name, count,
                       bound->min, bound->max);
}

static bool is_printable(const struct pki_lint_attributes *at, struct pki_buf *text)
{
    pki_scope(pki_buf) safe = {0};

    pki_text_safe(&safe, at->value);
    return pki_bytes_equal(pki_buf_view(&safe), at->value) ||
           pki_lint_no(text, "%s holds characters that cannot be shown: %.*s", label(at),
                       (int)(safe.size < 200 ? safe.size : 200), (const char *)safe.data);
}

static bool is_trimmed(const struct pki_lint_attributes *at, struct pki_buf *text)
{
    struct pki_bytes value = at->value;

    return value.size == 0 || (value.data[0] != ' ' && value.data[value.size - 1] != ' ') ||
           pki_lint_no(text, "%s begins or ends with a space", label(at));
}

static bool check_string_types(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return check_names(subject, is_of_type, text);
}

static bool check_bounds(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return check_names(subject, is_within_bounds, text);
}

static bool check_printable(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return check_names(subject, is_printable, text);
}

static bool check_trimmed(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return check_names(subject, is_trimmed, text);
}

static bool is_empty(struct pki_bytes name)
{
    struct pki_lint_attributes at = pki_lint_attributes(name);

    return !pki_lint_attributes_next(&at);
}

static bool check_issuer_there(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !is_empty(subject->cert->issuer) || pki_lint_no(text, "the issuer name is empty");
}

static bool check_subject_there(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !is_empty(subject->cert->subject) || pki_lint_no(text, "the subject name is empty");
}

static bool check_organization(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_lint_name_count(subject->cert->subject, PKI_OID_ORGANIZATION) == 1 ||
           pki_lint_no(text, "the subject does not have one organizationName");
}

static bool check_common_name(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_lint_name_count(subject->cert->subject, PKI_OID_COMMON_NAME) == 1 ||
           pki_lint_no(text, "the subject does not have one commonName");
}

static bool check_no_unit(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_lint_name_count(subject->cert->subject, OID_ORGANIZATIONAL_UNIT) == 0 ||
           pki_lint_no(text, "the subject has an organizationalUnitName");
}

static const struct pki_lint_rule rules[] = {
    {"issuer_there", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.2.4",
     "The issuer name is not empty.", NULL, check_issuer_there},
    {"authority_subject_there", PKI_LINT_ERROR, PKI_LINT_AUTHORITY, "RFC 5280 4.1.2.6",
     "The subject name of a CA is not empty.", NULL, check_subject_there},
    {"name_string_types", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.2.4, A.1",
     "Name attributes are PrintableString or UTF8String, or the one type that is defined for them.",
     NULL, check_string_types},
    {"name_bounds", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 A.1",
     "Name attributes have at most the characters that are allowed (64 for a commonName), and at "
     "least one.",
     NULL, check_bounds},
    {"name_printable", PKI_LINT_ERROR, PKI_LINT_ANY, "Unicode TR36 3",
     "Name attributes hold no control, bidirectional, hiding or invalid characters.", NULL,
     check_printable},
    {"name_trimmed", PKI_LINT_ERROR, PKI_LINT_ANY, "BR 7.1.4.2",
     "Name attributes do not begin or end with a space.", NULL, check_trimmed},
    {"authority_organization", PKI_LINT_ERROR, PKI_LINT_AUTHORITY,
     "BR 7.1.2.10.2; Fulcio certificate specification", "The subject of a CA has one organization.",
     NULL, check_organization},
    {"authority_common_name", PKI_LINT_ERROR, PKI_LINT_AUTHORITY,
     "BR 7.1.2.10.2; Fulcio certificate specification", "The subject of a CA has one common name.",
     NULL, check_common_name},
    {"authority_no_unit", PKI_LINT_ERROR, PKI_LINT_AUTHORITY, "BR 7.1.2.10.2",
     "The subject of a CA has no organizational unit.", NULL, check_no_unit},
};

PKI_LINT_TABLE(pki_lint_rules_name, rules);
