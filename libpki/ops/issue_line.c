#include "ops/issue.h"

#include "ops/hierarchy_rules.h"
#include "ops/line.h"

#define GENERATIONS 2 /* G1 becomes active, G2 waits as next */

/* What a line lacks: all at first; later a next one, where a rotation made none or it was revoked;
   or both, when none is left. */
static bool find_missing(const struct pki_line *line, struct pki_issue_generation *missing,
                         size_t *n, struct pki_error *err)
{
    const struct pki_line_plan *plan = line->plan;
    int64_t generation = line->newest;

    if (line->active && line->next) {
        return pki_fail(err, PKI_E_STATE,
                        "the line has its active authority already, %s, and %s waits; a further "
                        "one comes by rotation, an end entity by --leaf",
                        line->active->name, line->next->name);
    }
    if (line->next) {
        return pki_fail(err, PKI_E_STATE,
                        "the line has no active authority, but %s waits: promote it with cellar "
                        "rotate %s %s",
                        line->next->name, plan->environment, plan->purpose);
    }
    *n = 0;
    if (!line->active)
        missing[(*n)++] = (struct pki_issue_generation){plan, ++generation, PKI_STATE_ACTIVE, NULL};
    missing[(*n)++] = (struct pki_issue_generation){plan, ++generation, PKI_STATE_NEXT, NULL};
    return true;
}

bool pki_issue_take_root(struct pki_session *session, const struct pki_line_plan *plan,
                         struct pki_draft *draft, struct pki_error *err)
{
    struct pki_authority_rows rows = {0};
    const struct pki_authority_row *active = NULL;
    bool any = false;

    if (!pki_store_list_authorities(session->store, "", NULL, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        if (strcmp(rows.list[i].root, plan->root->name) != 0)
            continue;
        any = true;
        if (rows.list[i].state == PKI_STATE_ACTIVE)
            active = &rows.list[i];
    }
    bool done = active ? pki_draft_set_issuer(session, draft, active, err)
                       : pki_fail(err, PKI_E_STATE,
                                  "its root %s has no active authority; make %s first: cellar "
                                  "root %s%s",
                                  plan->root->name, any ? "its successor" : "it", plan->root->name,
                                  any ? " --succeed" : "");
    pki_authority_rows_clear(&rows);
    return done;
}

/* A generation that its issuer cuts short must still live as long as the line needs it. */
static bool check_long_enough(const struct pki_draft *draft, const struct pki_line_plan *plan,
                              const struct pki_draft_item *item, struct pki_error *err)
{
    char end[PKI_TIME_TEXT];
    char need[PKI_TIME_TEXT];
    int64_t needed = pki_line_needs_until(plan, draft->now);

    if (item->not_after >= needed - 1)
        return true;
    return pki_fail(err, PKI_E_POLICY,
                    "%s ends %s, but the line needs its generations until %s (waiting, active, "
                    "leaf_life, slack): make its successor first, cellar root %s --succeed",
                    draft->issuer.name, pki_time_format(draft->issuer_cert->not_after, end),
                    pki_time_format(needed, need), plan->root->name);
}

static bool name_item(struct pki_session *session, const struct pki_line_plan *plan,
                      const char *suffix, struct pki_draft_item *item, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    char common_name[256];

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    (void)snprintf(common_name, sizeof(common_name), "%s G%lld%s", plan->common_name,
                   (long long)item->generation, suffix);
    const struct pki_name name = {hierarchy->country, hierarchy->organization, common_name};
    return pki_item_subject(item, &name, err);
}

/* The key comes from a request where one is given, else it is made here. */
static bool give_key(struct pki_session *session, struct pki_draft *draft,
                     struct pki_draft_item *item, const struct pki_line_plan *plan, const char *csr,
                     struct pki_error *err)
{
    return csr ? pki_item_request(session, draft, item, csr, plan->key, err)
               : pki_item_fresh_key(session, draft, item, plan->key, err);
}

static bool add_intermediate(struct pki_session *session, const struct pki_issue_generation *made,
                             const char *csr, struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_line_plan *plan = made->plan;
    struct pki_draft_item *item = pki_draft_add(draft, plan->profile, PKI_SIGNER_ISSUER);

    (void)snprintf(item->name, sizeof(item->name), "%s-%s-g%lld", plan->environment, plan->purpose,
                   (long long)made->generation);
    item->generation = made->generation;
    item->state = made->state;
    pki_item_dates(draft, item, plan->validity);
    return check_long_enough(draft, plan, item, err) &&
           give_key(session, draft, item, plan, csr, err) &&
           pki_item_look_before(session, draft, item, err) &&
           name_item(session, plan, "", item, err) &&
           pki_item_addresses(item, plan->root->crl_url, plan->root->issuer_url, draft->issuer.name,
                              err) &&
           pki_item_build(draft, item, err);
}

/* The leaf of the intermediate that was added last; it lives as long as that. */
static bool add_companion(struct pki_session *session, const struct pki_issue_generation *made,
                          const char *csr, struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_line_plan *plan = made->plan;
    int above = (int)draft->n - 1;
    const struct pki_draft_item *intermediate = &draft->items[above];
    struct pki_draft_item *item = pki_draft_add(draft, pki_profile_get(plan->profile->leaf), above);

    (void)snprintf(item->name, sizeof(item->name), "%s-%s-g%lld" PKI_COMPANION, plan->environment,
                   plan->purpose, (long long)made->generation);
    item->generation = made->generation;
    item->not_before = intermediate->not_before;
    item->not_after = intermediate->not_after;
    return give_key(session, draft, item, plan, csr, err) &&
           name_item(session, plan, " TSA", item, err) &&
           pki_item_addresses(item, plan->crl_url, plan->issuer_url, intermediate->name, err) &&
           pki_item_build(draft, item, err);
}

/* A time-stamping line's requests are for the leaves: theirs are the keys that are used elsewhere,
   and the intermediate must sign its leaf here and now. */
bool pki_issue_add(struct pki_session *session, const struct pki_issue_generation *made,
                   struct pki_draft *draft, struct pki_error *err)
{
    bool paired = made->plan->profile->leaf != made->plan->profile->id;

    return add_intermediate(session, made, paired ? NULL : made->csr, draft, err) &&
           (!paired || add_companion(session, made, made->csr, draft, err));
}

/* The line that comes next in the hierarchy, else the files for verifiers. */
static bool say_next(struct pki_session *session, const struct pki_line_plan *plan,
                     struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    (void)snprintf(draft->next, sizeof(draft->next), "cellar export %s", plan->environment);
    for (size_t i = 0; i < hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &hierarchy->lines[i];
        struct pki_authority_rows rows = {0};

        if (line == plan || line->root != plan->root)
            continue;
        if (!pki_store_list_authorities(session->store, line->environment, line->purpose, &rows,
                                        err))
            return false;
        bool issued = rows.n > 0;
        pki_authority_rows_clear(&rows);
        if (issued)
            continue;
        (void)snprintf(draft->next, sizeof(draft->next), "cellar issue %s %s", line->environment,
                       line->purpose);
        break;
    }
    return true;
}

static bool check_requests(const struct pki_issue_request *request, size_t n, struct pki_error *err)
{
    if (request->n_csrs <= n)
        return true;
    return n == GENERATIONS ? pki_fail(err, PKI_E_USAGE,
                                       "at most two requests: the first generation's and the "
                                       "next one's")
                            : pki_fail(err, PKI_E_USAGE,
                                       "at most one request: the line lacks only its next one");
}

static bool add_missing(struct pki_session *session, const struct pki_line *line,
                        const struct pki_issue_request *request, struct pki_draft *draft,
                        struct pki_error *err)
{
    struct pki_issue_generation missing[GENERATIONS];
    size_t n = 0;

    if (!find_missing(line, missing, &n, err) || !check_requests(request, n, err) ||
        !pki_issue_take_root(session, line->plan, draft, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        missing[i].csr = i < request->n_csrs ? request->csrs[i] : NULL;
        if (!pki_issue_add(session, &missing[i], draft, err))
            return false;
    }
    return true;
}

bool pki_issue_line(struct pki_session *session, const struct pki_line_plan *plan,
                    const struct pki_issue_request *request, struct pki_draft *draft,
                    struct pki_error *err)
{
    pki_scope(pki_line) line = {0};

    (void)snprintf(draft->subject, sizeof(draft->subject), "%s-%s", plan->environment,
                   plan->purpose);
    if (!pki_line_load(session, plan, &line, err) ||
        !add_missing(session, &line, request, draft, err) || !say_next(session, plan, draft, err))
        return false;
    if (line.active && line.active_loss.why[0])
        (void)snprintf(draft->next, sizeof(draft->next), "cellar rotate %s %s --now",
                       plan->environment, plan->purpose);
    return true;
}
