#include "ops/line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pki/time.h"
#include "ops/window.h"

/* --- who is usable --------------------------------------------------------------------------- */

/* Of one generation, as of a time. */
struct judge {
    struct pki_session *session;
    const struct pki_authority_row *row;
    int64_t at;
    int64_t seen; /* what was recorded by then counts; INT64_MAX: everything */
    struct pki_loss *loss;
};

/* What is revoked first is told; what has ended matters less. */
static void PKI_PRINTF(3, 4) lose(const struct judge *judge, int64_t since, const char *format, ...)
{
    va_list args;

    if (judge->loss->why[0])
        return;
    judge->loss->since = since;
    va_start(args, format);
    (void)vsnprintf(judge->loss->why, sizeof(judge->loss->why), format, args);
    va_end(args);
}

static bool judge_root(const struct judge *judge, struct pki_error *err)
{
    struct pki_store *store = judge->session->store;
    pki_scope(pki_authority_row) root = {0};
    struct pki_state_row then = {.found = true};

    if (!pki_store_authority(store, judge->row->issuer, &root, err))
        return false;
    then.state = root.state;
    then.since = root.state_since;
    if (judge->seen != INT64_MAX && !pki_store_state_at(store, root.id, judge->seen, &then, err))
        return false;
    if (then.state == PKI_STATE_REVOKED)
        lose(judge, then.since, "hangs below %s, which is revoked", root.name);
    return true;
}

static bool judge_companion(const struct judge *judge, struct pki_error *err)
{
    pki_scope(pki_certificate_row) leaf = {0};
    struct pki_window window = {0};
    char end[PKI_TIME_TEXT];
    bool found = false;

    if (!pki_store_find_companion(judge->session->store, judge->row->id, &found, &leaf, err))
        return false;
    if (!found)
        return true;
    if (!pki_window_revoke(judge->session, leaf.issuer,
                           (struct pki_bytes){leaf.serial, sizeof(leaf.serial)}, judge->seen,
                           &window, err))
        return false;
    if (window.revoked_at != 0)
        lose(judge, window.revoked_at, "has a time-stamping certificate that is revoked");
    if (leaf.not_after < judge->at)
        lose(judge, leaf.not_after, "has a time-stamping certificate that ended %s",
             pki_time_format(leaf.not_after, end));
    return true;
}

/* No generation outlives its root (draft_build.c), so its own end is asked for alone. */
static bool judge_own(const struct judge *judge, struct pki_error *err)
{
    pki_scope(pki_certificate_row) cert = {0};
    char end[PKI_TIME_TEXT];

    if (!pki_store_certificate(judge->session->store, judge->row->certificate, &cert, err))
        return false;
    if (judge->row->state == PKI_STATE_REVOKED)
        lose(judge, judge->row->state_since, "is revoked");
    if (cert.not_after < judge->at)
        lose(judge, cert.not_after, "ended %s", pki_time_format(cert.not_after, end));
    return true;
}

bool pki_line_loss(struct pki_session *session, const struct pki_authority_row *row, int64_t at,
                   struct pki_loss *loss, struct pki_error *err)
{
    const int64_t seen = at >= pki_session_now(session) ? INT64_MAX : at;
    const struct judge judge = {session, row, at, seen, loss};

    *loss = (struct pki_loss){.since = 0};
    return judge_root(&judge, err) && judge_own(&judge, err) && judge_companion(&judge, err);
}

/* --- who has which part ---------------------------------------------------------------------- */

static bool take_next(struct pki_session *session, int64_t at, struct pki_line *line,
                      const struct pki_authority_row *row, struct pki_error *err)
{
    struct pki_loss loss = {0};

    if (!pki_line_loss(session, row, at, &loss, err))
        return false;
    if (loss.why[0]) {
        line->lost = row;
        line->next_loss = loss;
    } else if (line->next) {
        line->further = row;
    } else {
        line->next = row;
    }
    return true;
}

bool pki_line_sort(struct pki_session *session, int64_t at, struct pki_line *line,
                   struct pki_error *err)
{
    for (size_t i = 0; i < line->rows.n; i++) {
        const struct pki_authority_row *row = &line->rows.list[i];

        line->newest = row->generation;
        if (row->state == PKI_STATE_ACTIVE)
            line->active = row;
        if (row->state == PKI_STATE_RETIRING)
            line->before = row;
        if (row->state == PKI_STATE_NEXT && !take_next(session, at, line, row, err))
            return false;
    }
    return !line->active || pki_line_loss(session, line->active, at, &line->active_loss, err);
}

bool pki_line_load(struct pki_session *session, const struct pki_line_plan *plan,
                   struct pki_line *line, struct pki_error *err)
{
    pki_scope(pki_line) loaded = {.plan = plan};

    if (!pki_store_list_authorities(session->store, plan->environment, plan->purpose, &loaded.rows,
                                    err) ||
        !pki_line_sort(session, pki_session_now(session), &loaded, err))
        return false;
    *line = loaded;
    loaded.rows = (struct pki_authority_rows){0};
    return true;
}

void pki_line_vacancy(const struct pki_line *line, struct pki_vacancy *vacancy)
{
    const struct pki_line_plan *plan = line->plan;

    *vacancy = (struct pki_vacancy){.line = plan, .unmade = line->newest == 0};
    if (line->active && !line->active_loss.why[0])
        return;
    if (line->active) {
        (void)snprintf(vacancy->why, sizeof(vacancy->why), "%s %s", line->active->name,
                       line->active_loss.why);
    } else {
        (void)snprintf(vacancy->why, sizeof(vacancy->why), "%s %s has no active authority",
                       plan->environment, plan->purpose);
    }
    (void)snprintf(vacancy->command, sizeof(vacancy->command), "cellar %s %s %s%s",
                   line->next ? "rotate" : "issue", plan->environment, plan->purpose,
                   line->next ? " --now" : "");
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

bool pki_vacancy_fail(const struct pki_vacancy *vacancy, struct pki_error *err)
{
    return pki_fail(err, PKI_E_STATE, "%s: run `%s` first", vacancy->why, vacancy->command);
}

/* --- periods ------------------------------------------------------------------------------- */

int64_t pki_line_rotate_by(const struct pki_line_plan *plan, int64_t since, int64_t not_after)
{
    int64_t regular = pki_period_after(plan->rotate_every, since);
    int64_t last = pki_period_before(plan->leaf_life, pki_period_before(plan->slack, not_after));

    return last < regular ? last : regular;
}

bool pki_line_due(struct pki_session *session, const struct pki_line *line, int64_t *rotate_by,
                  struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};

    if (!pki_store_certificate(session->store, line->active->certificate, &row, err))
        return false;
    *rotate_by = pki_line_rotate_by(line->plan, line->active->state_since, row.not_after);
    if (line->active_loss.why[0] && line->active_loss.since < *rotate_by)
        *rotate_by = line->active_loss.since;
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
