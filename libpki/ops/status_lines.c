#include "ops/status_lines.h"

#include <stdio.h>

#include "ops/line.h"

struct lines {
    struct pki_session *session;
    int64_t now, horizon;
    struct pki_dues *dues;
};

static void add(struct lines *lines, int64_t when, const char *what, const char *name,
                const char *command)
{
    struct pki_due due = {.when = when, .soon = when <= lines->horizon, .what = what};

    (void)snprintf(due.name, sizeof(due.name), "%s", name);
    (void)snprintf(due.command, sizeof(due.command), "%s", command);
    pki_dues_add(lines->dues, &due);
}

/* Since when nobody usable waits; where the active one is lost, not later than its rotation is due,
   for which it must be there. */
static bool lacks_next_since(struct lines *lines, const struct pki_line *line, int64_t *since,
                             struct pki_error *err)
{
    int64_t rotate_by = 0;

    if (!pki_line_due(lines->session, line, &rotate_by, err))
        return false;
    *since = line->active->state_since;
    if (line->lost && line->next_loss.since > *since)
        *since = line->next_loss.since;
    if (line->active_loss.why[0] && rotate_by < *since)
        *since = rotate_by;
    return true;
}

/* Without a next one a compromised authority cannot be left: that is due since it is so. A lost
   active authority has its rotation due (ops/line). */
static bool add_vacancy(struct lines *lines, const struct pki_line *line, const char *name,
                        struct pki_error *err)
{
    const struct pki_line_plan *plan = line->plan;
    struct pki_vacancy vacancy;
    char command[128];
    int64_t since = 0;

    pki_line_vacancy(line, &vacancy);
    (void)snprintf(command, sizeof(command), "cellar issue %s %s", plan->environment,
                   plan->purpose);
    if (!line->active) {
        add(lines, lines->now, "active authority", name, vacancy.command);
    } else if (!line->next) {
        if (!lacks_next_since(lines, line, &since, err))
            return false;
        add(lines, since, "next authority", name, command);
    }
    return true;
}

/* Promoted here, but did the outside follow? Until that is recorded old windows stay open. */
static bool add_cutover(struct lines *lines, const struct pki_line *line, const char *name,
                        struct pki_error *err)
{
    const struct pki_line_plan *plan = line->plan;
    struct pki_cutover_row cutover = {0};
    char command[128];
    bool found = false;

    if (!line->active || !line->before)
        return true;
    if (!pki_store_find_cutover(lines->session->store, line->active->id, &found, &cutover, err))
        return false;
    (void)snprintf(command, sizeof(command), "cellar cutover %s %s --at TIME", plan->environment,
                   plan->purpose);
    if (!found)
        add(lines, pki_period_after(plan->leaf_life, line->active->state_since), "cut-over", name,
            command);
    return true;
}

static bool add_line(struct lines *lines, const struct pki_line_plan *plan, struct pki_error *err)
{
    pki_scope(pki_line) line = {0};
    char name[PKI_NAME_MAX];

    if (!pki_line_load(lines->session, plan, &line, err))
        return false;
    if (line.newest == 0)
        return true; /* not made yet: that is told by itself */
    (void)snprintf(name, sizeof(name), "%s-%s", plan->environment, plan->purpose);
    return add_vacancy(lines, &line, name, err) && add_cutover(lines, &line, name, err);
}

bool pki_status_lines(struct pki_session *session, int64_t within, struct pki_dues *dues,
                      struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    int64_t now = pki_session_now(session);
    struct lines lines = {session, now, now + within, dues};

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    for (size_t i = 0; i < hierarchy->n_lines; i++)
        if (!add_line(&lines, &hierarchy->lines[i], err))
            return false;
    return true;
}
