#include "ops/window.h"

#include <string.h>

#include "ops/draft.h"
#include "ops/line.h"
#include "ops/revocation.h"

void pki_window_open(struct pki_window *window, int64_t not_before)
{
    if (not_before > window->start)
        window->start = not_before;
}

/* The earlier end counts. */
static void close_at(struct pki_window *window, int64_t last)
{
    if (!window->has_end || last < window->end)
        window->end = last;
    window->has_end = true;
}

void pki_window_switch(struct pki_window *window, const struct pki_line_plan *plan,
                       int64_t switched)
{
    if (switched != INT64_MAX)
        close_at(window, pki_line_window_end(plan, switched));
}

/* Recorded at the clock, dated back as all dates are. */
static bool is_recorded(const struct pki_revocation_row *row, int64_t at)
{
    return at == INT64_MAX || row->revoked_at + PKI_DRAFT_SET_BACK <= at;
}

/* The last second is the one before. */
static void end(struct pki_window *window, const struct pki_revocation_row *row)
{
    close_at(window, (row->has_invalidity ? row->invalidity_at : row->revoked_at) - 1);
    window->leaked = window->leaked || pki_reason_of(row->reason)->leak;
}

bool pki_window_revoke(struct pki_session *session, int64_t issuer, struct pki_bytes serial,
                       int64_t at, struct pki_window *window, struct pki_error *err)
{
    struct pki_revocation_row row;
    bool found = false;

    if (!pki_store_find_revocation(session->store, issuer, serial, &found, &row, err))
        return false;
    if (!found || !is_recorded(&row, at))
        return true;
    window->revoked_at = row.revoked_at;
    if (strcmp(row.treatment, "drop") == 0)
        window->dropped = true;
    else
        end(window, &row);
    return true;
}

bool pki_window_is_shut(const struct pki_window *window)
{
    return window->dropped || (window->has_end && window->end < window->start);
}
