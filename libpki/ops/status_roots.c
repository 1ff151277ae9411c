#include "ops/status_roots.h"

#include <stdio.h>
#include <string.h>

#include "ops/hierarchy_rules.h"

static const struct pki_period notice = {.months = 12};

struct roots {
    struct pki_session *session;
    const struct pki_hierarchy *hierarchy;
    int64_t now, within;
    struct pki_dues *dues;
    struct pki_report *report;
};

/* The first second in which issuing for the line is refused; by halves, as months differ. */
static int64_t refused_from(const struct pki_line_plan *line, int64_t not_after)
{
    int64_t good = 0;
    int64_t refused = not_after + 1;

    while (refused - good > 1) {
        int64_t middle = good + (refused - good) / 2;
        if (pki_line_needs_until(line, middle) > not_after + 1)
            refused = middle;
        else
            good = middle;
    }
    return refused;
}

/* The line below the root that is refused first; NULL: there is none. */
static const struct pki_line_plan *first_refused(const struct roots *roots, const char *root,
                                                 int64_t not_after, int64_t *when)
{
    const struct pki_line_plan *first = NULL;

    for (size_t i = 0; i < roots->hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &roots->hierarchy->lines[i];
        if (strcmp(line->root->name, root) != 0)
            continue;
        int64_t from = refused_from(line, not_after);
        if (!first || from < *when) {
            first = line;
            *when = from;
        }
    }
    return first;
}

static void tell(const struct roots *roots, const struct pki_due *due,
                 const struct pki_line_plan *line, int64_t not_after)
{
    char end[PKI_TIME_TEXT];
    char from[PKI_TIME_TEXT];

    pki_report_note(roots->report, "Root", PKI_TONE_WARN,
                    "%s ends %s. From %s on it can sign nothing that lives as long as a line "
                    "needs: rotating or issuing %s %s is refused then, and its other lines follow. "
                    "Make its successor, %s, and give verifiers the new anchors before the day.",
                    due->name, pki_time_format(not_after, end), pki_time_format(due->when, from),
                    line->environment, line->purpose, due->command);
}

static bool add(const struct roots *roots, const struct pki_authority_row *row,
                struct pki_error *err)
{
    pki_scope(pki_certificate_row) cert = {0};
    struct pki_due due = {.what = "succession"};

    if (row->environment[0] || row->state != PKI_STATE_ACTIVE)
        return true;
    if (!pki_store_certificate(roots->session->store, row->certificate, &cert, err))
        return false;
    const struct pki_line_plan *line = first_refused(roots, row->root, cert.not_after, &due.when);
    if (!line || cert.not_after < roots->now)
        return true; /* with nothing below it there is nothing to lose, nor after its end */
    due.soon =
        pki_period_before(notice, due.when) <= roots->now || due.when <= roots->now + roots->within;
    memcpy(due.name, row->name, sizeof(row->name));
    (void)snprintf(due.command, sizeof(due.command), "cellar root %s --succeed", row->root);
    pki_dues_add(roots->dues, &due);
    if (due.soon)
        tell(roots, &due, line, cert.not_after);
    return true;
}

/* All of a root's authorities were lost: nothing below it can be issued. */
static void add_lost(const struct roots *roots, const struct pki_authority_rows *rows,
                     const char *root)
{
    struct pki_due due = {.what = "succession", .when = roots->now, .soon = true, .first = true};
    const struct pki_authority_row *newest = NULL;

    for (size_t i = 0; i < rows->n; i++) {
        if (strcmp(rows->list[i].root, root) != 0)
            continue;
        if (rows->list[i].state == PKI_STATE_ACTIVE)
            return;
        newest = &rows->list[i];
    }
    if (!newest)
        return;
    memcpy(due.name, newest->name, sizeof(newest->name));
    (void)snprintf(due.command, sizeof(due.command), "cellar root %s --succeed", root);
    pki_dues_add(roots->dues, &due);
}

bool pki_status_roots(struct pki_session *session, int64_t within, struct pki_dues *dues,
                      struct pki_report *report, struct pki_error *err)
{
    struct roots roots = {.session = session,
                          .now = pki_session_now(session),
                          .within = within,
                          .dues = dues,
                          .report = report};
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_session_hierarchy(session, &roots.hierarchy, err) ||
        !pki_store_list_authorities(session->store, "", NULL, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        if (!add(&roots, &rows.list[i], err))
            return false;
    for (size_t i = 0; i < roots.hierarchy->n_roots; i++)
        add_lost(&roots, &rows, roots.hierarchy->roots[i].name);
    return true;
}
