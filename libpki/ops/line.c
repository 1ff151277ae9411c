#include "ops/line.h"

static void sort_out(struct pki_line *line)
{
    for (size_t i = 0; i < line->rows.n; i++) {
        const struct pki_authority_row *row = &line->rows.list[i];

        line->newest = row->generation;
        if (row->state == PKI_STATE_ACTIVE)
            line->active = row;
        if (row->state == PKI_STATE_RETIRING)
            line->before = row;
        if (row->state == PKI_STATE_NEXT && line->waiting++ == 0)
            line->next = row;
    }
}

bool pki_line_load(struct pki_session *session, const struct pki_line_plan *plan,
                   struct pki_line *line, struct pki_error *err)
{
    struct pki_line loaded = {.plan = plan};

    if (!pki_store_list_authorities(session->store, plan->environment, plan->purpose, &loaded.rows,
                                    err))
        return false;
    sort_out(&loaded);
    *line = loaded;
    return true;
}

void pki_line_clear(struct pki_line *line)
{
    pki_authority_rows_clear(&line->rows);
    *line = (struct pki_line){0};
}

bool pki_line_is_crossed(const struct pki_line_plan *plan)
{
    return plan->profile->id == PKI_PROFILE_CODE_SIGNING_CA ||
           plan->profile->id == PKI_PROFILE_TIME_STAMPING_CA;
}

bool pki_certificate_is_cross(const struct pki_certificate_row *row)
{
    return strcmp(row->profile, pki_profile_get(PKI_PROFILE_CROSS)->name) == 0;
}

/* --- periods ------------------------------------------------------------------------------- */

int64_t pki_line_rotate_by(const struct pki_line_plan *plan, int64_t since, int64_t not_after)
{
    int64_t regular = pki_period_after(plan->rotate_every, since);
    int64_t last = pki_period_before(plan->leaf_life, pki_period_before(plan->slack, not_after));

    return last < regular ? last : regular;
}

bool pki_line_loss(struct pki_session *session, const struct pki_authority_row *row,
                   struct pki_loss *loss, struct pki_error *err)
{
    pki_scope(pki_authority_row) root = {0};

    if (!pki_store_authority(session->store, row->issuer, &root, err))
        return false;
    *loss = (struct pki_loss){.since = root.state_since};
    if (root.state == PKI_STATE_REVOKED)
        memcpy(loss->root, root.name, sizeof(loss->root));
    return true;
}

bool pki_line_due(struct pki_session *session, const struct pki_line *line, int64_t *rotate_by,
                  struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    struct pki_loss loss = {0};

    if (!pki_store_certificate(session->store, line->active->certificate, &row, err) ||
        !pki_line_loss(session, line->active, &loss, err))
        return false;
    *rotate_by = loss.root[0]
                     ? loss.since
                     : pki_line_rotate_by(line->plan, line->active->state_since, row.not_after);
    return true;
}

int64_t pki_line_window_end(const struct pki_line_plan *plan, int64_t switched)
{
    return pki_period_after(plan->slack, pki_period_after(plan->leaf_life, switched));
}

bool pki_line_switched(struct pki_session *session, const struct pki_authority_rows *rows,
                       int64_t generation, int64_t recorded_by, int64_t *at, struct pki_error *err)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < rows->n; i++) {
        struct pki_cutover_row cutover = {0};
        bool there = false;

        if (rows->list[i].generation <= generation)
            continue;
        if (!pki_store_find_cutover(session->store, rows->list[i].id, &there, &cutover, err))
            return false;
        if (there && cutover.recorded_at <= recorded_by && cutover.at < first)
            first = cutover.at;
    }
    *at = first;
    return true;
}
