#include "ops/hierarchy_rules.h"

#include <assert.h>

#include "base/text.h"

#define NAMES_MAX 200 /* roots, environments, lines: more is a mistake */

/* --- values -------------------------------------------------------------------------------- */

static bool read_period(struct pki_yaml_node *map, const char *key, struct pki_period *period,
                        struct pki_error *err)
{
    const char *text = NULL;
    struct pki_error why = {0};

    if (!pki_yaml_text(map, key, &text, err))
        return false;
    return pki_period_parse(text, period, &why) ||
           pki_yaml_fail(pki_yaml_at(map, key), err, "%s: %s", key, why.text);
}

static bool read_key(struct pki_yaml_node *map, const struct pki_algorithm **key,
                     struct pki_error *err)
{
    const char *text = NULL;

    if (!pki_yaml_text(map, "key", &text, err))
        return false;
    *key = pki_algorithm_find(text);
    return *key || pki_yaml_fail(pki_yaml_at(map, "key"), err,
                                 "key: \"%.40s\" is not an algorithm; take ecdsa-p256, ecdsa-p384, "
                                 "ecdsa-p521, rsa-3072, rsa-4096 or ed25519",
                                 text);
}

static bool read_name(const char *key, const struct pki_yaml_node *at, struct pki_error *err)
{
    return pki_text_is_name(key) ||
           pki_yaml_fail(at, err,
                         "\"%.60s\" cannot be a name: use a-z, 0-9 and \"-\", at most 40, "
                         "a letter or digit first and last",
                         key);
}

static bool read_entry(struct pki_yaml_node *map, size_t index, const char **key,
                       struct pki_yaml_node **child, struct pki_error *err)
{
    return pki_yaml_entry(map, index, key, child, err) && read_name(*key, *child, err);
}

/* An array for everything below a mapping; a count of zero is an error at the mapping. */
static bool make_room(const struct pki_yaml_node *map, const char *what, size_t size, void **list,
                      struct pki_error *err)
{
    size_t n = pki_yaml_count(map);

    if (n == 0 || n > NAMES_MAX)
        return pki_yaml_fail(map, err, "%s: %s", what,
                             n == 0 ? "there is none" : "there are too many (200 at most)");
    *list = calloc(n, size);
    return *list || pki_fail(err, PKI_E_MEMORY, "out of memory");
}

/* --- roots --------------------------------------------------------------------------------- */

static bool read_root(struct pki_yaml_node *map, struct pki_root_plan *root, struct pki_error *err)
{
    return pki_yaml_text(map, "common_name", &root->common_name, err) &&
           read_key(map, &root->key, err) && read_period(map, "validity", &root->validity, err) &&
           read_period(map, "crl_period", &root->crl_period, err) &&
           pki_yaml_text_optional(map, "crl_url", &root->crl_url, err) &&
           pki_yaml_text_optional(map, "issuer_url", &root->issuer_url, err) &&
           pki_yaml_done(map, err);
}

static bool read_roots(struct pki_yaml_node *top, struct pki_hierarchy *hierarchy,
                       struct pki_error *err)
{
    struct pki_yaml_node *roots = NULL;
    void *list = NULL;

    if (!pki_yaml_map(top, "roots", &roots, err) ||
        !make_room(roots, "roots", sizeof(*hierarchy->roots), &list, err))
        return false;
    hierarchy->roots = list;
    assert(list);
    for (size_t i = 0; i < pki_yaml_count(roots); i++) {
        struct pki_root_plan *root = &hierarchy->roots[i];
        struct pki_yaml_node *map = NULL;

        if (!read_entry(roots, i, &root->name, &map, err) || !read_root(map, root, err) ||
            !pki_hierarchy_judge_root(hierarchy, root, map, err))
            return false;
        hierarchy->n_roots++;
    }
    return pki_yaml_done(roots, err);
}

/* --- lines --------------------------------------------------------------------------------- */

static bool read_profile(struct pki_yaml_node *map, struct pki_line_plan *line,
                         struct pki_error *err)
{
    const char *text = NULL;

    if (!pki_yaml_text(map, "profile", &text, err))
        return false;
    line->profile = pki_profile_find(text);
    if (!line->profile || !line->profile->authority || line->profile->id == PKI_PROFILE_ROOT ||
        line->profile->id == PKI_PROFILE_CROSS) {
        return pki_yaml_fail(pki_yaml_at(map, "profile"), err,
                             "profile: \"%.40s\" is not for a line; take code-signing-ca, "
                             "time-stamping-ca, tls-ca, client-ca or general-ca",
                             text);
    }
    return true;
}

static bool read_services(struct pki_yaml_node *map, struct pki_line_plan *line,
                          struct pki_error *err)
{
    struct pki_yaml_node *services = NULL;

    if (!pki_yaml_map_optional(map, "services", &services, err))
        return false;
    return !services || (pki_yaml_text_optional(services, "fulcio", &line->fulcio, err) &&
                         pki_yaml_text_optional(services, "oidc", &line->oidc, err) &&
                         pki_yaml_text_optional(services, "tsa", &line->tsa, err) &&
                         pki_yaml_done(services, err));
}

static bool read_periods(struct pki_yaml_node *map, struct pki_line_plan *line,
                         struct pki_error *err)
{
    return read_period(map, "validity", &line->validity, err) &&
           read_period(map, "rotate_every", &line->rotate_every, err) &&
           read_period(map, "publish_lead", &line->publish_lead, err) &&
           read_period(map, "leaf_life", &line->leaf_life, err) &&
           read_period(map, "slack", &line->slack, err) &&
           read_period(map, "crl_period", &line->crl_period, err);
}

static bool read_line(struct pki_yaml_node *map, struct pki_line_plan *line, struct pki_error *err)
{
    return read_profile(map, line, err) &&
           pki_yaml_text(map, "common_name", &line->common_name, err) &&
           read_key(map, &line->key, err) && read_periods(map, line, err) &&
           pki_yaml_text_optional(map, "crl_url", &line->crl_url, err) &&
           pki_yaml_text_optional(map, "issuer_url", &line->issuer_url, err) &&
           read_services(map, line, err) && pki_yaml_done(map, err);
}

static bool add_line(struct pki_hierarchy *hierarchy, const struct pki_line_plan *line,
                     struct pki_error *err)
{
    struct pki_line_plan *grown =
        realloc(hierarchy->lines, (hierarchy->n_lines + 1) * sizeof(*grown));

    if (!grown)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    hierarchy->lines = grown;
    hierarchy->lines[hierarchy->n_lines++] = *line;
    return true;
}

static bool find_root_of(const struct pki_hierarchy *hierarchy, struct pki_yaml_node *map,
                         const struct pki_root_plan **root, struct pki_error *err)
{
    const char *name = NULL;
    struct pki_error why = {0};

    if (!pki_yaml_text(map, "root", &name, err))
        return false;
    return pki_hierarchy_root(hierarchy, name, root, &why) ||
           pki_yaml_fail(pki_yaml_at(map, "root"), err, "root: %s", why.text);
}

static bool read_environment(struct pki_yaml_node *map, const char *name,
                             struct pki_hierarchy *hierarchy, struct pki_error *err)
{
    const struct pki_root_plan *root = NULL;
    struct pki_yaml_node *lines = NULL;

    if (!find_root_of(hierarchy, map, &root, err) || !pki_yaml_map(map, "lines", &lines, err))
        return false;
    if (pki_yaml_count(lines) == 0 || pki_yaml_count(lines) > NAMES_MAX)
        return pki_yaml_fail(lines, err, "lines: write 1 to 200 of them");
    for (size_t i = 0; i < pki_yaml_count(lines); i++) {
        struct pki_line_plan line = {.environment = name, .root = root};
        struct pki_yaml_node *child = NULL;

        if (!read_entry(lines, i, &line.purpose, &child, err) || !read_line(child, &line, err) ||
            !pki_hierarchy_judge_line(hierarchy, &line, child, err) ||
            !add_line(hierarchy, &line, err))
            return false;
    }
    return pki_yaml_done(lines, err) && pki_yaml_done(map, err);
}

static bool read_environments(struct pki_yaml_node *top, struct pki_hierarchy *hierarchy,
                              struct pki_error *err)
{
    struct pki_yaml_node *environments = NULL;

    if (!pki_yaml_map(top, "environments", &environments, err))
        return false;
    if (pki_yaml_count(environments) == 0 || pki_yaml_count(environments) > NAMES_MAX)
        return pki_yaml_fail(environments, err, "environments: write 1 to 200 of them");
    for (size_t i = 0; i < pki_yaml_count(environments); i++) {
        struct pki_yaml_node *map = NULL;
        const char *name = NULL;

        if (!read_entry(environments, i, &name, &map, err) ||
            !read_environment(map, name, hierarchy, err))
            return false;
    }
    return pki_yaml_done(environments, err);
}

/* --- the whole ----------------------------------------------------------------------------- */

static bool read_air_gap(struct pki_yaml_node *top, struct pki_hierarchy *hierarchy,
                         struct pki_error *err)
{
    const char *text = NULL;

    if (!pki_yaml_text_optional(top, "air_gap", &text, err))
        return false;
    hierarchy->air_gap_enforced = !text || strcmp(text, "enforce") == 0;
    return hierarchy->air_gap_enforced || strcmp(text, "record") == 0 ||
           pki_yaml_fail(pki_yaml_at(top, "air_gap"), err,
                         "air_gap: \"%.40s\" is neither enforce nor record", text);
}

static bool read_top(struct pki_yaml_node *top, struct pki_hierarchy *hierarchy,
                     struct pki_error *err)
{
    const char *version = NULL;

    if (!pki_yaml_text(top, "hierarchy", &version, err))
        return false;
    if (strcmp(version, "1") != 0) {
        return pki_yaml_fail(pki_yaml_at(top, "hierarchy"), err,
                             "hierarchy: \"%.40s\" is not a version that this tool knows (1)",
                             version);
    }
    return pki_yaml_text(top, "organization", &hierarchy->organization, err) &&
           pki_yaml_text_optional(top, "country", &hierarchy->country, err) &&
           read_air_gap(top, hierarchy, err) && pki_hierarchy_judge_top(hierarchy, top, err) &&
           read_roots(top, hierarchy, err) && read_environments(top, hierarchy, err) &&
           pki_yaml_done(top, err);
}

bool pki_hierarchy_parse(const char *name, struct pki_bytes text, struct pki_hierarchy **hierarchy,
                         struct pki_error *err)
{
    pki_auto(pki_hierarchy) fresh = calloc(1, sizeof(*fresh));

    if (!fresh)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_yaml_parse(name, text, &fresh->document, err) ||
        !read_top(pki_yaml_root(fresh->document), fresh, err))
        return false;
    *hierarchy = PKI_TAKE(fresh);
    return true;
}

void pki_hierarchy_free(struct pki_hierarchy *hierarchy)
{
    if (!hierarchy)
        return;
    free(hierarchy->roots);
    free(hierarchy->lines);
    free(hierarchy->names);
    pki_yaml_free(hierarchy->document);
    free(hierarchy);
}

/* --- looking up ---------------------------------------------------------------------------- */

bool pki_hierarchy_root(const struct pki_hierarchy *hierarchy, const char *name,
                        const struct pki_root_plan **root, struct pki_error *err)
{
    char known[200] = "";
    size_t used = 0;

    for (size_t i = 0; i < hierarchy->n_roots; i++) {
        if (strcmp(hierarchy->roots[i].name, name) == 0) {
            *root = &hierarchy->roots[i];
            return true;
        }
        if (used < sizeof(known))
            used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
                                     hierarchy->roots[i].name);
    }
    return pki_fail(err, PKI_E_NOTFOUND, "the hierarchy has no root \"%.60s\"; it has: %s", name,
                    known);
}

const struct pki_line_plan *pki_hierarchy_next(const struct pki_hierarchy *hierarchy,
                                               const struct pki_line_plan *line)
{
    const struct pki_line_plan *end = hierarchy->lines + hierarchy->n_lines;
    const struct pki_line_plan *next = line ? line + 1 : hierarchy->lines;

    while (line && next < end && strcmp(next->environment, line->environment) == 0)
        next++;
    return next < end ? next : NULL;
}

bool pki_hierarchy_line(const struct pki_hierarchy *hierarchy, const char *environment,
                        const char *purpose, const struct pki_line_plan **line,
                        struct pki_error *err)
{
    char known[300] = "";
    size_t used = 0;

    for (size_t i = 0; i < hierarchy->n_lines; i++) {
        const struct pki_line_plan *plan = &hierarchy->lines[i];

        if (strcmp(plan->environment, environment) == 0 && strcmp(plan->purpose, purpose) == 0) {
            *line = plan;
            return true;
        }
        if (used < sizeof(known))
            used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s %s", i ? ", " : "",
                                     plan->environment, plan->purpose);
    }
    return pki_fail(err, PKI_E_NOTFOUND, "the hierarchy has no line \"%.60s %.60s\"; it has: %s",
                    environment, purpose, known);
}
