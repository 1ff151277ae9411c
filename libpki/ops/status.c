/*
 * Status: read from rows alone. Parses no certificate and links no
 * cryptographic library, so that it answers at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/ops.h"
#include "base/text.h"
#include "ops/crl_due.h"
#include "ops/line.h"
#include "ops/session.h"
#include "ops/status.h"
#include "ops/status_calendar.h"
#include "ops/status_crosses.h"
#include "ops/status_due.h"
#include "ops/status_exports.h"
#include "ops/status_left.h"
#include "ops/status_lines.h"
#include "ops/status_roots.h"
#include "ops/status_safety.h"
#include "ops/status_timeline.h"

struct status {
    struct pki_session *session;
    const struct pki_hierarchy *hierarchy;
    int64_t now, within;
    struct pki_dues dues;
    struct pki_crl_debts debts;
    size_t n_told; /* authorities so far */
    struct pki_report *report;
    char missing[128]; /* the command that makes the first thing that is not there; or empty */
    bool half_done;
};

static int64_t days_left(const struct status *status, int64_t until)
{
    return pki_days_between(status->now, until);
}

static void add_due(struct status *status, int64_t when, const char *what, const char *name,
                    const char *command)
{
    struct pki_due due = {.when = when, .soon = when <= status->now + status->within, .what = what};

    (void)snprintf(due.name, sizeof(due.name), "%s", name);
    (void)snprintf(due.command, sizeof(due.command), "%s", command);
    pki_dues_add(&status->dues, &due);
}

/* --- authorities ----------------------------------------------------------------------------- */

static enum pki_tone state_tone(enum pki_authority_state state)
{
    switch (state) {
    case PKI_STATE_ACTIVE:
        return PKI_TONE_GOOD;
    case PKI_STATE_REVOKED:
        return PKI_TONE_BAD;
    case PKI_STATE_RETIRED:
        return PKI_TONE_FAINT;
    case PKI_STATE_NEXT:
    case PKI_STATE_RETIRING:
    case PKI_STATES:
        break;
    }
    return PKI_TONE_PLAIN;
}

static const struct pki_line_plan *find_line(const struct status *status,
                                             const struct pki_authority_row *row)
{
    for (size_t i = 0; i < status->hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &status->hierarchy->lines[i];
        if (strcmp(line->environment, row->environment) == 0 &&
            strcmp(line->purpose, row->purpose) == 0)
            return line;
    }
    return NULL;
}

static enum pki_tone days_tone(const struct status *status, int64_t until)
{
    if (until <= status->now)
        return PKI_TONE_BAD;
    return until <= status->now + status->within ? PKI_TONE_WARN : PKI_TONE_PLAIN;
}

/* A line's active authority has its rotation to come; everything else only its end. One that is
   lost is left at once. */
static bool add_next_step(struct status *status, const struct pki_authority_row *row,
                          const struct pki_loss *loss, struct pki_report *out,
                          struct pki_error *err)
{
    const struct pki_line line = {
        .plan = find_line(status, row), .active = row, .active_loss = *loss};
    char command[128];
    int64_t when = 0;

    if (!line.plan || row->state != PKI_STATE_ACTIVE) {
        pki_report_text(out, "Rotate by", "%s", "");
        return true;
    }
    if (!pki_line_due(status->session, &line, &when, err))
        return false;
    (void)snprintf(command, sizeof(command), "cellar rotate %s %s%s", row->environment,
                   row->purpose, loss->why[0] ? " --now" : "");
    pki_report_day(out, "Rotate by", when);
    add_due(status, when, "rotation", row->name, command);
    return true;
}

/* Rotations come long before it: this is for what was never rotated. */
static void add_end(struct status *status, const struct pki_authority_row *row, int64_t when)
{
    char command[128];

    if (row->environment[0]) {
        (void)snprintf(command, sizeof(command), "cellar rotate %s %s", row->environment,
                       row->purpose);
    } else {
        (void)snprintf(command, sizeof(command), "cellar root %s --succeed", row->root);
    }
    add_due(status, when, "end", row->name, command);
}

static bool is_in_use(const struct pki_authority_row *row)
{
    return row->state == PKI_STATE_ACTIVE || row->state == PKI_STATE_NEXT;
}

static bool find_loss(const struct status *status, const struct pki_authority_row *row,
                      struct pki_loss *loss, struct pki_error *err)
{
    return !row->environment[0] || !is_in_use(row) ||
           pki_line_loss(status->session, row, status->now, loss, err);
}

/* The CRL that it owes next; debts are in the order of authorities. */
static void add_crl(struct status *status, const struct pki_crl_debt *debt, struct pki_report *out)
{
    struct pki_due due = {.when = debt->when, .what = "CRL"};

    if (!debt->owed) {
        pki_report_text(out, "CRL by", "%s", "");
        return;
    }
    due.soon = pki_crl_debt_is_due(debt, status->now, status->within);
    (void)snprintf(due.name, sizeof(due.name), "%s", debt->name);
    (void)snprintf(due.command, sizeof(due.command), "cellar crl %s", debt->name);
    pki_report_day(out, "CRL by", debt->when);
    pki_dues_add(&status->dues, &due);
}

static bool add_authority(struct status *status, const struct pki_authority_row *row,
                          struct pki_report *table, struct pki_error *err)
{
    pki_scope(pki_certificate_row) cert = {0};
    struct pki_report *out = pki_report_row(table);
    struct pki_loss loss = {0};

    if (!pki_store_certificate(status->session->store, row->certificate, &cert, err) ||
        !find_loss(status, row, &loss, err))
        return false;
    pki_report_text(out, "Authority", "%s", row->name);
    pki_report_toned(out, "State", state_tone(row->state), "%s", pki_state_name(row->state));
    pki_report_day(out, "Valid to", cert.not_after);
    pki_report_toned_integer(out, "Days left", days_tone(status, cert.not_after),
                             days_left(status, cert.not_after));
    if (!add_next_step(status, row, &loss, out, err))
        return false;
    add_crl(status, &status->debts.list[status->n_told++], out);
    if (is_in_use(row) && !loss.why[0])
        add_end(status, row, cert.not_after);
    return true;
}

static bool add_authorities(struct status *status, struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};
    struct pki_report *table = NULL;

    if (!pki_crl_debts_load(status->session, &status->debts, err) ||
        !pki_store_list_authorities(status->session->store, NULL, NULL, &rows, err))
        return false;
    if (rows.n > 0)
        table = pki_report_table(status->report, "Authorities");
    for (size_t i = 0; i < rows.n; i++)
        if (!add_authority(status, &rows.list[i], table, err))
            return false;
    return true;
}

/* --- what is not there yet ------------------------------------------------------------------- */

static bool has_authority(struct status *status, const char *environment, const char *purpose,
                          const char *root, bool *has, struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    *has = false;
    if (!pki_store_list_authorities(status->session->store, environment, purpose, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        *has = *has || strcmp(rows.list[i].root, root) == 0;
    return true;
}

static void add_missing(struct status *status, struct pki_report **table, const char *what,
                        const char *command)
{
    if (!*table)
        *table = pki_report_table(status->report, "Not made yet");
    if (!status->missing[0])
        (void)snprintf(status->missing, sizeof(status->missing), "%s", command);
    struct pki_report *row = pki_report_row(*table);
    pki_report_text(row, "What", "%s", what);
    pki_report_text(row, "Command", "%s", command);
}

static bool add_missing_lines(struct status *status, struct pki_error *err)
{
    struct pki_report *table = NULL;
    char command[128];
    char what[96];
    bool has = false;

    for (size_t i = 0; i < status->hierarchy->n_roots; i++) {
        const char *name = status->hierarchy->roots[i].name;
        if (!has_authority(status, "", NULL, name, &has, err))
            return false;
        (void)snprintf(what, sizeof(what), "root %s", name);
        (void)snprintf(command, sizeof(command), "cellar root %s", name);
        if (!has)
            add_missing(status, &table, what, command);
    }
    for (size_t i = 0; i < status->hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &status->hierarchy->lines[i];
        if (!has_authority(status, line->environment, line->purpose, line->root->name, &has, err))
            return false;
        (void)snprintf(what, sizeof(what), "%s %s", line->environment, line->purpose);
        (void)snprintf(command, sizeof(command), "cellar issue %s", what);
        if (!has)
            add_missing(status, &table, what, command);
    }
    return true;
}

/* --- the duty --------------------------------------------------------------------------------- */

static void add_heading(struct status *status)
{
    pki_report_text(status->report, "Organization", "%s", status->hierarchy->organization);
    pki_report_text(status->report, "Air gap", "%s",
                    status->hierarchy->air_gap_enforced ? "enforced" : "recorded");
    pki_report_time(status->report, "As of", status->now);
}

/* Last of all: what to type, or how long there is nothing to do. */
static void add_next(struct status *status)
{
    const struct pki_dues *dues = &status->dues;
    const char *command = dues->n_soon > 0 ? dues->list[0].command : status->missing;
    char date[PKI_TIME_TEXT];

    if (command[0])
        pki_report_next_here(status->report, "%s", command);
    else if (dues->n > 0) {
        const struct pki_due *first = &dues->list[0];
        pki_report_note(status->report, "Later", PKI_TONE_GOOD,
                        "Nothing is due. First: %s of %s, %.10s (%lld days).", first->what,
                        first->name, pki_time_format(first->when, date),
                        (long long)days_left(status, first->when));
    }
}

static bool tell_dues(struct status *status, struct pki_error *err)
{
    if (!pki_dues_sort(&status->dues, err))
        return false;
    pki_dues_tell(&status->dues, status->now, status->report);
    return true;
}

static bool tell(struct status *status, struct pki_error *err)
{
    if (!pki_session_hierarchy(status->session, &status->hierarchy, err))
        return false;
    add_heading(status);
    return add_authorities(status, err) &&
           pki_status_crosses(status->session, status->report, err) &&
           pki_status_timeline(status->session, &status->debts, status->report, err) &&
           add_missing_lines(status, err) &&
           pki_status_lines(status->session, status->within, &status->dues, err) &&
           pki_status_roots(status->session, status->within, &status->dues, status->report, err) &&
           pki_status_exports(status->session, status->within, &status->dues, status->report,
                              err) &&
           pki_status_safety(status->session, status->report, &status->dues, err) &&
           pki_status_left(status->session, status->report, &status->half_done, err) &&
           tell_dues(status, err);
}

static void status_clear(struct status *status)
{
    pki_dues_clear(&status->dues);
    pki_crl_debts_clear(&status->debts);
}

bool pki_status_tell(struct pki_session *session, int64_t within, struct pki_report *report,
                     struct pki_error *err)
{
    struct status status = {
        .session = session, .now = pki_session_now(session), .within = within, .report = report};
    bool told = tell(&status, err);

    status_clear(&status);
    return told;
}

bool pki_status(struct pki_session *session, int64_t within, struct pki_report *report, bool *due,
                struct pki_error *err)
{
    PKI_CONTEXT(err, "status");
    struct status status = {
        .session = session,
        .now = pki_session_now(session),
        .within = within,
        .report = report,
    };
    bool told = tell(&status, err) && pki_session_head(session, report, err);

    if (told) {
        add_next(&status);
        *due = status.dues.n_soon > 0 || status.half_done;
    }
    status_clear(&status);
    return told;
}

bool pki_status_calendar(struct pki_session *session, struct pki_report *report,
                         struct pki_error *err)
{
    PKI_CONTEXT(err, "status");
    pki_auto(pki_report) unseen = pki_report_new();
    pki_scope(pki_buf) out = {0};
    char *text = NULL;
    struct status status = {.session = session, .now = pki_session_now(session), .report = unseen};
    bool written = tell(&status, err) &&
                   pki_status_calendar_write(session, &status.dues, &out, err) &&
                   pki_buf_take_text(&out, &text, err);

    if (written)
        pki_report_verbatim(report, "Calendar", text);
    free(text);
    status_clear(&status);
    return written;
}
