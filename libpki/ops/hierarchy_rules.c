#include "ops/hierarchy_rules.h"

#include <ctype.h>
#include <stdarg.h>
#include <strings.h>

#include "x509/name.h"

/* Every generation's number is appended, and a time-stamping leaf's word behind it; G99 is far
   enough: 25 years of quarters. */
#define GENERATION_ROOM strlen(" G99")
#define LEAF_ROOM       strlen(" G99 TSA")
#define NAME_LIMIT      64 /* characters of a common name (RFC 5280 A.1, ub-common-name) */

#define DAY 86400

bool pki_hierarchy_refuse(const struct pki_yaml_node *node, struct pki_error *err,
                          const char *format, ...)
{
    char text[400];
    va_list arguments;
    struct pki_error placed = {0};

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    pki_yaml_fail(node, &placed, "%s", text);
    return pki_fail(err, PKI_E_POLICY, "%s", placed.text);
}

/* --- names --------------------------------------------------------------------------------- */

bool pki_hierarchy_judge_top(const struct pki_hierarchy *hierarchy, const struct pki_yaml_node *map,
                             struct pki_error *err)
{
    const struct pki_name organization = {.organization = hierarchy->organization};
    const struct pki_name country = {.country = hierarchy->country};
    struct pki_error why = {0};

    if (hierarchy->organization[0] == 0)
        return pki_hierarchy_refuse(pki_yaml_at(map, "organization"), err,
                                    "organization: is empty; Fulcio and cosign need one");
    if (!pki_name_judge(&organization, &why))
        return pki_hierarchy_refuse(pki_yaml_at(map, "organization"), err, "organization: %s",
                                    why.text);
    if (hierarchy->country && !pki_name_judge(&country, &why))
        return pki_hierarchy_refuse(pki_yaml_at(map, "country"), err, "country: %s", why.text);
    return true;
}

/* "... G1", "... G12 TSA": what we append ourselves; with it in the file, two names could meet. */
static bool ends_like_a_generation(const char *name)
{
    size_t length = strlen(name);

    if (length >= 4 && strcasecmp(name + length - 4, " TSA") == 0)
        length -= 4;
    size_t digits = 0;
    while (length > digits && isdigit((unsigned char)name[length - 1 - digits]))
        digits++;
    return digits > 0 && length >= digits + 2 &&
           strncasecmp(name + length - digits - 2, " G", 2) == 0;
}

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static bool judge_common_name(const char *name, size_t room, const struct pki_yaml_node *at,
                              struct pki_error *err)
{
    const struct pki_name whole = {.common_name = name};
    struct pki_error why = {0};

    if (name[0] == 0)
        return pki_hierarchy_refuse(at, err, "common_name: is empty");
    if (!pki_name_judge(&whole, &why))
        return pki_hierarchy_refuse(at, err, "common_name: %s", why.text);
    if (characters(name) > NAME_LIMIT - room) {
        return pki_hierarchy_refuse(at, err,
                                    "common_name: is %zu characters; with the generation that is "
                                    "appended at most %zu fit (RFC 5280 A.1: 64)",
                                    characters(name), NAME_LIMIT - room);
    }
    if (ends_like_a_generation(name)) {
        return pki_hierarchy_refuse(at, err,
                                    "common_name: ends in a generation; leave it out, it is "
                                    "appended (\" G1\")");
    }
    return true;
}

static bool names_meet(const char *a, const char *b, struct pki_error *err, bool *meet)
{
    const struct pki_name names[] = {{.common_name = a}, {.common_name = b}};
    pki_scope(pki_buf) first = {0};
    pki_scope(pki_buf) second = {0};

    if (!pki_name_build(&names[0], &first, err) || !pki_name_build(&names[1], &second, err))
        return false;
    *meet = pki_name_equal(pki_buf_view(&first), pki_buf_view(&second));
    return true;
}

/* One subject name, one key: names are compared as verifiers do (RFC 5280 7.1). */
static bool judge_distinct(const struct pki_hierarchy *hierarchy, const char *name,
                           const struct pki_yaml_node *at, struct pki_error *err)
{
    for (size_t i = 0; i < hierarchy->n_roots + hierarchy->n_lines; i++) {
        const char *other = i < hierarchy->n_roots
                                ? hierarchy->roots[i].common_name
                                : hierarchy->lines[i - hierarchy->n_roots].common_name;
        bool meet = false;

        if (!names_meet(name, other, err, &meet))
            return false;
        if (meet) {
            return pki_hierarchy_refuse(at, err,
                                        "common_name: \"%s\" is used twice; every root and line "
                                        "needs its own",
                                        name);
        }
    }
    return true;
}

/* "a-b" + "c" and "a" + "b-c" would give one authority's name to two; so would an environment
   whose name begins like a root's authority. */
static bool judge_line_name(const struct pki_hierarchy *hierarchy, const struct pki_line_plan *line,
                            const struct pki_yaml_node *at, struct pki_error *err)
{
    char name[2 * 64];
    char other[2 * 64];

    if (strcmp(line->environment, "root") == 0 || strncmp(line->environment, "root-", 5) == 0)
        return pki_hierarchy_refuse(at, err,
                                    "an environment's name cannot begin with root: roots' do");
    (void)snprintf(name, sizeof(name), "%s-%s", line->environment, line->purpose);
    for (size_t i = 0; i < hierarchy->n_lines; i++) {
        (void)snprintf(other, sizeof(other), "%s-%s", hierarchy->lines[i].environment,
                       hierarchy->lines[i].purpose);
        if (strcmp(name, other) == 0)
            return pki_hierarchy_refuse(at, err, "two lines would both be called %s", name);
    }
    return true;
}

/* --- addresses ----------------------------------------------------------------------------- */

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (!isgraph((unsigned char)*text) || strchr("\"<>\\^`|", *text))
            return false;
    return true;
}

/* Written into certificates for ever, one file an authority. */
static bool judge_address(const struct pki_yaml_node *map, const char *key, const char *text,
                          struct pki_error *err)
{
    const char *place = text ? strstr(text, "{authority}") : NULL;

    if (!text)
        return true;
    if (strncmp(text, "http://", 7) != 0) {
        return pki_hierarchy_refuse(pki_yaml_at(map, key), err,
                                    "%s: must begin with http:// (CA/B BR 7.1.2.11.2; https would "
                                    "need the very certificates that are being checked)",
                                    key);
    }
    if (!place || strstr(place + 1, "{authority}") || text[7] == '/' || text[7] == '{') {
        return pki_hierarchy_refuse(pki_yaml_at(map, key), err,
                                    "%s: must be a host and a path with {authority} in it, once: "
                                    "each authority has its own file",
                                    key);
    }
    return is_plain(text) ||
           pki_hierarchy_refuse(pki_yaml_at(map, key), err,
                                "%s: holds a character that a URI cannot (RFC 3986 2)", key);
}

static bool judge_service(const struct pki_yaml_node *map, const char *name, const char *text,
                          struct pki_error *err)
{
    if (!text)
        return true;
    return ((strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0) &&
            is_plain(text)) ||
           pki_hierarchy_refuse(pki_yaml_at(map, "services"), err,
                                "services: %s must be an https:// or http:// address", name);
}

/* A profile that demands an address gets it from whoever issues. */
static bool judge_presence(const struct pki_profile *profile, const char *crl_url,
                           const char *issuer_url, const char *of, const struct pki_yaml_node *at,
                           struct pki_error *err)
{
    const char *lacking = profile->crl_url == PKI_REQUIRED && !crl_url         ? "crl_url"
                          : profile->issuer_url == PKI_REQUIRED && !issuer_url ? "issuer_url"
                                                                               : NULL;

    return !lacking || pki_hierarchy_refuse(at, err, "a %s certificate needs %s: add it to %s",
                                            profile->name, lacking, of);
}

/* --- periods ------------------------------------------------------------------------------- */

/* Months differ in length, so lengths are compared from each month of four years on. */
#define FIRST_START INT64_C(1704067200)
#define STARTS      48

static int64_t start_at(int32_t month)
{
    return month == 0 ? FIRST_START
                      : pki_period_after((struct pki_period){.months = month}, FIRST_START);
}

/* A month has at least 28 and at most 31 days: what that decides needs no calendar. */
static int64_t at_least(struct pki_period period)
{
    return period.seconds + (int64_t)period.months * 28 * DAY;
}

static int64_t at_most(struct pki_period period)
{
    return period.seconds + (int64_t)period.months * 31 * DAY;
}

/* Whether a is longer than b, wherever they start; of one unit, the start does not matter. */
static bool can_exceed(struct pki_period a, struct pki_period b)
{
    if (a.seconds == 0 && b.seconds == 0)
        return a.months > b.months;
    if (at_most(a) <= at_least(b))
        return false;
    for (int32_t month = 0; month < STARTS; month++)
        if (pki_period_after(a, start_at(month)) > pki_period_after(b, start_at(month)))
            return true;
    return false;
}

int64_t pki_line_needs_until(const struct pki_line_plan *line, int64_t issued_at)
{
    int64_t promoted = pki_period_after(line->rotate_every, issued_at);
    int64_t left = pki_period_after(line->rotate_every, promoted);

    return pki_period_after(line->slack, pki_period_after(line->leaf_life, left));
}

/* Whether the validity covers what the line needs, wherever it starts. */
static bool covers_needs(const struct pki_line_plan *line)
{
    const int64_t needs =
        2 * at_most(line->rotate_every) + at_most(line->leaf_life) + at_most(line->slack);

    if (at_least(line->validity) >= needs)
        return true;
    for (int32_t month = 0; month < STARTS; month++) {
        if (pki_period_after(line->validity, start_at(month)) <
            pki_line_needs_until(line, start_at(month)))
            return false;
    }
    return true;
}

static bool judge_fit(const struct pki_line_plan *line, const struct pki_yaml_node *map,
                      struct pki_error *err)
{
    const struct pki_yaml_node *at = pki_yaml_at(map, "validity");

    if (can_exceed(line->publish_lead, line->rotate_every)) {
        return pki_hierarchy_refuse(pki_yaml_at(map, "publish_lead"), err,
                                    "publish_lead: is longer than rotate_every; a successor would "
                                    "never be published long enough");
    }
    if (!covers_needs(line)) {
        return pki_hierarchy_refuse(at, err,
                                    "validity: is shorter than waiting (rotate_every) + active "
                                    "(rotate_every) + leaf_life + slack; signatures would "
                                    "outlive their issuer");
    }
    if (can_exceed(line->validity, line->root->validity))
        return pki_hierarchy_refuse(at, err, "validity: is longer than that of its root %s",
                                    line->root->name);
    if (can_exceed(line->crl_period, line->validity))
        return pki_hierarchy_refuse(pki_yaml_at(map, "crl_period"), err,
                                    "crl_period: is longer than validity");
    return true;
}

static bool judge_length(const struct pki_profile *profile, struct pki_period validity,
                         const struct pki_yaml_node *map, struct pki_error *err)
{
    const struct pki_period longest = {.seconds = (int64_t)profile->max_validity_days * DAY};

    return !can_exceed(validity, longest) ||
           pki_hierarchy_refuse(pki_yaml_at(map, "validity"), err,
                                "validity: is longer than the %u days of profile %s",
                                profile->max_validity_days, profile->name);
}

/* --- keys ---------------------------------------------------------------------------------- */

static bool judge_key(const struct pki_profile *profile, const struct pki_algorithm *key,
                      const struct pki_yaml_node *map, struct pki_error *err)
{
    struct pki_error why = {0};

    return pki_profile_takes_key(profile, key, &why) ||
           pki_hierarchy_refuse(pki_yaml_at(map, "key"), err, "key: %s", why.text);
}

/* Sigstore's clients do not agree on Ed25519 in a chain; the strictest decides. */
static bool judge_root_key(const struct pki_line_plan *line, const struct pki_yaml_node *map,
                           struct pki_error *err)
{
    bool sigstore = line->profile->id == PKI_PROFILE_CODE_SIGNING_CA ||
                    line->profile->id == PKI_PROFILE_TIME_STAMPING_CA;

    if (!sigstore || line->root->key->id != PKI_KEY_ED25519)
        return true;
    return pki_hierarchy_refuse(pki_yaml_at(map, "profile"), err,
                                "profile: %s cannot stand under root %s, whose key is ed25519: "
                                "sigstore-python verifies no Ed25519 certificate (it follows CA/B "
                                "BR 7.1.3.1); give the root an ecdsa or rsa key",
                                line->profile->name, line->root->name);
}

/* --- roots and lines ----------------------------------------------------------------------- */

bool pki_hierarchy_judge_root(const struct pki_hierarchy *hierarchy,
                              const struct pki_root_plan *root, const struct pki_yaml_node *map,
                              struct pki_error *err)
{
    const struct pki_profile *profile = pki_profile_get(PKI_PROFILE_ROOT);
    const struct pki_yaml_node *name = pki_yaml_at(map, "common_name");

    if (can_exceed(root->crl_period, root->validity))
        return pki_hierarchy_refuse(pki_yaml_at(map, "crl_period"), err,
                                    "crl_period: is longer than validity");
    return judge_common_name(root->common_name, GENERATION_ROOM, name, err) &&
           judge_distinct(hierarchy, root->common_name, name, err) &&
           judge_key(profile, root->key, map, err) &&
           judge_length(profile, root->validity, map, err) &&
           judge_address(map, "crl_url", root->crl_url, err) &&
           judge_address(map, "issuer_url", root->issuer_url, err);
}

bool pki_hierarchy_judge_line(const struct pki_hierarchy *hierarchy,
                              const struct pki_line_plan *line, const struct pki_yaml_node *map,
                              struct pki_error *err)
{
    const struct pki_yaml_node *name = pki_yaml_at(map, "common_name");
    const struct pki_profile *leaf = pki_profile_get(line->profile->leaf);
    bool has_leaf = leaf != line->profile;

    return judge_line_name(hierarchy, line, map, err) &&
           judge_common_name(line->common_name, has_leaf ? LEAF_ROOM : GENERATION_ROOM, name,
                             err) &&
           judge_distinct(hierarchy, line->common_name, name, err) &&
           judge_key(line->profile, line->key, map, err) &&
           (!has_leaf || judge_key(leaf, line->key, map, err)) && judge_root_key(line, map, err) &&
           judge_length(line->profile, line->validity, map, err) && judge_fit(line, map, err) &&
           judge_address(map, "crl_url", line->crl_url, err) &&
           judge_address(map, "issuer_url", line->issuer_url, err) &&
           judge_presence(line->profile, line->root->crl_url, line->root->issuer_url, "its root",
                          pki_yaml_at(map, "profile"), err) &&
           (!has_leaf || judge_presence(leaf, line->crl_url, line->issuer_url, "the line",
                                        pki_yaml_at(map, "profile"), err)) &&
           judge_service(map, "fulcio", line->fulcio, err) &&
           judge_service(map, "oidc", line->oidc, err) && judge_service(map, "tsa", line->tsa, err);
}
