#include "store/safety.h"

#include "base/text.h"
#include "store/since.h"
#include "store/sql.h"

bool pki_journal_reconciled(struct pki_store *store, const char *seen, bool *is,
                            struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_RECONCILED, &query, err))
        return false;
    pki_bind_text(&query, seen);
    return pki_statement_step(&query, is, err);
}

/* By its number, which is one step; a head without one is looked for in the whole journal. */
static bool look_up(struct pki_store *store, const struct pki_journal_head *met, bool *taken,
                    bool *same, struct pki_error *err)
{
    uint8_t hash[PKI_SHA256_SIZE] = {0};
    int64_t counter = 0;

    if (met->counter == 0) {
        *taken = false;
        return pki_journal_contains(store, met->hash, same, &counter, err);
    }
    if (!pki_journal_head_then(store, met->counter, taken, hash, err))
        return false;
    *same = *taken && memcmp(hash, met->hash, sizeof(hash)) == 0;
    return true;
}

bool pki_journal_place(struct pki_store *store, const struct pki_journal_head *met,
                       enum pki_place *place, struct pki_error *err)
{
    bool taken = false;
    bool same = false;

    if (!look_up(store, met, &taken, &same, err))
        return false;
    *place = same ? PKI_PLACE_KNOWN : taken ? PKI_PLACE_FORKED : PKI_PLACE_AHEAD;
    return true;
}

void pki_alarm_rows_clear(struct pki_alarm_rows *rows)
{
    free(rows->list);
    *rows = (struct pki_alarm_rows){0};
}

static bool collect(struct pki_statement *query, struct pki_alarm_rows *rows, struct pki_error *err)
{
    bool more = false;

    if (!pki_statement_step(query, &more, err))
        return false;
    while (more) {
        struct pki_alarm_row *row = pki_rows_extend(&rows->list, &rows->n, sizeof(*row), err);

        if (!row)
            return false;
        row->at = pki_column_integer(query);
        pki_column_text(query, row->seen, sizeof(row->seen));
        pki_column_text(query, row->detail, sizeof(row->detail));
        if (!pki_column_ok(query, err) || !pki_statement_step(query, &more, err))
            return false;
    }
    return true;
}

bool pki_journal_alarms(struct pki_store *store, struct pki_alarm_rows *rows, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_alarm_rows found = {0};

    if (!pki_statement_begin(store, PKI_QUERY_OPEN_ALARMS, &query, err))
        return false;
    if (!collect(&query, &found, err)) {
        pki_alarm_rows_clear(&found);
        return false;
    }
    *rows = found;
    return true;
}

static bool find_last(struct pki_store *store, struct pki_backups_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool any = false;

    if (!pki_statement_begin(store, PKI_QUERY_LAST_BACKUP, &query, err) ||
        !pki_statement_step(&query, &any, err))
        return false;
    if (!pki_column_skip_null(&query))
        row->last_entry = pki_column_integer(&query);
    if (!pki_column_skip_null(&query))
        row->last_at = pki_column_integer(&query);
    row->finished = pki_column_integer(&query);
    return pki_column_ok(&query, err);
}

static bool find_change(struct pki_store *store, struct pki_backups_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_FIRST_TRUST_AFTER, &query, err))
        return false;
    pki_bind_integer(&query, row->last_entry);
    if (!pki_statement_step(&query, &row->changed, err))
        return false;
    if (row->changed)
        row->changed_at = pki_column_integer(&query);
    return pki_column_ok(&query, err);
}

bool pki_journal_backups(struct pki_store *store, struct pki_backups_row *row,
                         struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_backups_row found = {0};

    if (!find_last(store, &found, err) || !find_change(store, &found, err) ||
        !pki_statement_begin(store, PKI_QUERY_OPEN_BACKUP, &query, err) ||
        !pki_statement_step(&query, &found.open, err))
        return false;
    if (found.open) {
        found.open_at = pki_column_integer(&query);
        pki_column_text(&query, found.open_to, sizeof(found.open_to));
    }
    if (!pki_column_ok(&query, err))
        return false;
    *row = found;
    return true;
}
