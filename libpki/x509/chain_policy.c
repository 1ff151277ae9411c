/*
 * Certificate policies (RFC 5280 6.1.2 to 6.1.5) for a user who accepts any
 * policy, which is the only user there is: then only whether the tree is empty
 * matters, and of each level only the set of policies that the next one may
 * have (RFC 9618 keeps as little). So a level is a set of identifiers, and no
 * certificate can make it grow.
 */
#include "x509/path.h"

#include "asn1/value.h"
#include "asn1/walk.h"
#include "x509/name.h"
#include "x509/oids.h"

#define POLICIES_MAX 256

enum {
    TAG_INTEGER = 0x02,
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30,
    TAG_REQUIRE_EXPLICIT = 0x80,
    TAG_INHIBIT_MAPPING = 0x81,
};

#define ANY_POLICY "\x55\x1d\x20\x00" /* 2.5.29.32.0 */

/* A set of object identifiers, content octets. */
struct policies {
    struct pki_bytes list[POLICIES_MAX];
    size_t n;
};

struct state {
    struct policies expected; /* of the level above: what it lets this one have */
    size_t explicit_policy, policy_mapping, inhibit_any; /* as in RFC 5280 6.1.2 */
};

static const struct pki_bytes any_policy = {(const uint8_t *)ANY_POLICY, sizeof(ANY_POLICY) - 1};

static bool has(const struct policies *policies, struct pki_bytes policy)
{
    for (size_t i = 0; i < policies->n; i++)
        if (pki_bytes_equal(policies->list[i], policy))
            return true;
    return false;
}

static bool add(struct policies *policies, struct pki_bytes policy, struct pki_error *err)
{
    if (has(policies, policy))
        return true;
    if (policies->n == POLICIES_MAX)
        return pki_fail(err, PKI_E_INVALID, "has more than %d policies, more than are processed",
                        POLICIES_MAX);
    policies->list[policies->n++] = policy;
    return true;
}

static void drop(struct policies *policies, struct pki_bytes policy)
{
    for (size_t i = 0; i < policies->n; i++)
        if (pki_bytes_equal(policies->list[i], policy))
            policies->list[i--] = policies->list[--policies->n];
}

/* CertificatePolicies ::= SEQUENCE OF SEQUENCE { policyIdentifier OID, ... } (RFC 5280 4.2.1.4) */
static bool read_policies(const struct pki_cert *cert, struct policies *policies,
                          struct pki_error *err)
{
    const struct pki_extension *extension = pki_cert_extension(cert, PKI_OID_CERTIFICATE_POLICIES);
    struct pki_bytes rest = {0};
    struct pki_element information;
    struct pki_element identifier;

    policies->n = 0;
    if (extension && !pki_extension_open(extension, TAG_SEQUENCE, &rest, err))
        return false;
    while (rest.size > 0) {
        if (!pki_walk_expect(&rest, TAG_SEQUENCE, &information, err) ||
            !pki_walk_expect(&information.content, TAG_OID, &identifier, err))
            return false;
        if (has(policies, identifier.content))
            return pki_fail(err, PKI_E_INVALID, "names a policy twice (RFC 5280 4.2.1.4)");
        if (!add(policies, identifier.content, err))
            return false;
    }
    return true;
}

/* RFC 5280 6.1.3 (d): the policies of this level that the level above expects */
static bool step_level(struct state *state, const struct policies *own, bool takes_any,
                       struct policies *valid, struct pki_error *err)
{
    bool any_above = has(&state->expected, any_policy);

    valid->n = 0;
    for (size_t i = 0; i < own->n; i++) {
        struct pki_bytes policy = own->list[i];
        if (!pki_bytes_equal(policy, any_policy) && (any_above || has(&state->expected, policy)) &&
            !add(valid, policy, err))
            return false;
    }
    if (!takes_any || !has(own, any_policy))
        return true;
    for (size_t i = 0; i < state->expected.n; i++)
        if (!add(valid, state->expected.list[i], err))
            return false;
    return true;
}

/* PolicyMappings ::= SEQUENCE OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy } */
static bool next_mapping(struct pki_bytes *rest, struct pki_bytes *from, struct pki_bytes *to,
                         struct pki_error *err)
{
    struct pki_element pair;
    struct pki_element oid;

    if (!pki_walk_expect(rest, TAG_SEQUENCE, &pair, err) ||
        !pki_walk_expect(&pair.content, TAG_OID, &oid, err))
        return false;
    *from = oid.content;
    if (!pki_walk_expect(&pair.content, TAG_OID, &oid, err))
        return false;
    *to = oid.content;
    if (pki_bytes_equal(*from, any_policy) || pki_bytes_equal(*to, any_policy))
        return pki_fail(err, PKI_E_INVALID, "maps anyPolicy (RFC 5280 4.2.1.5)");
    return true;
}

/* RFC 5280 6.1.4 (a) and (b): what this level lets the next one have */
static bool map_policies(struct state *state, const struct pki_cert *cert,
                         const struct policies *valid, struct pki_error *err)
{
    const struct pki_extension *extension = pki_cert_extension(cert, PKI_OID_POLICY_MAPPINGS);
    struct pki_bytes mappings = {0};
    struct pki_bytes from;
    struct pki_bytes to;

    state->expected = *valid;
    if (!extension)
        return true;
    if (!pki_extension_open(extension, TAG_SEQUENCE, &mappings, err))
        return false;
    for (struct pki_bytes rest = mappings; rest.size > 0;) {
        if (!next_mapping(&rest, &from, &to, err))
            return false;
        drop(&state->expected, from);
    }
    for (struct pki_bytes rest = mappings; rest.size > 0;) {
        if (!next_mapping(&rest, &from, &to, err))
            return false;
        if (state->policy_mapping > 0 && (has(valid, from) || has(valid, any_policy)) &&
            !add(&state->expected, to, err))
            return false;
    }
    return true;
}

static void lower_to(size_t *counter, int64_t value)
{
    if (value < (int64_t)*counter)
        *counter = value < 0 ? 0 : (size_t)value;
}

struct constraints {
    bool has_explicit, has_mapping;
    int64_t explicit_policy, mapping;
};

/* SEQUENCE { requireExplicitPolicy [0] OPTIONAL, inhibitPolicyMapping [1] OPTIONAL } */
static bool read_constraints(const struct pki_cert *cert, struct constraints *constraints,
                             struct pki_error *err)
{
    const struct pki_extension *extension = pki_cert_extension(cert, PKI_OID_POLICY_CONSTRAINTS);
    struct pki_bytes rest = {0};
    struct pki_element part;

    *constraints = (struct constraints){0};
    if (extension && !pki_extension_open(extension, TAG_SEQUENCE, &rest, err))
        return false;
    while (rest.size > 0) {
        if (!pki_walk_next(&rest, &part, err))
            return false;
        bool is_explicit = part.tag == TAG_REQUIRE_EXPLICIT;
        if (!is_explicit && part.tag != TAG_INHIBIT_MAPPING)
            return pki_fail(err, PKI_E_INVALID,
                            "has malformed policy constraints (RFC 5280 4.2.1.11)");
        if (!pki_value_integer(part.content,
                               is_explicit ? &constraints->explicit_policy : &constraints->mapping,
                               err))
            return false;
        constraints->has_explicit |= is_explicit;
        constraints->has_mapping |= !is_explicit;
    }
    return true;
}

/* RFC 5280 6.1.4 (i) and (j) */
static bool lower_counters(struct state *state, const struct pki_cert *cert, struct pki_error *err)
{
    const struct pki_extension *inhibit = pki_cert_extension(cert, PKI_OID_INHIBIT_ANY_POLICY);
    struct constraints constraints;
    struct pki_bytes content;
    int64_t skip = 0;

    if (!read_constraints(cert, &constraints, err))
        return false;
    if (constraints.has_explicit)
        lower_to(&state->explicit_policy, constraints.explicit_policy);
    if (constraints.has_mapping)
        lower_to(&state->policy_mapping, constraints.mapping);
    if (!inhibit)
        return true;
    if (!pki_extension_open(inhibit, TAG_INTEGER, &content, err) ||
        !pki_value_integer(content, &skip, err))
        return false;
    lower_to(&state->inhibit_any, skip);
    return true;
}

static void count_down(size_t *counter)
{
    if (*counter > 0)
        (*counter)--;
}

/* RFC 5280 6.1.5 (a) and (b) for the leaf, 6.1.4 (a), (b), (h) to (j) for the others */
static bool prepare_next(struct state *state, const struct pki_cert *cert, bool last,
                         bool self_issued, const struct policies *valid, struct pki_error *err)
{
    if (!last && !map_policies(state, cert, valid, err))
        return false;
    if (last || !self_issued)
        count_down(&state->explicit_policy);
    if (!self_issued) {
        count_down(&state->policy_mapping);
        count_down(&state->inhibit_any);
    }
    if (!last)
        return lower_counters(state, cert, err);

    struct constraints constraints;
    if (!read_constraints(cert, &constraints, err))
        return false;
    if (constraints.has_explicit && constraints.explicit_policy == 0)
        state->explicit_policy = 0;
    return true;
}

static bool check_certificate(struct state *state, const struct pki_cert *cert, bool last,
                              struct pki_error *err)
{
    bool self_issued = pki_name_equal(cert->subject, cert->issuer);
    bool takes_any = state->inhibit_any > 0 || (!last && self_issued);
    struct policies own;
    struct policies valid;

    if (!read_policies(cert, &own, err) || !step_level(state, &own, takes_any, &valid, err))
        return false;
    bool allowed = state->explicit_policy > 0 || valid.n > 0;
    if (allowed && !prepare_next(state, cert, last, self_issued, &valid, err))
        return false;
    if (!allowed || (last && state->explicit_policy == 0 && valid.n == 0)) {
        return pki_fail(err, PKI_E_INVALID,
                        "has no policy that is valid along the path, and a certificate of the path "
                        "requires one (RFC 5280 6.1.3 (f))");
    }
    return true;
}

bool pki_path_check_policies(const struct pki_path *path, struct pki_path_fault *fault,
                             struct pki_error *err)
{
    struct state state = {
        .expected = {.list = {any_policy}, .n = 1},
        .explicit_policy = path->n,
        .policy_mapping = path->n,
        .inhibit_any = path->n,
    };
    size_t anchor = path->n - 1;

    /* Section 6 starts below the anchor; its constraints, not its policies, count all the same. */
    fault->position = anchor;
    fault->step = anchor > 0 ? anchor - 1 : 0;
    if (!lower_counters(&state, path->certs[anchor], err))
        return false;
    for (size_t i = anchor; i-- > 0;) {
        fault->position = i;
        fault->step = i;
        if (!check_certificate(&state, path->certs[i], i == 0, err))
            return false;
    }
    return true;
}
