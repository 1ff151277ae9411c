#include "ops/status_exports.h"

#include <stdio.h>
#include <string.h>

#include "ops/status_left.h"

struct exports {
    struct pki_session *session;
    int64_t horizon;
    struct pki_journal_head trust; /* of the last entry that changed it */
    struct pki_dues *dues;
};

static void add_due(struct exports *exports, const char *environment)
{
    struct pki_due due = {.when = exports->trust.at, .last = true, .what = "export"};

    due.soon = due.when <= exports->horizon;
    (void)snprintf(due.name, sizeof(due.name), "%s", environment);
    (void)snprintf(due.command, sizeof(due.command), "cellar export %s", environment);
    pki_dues_add(exports->dues, &due);
}

static bool add(struct exports *exports, const char *environment, struct pki_report *table,
                struct pki_error *err)
{
    struct pki_publication_row last = {0};
    char date[PKI_TIME_TEXT];
    bool found = false;

    if (!pki_store_last_publication(exports->session->store, environment, &found, &last, err))
        return false;
    const char *odd = found ? pki_status_export(exports->session, &last) : "";
    bool current = found && last.counter >= exports->trust.counter && !*odd;
    struct pki_report *row = pki_report_row(table);
    pki_report_text(row, "Environment", "%s", environment);
    pki_report_text(row, "Exported", "%s",
                    found ? pki_time_format(last.published_at, date) : "never");
    pki_report_toned(row, "Files", current ? PKI_TONE_GOOD : PKI_TONE_WARN, "%s",
                     current ? "current"
                     : *odd  ? odd
                     : found ? "trust has changed since"
                             : "none yet");
    if (!current)
        add_due(exports, environment);
    return true;
}

bool pki_status_exports(struct pki_session *session, int64_t within, struct pki_dues *dues,
                        struct pki_report *report, struct pki_error *err)
{
    struct exports exports = {
        .session = session, .horizon = pki_session_now(session) + within, .dues = dues};
    const struct pki_hierarchy *hierarchy = NULL;
    struct pki_report *table = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_journal_trust_head(session->store, &exports.trust, err))
        return false;
    const struct pki_line_plan *line = pki_hierarchy_next(hierarchy, NULL);
    for (; line; line = pki_hierarchy_next(hierarchy, line)) {
        pki_scope(pki_authority_rows) rows = {0};
        if (!pki_store_list_authorities(session->store, line->environment, NULL, &rows, err))
            return false;
        if (rows.n == 0)
            continue;
        if (!table)
            table = pki_report_table(report, "Exports");
        if (!add(&exports, line->environment, table, err))
            return false;
    }
    return true;
}
