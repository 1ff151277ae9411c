#include "store/sql.h"

bool pki_store_add_cutover(struct pki_txn *txn, const struct pki_cutover_row *row,
                           struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_CUTOVER, &insert, err))
        return false;
    pki_bind_integer(&insert, row->authority);
    pki_bind_integer(&insert, row->at);
    pki_bind_integer(&insert, row->recorded_at);
    if (row->has_proof)
        pki_bind_bytes(&insert, (struct pki_bytes){row->proof_sha256, sizeof(row->proof_sha256)});
    else
        pki_bind_null(&insert);
    return pki_txn_insert(txn, PKI_RELATION_CUTOVER, &insert, NULL, err);
}

static bool read_cutover(struct pki_statement *query, struct pki_cutover_row *row,
                         struct pki_error *err)
{
    row->authority = pki_column_integer(query);
    row->at = pki_column_integer(query);
    row->recorded_at = pki_column_integer(query);
    row->has_proof = !pki_column_skip_null(query);
    if (row->has_proof)
        pki_column_octets(query, row->proof_sha256, sizeof(row->proof_sha256));
    return pki_column_ok(query, err);
}

bool pki_store_find_cutover(struct pki_store *store, int64_t authority, bool *found,
                            struct pki_cutover_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_cutover_row read = {0};
    bool any = false;

    if (!pki_statement_begin(store, PKI_QUERY_FIND_CUTOVER, &query, err))
        return false;
    pki_bind_integer(&query, authority);
    if (!pki_statement_step(&query, &any, err) || (any && !read_cutover(&query, &read, err)))
        return false;
    *row = read;
    *found = any;
    return true;
}
