/*
 * Which certificates and reasons a revocation list is for: its issuing
 * distribution point against the certificate's distribution points (RFC 5280
 * 5.2.5, 6.3.3 (b) to (d)).
 */
#include "x509/path.h"

#include "asn1/value.h"
#include "x509/name.h"
#include "x509/oids.h"

enum {
    TAG_SEQUENCE = 0x30,
    TAG_DISTRIBUTION_POINT = 0xa0, /* [0] EXPLICIT DistributionPointName, in both structures */
    TAG_FULL_NAME = 0xa0,
    TAG_RELATIVE_NAME = 0xa1,
    TAG_DIRECTORY_NAME = 0xa4,
    TAG_ONLY_USERS = 0x81,
    TAG_ONLY_AUTHORITIES = 0x82,
    TAG_ONLY_REASONS = 0x83,
    TAG_INDIRECT = 0x84,
    TAG_ONLY_ATTRIBUTES = 0x85,
    TAG_REASONS = 0x81,
    TAG_CRL_ISSUER = 0xa2,
};

struct scope {
    struct pki_bytes point; /* DistributionPointName, of the list; data NULL: absent */
    bool only_users, only_authorities, indirect, only_attributes;
    uint32_t reasons;
};

/* ReasonFlags ::= BIT STRING { unused (0), keyCompromise (1), ... aACompromise (8) } */
static bool read_reasons(struct pki_bytes content, uint32_t *reasons, struct pki_error *err)
{
    if (content.size < 1 || content.size > 3)
        return pki_fail(err, PKI_E_FORMAT, "reason flags of %zu octets", content.size);
    *reasons = 0;
    for (size_t bit = 0; bit < (content.size - 1) * 8; bit++)
        if ((content.data[1 + bit / 8] >> (7 - bit % 8) & 1) != 0)
            *reasons |= 1u << bit;
    *reasons &= PKI_REASONS_ALL;
    return true;
}

static bool take_part(struct scope *scope, const struct pki_element *part, struct pki_error *err)
{
    switch (part->tag) {
    case TAG_DISTRIBUTION_POINT:
        scope->point = part->content;
        return true;
    case TAG_ONLY_USERS:
        return pki_value_truth(part->content, &scope->only_users, err);
    case TAG_ONLY_AUTHORITIES:
        return pki_value_truth(part->content, &scope->only_authorities, err);
    case TAG_ONLY_REASONS:
        return read_reasons(part->content, &scope->reasons, err);
    case TAG_INDIRECT:
        return pki_value_truth(part->content, &scope->indirect, err);
    case TAG_ONLY_ATTRIBUTES:
        return pki_value_truth(part->content, &scope->only_attributes, err);
    default:
        return pki_fail(err, PKI_E_FORMAT,
                        "unknown element 0x%02x in an issuing distribution point (RFC 5280 5.2.5)",
                        part->tag);
    }
}

static bool read_scope(const struct pki_crl *crl, struct scope *scope, struct pki_error *err)
{
    struct pki_bytes rest = crl->distribution;
    struct pki_element whole;
    struct pki_element part;

    *scope = (struct scope){.reasons = PKI_REASONS_ALL};
    if (rest.size == 0)
        return true;
    if (!pki_walk_scan(rest, err) || !pki_walk_expect(&rest, TAG_SEQUENCE, &whole, err))
        return false;
    while (whole.content.size > 0)
        if (!pki_walk_next(&whole.content, &part, err) || !take_part(scope, &part, err))
            return false;
    return true;
}

/* DistributionPointName ::= CHOICE { fullName [0], nameRelativeToCRLIssuer [1] } */
struct point {
    struct pki_bytes names;    /* GeneralNames content; data NULL: absent */
    struct pki_bytes relative; /* RelativeDistinguishedName content; data NULL: absent */
};

static bool read_point(struct pki_bytes name, struct point *point, struct pki_error *err)
{
    struct pki_element part;

    *point = (struct point){0};
    if (!pki_walk_next(&name, &part, err))
        return false;
    if (part.tag == TAG_FULL_NAME)
        point->names = part.content;
    else if (part.tag == TAG_RELATIVE_NAME)
        point->relative = part.content;
    else
        return pki_fail(err, PKI_E_FORMAT, "a distribution point name of unknown kind");
    return true;
}

static bool same_general_name(const struct pki_element *a, const struct pki_element *b)
{
    if (a->tag != b->tag)
        return false;
    if (a->tag == TAG_DIRECTORY_NAME)
        return pki_name_equal(a->content, b->content);
    return pki_bytes_equal(a->content, b->content);
}

#define POINT_NAMES_MAX 64

/* One general name that both lists hold (RFC 5280 6.3.3 (b) (2) (i)). */
static bool share_name(struct pki_bytes a, struct pki_bytes b, bool *shared, struct pki_error *err)
{
    struct pki_element left;
    struct pki_element right;
    unsigned compared = 0;

    *shared = false;
    while (a.size > 0) {
        if (!pki_walk_next(&a, &left, err))
            return false;
        for (struct pki_bytes rest = b; rest.size > 0;) {
            if (++compared > POINT_NAMES_MAX * POINT_NAMES_MAX)
                return pki_fail(err, PKI_E_INVALID, "too many distribution point names to compare");
            if (!pki_walk_next(&rest, &right, err))
                return false;
            *shared |= same_general_name(&left, &right);
        }
    }
    return true;
}

/* One general name that is the issuer followed by this relative name. */
static bool holds_relative(struct pki_bytes names, struct pki_bytes issuer,
                           struct pki_bytes relative, bool *holds, struct pki_error *err)
{
    pki_scope(pki_buf) full = {0};
    struct pki_element part;

    *holds = false;
    if (!pki_name_extend(issuer, relative, &full, err))
        return false;
    while (names.size > 0) {
        if (!pki_walk_next(&names, &part, err))
            return false;
        *holds |=
            part.tag == TAG_DIRECTORY_NAME && pki_name_equal(part.content, pki_buf_view(&full));
    }
    return true;
}

static bool points_match(const struct point *a, const struct point *b, struct pki_bytes issuer,
                         bool *match, struct pki_error *err)
{
    *match = false;
    if (a->names.data && b->names.data)
        return share_name(a->names, b->names, match, err);
    if (a->names.data)
        return holds_relative(a->names, issuer, b->relative, match, err);
    if (b->names.data)
        return holds_relative(b->names, issuer, a->relative, match, err);
    *match = pki_bytes_equal(a->relative, b->relative);
    return true;
}

/* One of the certificate's distribution points. */
struct own_point {
    struct point name;
    uint32_t reasons;
    bool of_other; /* its lists are another issuer's */
};

/* DistributionPoint ::= SEQUENCE { distributionPoint [0] OPTIONAL, reasons [1] OPTIONAL,
 *   cRLIssuer [2] OPTIONAL } (RFC 5280 4.2.1.13) */
static bool read_own_point(struct pki_bytes content, struct own_point *own, struct pki_error *err)
{
    struct pki_element part;

    *own = (struct own_point){.reasons = PKI_REASONS_ALL};
    while (content.size > 0) {
        if (!pki_walk_next(&content, &part, err))
            return false;
        own->of_other |= part.tag == TAG_CRL_ISSUER;
        if (part.tag == TAG_REASONS && !read_reasons(part.content, &own->reasons, err))
            return false;
        if (part.tag == TAG_DISTRIBUTION_POINT && !read_point(part.content, &own->name, err))
            return false;
    }
    return true;
}

static bool match_own_point(struct pki_bytes content, const struct scope *scope,
                            struct pki_bytes issuer, uint32_t *reasons, struct pki_error *err)
{
    struct point listed;
    struct own_point own;
    bool match = false;

    if (!read_point(scope->point, &listed, err) || !read_own_point(content, &own, err))
        return false;
    if (own.of_other || (!own.name.names.data && !own.name.relative.data))
        return true;
    if (!points_match(&listed, &own.name, issuer, &match, err))
        return false;
    if (match)
        *reasons |= own.reasons & scope->reasons;
    return true;
}

/* RFC 5280 6.3.3, last paragraph: without distribution points the issuer's name stands for one. */
static bool match_issuer(const struct scope *scope, struct pki_bytes issuer, uint32_t *reasons,
                         struct pki_error *err)
{
    struct point point = {0};
    struct pki_element part;
    bool match = !scope->point.data;

    if (scope->point.data && !read_point(scope->point, &point, err))
        return false;
    while (point.names.size > 0) {
        if (!pki_walk_next(&point.names, &part, err))
            return false;
        match |= part.tag == TAG_DIRECTORY_NAME && pki_name_equal(part.content, issuer);
    }
    *reasons = match ? scope->reasons : 0;
    return true;
}

static bool match_points(const struct pki_cert *cert, const struct scope *scope, uint32_t *reasons,
                         struct pki_error *err)
{
    const struct pki_extension *extension =
        pki_cert_extension(cert, PKI_OID_CRL_DISTRIBUTION_POINTS);
    struct pki_bytes rest;
    struct pki_element point;

    *reasons = 0;
    if (!extension)
        return match_issuer(scope, cert->issuer, reasons, err);
    if (!pki_extension_open(extension, TAG_SEQUENCE, &rest, err))
        return false;
    /* A list for everything counts whatever addresses the certificate names. */
    if (!scope->point.data)
        *reasons = scope->reasons;
    while (scope->point.data && rest.size > 0) {
        if (!pki_walk_expect(&rest, TAG_SEQUENCE, &point, err) ||
            !match_own_point(point.content, scope, cert->issuer, reasons, err))
            return false;
    }
    return true;
}

bool pki_crl_is_indirect(const struct pki_crl *crl, bool *indirect, struct pki_error *err)
{
    struct scope scope;

    if (!read_scope(crl, &scope, err))
        return false;
    *indirect = scope.indirect;
    return true;
}

bool pki_crl_scope(const struct pki_crl *crl, const struct pki_cert *cert, uint32_t *reasons,
                   struct pki_error *err)
{
    struct scope scope;

    if (!read_scope(crl, &scope, err))
        return false;
    *reasons = 0;
    if (scope.only_attributes || (scope.only_users && cert->authority) ||
        (scope.only_authorities && !cert->authority))
        return true;
    return match_points(cert, &scope, reasons, err);
}
