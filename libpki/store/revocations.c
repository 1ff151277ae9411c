#include "store/sql.h"

#include <assert.h>
#include <stdlib.h>

bool pki_store_add_revocation(struct pki_txn *txn, const struct pki_revocation_row *row,
                              int64_t *id, struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};
    int64_t next = 0;

    assert(row->serial_size <= sizeof(row->serial));
    if (!pki_query_integer(txn->store, PKI_QUERY_NEXT_REVOCATION, &next, err) ||
        !pki_statement_begin(txn->store, PKI_QUERY_ADD_REVOCATION, &insert, err))
        return false;
    pki_bind_integer(&insert, row->issuer);
    pki_bind_bytes(&insert, (struct pki_bytes){row->serial, row->serial_size});
    pki_bind_integer(&insert, row->revoked_at);
    pki_bind_integer(&insert, row->reason);
    if (row->has_invalidity)
        pki_bind_integer(&insert, row->invalidity_at);
    else
        pki_bind_null(&insert);
    pki_bind_text(&insert, row->treatment);
    pki_bind_integer(&insert, next);
    if (!pki_txn_insert_as(txn, PKI_RELATION_REVOCATION, &insert, next, err))
        return false;
    *id = next;
    return true;
}

static void read_serial(struct pki_statement *query, struct pki_revocation_row *row)
{
    struct pki_bytes serial = pki_column_view(query);

    if (serial.size == 0 || serial.size > sizeof(row->serial)) {
        query->damaged = true;
        return;
    }
    memcpy(row->serial, serial.data, serial.size);
    row->serial_size = serial.size;
}

static bool read_revocation(struct pki_statement *query, struct pki_revocation_row *row,
                            struct pki_error *err)
{
    *row = (struct pki_revocation_row){.id = pki_column_integer(query)};
    row->issuer = pki_column_integer(query);
    read_serial(query, row);
    row->revoked_at = pki_column_integer(query);
    row->reason = (int)pki_column_integer(query);
    row->has_invalidity = !pki_column_skip_null(query);
    if (row->has_invalidity)
        row->invalidity_at = pki_column_integer(query);
    pki_column_text(query, row->treatment, sizeof(row->treatment));
    return pki_column_ok(query, err);
}

bool pki_store_find_revocation(struct pki_store *store, int64_t issuer, struct pki_bytes serial,
                               bool *found, struct pki_revocation_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_revocation_row read = {0};
    bool any = false;

    if (!pki_statement_begin(store, PKI_QUERY_FIND_REVOCATION, &query, err))
        return false;
    pki_bind_integer(&query, issuer);
    pki_bind_bytes(&query, serial);
    if (!pki_statement_step(&query, &any, err) || (any && !read_revocation(&query, &read, err)))
        return false;
    *row = read;
    *found = any;
    return true;
}

/* The one number that a query answers about an issuer. */
static bool ask(struct pki_store *store, enum pki_query which, int64_t issuer, int64_t *number,
                struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(store, which, &query, err))
        return false;
    pki_bind_integer(&query, issuer);
    if (!pki_statement_step(&query, &row, err))
        return false;
    *number = pki_column_integer(&query);
    return true;
}

bool pki_store_count_revocations(struct pki_store *store, int64_t issuer, int64_t *highest,
                                 int64_t *count, struct pki_error *err)
{
    int64_t last = 0;

    if (!ask(store, PKI_QUERY_HIGHEST_REVOCATION, issuer, &last, err) ||
        (count && !ask(store, PKI_QUERY_COUNT_REVOCATIONS, issuer, count, err)))
        return false;
    *highest = last;
    return true;
}

bool pki_store_earliest_unlisted(struct pki_store *store, int64_t issuer, int64_t covers,
                                 int64_t *earliest, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(store, PKI_QUERY_EARLIEST_UNLISTED, &query, err))
        return false;
    pki_bind_integer(&query, issuer);
    pki_bind_integer(&query, covers);
    if (!pki_statement_step(&query, &row, err))
        return false;
    *earliest = pki_column_integer(&query);
    return true;
}
