/*
 * Rotation: the next authority of a line becomes active, the active one
 * retires, a new next is issued; and the way back.
 */
#include "ops/rotate.h"

#include "ops/export_target.h"
#include "ops/issue.h"

struct promotion {
    struct pki_session *session;
    const struct pki_rotate_request *request;
    const struct pki_line *line;
    struct pki_draft *draft;
    struct pki_rotation *own;
};

static int64_t now_of(const struct promotion *promotion)
{
    return promotion->draft->now;
}

/* --- whether the next one may become active -------------------------------------------------- */

/* Recorded, and nobody could have fetched it: it never lay where exports lie. */
static bool check_named(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_line_plan *plan = promotion->line->plan;
    struct pki_publication_row last = {0};
    char date[PKI_TIME_TEXT];
    bool found = false;

    if (!pki_store_last_publication(promotion->session->store, plan->environment, &found, &last,
                                    err))
        return false;
    return !found || promotion->request->now ||
           !pki_target_waits(promotion->session->directory, &last) ||
           pki_fail(err, PKI_E_STATE,
                    "the export of %s recorded %s was cut off before it lay under exports/: run "
                    "cellar export %s, and rotate once verifiers have had it for publish_lead, or "
                    "type --now",
                    plan->environment, pki_time_format(last.published_at, date), plan->environment);
}

/* Whoever fetched trust files before the next one was in them refuses what it signs. */
static bool check_published(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_line_plan *plan = promotion->line->plan;
    const struct pki_authority_row *next = promotion->line->next;
    char from[PKI_TIME_TEXT];
    char to[PKI_TIME_TEXT];
    int64_t since = 0;
    bool found = false;

    if (!pki_store_published_since(promotion->session->store, next->id, &found, &since, err))
        return false;
    int64_t possible = pki_period_after(plan->publish_lead, since);
    promotion->own->published = found ? since : 0;
    promotion->own->early = !found || possible > now_of(promotion);
    if (!promotion->own->early || promotion->request->now)
        return true;
    if (!found) {
        return pki_fail(err, PKI_E_STATE,
                        "%s was never published: run cellar export %s, and rotate once verifiers "
                        "have had it for publish_lead, or type --now",
                        next->name, plan->environment);
    }
    return pki_fail(err, PKI_E_STATE,
                    "%s is published since %s only: rotation is possible from %s on "
                    "(publish_lead), or with --now",
                    next->name, pki_time_format(since, from), pki_time_format(possible, to));
}

/* There must be time to publish yet another one, and to use up what was issued last. */
static bool check_gap(const struct promotion *promotion, int64_t not_after, struct pki_error *err)
{
    const struct pki_line_plan *plan = promotion->line->plan;
    const struct pki_authority_row *next = promotion->line->next;
    int64_t needed =
        pki_line_window_end(plan, pki_period_after(plan->publish_lead, now_of(promotion)));
    char end[PKI_TIME_TEXT];
    char need[PKI_TIME_TEXT];

    if (not_after >= needed)
        return true;
    return pki_fail(err, PKI_E_POLICY,
                    "%s ends %s, but is needed until %s (publish_lead, leaf_life, slack): that "
                    "would leave a gap; revoke it as superseded, then cellar issue %s %s",
                    next->name, pki_time_format(not_after, end), pki_time_format(needed, need),
                    plan->environment, plan->purpose);
}

static bool check_validity(struct promotion *promotion, const struct pki_authority_row *row,
                           int64_t *not_after, struct pki_error *err)
{
    pki_scope(pki_certificate_row) cert = {0};
    char from[PKI_TIME_TEXT];
    char to[PKI_TIME_TEXT];

    if (!pki_store_certificate(promotion->session->store, row->certificate, &cert, err))
        return false;
    *not_after = cert.not_after;
    return (now_of(promotion) >= cert.not_before && now_of(promotion) <= cert.not_after) ||
           pki_fail(err, PKI_E_POLICY, "the clock lies outside the validity of %s (%s to %s)",
                    row->name, pki_time_format(cert.not_before, from),
                    pki_time_format(cert.not_after, to));
}

static bool check_next(struct promotion *promotion, int64_t *not_after, struct pki_error *err)
{
    return check_validity(promotion, promotion->line->next, not_after, err) &&
           check_gap(promotion, *not_after, err) && check_named(promotion, err) &&
           check_published(promotion, err);
}

/* --- promotion ------------------------------------------------------------------------------- */

static bool starts(struct promotion *promotion, const struct pki_authority_row *row,
                   int64_t not_after, struct pki_error *err)
{
    struct pki_rotation *own = promotion->own;
    struct pki_draft *draft = promotion->draft;

    own->rotate_by = pki_line_rotate_by(own->plan, now_of(promotion), not_after);
    own->shortened = own->rotate_by < pki_period_after(own->plan->rotate_every, now_of(promotion));
    memcpy(own->starts, row->name, sizeof(own->starts));
    pki_draft_change(draft, row, PKI_STATE_ACTIVE);
    return pki_draft_confirm_by(draft, row, err);
}

static void stops(struct promotion *promotion, const struct pki_authority_row *row,
                  enum pki_authority_state to)
{
    memcpy(promotion->own->stops, row->name, sizeof(promotion->own->stops));
    pki_draft_change(promotion->draft, row, to);
}

static bool issues(const struct pki_rotate_request *request, const struct pki_line *line)
{
    return !request->promote_only && !request->revert && !line->further;
}

static bool issue_next(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_line *line = promotion->line;
    const struct pki_issue_generation made = {
        .plan = line->plan,
        .generation = line->newest + 1,
        .state = PKI_STATE_NEXT,
        .csr = promotion->request->n_csrs > 0 ? promotion->request->csrs[0] : NULL,
    };

    return pki_issue_take_root(promotion->session, line->plan, promotion->draft, err) &&
           pki_issue_add(promotion->session, &made, promotion->draft, err);
}

/* --- who is done ------------------------------------------------------------------------------ */

/* It has ended, and so has all that it issued, which never outlives it; and its last list was
   signed, good for as long as it was. */
static bool is_done(const struct promotion *promotion, const struct pki_authority_row *row,
                    bool *done, struct pki_error *err)
{
    struct pki_store *store = promotion->session->store;
    pki_scope(pki_certificate_row) cert = {0};
    struct pki_crl_row last = {0};
    bool found = false;

    *done = false;
    if (row->state != PKI_STATE_RETIRING)
        return true;
    if (!pki_store_certificate(store, row->certificate, &cert, err) ||
        !pki_store_last_crl(store, row->id, &found, &last, err))
        return false;
    *done = cert.not_after < now_of(promotion) && found && last.next_update >= cert.not_after;
    return true;
}

/* Its life ends in the journal with a later rotation of its line: as a rule one a time, and those
   that find no room in a draft with the next. */
static bool retire(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_line *line = promotion->line;
    struct pki_draft *draft = promotion->draft;

    for (size_t i = 0; i < line->rows.n && draft->n_changes < PKI_DRAFT_CHANGES; i++) {
        bool done = false;
        if (!is_done(promotion, &line->rows.list[i], &done, err))
            return false;
        if (done)
            pki_draft_change(draft, &line->rows.list[i], PKI_STATE_RETIRED);
    }
    return true;
}

/* --- the rotation ----------------------------------------------------------------------------- */

static bool promote(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_line *line = promotion->line;
    int64_t not_after = 0;

    if (!check_next(promotion, &not_after, err))
        return false;
    if (line->active)
        stops(promotion, line->active, PKI_STATE_RETIRING);
    if (line->further)
        memcpy(promotion->own->waiting, line->further->name, sizeof(promotion->own->waiting));
    return starts(promotion, line->next, not_after, err) && retire(promotion, err) &&
           (!issues(promotion->request, line) || issue_next(promotion, err));
}

/* --- the way back ---------------------------------------------------------------------------- */

/* Only a promotion that nobody outside has followed: once they have, signatures depend on it. */
static bool check_revertible(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_line *line = promotion->line;
    struct pki_cutover_row cutover = {0};
    char at[PKI_TIME_TEXT];
    bool found = false;

    if (!line->active || !line->before || line->before->state_since != line->active->state_since)
        return pki_fail(err, PKI_E_STATE, "there is no promotion to take back");
    if (!pki_store_find_cutover(promotion->session->store, line->active->id, &found, &cutover, err))
        return false;
    return !found || pki_fail(err, PKI_E_STATE,
                              "the outside switched to %s at %s: what it signed must stay good; "
                              "go on by rotation, not back",
                              line->active->name, pki_time_format(cutover.at, at));
}

static bool check_before(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_authority_row *before = promotion->line->before;
    struct pki_loss loss = {0};

    return pki_line_loss(promotion->session, before, now_of(promotion), &loss, err) &&
           (!loss.why[0] || pki_fail(err, PKI_E_STATE, "%s %s: go on by rotation, not back",
                                     before->name, loss.why));
}

static bool revert(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_line *line = promotion->line;
    int64_t not_after = 0;

    if (!check_revertible(promotion, err) || !check_before(promotion, err) ||
        !check_validity(promotion, line->before, &not_after, err))
        return false;
    promotion->own->revert = true;
    stops(promotion, line->active, PKI_STATE_NEXT);
    return starts(promotion, line->before, not_after, err);
}

/* --- the duty -------------------------------------------------------------------------------- */

static bool check_request(const struct pki_rotate_request *request, struct pki_error *err)
{
    if (request->revert && (request->promote_only || request->now)) {
        return pki_fail(err, PKI_E_USAGE,
                        "--revert takes a promotion back: neither --promote-only nor --now goes "
                        "with it");
    }
    if (request->n_csrs > 0 && (request->revert || request->promote_only))
        return pki_fail(err, PKI_E_USAGE, "--csr is for a new next, which is not issued here");
    return request->n_csrs <= 1 ||
           pki_fail(err, PKI_E_USAGE, "at most one request: the new next's");
}

static bool check_line(const struct pki_rotate_request *request, const struct pki_line *line,
                       struct pki_error *err)
{
    if (request->revert)
        return true;
    if (!line->next && line->lost) {
        return pki_fail(
            err, PKI_E_STATE, "%s waits as next, but %s: issue another one, cellar issue %s %s",
            line->lost->name, line->next_loss.why, line->plan->environment, line->plan->purpose);
    }
    if (!line->next) {
        return pki_fail(err, PKI_E_STATE,
                        "no authority of the line waits as next: issue one, cellar issue %s %s",
                        line->plan->environment, line->plan->purpose);
    }
    return request->n_csrs == 0 || issues(request, line) ||
           pki_fail(err, PKI_E_STATE, "a further next waits already: no request is needed");
}

static bool begin(struct promotion *promotion, struct pki_error *err)
{
    const struct pki_line *line = promotion->line;
    struct pki_draft *draft = promotion->draft;

    promotion->own = calloc(1, sizeof(*promotion->own));
    if (!promotion->own)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    promotion->own->plan = line->plan;
    draft->own = promotion->own;
    draft->duty = &pki_rotation_duty;
    pki_draft_set_line(draft, line->plan);
    (void)snprintf(draft->subject, sizeof(draft->subject), "%s-%s", line->plan->environment,
                   line->plan->purpose);
    if (!(promotion->request->revert ? revert(promotion, err) : promote(promotion, err)))
        return false;
    (void)snprintf(draft->next, sizeof(draft->next), "cellar export %s", line->plan->environment);
    return true;
}

/* A line whose further next waits already takes none: in a run of many they are for the others. */
static bool check_dice(const struct promotion *promotion, struct pki_error *err)
{
    const struct pki_rotate_request *request = promotion->request;
    bool has_further =
        !request->promote_only && !request->revert && !issues(request, promotion->line);

    return has_further || pki_draft_check_dice(promotion->session, promotion->draft, err);
}

static bool prepare(struct pki_session *session, const struct pki_rotate_request *request,
                    const struct pki_line *line, struct pki_draft **draft, struct pki_error *err)
{
    pki_auto(pki_draft) fresh = NULL;

    if (!check_line(request, line, err) ||
        !(issues(request, line) ? pki_draft_begin(session, "rotate", &fresh, err)
                                : pki_draft_begin_keyless(session, "rotate", &fresh, err)))
        return false;
    struct promotion promotion = {session, request, line, fresh, NULL};
    if (!begin(&promotion, err) || !check_dice(&promotion, err) ||
        !pki_forecast_make(session, fresh, &promotion.own->forecast, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}

bool pki_rotate_prepare(struct pki_session *session, const struct pki_rotate_request *request,
                        struct pki_draft **draft, struct pki_error *err)
{
    PKI_CONTEXT(err, "rotate %s %s", request->environment, request->purpose);
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_line_plan *plan = NULL;
    pki_scope(pki_line) line = {0};

    return check_request(request, err) && pki_session_hierarchy(session, &hierarchy, err) &&
           pki_hierarchy_line(hierarchy, request->environment, request->purpose, &plan, err) &&
           pki_line_load(session, plan, &line, err) && prepare(session, request, &line, draft, err);
}
