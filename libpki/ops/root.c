#include "ops/draft.h"

#include <assert.h>

/* Documented in ops/draft.h's record: a root that exists is succeeded, not made again. */
static bool check_absent(struct pki_session *session, const char *root, struct pki_error *err)
{
    struct pki_authority_rows rows = {0};
    const struct pki_authority_row *there = NULL;

    if (!pki_store_list_authorities(session->store, "", NULL, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n && !there; i++)
        if (strcmp(rows.list[i].root, root) == 0)
            there = &rows.list[i];
    if (there)
        pki_fail(err, PKI_E_STATE, "it exists already: %s", there->name);
    pki_authority_rows_clear(&rows);
    return err->code == PKI_OK;
}

/* The only root needs no name of its own. */
static void name_root(const struct pki_hierarchy *hierarchy, const char *root,
                      char name[PKI_NAME_MAX])
{
    if (hierarchy->n_roots == 1)
        (void)snprintf(name, PKI_NAME_MAX, "root-g1");
    else
        (void)snprintf(name, PKI_NAME_MAX, "root-%s-g1", root);
}

static void say_next(const struct pki_hierarchy *hierarchy, const struct pki_root_plan *plan,
                     struct pki_draft *draft)
{
    (void)snprintf(draft->next, sizeof(draft->next), "cellar status");
    for (size_t i = hierarchy->n_lines; i-- > 0;) {
        if (hierarchy->lines[i].root == plan)
            (void)snprintf(draft->next, sizeof(draft->next), "cellar issue %s %s",
                           hierarchy->lines[i].environment, hierarchy->lines[i].purpose);
    }
}

static bool fill(struct pki_session *session, const struct pki_hierarchy *hierarchy,
                 const struct pki_root_plan *plan, struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_name name = {
        .country = hierarchy->country,
        .organization = hierarchy->organization,
        .common_name = plan->common_name,
    };
    struct pki_draft_item *item = pki_draft_add(draft, pki_profile_get(PKI_PROFILE_ROOT), 0);

    name_root(hierarchy, plan->name, item->name);
    (void)snprintf(draft->root, sizeof(draft->root), "%s", plan->name);
    memcpy(draft->subject, item->name, sizeof(draft->subject));
    item->generation = 1;
    item->state = PKI_STATE_ACTIVE;
    say_next(hierarchy, plan, draft);
    pki_item_dates(draft, item, plan->validity);
    return pki_item_fresh_key(session, draft, item, plan->key, err) &&
           pki_item_subject(item, &name, err) && pki_item_build(draft, item, err);
}

bool pki_root_prepare(struct pki_session *session, const char *root, struct pki_draft **draft,
                      struct pki_error *err)
{
    PKI_CONTEXT(err, "root %s", root);
    pki_auto(pki_draft) fresh = NULL;
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_root_plan *plan = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_hierarchy_root(hierarchy, root, &plan, err) || !check_absent(session, root, err) ||
        !pki_draft_begin(session, "root", &fresh, err) ||
        !fill(session, hierarchy, plan, fresh, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}
