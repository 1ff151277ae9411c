#include "store/sql.h"

bool pki_store_add_crl(struct pki_txn *txn, const struct pki_crl_row *row, int64_t *id,
                       struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_CRL, &insert, err))
        return false;
    pki_bind_integer(&insert, row->issuer);
    pki_bind_integer(&insert, row->number);
    pki_bind_integer(&insert, row->this_update);
    pki_bind_integer(&insert, row->next_update);
    pki_bind_integer(&insert, row->entries);
    pki_bind_integer(&insert, row->covers);
    pki_bind_integer(&insert, row->size);
    pki_bind_bytes(&insert, (struct pki_bytes){row->sha256, sizeof(row->sha256)});
    return pki_txn_insert(txn, PKI_RELATION_CRL, &insert, id, err);
}

static bool read_crl(struct pki_statement *query, struct pki_crl_row *row, struct pki_error *err)
{
    row->id = pki_column_integer(query);
    row->issuer = pki_column_integer(query);
    row->number = pki_column_integer(query);
    row->this_update = pki_column_integer(query);
    row->next_update = pki_column_integer(query);
    row->entries = pki_column_integer(query);
    row->covers = pki_column_integer(query);
    row->size = pki_column_integer(query);
    pki_column_octets(query, row->sha256, sizeof(row->sha256));
    return pki_column_ok(query, err);
}

bool pki_store_last_crl(struct pki_store *store, int64_t issuer, bool *found,
                        struct pki_crl_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_crl_row last = {0};
    bool any = false;

    if (!pki_statement_begin(store, PKI_QUERY_LAST_CRL, &query, err))
        return false;
    pki_bind_integer(&query, issuer);
    if (!pki_statement_step(&query, &any, err) || (any && !read_crl(&query, &last, err)))
        return false;
    *row = last;
    *found = any;
    return true;
}

void pki_crl_rows_clear(struct pki_crl_rows *rows)
{
    free(rows->list);
    *rows = (struct pki_crl_rows){0};
}

/* All rows of a query whose parameters are bound; on failure the caller clears what there is. */
static bool collect(struct pki_statement *query, struct pki_crl_rows *rows, struct pki_error *err)
{
    bool row = false;

    if (!pki_statement_step(query, &row, err))
        return false;
    while (row) {
        struct pki_crl_row *last = pki_rows_extend(&rows->list, &rows->n, sizeof(*last), err);
        if (!last || !read_crl(query, last, err) || !pki_statement_step(query, &row, err))
            return false;
    }
    return true;
}

bool pki_store_list_crls(struct pki_store *store, int64_t issuer, struct pki_crl_rows *rows,
                         struct pki_error *err)
{
    enum pki_query which = issuer > 0 ? PKI_QUERY_LIST_CRLS : PKI_QUERY_LIST_ALL_CRLS;
    pki_scope(pki_statement) query = {0};
    struct pki_crl_rows read = {0};

    if (!pki_statement_begin(store, which, &query, err))
        return false;
    if (issuer > 0)
        pki_bind_integer(&query, issuer);
    if (!collect(&query, &read, err)) {
        pki_crl_rows_clear(&read);
        return false;
    }
    *rows = read;
    return true;
}
