#include "store/shares.h"

#include "store/sql.h"

bool pki_store_add_policy(struct pki_txn *txn, const struct pki_policy_row *row, int64_t *id,
                          struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_KEY_POLICY, &insert, err))
        return false;
    pki_bind_integer(&insert, row->key);
    pki_bind_text(&insert, pki_policy_name(row->policy));
    if (row->policy == PKI_POLICY_PASSPHRASE)
        pki_bind_null(&insert);
    else
        pki_bind_integer(&insert, row->share_set);
    pki_bind_integer(&insert, row->made_at);
    return pki_txn_insert(txn, PKI_RELATION_KEY_POLICY, &insert, id, err);
}

bool pki_store_add_share(struct pki_txn *txn, int64_t policy, const struct pki_share_row *row,
                         struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_SHARE, &insert, err))
        return false;
    pki_bind_integer(&insert, policy);
    pki_bind_integer(&insert, row->group);
    pki_bind_integer(&insert, row->number);
    pki_bind_bytes(&insert, (struct pki_bytes){row->sha256, sizeof(row->sha256)});
    return pki_txn_insert(txn, PKI_RELATION_SHARE, &insert, NULL, err);
}

bool pki_store_add_share_proof(struct pki_txn *txn, int64_t share, int64_t at,
                               struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_SHARE_PROOF, &insert, err))
        return false;
    pki_bind_integer(&insert, share);
    pki_bind_integer(&insert, at);
    return pki_txn_insert(txn, PKI_RELATION_SHARE_PROOF, &insert, NULL, err);
}

static bool read_share(struct pki_statement *query, struct pki_share_row *row,
                       struct pki_error *err)
{
    row->id = pki_column_integer(query);
    row->group = (unsigned)pki_column_integer(query);
    row->number = (unsigned)pki_column_integer(query);
    pki_column_text(query, row->key, sizeof(row->key));
    row->counts = pki_column_integer(query) != 0;
    return pki_column_ok(query, err);
}

bool pki_store_find_share(struct pki_store *store, const uint8_t sha256[PKI_SHA256_SIZE],
                          bool *found, struct pki_share_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_share_row read = {0};
    bool any = false;

    if (!pki_statement_begin(store, PKI_QUERY_FIND_SHARE, &query, err))
        return false;
    pki_bind_bytes(&query, (struct pki_bytes){sha256, PKI_SHA256_SIZE});
    if (!pki_statement_step(&query, &any, err) || (any && !read_share(&query, &read, err)))
        return false;
    memcpy(read.sha256, sha256, sizeof(read.sha256));
    *row = read;
    *found = any;
    return true;
}

/* --- drills -------------------------------------------------------------------------------- */

void pki_drill_rows_clear(struct pki_drill_rows *rows)
{
    free(rows->list);
    *rows = (struct pki_drill_rows){0};
}

static bool collect(struct pki_statement *query, struct pki_drill_rows *rows, struct pki_error *err)
{
    bool row = false;

    if (!pki_statement_step(query, &row, err))
        return false;
    while (row) {
        struct pki_drill_row *last = pki_rows_extend(&rows->list, &rows->n, sizeof(*last), err);
        if (!last)
            return false;
        pki_column_text(query, last->key, sizeof(last->key));
        last->group = (unsigned)pki_column_integer(query);
        last->number = (unsigned)pki_column_integer(query);
        last->groups = (unsigned)pki_column_integer(query);
        last->made_at = pki_column_integer(query);
        last->shown_at = pki_column_skip_null(query) ? 0 : pki_column_integer(query);
        if (!pki_column_ok(query, err) || !pki_statement_step(query, &row, err))
            return false;
    }
    return true;
}

bool pki_store_list_drills(struct pki_store *store, struct pki_drill_rows *rows,
                           struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_drill_rows read = {0};

    if (!pki_statement_begin(store, PKI_QUERY_LIST_DRILLS, &query, err))
        return false;
    if (!collect(&query, &read, err)) {
        pki_drill_rows_clear(&read);
        return false;
    }
    *rows = read;
    return true;
}

bool pki_store_shared_before(struct pki_store *store, const struct pki_authority_row *row,
                             char name[PKI_NAME_MAX], struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool found = false;

    if (!pki_statement_begin(store, PKI_QUERY_SHARED_BEFORE, &query, err))
        return false;
    pki_bind_text(&query, row->root);
    pki_bind_text(&query, row->environment);
    pki_bind_text(&query, row->purpose);
    pki_bind_integer(&query, row->generation);
    if (!pki_statement_step(&query, &found, err))
        return false;
    if (found)
        pki_column_text(&query, name, PKI_NAME_MAX);
    return !found || pki_column_ok(&query, err);
}
