/*
 * Name constraints (RFC 5280 4.2.1.10, 6.1.3 (b) and (c), 6.1.4 (g)).
 *
 * Each certificate's names are held against the constraints of every
 * certificate above it, the anchor's included. Requiring every permitted list
 * by itself is the intersection that section 6 computes.
 */
#include "x509/path.h"

#include "asn1/walk.h"
#include "x509/name.h"
#include "x509/oids.h"

/* More names times subtrees than this are refused, so that none can be used to stop a verifier. */
#define COMPARISONS_MAX 250000u

#define NAMES_MAX 1024

enum {
    TAG_SEQUENCE = 0x30,
    TAG_OID = 0x06,
    TAG_SET = 0x31,
    TAG_CONTEXT = 0x80, /* the class bits of GeneralName's tags; the low five are the kind */
    TAG_KIND = 0x1f,
    TAG_PERMITTED = 0xa0,
    TAG_EXCLUDED = 0xa1,
};

#define OID_EMAIL_ADDRESS "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01" /* 1.2.840.113549.1.9.1 */

struct names {
    struct {
        enum pki_name_kind kind;
        struct pki_bytes name;
    } list[NAMES_MAX];
    size_t n;
};

static const char *const kinds[PKI_NAME_KINDS] = {
    "other name", "e-mail address", "DNS name",      "X.400 address", "directory name", "EDI name",
    "URI",        "IP address",     "registered ID",
};

static bool add_name(struct names *names, enum pki_name_kind kind, struct pki_bytes name,
                     struct pki_error *err)
{
    if (names->n == NAMES_MAX)
        return pki_fail(err, PKI_E_INVALID, "has over %d names, more than are checked", NAMES_MAX);
    names->list[names->n].kind = kind;
    names->list[names->n].name = name;
    names->n++;
    return true;
}

/* The value and kind of a GeneralName. */
static bool open_general(struct pki_bytes *rest, enum pki_name_kind *kind, struct pki_bytes *name,
                         struct pki_error *err)
{
    struct pki_element element;

    if (!pki_walk_next(rest, &element, err))
        return false;
    unsigned number = element.tag & TAG_KIND;
    if ((element.tag & TAG_CONTEXT) == 0 || number >= PKI_NAME_KINDS)
        return pki_fail(err, PKI_E_INVALID, "has a name of unknown kind (RFC 5280 4.2.1.6)");
    *kind = (enum pki_name_kind)number;
    *name = element.content;
    return true;
}

static bool add_alternative_names(const struct pki_cert *cert, struct names *names,
                                  struct pki_error *err)
{
    const struct pki_extension *extension = pki_cert_extension(cert, PKI_OID_SUBJECT_ALT_NAME);
    struct pki_bytes rest;
    enum pki_name_kind kind = PKI_NAME_OTHER;
    struct pki_bytes name;

    if (!extension)
        return true;
    if (!pki_extension_open(extension, TAG_SEQUENCE, &rest, err))
        return false;
    while (rest.size > 0)
        if (!open_general(&rest, &kind, &name, err) || !add_name(names, kind, name, err))
            return false;
    return true;
}

/* AttributeTypeAndValue: RFC 5280 4.2.1.10 holds emailAddress attributes to e-mail constraints */
static bool add_if_email(struct pki_bytes pair, struct names *names, struct pki_error *err)
{
    struct pki_element type;
    struct pki_element value;

    if (!pki_walk_expect(&pair, TAG_OID, &type, err) || !pki_walk_next(&pair, &value, err))
        return false;
    if (type.content.size != sizeof(OID_EMAIL_ADDRESS) - 1 ||
        memcmp(type.content.data, OID_EMAIL_ADDRESS, type.content.size) != 0)
        return true;
    return add_name(names, PKI_NAME_EMAIL, value.content, err);
}

static bool add_subject_emails(struct pki_bytes subject, struct names *names, struct pki_error *err)
{
    struct pki_element whole;
    struct pki_element set;
    struct pki_element pair;

    if (!pki_walk_expect(&subject, TAG_SEQUENCE, &whole, err))
        return false;
    while (whole.content.size > 0) {
        if (!pki_walk_expect(&whole.content, TAG_SET, &set, err))
            return false;
        while (set.content.size > 0) {
            if (!pki_walk_expect(&set.content, TAG_SEQUENCE, &pair, err) ||
                !add_if_email(pair.content, names, err))
                return false;
        }
    }
    return true;
}

#define EMPTY_NAME 2 /* octets of an empty SEQUENCE */

static bool collect(const struct pki_cert *cert, struct names *names, struct pki_error *err)
{
    names->n = 0;
    if (cert->subject.size > EMPTY_NAME && !add_name(names, PKI_NAME_DIRECTORY, cert->subject, err))
        return false;
    return add_subject_emails(cert->subject, names, err) && add_alternative_names(cert, names, err);
}

/* The subtrees of one certificate, and what of one certificate's names was found in them. */
struct check {
    const struct names *names;
    size_t issuer; /* position of the certificate with the constraints, for people */
    unsigned left; /* comparisons still allowed */
    bool constrained[PKI_NAME_KINDS];
    bool permitted[NAMES_MAX];
};

/* GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL } */
static bool next_base(struct pki_bytes *subtrees, enum pki_name_kind *kind, struct pki_bytes *base,
                      struct pki_error *err)
{
    struct pki_element subtree;

    if (!pki_walk_expect(subtrees, TAG_SEQUENCE, &subtree, err) ||
        !open_general(&subtree.content, kind, base, err))
        return false;
    if (subtree.content.size > 0)
        return pki_fail(err, PKI_E_INVALID,
                        "has name constraints with a minimum or maximum (RFC 5280 4.2.1.10)");
    return true;
}

/* A constraint that cannot be read binds as if it forbade: the names of its kind are refused. */
static bool refuse_incomparable(const struct check *check, enum pki_name_kind kind,
                                struct pki_bytes base, size_t n, struct pki_error *err)
{
    if (!pki_name_base_is_usable(kind, base)) {
        return pki_fail(err, PKI_E_INVALID,
                        "has a %s, and certificate %zu constrains these in a way that is not "
                        "processed (RFC 5280 4.2.1.10)",
                        kinds[kind], check->issuer + 1);
    }
    if (!pki_name_is_comparable(kind, check->names->list[n].name)) {
        return pki_fail(err, PKI_E_INVALID,
                        "has a malformed %s, which the name constraints of certificate %zu cannot "
                        "be held against (RFC 5280 4.2.1.10)",
                        kinds[kind], check->issuer + 1);
    }
    return true;
}

static bool match_base(struct check *check, enum pki_name_kind kind, struct pki_bytes base,
                       bool excluded, struct pki_error *err)
{
    for (size_t n = 0; n < check->names->n; n++) {
        if (check->names->list[n].kind != kind)
            continue;
        if (!refuse_incomparable(check, kind, base, n, err))
            return false;
        if (check->left-- == 0)
            return pki_fail(err, PKI_E_INVALID,
                            "has too many names and name constraints to compare");
        if (!pki_name_is_within(kind, check->names->list[n].name, base, excluded))
            continue;
        if (excluded) {
            return pki_fail(err, PKI_E_INVALID,
                            "has a %s that certificate %zu excludes by its name constraints "
                            "(RFC 5280 4.2.1.10)",
                            kinds[kind], check->issuer + 1);
        }
        check->permitted[n] = true;
    }
    return true;
}

static bool match_subtrees(struct check *check, struct pki_element list, struct pki_error *err)
{
    bool excluded = list.tag == TAG_EXCLUDED;
    enum pki_name_kind kind = PKI_NAME_OTHER;
    struct pki_bytes base;

    while (list.content.size > 0) {
        if (!next_base(&list.content, &kind, &base, err))
            return false;
        /* RFC 5280 4.2.1.10: directoryName is [4] EXPLICIT, its content the Name */
        check->constrained[kind] |= !excluded;
        if (!match_base(check, kind, base, excluded, err))
            return false;
    }
    return true;
}

static bool expect_all_permitted(const struct check *check, struct pki_error *err)
{
    for (size_t n = 0; n < check->names->n; n++) {
        enum pki_name_kind kind = check->names->list[n].kind;
        if (check->constrained[kind] && !check->permitted[n]) {
            return pki_fail(err, PKI_E_INVALID,
                            "has a %s that certificate %zu does not permit by its name constraints "
                            "(RFC 5280 4.2.1.10)",
                            kinds[kind], check->issuer + 1);
        }
    }
    return true;
}

/* NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL } */
static bool check_against(const struct pki_extension *constraints, const struct names *names,
                          size_t issuer, struct pki_error *err)
{
    struct check check = {.names = names, .issuer = issuer, .left = COMPARISONS_MAX};
    struct pki_bytes rest;
    struct pki_element list;

    if (!pki_extension_open(constraints, TAG_SEQUENCE, &rest, err))
        return false;
    while (rest.size > 0) {
        if (!pki_walk_next(&rest, &list, err))
            return false;
        if (list.tag != TAG_PERMITTED && list.tag != TAG_EXCLUDED)
            return pki_fail(err, PKI_E_INVALID,
                            "is below malformed name constraints (RFC 5280 4.2.1.10)");
        if (!match_subtrees(&check, list, err))
            return false;
    }
    return expect_all_permitted(&check, err);
}

static bool check_position(const struct pki_path *path, size_t position,
                           struct pki_path_fault *fault, struct pki_error *err)
{
    struct names *names = NULL;
    bool good = true;

    for (size_t i = position + 1; good && i < path->n; i++) {
        const struct pki_extension *constraints =
            pki_cert_extension(path->certs[i], PKI_OID_NAME_CONSTRAINTS);
        if (!constraints)
            continue;
        fault->step = i - 1;
        if (!names) {
            names = calloc(1, sizeof(*names));
            good = names ? collect(path->certs[position], names, err)
                         : pki_fail(err, PKI_E_MEMORY, "out of memory");
        }
        good = good && check_against(constraints, names, i, err);
    }
    free(names);
    return good;
}

bool pki_path_check_names(const struct pki_path *path, struct pki_path_fault *fault,
                          struct pki_error *err)
{
    for (size_t position = 0; position < path->n; position++) {
        /* RFC 5280 6.1.3 (b): self-issued ones but the last are passed over (key rollover) */
        if (position > 0 &&
            pki_name_equal(path->certs[position]->subject, path->certs[position]->issuer))
            continue;
        fault->position = position;
        if (!check_position(path, position, fault, err))
            return false;
    }
    return true;
}
