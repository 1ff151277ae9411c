#include "store/sql.h"

#include <assert.h>

/* As in the schema. */
static const char *const states[PKI_STATES] = {
    [PKI_STATE_NEXT] = "next",         [PKI_STATE_ACTIVE] = "active",
    [PKI_STATE_RETIRING] = "retiring", [PKI_STATE_RETIRED] = "retired",
    [PKI_STATE_REVOKED] = "revoked",
};

const char *pki_state_name(enum pki_authority_state state)
{
    assert(state < PKI_STATES);
    return states[state];
}

static void read_state(struct pki_statement *query, enum pki_authority_state *state)
{
    char name[16];
    enum pki_authority_state i = 0;

    pki_column_text(query, name, sizeof(name));
    while (i < PKI_STATES && strcmp(states[i], name) != 0)
        i++;
    query->damaged = query->damaged || i == PKI_STATES;
    *state = i;
}

bool pki_store_set_state(struct pki_txn *txn, int64_t authority, enum pki_authority_state state,
                         int64_t at, struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_AUTHORITY_EVENT, &insert, err))
        return false;
    pki_bind_integer(&insert, authority);
    pki_bind_text(&insert, pki_state_name(state));
    pki_bind_integer(&insert, at);
    return pki_txn_insert(txn, PKI_RELATION_AUTHORITY_EVENT, &insert, NULL, err);
}

bool pki_store_add_authority(struct pki_txn *txn, const struct pki_authority_row *row, int64_t at,
                             int64_t *id, struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};
    int64_t added = 0;

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_AUTHORITY, &insert, err))
        return false;
    pki_bind_text(&insert, row->name);
    pki_bind_text(&insert, row->root);
    pki_bind_text(&insert, row->environment);
    pki_bind_text(&insert, row->purpose);
    pki_bind_integer(&insert, row->generation);
    pki_bind_integer(&insert, row->key);
    pki_bind_reference(&insert, row->issuer);
    pki_bind_bytes(&insert, pki_buf_view(&row->subject));
    pki_bind_text(&insert, pki_state_name(row->state));
    pki_bind_integer(&insert, at);
    if (!pki_txn_insert(txn, PKI_RELATION_AUTHORITY, &insert, &added, err) ||
        !pki_store_set_state(txn, added, row->state, at, err))
        return false;
    *id = added;
    return true;
}

void pki_authority_row_clear(struct pki_authority_row *row)
{
    pki_buf_clear(&row->subject);
    *row = (struct pki_authority_row){0};
}

void pki_authority_rows_clear(struct pki_authority_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        pki_authority_row_clear(&rows->list[i]);
    free(rows->list);
    *rows = (struct pki_authority_rows){0};
}

/* Into a row that is empty. */
static bool read_authority(struct pki_statement *query, struct pki_authority_row *row,
                           struct pki_error *err)
{
    row->id = pki_column_integer(query);
    pki_column_text(query, row->name, sizeof(row->name));
    pki_column_text(query, row->root, sizeof(row->root));
    pki_column_text(query, row->environment, sizeof(row->environment));
    pki_column_text(query, row->purpose, sizeof(row->purpose));
    row->generation = pki_column_integer(query);
    read_state(query, &row->state);
    row->state_since = pki_column_integer(query);
    row->key = pki_column_integer(query);
    row->certificate = pki_column_integer(query);
    row->issuer = pki_column_integer(query);
    pki_column_buf(query, &row->subject);
    return pki_column_ok(query, err);
}

/* The one row of a query whose parameters are bound. */
static bool find_authority(struct pki_statement *query, bool *found, struct pki_authority_row *row,
                           struct pki_error *err)
{
    struct pki_authority_row read = {0};
    bool any = false;

    if (!pki_statement_step(query, &any, err))
        return false;
    if (any && !read_authority(query, &read, err)) {
        pki_authority_row_clear(&read);
        return false;
    }
    if (any)
        *row = read;
    *found = any;
    return true;
}

bool pki_store_authority_by_name(struct pki_store *store, const char *name, bool *found,
                                 struct pki_authority_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_AUTHORITY_BY_NAME, &query, err))
        return false;
    pki_bind_text(&query, name);
    return find_authority(&query, found, row, err);
}

bool pki_store_authority(struct pki_store *store, int64_t id, struct pki_authority_row *row,
                         struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool found = false;

    if (!pki_statement_begin(store, PKI_QUERY_AUTHORITY, &query, err))
        return false;
    pki_bind_integer(&query, id);
    if (!find_authority(&query, &found, row, err))
        return false;
    return found || pki_fail(err, PKI_E_NOTFOUND, "no authority has number %lld", (long long)id);
}

/* All rows of a query whose parameters are bound; on failure the caller clears what there is. */
static bool collect(struct pki_statement *query, struct pki_authority_rows *rows,
                    struct pki_error *err)
{
    bool row = false;

    if (!pki_statement_step(query, &row, err))
        return false;
    while (row) {
        struct pki_authority_row *last = pki_rows_extend(&rows->list, &rows->n, sizeof(*last), err);
        if (!last || !read_authority(query, last, err) || !pki_statement_step(query, &row, err))
            return false;
    }
    return true;
}

bool pki_store_list_authorities(struct pki_store *store, const char *environment,
                                const char *purpose, struct pki_authority_rows *rows,
                                struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_authority_rows read = {0};

    if (!pki_statement_begin(store, PKI_QUERY_LIST_AUTHORITIES, &query, err))
        return false;
    pki_bind_text(&query, environment);
    pki_bind_text(&query, purpose);
    if (!collect(&query, &read, err)) {
        pki_authority_rows_clear(&read);
        return false;
    }
    *rows = read;
    return true;
}

bool pki_store_state_at(struct pki_store *store, int64_t authority, int64_t at,
                        struct pki_state_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_state_row then = {.found = false};

    if (!pki_statement_begin(store, PKI_QUERY_STATE_AT, &query, err))
        return false;
    pki_bind_integer(&query, authority);
    pki_bind_integer(&query, at);
    if (!pki_statement_step(&query, &then.found, err))
        return false;
    if (then.found) {
        read_state(&query, &then.state);
        then.since = pki_column_integer(&query);
    }
    if (!pki_column_ok(&query, err))
        return false;
    *row = then;
    return true;
}
