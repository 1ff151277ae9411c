#include "ops/status_safety.h"

#include <stdio.h>

#include "pki/time.h"
#include "ops/session.h"
#include "store/safety.h"

#define GRACE INT64_C(86400) /* a day's work is copied once it is done */

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
    return add_backups(session, report, dues, err) && add_alarms(session, report, dues, err);
}
