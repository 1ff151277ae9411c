#include "ops/status_safety.h"

#include <stdio.h>

#include "pki/time.h"
#include "ops/alarm.h"
#include "ops/session.h"
#include "store/copies.h"
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

/* The shares of one key. A share that was shown, alone or with others, is known to be there. */
struct drill {
    const struct pki_drill_row *first;
    size_t n;
    int64_t since; /* when the share was seen that was not seen for longest */
    struct pki_buf never, overdue;
};

static void drill_clear(struct drill *drill)
{
    pki_buf_clear(&drill->never);
    pki_buf_clear(&drill->overdue);
}

/* "3", or in several groups "2.3" */
static void add_share(struct pki_buf *list, const struct pki_drill_row *share)
{
    pki_buf_text(list, list->size > 0 ? ", " : "");
    if (share->groups > 1)
        pki_buf_printf(list, "%u.", share->group);
    pki_buf_printf(list, "%u", share->number);
}

/* At the split each was typed back: that is when it was seen first. */
static void look_at(struct drill *drill, int64_t now)
{
    drill->since = INT64_MAX;
    for (size_t i = 0; i < drill->n; i++) {
        const struct pki_drill_row *share = &drill->first[i];
        int64_t seen = share->shown_at > 0 ? share->shown_at : share->made_at;
        drill->since = seen < drill->since ? seen : drill->since;
        if (share->shown_at == 0)
            add_share(&drill->never, share);
        if (seen + DRILL <= now)
            add_share(&drill->overdue, share);
    }
}

static void tell_drill(const struct drill *drill, int64_t now, struct pki_report *table,
                       struct pki_dues *dues)
{
    struct pki_due due = {.when = drill->since + DRILL, .what = "drill"};
    struct pki_report *line = pki_report_row(table);

    pki_report_text(line, "Key", "%s", drill->first->key);
    pki_report_integer(line, "Shares", (int64_t)drill->n);
    pki_report_text(line, "Never tested", "%.*s", (int)drill->never.size,
                    (const char *)drill->never.data);
    pki_report_toned(line, "Overdue", PKI_TONE_BAD, "%.*s", (int)drill->overdue.size,
                     (const char *)drill->overdue.data);
    pki_report_readers(line, PKI_FOR_JSON);
    pki_report_day(line, "All shown since", drill->since);
    pki_report_readers(line, PKI_FOR_ALL);
    pki_report_day(line, "Drill by", due.when);
    due.soon = due.when <= now;
    (void)snprintf(due.name, sizeof(due.name), "%s", drill->first->key);
    (void)snprintf(due.command, sizeof(due.command), "cellar share test");
    pki_dues_add(dues, &due);
}

static bool add_drill(struct drill *drill, int64_t now, struct pki_report *table,
                      struct pki_dues *dues, struct pki_error *err)
{
    look_at(drill, now);
    if (!pki_buf_ok(&drill->never, err) || !pki_buf_ok(&drill->overdue, err))
        return false;
    tell_drill(drill, now, table, dues);
    return true;
}

static bool add_drills(struct pki_session *session, struct pki_report *report,
                       struct pki_dues *dues, struct pki_error *err)
{
    pki_scope(pki_drill_rows) rows = {0};

    if (!pki_store_list_drills(session->store, &rows, err))
        return false;
    struct pki_report *table = rows.n > 0 ? pki_report_table(report, "Shares") : NULL;
    for (size_t i = 0; i < rows.n;) {
        pki_scope(drill) drill = {.first = &rows.list[i]};
        for (; i < rows.n && strcmp(rows.list[i].key, drill.first->key) == 0; i++)
            drill.n++;
        if (!add_drill(&drill, pki_session_now(session), table, dues, err))
            return false;
    }
    return true;
}

/* A key that came after one with shares and has none itself: what one person opens, where the one
   before took several. A policy that was chosen for it, whichever, is one. */
static bool add_unshared(struct pki_session *session, const struct pki_authority_row *row,
                         struct pki_dues *dues, struct pki_error *err)
{
    struct pki_due due = {.when = row->state_since, .soon = true, .what = "shares"};
    struct pki_key_row key = {0};
    char before[PKI_NAME_MAX] = "";
    bool found = false;

    if (row->state == PKI_STATE_RETIRED || row->state == PKI_STATE_REVOKED)
        return true;
    if (!pki_store_key_by_name(session->store, row->name, &found, &key, err) ||
        !pki_store_shared_before(session->store, row, before, err))
        return false;
    if (!before[0] || !found || !key.has_file || key.chosen)
        return true;
    (void)snprintf(due.name, sizeof(due.name), "%s", row->name);
    (void)snprintf(due.command, sizeof(due.command), "cellar share split %s --shares KofN",
                   row->name);
    pki_dues_add(dues, &due);
    return true;
}

static bool add_all_unshared(struct pki_session *session, struct pki_dues *dues,
                             struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_store_list_authorities(session->store, NULL, NULL, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        if (!add_unshared(session, &rows.list[i], dues, err))
            return false;
    return true;
}

/* --- what is left of destroyed keys --------------------------------------------------------- */

static void tell_copy(const struct pki_copy_row *copy, struct pki_report *table,
                      struct pki_dues *dues)
{
    struct pki_due due = {.when = copy->since, .soon = true, .what = "copy to destroy"};
    struct pki_report *row = pki_report_row(table);

    pki_report_text(row, "Key", "%s", copy->key);
    pki_report_text(row, "Copy", "%s", copy->copy);
    pki_report_text(row, "What", "%s", copy->what);
    (void)snprintf(due.name, sizeof(due.name), "%s", copy->key);
    (void)snprintf(due.command, sizeof(due.command), "cellar key destroy %s --copy %s", copy->key,
                   copy->copy);
    pki_dues_add(dues, &due);
}

static bool any_destroyed(struct pki_session *session, bool *any, struct pki_error *err)
{
    pki_scope(pki_key_rows) keys = {0};

    *any = false;
    if (!pki_store_list_keys(session->store, &keys, err))
        return false;
    for (size_t i = 0; i < keys.n; i++)
        *any = *any || keys.list[i].destroyed;
    return true;
}

/* The journal is read for it, and only where there is something to look for. */
static bool add_copies(struct pki_session *session, struct pki_report *report,
                       struct pki_dues *dues, struct pki_error *err)
{
    pki_scope(pki_copy_rows) copies = {0};
    struct pki_report *table = NULL;
    bool any = false;

    if (!any_destroyed(session, &any, err) ||
        (any && !pki_store_list_copies(session->store, NULL, &copies, err)))
        return false;
    for (size_t i = 0; i < copies.n; i++) {
        if (copies.list[i].gone)
            continue;
        if (!table)
            table = pki_report_table(report, "Copies of destroyed keys");
        tell_copy(&copies.list[i], table, dues);
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
        pki_report_note(report, "Alarm", PKI_TONE_BAD, "The cellar is %s: %s.", rows.list[i].detail,
                        pki_alarm_answer(rows.list[i].seen));
    if (rows.n > 0)
        add_due(dues, "reconciliation", pki_alarm_command(rows.list[0].seen), rows.list[0].at,
                rows.list[0].at);
    return true;
}

bool pki_status_safety(struct pki_session *session, struct pki_report *report,
                       struct pki_dues *dues, struct pki_error *err)
{
    return add_backups(session, report, dues, err) && add_drills(session, report, dues, err) &&
           add_all_unshared(session, dues, err) && add_copies(session, report, dues, err) &&
           add_alarms(session, report, dues, err);
}
