/*
 * Roots: the first of a name, and its successors. A successor issues at once:
 * what it issues waits as its line's next, in every trust file, before it is
 * used, and so does the successor itself.
 */
#include "ops/forecast.h"
#include "ops/line.h"

/* The authorities of one root, from the first generation on. */
struct roots {
    struct pki_authority_rows rows;         /* of all roots; newest and active point into it */
    const struct pki_authority_row *newest; /* or NULL: none yet */
    const struct pki_authority_row *active; /* or NULL */
};

static void roots_clear(struct roots *roots)
{
    pki_authority_rows_clear(&roots->rows);
    *roots = (struct roots){0};
}

static bool roots_load(struct pki_session *session, const char *root, struct roots *roots,
                       struct pki_error *err)
{
    if (!pki_store_list_authorities(session->store, "", NULL, &roots->rows, err))
        return false;
    for (size_t i = 0; i < roots->rows.n; i++) {
        const struct pki_authority_row *row = &roots->rows.list[i];

        if (strcmp(row->root, root) != 0)
            continue;
        roots->newest = row;
        if (row->state == PKI_STATE_ACTIVE)
            roots->active = row;
    }
    return true;
}

/* The only root needs no name of its own. */
static void name_root(const struct pki_hierarchy *hierarchy, const char *root, int64_t generation,
                      char name[PKI_NAME_MAX])
{
    if (hierarchy->n_roots == 1)
        (void)snprintf(name, PKI_NAME_MAX, "root-g%lld", (long long)generation);
    else
        (void)snprintf(name, PKI_NAME_MAX, "root-%s-g%lld", root, (long long)generation);
}

/* The first has the name that the hierarchy gives, its successors their number behind it. */
static bool name_item(const struct pki_hierarchy *hierarchy, const struct pki_root_plan *plan,
                      struct pki_draft_item *item, struct pki_error *err)
{
    char common_name[256];

    (void)snprintf(common_name, sizeof(common_name), "%s", plan->common_name);
    if (item->generation > 1)
        (void)snprintf(common_name, sizeof(common_name), "%s G%lld", plan->common_name,
                       (long long)item->generation);
    const struct pki_name name = {hierarchy->country, hierarchy->organization, common_name};
    return pki_item_subject(item, &name, err);
}

static bool add_root(struct pki_session *session, const struct pki_hierarchy *hierarchy,
                     const struct pki_root_plan *plan, int64_t generation, struct pki_draft *draft,
                     struct pki_error *err)
{
    struct pki_draft_item *item = pki_draft_add(draft, pki_profile_get(PKI_PROFILE_ROOT), 0);

    name_root(hierarchy, plan->name, generation, item->name);
    (void)snprintf(draft->root, sizeof(draft->root), "%s", plan->name);
    memcpy(draft->subject, item->name, sizeof(draft->subject));
    item->generation = generation;
    item->state = PKI_STATE_ACTIVE;
    pki_item_dates(draft, item, plan->validity);
    return pki_item_fresh_key(session, draft, item, plan->key, err) &&
           pki_item_look_before(session, draft, item, err) &&
           name_item(hierarchy, plan, item, err) && pki_item_build(draft, item, err);
}

/* --- the first ------------------------------------------------------------------------------- */

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

bool pki_root_prepare(struct pki_session *session, const char *root, struct pki_draft **draft,
                      struct pki_error *err)
{
    PKI_CONTEXT(err, "root %s", root);
    pki_auto(pki_draft) fresh = NULL;
    pki_scope(roots) roots = {0};
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_root_plan *plan = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_hierarchy_root(hierarchy, root, &plan, err) || !roots_load(session, root, &roots, err))
        return false;
    if (roots.newest)
        return pki_fail(err, PKI_E_STATE, "it exists already: %s; --succeed makes its successor",
                        roots.newest->name);
    if (!pki_draft_begin(session, "root", &fresh, err) ||
        !add_root(session, hierarchy, plan, 1, fresh, err))
        return false;
    say_next(hierarchy, plan, fresh);
    *draft = PKI_TAKE(fresh);
    return true;
}

/* --- its successor --------------------------------------------------------------------------- */

/* The profile is for code signing and time stamping: a root for other lines needs none. */
static bool wants_cross(const struct pki_hierarchy *hierarchy, const struct pki_root_plan *plan)
{
    for (size_t i = 0; i < hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &hierarchy->lines[i];

        if (line->root == plan && pki_line_is_crossed(line))
            return true;
    }
    return false;
}

/* The old root vouches for the new one's key, to whoever knows the old one alone; as long as both
   are valid. */
static bool add_cross(const struct pki_root_plan *plan, struct pki_draft *draft,
                      struct pki_error *err)
{
    const struct pki_draft_item *root = &draft->items[0];
    struct pki_draft_item *item =
        pki_draft_add(draft, pki_profile_get(PKI_PROFILE_CROSS), PKI_SIGNER_ISSUER);

    if (snprintf(item->name, sizeof(item->name), "%s" PKI_CROSS, root->name) >=
        (int)sizeof(item->name))
        return pki_fail(err, PKI_E_POLICY, "its name is too long");
    item->not_before = root->not_before;
    item->not_after = root->not_after < draft->issuer_cert->not_after
                          ? root->not_after
                          : draft->issuer_cert->not_after;
    return pki_item_certify(item, root, err) &&
           pki_item_addresses(item, plan->crl_url, plan->issuer_url, draft->issuer.name, err) &&
           pki_item_build(draft, item, err);
}

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    if (draft->n_changes > 0) {
        pki_report_note(report, "Succession", PKI_TONE_PLAIN,
                        "From now on %s issues. What %s issued stays good, and it signs its CRLs "
                        "as long as it is valid: its key is kept. Each line comes under the new "
                        "root with its next rotations; until then nothing changes for it.",
                        draft->items[0].name, draft->changes[0].name);
    }
    if (draft->n == 1) {
        pki_report_note(report, "Cross-certificate", PKI_TONE_WARN,
                        "None is made: no line below it signs code or stamps time, or no root "
                        "before it is valid, trusted and has its key here.");
    }
    return pki_forecast_tell(draft->own, report, err);
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    pki_report_note(report, "Anchors", PKI_TONE_WARN,
                    "Give verifiers the new anchors.pem before any line's authority under %s "
                    "becomes active: cellar export writes it. The first CRL: cellar crl %s.",
                    draft->items[0].name, draft->items[0].name);
}

static void free_own(void *own)
{
    pki_forecast_free(own);
}

static const struct pki_draft_duty succession = {
    .trust = true,
    .describe = describe,
    .made = made,
    .free = free_own,
};

/* One that has ended or whose key is gone vouches for nobody. */
static bool can_vouch(struct pki_session *session, const struct pki_authority_row *row, int64_t now,
                      bool *can, struct pki_error *err)
{
    pki_scope(pki_certificate_row) cert = {0};
    pki_auto(pki_cert) own = NULL;
    struct pki_key_row key = {0};
    bool found = false;

    if (!pki_store_certificate(session->store, row->certificate, &cert, err) ||
        !pki_cert_parse(pki_buf_view(&cert.der), &own, err) ||
        !pki_store_find_key(session->store, own->spki_sha256, &found, &key, err))
        return false;
    *can = cert.not_after >= now && found && key.has_file && !key.destroyed;
    return true;
}

/* The newest that is trusted still; as a rule that which was active until now. */
static bool find_voucher(struct pki_session *session, const struct roots *roots,
                         struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_authority_row *found = NULL;

    for (size_t i = 0; i < roots->rows.n; i++) {
        const struct pki_authority_row *row = &roots->rows.list[i];
        bool can = false;

        if (strcmp(row->root, roots->newest->root) != 0 || row->state == PKI_STATE_REVOKED)
            continue;
        if (!can_vouch(session, row, draft->now, &can, err))
            return false;
        if (can)
            found = row;
    }
    return !found || pki_draft_set_issuer(session, draft, found, err);
}

static bool succeed(struct pki_session *session, const struct pki_root_plan *plan,
                    const struct roots *roots, struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    struct pki_forecast *forecast = NULL;

    if (roots->active)
        pki_draft_change(draft, roots->active, PKI_STATE_RETIRING);
    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        (wants_cross(hierarchy, plan) && !find_voucher(session, roots, draft, err)) ||
        !add_root(session, hierarchy, plan, roots->newest->generation + 1, draft, err) ||
        (draft->has_issuer && !add_cross(plan, draft, err)) ||
        !pki_forecast_make(session, draft, &forecast, err))
        return false;
    draft->duty = &succession;
    draft->own = forecast;
    /* After a compromise there is nothing to export before the lines have come under it. */
    (void)snprintf(draft->next, sizeof(draft->next),
                   roots->active ? "cellar export" : "cellar status");
    return true;
}

bool pki_root_succeed(struct pki_session *session, const char *root, struct pki_draft **draft,
                      struct pki_error *err)
{
    PKI_CONTEXT(err, "root %s", root);
    pki_auto(pki_draft) fresh = NULL;
    pki_scope(roots) roots = {0};
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_root_plan *plan = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_hierarchy_root(hierarchy, root, &plan, err) || !roots_load(session, root, &roots, err))
        return false;
    if (!roots.newest)
        return pki_fail(err, PKI_E_STATE,
                        "there is none to succeed: cellar root %s makes the first", root);
    if (!pki_draft_begin(session, "succeed", &fresh, err) ||
        !succeed(session, plan, &roots, fresh, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}
