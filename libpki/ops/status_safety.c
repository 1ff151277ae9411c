#include "ops/status_safety.h"

#include <stdio.h>

#include "pki/time.h"
#include "ops/session.h"
#include "store/safety.h"
#include "store/shares.h"

#define GRACE INT64_C(86400) /* a day's work is copied once it is done */

#define DRILL INT64_C(31536000) /* a year: a share that nobody looks for is lost unnoticed */

static void add_due(struct pki_dues *dues, const char *what, const char *command, int64_t when,
                    int64_t now)
{
    struct pki_due due = {.when = when, .soon = when <= now, .what = what, .name = "the cellar"};

    (void)snprintf(due.command, sizeof(due.command), "%s", command);
    pki_dues_add(dues, &due);
}

static bool add_backups(struct pki_session *session, struct pki_report *report,
                        struct pki_dues *dues, struct pki_error *err)
{
    struct pki_backups_row backups = {0};

    if (!pki_journal_backups(session->store, &backups, err))
        return false;
    if (backups.finished > 0) {
        pki_report_time(report, "Last backup", backups.last_at);
        pki_report_integer(report, "Backups", backups.finished);
    }
    if (backups.changed)
        add_due(dues, "backup", "cellar backup --to DIR", backups.changed_at + GRACE,
                pki_session_now(session));
    return true;
}

/* A share that was shown, alone or with others, is known to be there. */
static bool add_drills(struct pki_session *session, struct pki_report *report,
                       struct pki_dues *dues, struct pki_error *err)
{
    pki_scope(pki_drill_rows) rows = {0};
    int64_t now = pki_session_now(session);

    if (!pki_store_list_drills(session->store, &rows, err))
        return false;
    struct pki_report *table = rows.n > 0 ? pki_report_table(report, "Shares") : NULL;
    for (size_t i = 0; i < rows.n; i++) {
        const struct pki_drill_row *row = &rows.list[i];
        struct pki_due due = {.when = row->shown_at + DRILL, .what = "drill"};
        struct pki_report *line = pki_report_row(table);

        pki_report_text(line, "Key", "%s", row->key);
        pki_report_integer(line, "Shares", row->shares);
        pki_report_day(line, "All shown since", row->shown_at);
        pki_report_day(line, "Drill by", due.when);
        due.soon = due.when <= now;
        (void)snprintf(due.name, sizeof(due.name), "%s", row->key);
        (void)snprintf(due.command, sizeof(due.command), "cellar share combine %s", row->key);
        pki_dues_add(dues, &due);
    }
    return true;
}

static bool add_alarms(struct pki_session *session, struct pki_report *report,
                       struct pki_dues *dues, struct pki_error *err)
{
    pki_scope(pki_alarm_rows) rows = {0};

    if (!pki_journal_alarms(session->store, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        pki_report_note(report, "Alarm", PKI_TONE_BAD, "The cellar is %s.", rows.list[i].detail);
    if (rows.n > 0)
        add_due(dues, "reconciliation", "cellar reconcile FILE...", rows.list[0].at,
                rows.list[0].at);
    return true;
}

bool pki_status_safety(struct pki_session *session, struct pki_report *report,
                       struct pki_dues *dues, struct pki_error *err)
{
    return add_backups(session, report, dues, err) && add_drills(session, report, dues, err) &&
           add_alarms(session, report, dues, err);
}
