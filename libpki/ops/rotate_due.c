/*
 * Which lines are due for a rotation.
 */
#include <stdio.h>
#include <stdlib.h>

#include "pki/ops.h"
#include "ops/line.h"

void pki_due_lines_clear(struct pki_due_lines *lines)
{
    free(lines->list);
    *lines = (struct pki_due_lines){0};
}

static bool add_due(struct pki_session *session, const struct pki_line_plan *plan,
                    struct pki_due_lines *lines, struct pki_error *err)
{
    pki_scope(pki_line) line = {0};
    int64_t rotate_by = 0;

    if (!pki_line_load(session, plan, &line, err))
        return false;
    if (!line.active)
        return true; /* never issued, or it is a matter of revocation */
    if (!pki_line_due(session, &line, &rotate_by, err))
        return false;
    if (rotate_by > pki_session_now(session))
        return true;
    struct pki_due_line *due = &lines->list[lines->n++];
    (void)snprintf(due->environment, sizeof(due->environment), "%s", plan->environment);
    (void)snprintf(due->purpose, sizeof(due->purpose), "%s", plan->purpose);
    return true;
}

bool pki_rotate_due(struct pki_session *session, struct pki_due_lines *lines, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    pki_scope(pki_due_lines) due = {0};

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    due.list = calloc(hierarchy->n_lines + 1, sizeof(*due.list));
    if (!due.list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < hierarchy->n_lines; i++)
        if (!add_due(session, &hierarchy->lines[i], &due, err))
            return false;
    *lines = due;
    due = (struct pki_due_lines){0};
    return true;
}
