/*
 * Cut-over: the outside has switched to the line's active authority, so the
 * windows of trust of the ones before it can end.
 */
#include "ops/cutover.h"

#include <stdlib.h>

#include "pki/time.h"
#include "ops/draft.h"
#include "ops/line.h"

struct cutover {
    struct pki_cutover_row row;
    const struct pki_line_plan *plan; /* of the session's hierarchy, which outlives the draft */
    char active[PKI_NAME_MAX];
    char (*closing)[PKI_NAME_MAX]; /* whose windows end by it */
    size_t n_closing;
};

/* --- the hooks ------------------------------------------------------------------------------- */

static void tell(const struct pki_draft *draft, struct pki_report *report)
{
    const struct cutover *own = draft->own;
    struct pki_report *table = own->n_closing > 0 ? pki_report_table(report, "Windows") : NULL;

    for (size_t i = 0; i < own->n_closing; i++) {
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Authority", "%s", own->closing[i]);
        pki_report_time(row, "Trusted until", pki_line_window_end(own->plan, own->row.at));
    }
}

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct cutover *own = draft->own;

    pki_report_text(report, "Authority", "%s", own->active);
    pki_report_time(report, "Switched", own->row.at);
    if (own->row.has_proof) {
        pki_report_octets(report, "Proof",
                          (struct pki_bytes){own->row.proof_sha256, PKI_SHA256_SIZE});
    } else {
        pki_report_note(report, "No proof", PKI_TONE_WARN,
                        "No proof is given: your word is recorded.");
    }
    tell(draft, report);
    return pki_report_ok(report, err);
}

static bool record(struct pki_txn *txn, struct pki_draft *draft, int64_t at, struct pki_buf *detail,
                   struct pki_error *err)
{
    struct cutover *own = draft->own;
    char since[PKI_TIME_TEXT];

    own->row.recorded_at = at;
    pki_buf_printf(detail, "%s is used outside since %s", own->active,
                   pki_time_format(own->row.at, since));
    return pki_store_add_cutover(txn, &own->row, err);
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    const struct cutover *own = draft->own;

    pki_report_text(report, "Authority", "%s", own->active);
    pki_report_time(report, "Switched", own->row.at);
    tell(draft, report);
}

static void free_own(void *own)
{
    struct cutover *cutover = own;

    if (cutover)
        free(cutover->closing);
    free(cutover);
}

static const struct pki_draft_duty duty = {
    .trust = true,
    .describe = describe,
    .record = record,
    .made = made,
    .free = free_own,
};

/* --- whether it can be so -------------------------------------------------------------------- */

static bool check_time(const struct pki_line *line, int64_t at, int64_t now, struct pki_error *err)
{
    char given[PKI_TIME_TEXT];
    char bound[PKI_TIME_TEXT];

    (void)pki_time_format(at, given);
    if (at > now)
        return pki_fail(err, PKI_E_POLICY, "%s lies in the future (it is %s): record it afterwards",
                        given, pki_time_format(now, bound));
    return at >= line->active->state_since ||
           pki_fail(err, PKI_E_POLICY, "%s is before %s became active (%s)", given,
                    line->active->name, pki_time_format(line->active->state_since, bound));
}

static bool check_line(struct pki_session *session, const struct pki_line *line,
                       struct pki_error *err)
{
    struct pki_cutover_row known = {0};
    char at[PKI_TIME_TEXT];
    bool found = false;

    if (!line->active)
        return pki_fail(err, PKI_E_STATE, "the line has no active authority");
    if (line->active->id == line->rows.list[0].id) {
        return pki_fail(err, PKI_E_STATE,
                        "%s is the line's first authority: there was nothing to switch from",
                        line->active->name);
    }
    if (!pki_store_find_cutover(session->store, line->active->id, &found, &known, err))
        return false;
    return !found || pki_fail(err, PKI_E_STATE, "the cut-over to %s is recorded already: %s",
                              line->active->name, pki_time_format(known.at, at));
}

/* A time-stamping authority's answer begins with the leaf of its generation. */
static bool is_active(struct pki_session *session, const struct pki_authority_row *active,
                      const uint8_t fingerprint[PKI_SHA256_SIZE], bool *is, struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    bool found = false;

    *is = false;
    if (!pki_store_find_fingerprint(session->store, fingerprint, &found, &row, err))
        return false;
    *is = found && (row.authority == active->id || row.companion == active->id);
    return true;
}

static bool check_proof(struct pki_session *session, const struct pki_line *line, const char *path,
                        struct pki_cutover_row *row, struct pki_error *err)
{
    uint8_t fingerprint[PKI_SHA256_SIZE];
    bool is = false;

    if (!path)
        return true;
    row->has_proof = true;
    if (!pki_cutover_proof(path, fingerprint, row->proof_sha256, err) ||
        !is_active(session, line->active, fingerprint, &is, err))
        return false;
    return is || pki_fail(err, PKI_E_INVALID,
                          "%s: its first certificate (sha256 %02x%02x%02x%02x...) is not that of "
                          "%s: the outside has not switched",
                          path, fingerprint[0], fingerprint[1], fingerprint[2], fingerprint[3],
                          line->active->name);
}

/* --- the duty -------------------------------------------------------------------------------- */

/* The windows that are still open; what an earlier cut-over closed stays as it is. */
static bool collect(struct pki_session *session, const struct pki_line *line, struct cutover *own,
                    struct pki_error *err)
{
    own->closing = calloc(line->rows.n, sizeof(*own->closing));
    if (!own->closing)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < line->rows.n; i++) {
        const struct pki_authority_row *row = &line->rows.list[i];
        int64_t at = 0;

        if (row->generation >= line->active->generation || row->state == PKI_STATE_REVOKED)
            continue;
        if (!pki_line_switched(session, &line->rows, row->generation, INT64_MAX, &at, err))
            return false;
        if (at == INT64_MAX)
            memcpy(own->closing[own->n_closing++], row->name, sizeof(row->name));
    }
    return true;
}

static bool fill(struct pki_session *session, const struct pki_cutover_request *request,
                 const struct pki_line *line, struct pki_draft *draft, struct pki_error *err)
{
    struct cutover *own = calloc(1, sizeof(*own));

    if (!own)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    draft->own = own;
    draft->duty = &duty;
    own->plan = line->plan;
    own->row.authority = line->active->id;
    own->row.at = request->at;
    memcpy(own->active, line->active->name, sizeof(own->active));
    memcpy(draft->subject, line->active->name, sizeof(draft->subject));
    pki_draft_set_line(draft, line->plan);
    (void)snprintf(draft->next, sizeof(draft->next), "cellar export %s", line->plan->environment);
    return check_time(line, request->at, draft->now, err) &&
           check_proof(session, line, request->proof, &own->row, err) &&
           collect(session, line, own, err) && pki_draft_confirm_by(draft, line->active, err);
}

bool pki_cutover_prepare(struct pki_session *session, const struct pki_cutover_request *request,
                         struct pki_draft **draft, struct pki_error *err)
{
    PKI_CONTEXT(err, "cutover %s %s", request->environment, request->purpose);
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_line_plan *plan = NULL;
    pki_scope(pki_line) line = {0};
    pki_auto(pki_draft) fresh = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_hierarchy_line(hierarchy, request->environment, request->purpose, &plan, err) ||
        !pki_line_load(session, plan, &line, err) || !check_line(session, &line, err) ||
        !pki_draft_begin_keyless(session, "cutover", &fresh, err) ||
        !fill(session, request, &line, fresh, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}
