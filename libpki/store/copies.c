#include "store/copies.h"

#include "store/sql.h"

void pki_copy_rows_clear(struct pki_copy_rows *rows)
{
    free(rows->list);
    *rows = (struct pki_copy_rows){0};
}

static bool collect(struct pki_statement *query, struct pki_copy_rows *rows, struct pki_error *err)
{
    bool more = false;

    if (!pki_statement_step(query, &more, err))
        return false;
    while (more) {
        struct pki_copy_row *last = pki_rows_extend(&rows->list, &rows->n, sizeof(*last), err);
        if (!last)
            return false;
        pki_column_text(query, last->key, sizeof(last->key));
        pki_column_text(query, last->copy, sizeof(last->copy));
        pki_column_text(query, last->what, sizeof(last->what));
        last->since = pki_column_integer(query);
        last->gone = pki_column_integer(query) != 0;
        if (!pki_column_ok(query, err) || !pki_statement_step(query, &more, err))
            return false;
    }
    return true;
}

bool pki_store_list_copies(struct pki_store *store, const struct pki_key_row *key,
                           struct pki_copy_rows *rows, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    pki_scope(pki_copy_rows) read = {0};

    if (!pki_statement_begin(store, PKI_QUERY_LIST_COPIES, &query, err))
        return false;
    pki_bind_integer(&query, key ? key->id : 0);
    if (!collect(&query, &read, err))
        return false;
    *rows = read;
    read = (struct pki_copy_rows){0}; /* NOLINT(clang-analyzer-deadcode.DeadStores): taken */
    return true;
}

bool pki_store_was_key_file(struct pki_store *store, int64_t key,
                            const uint8_t sha256[PKI_SHA256_SIZE], bool *was, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_WAS_KEY_FILE, &query, err))
        return false;
    pki_bind_integer(&query, key);
    pki_bind_bytes(&query, (struct pki_bytes){sha256, PKI_SHA256_SIZE});
    return pki_statement_step(&query, was, err);
}
