#include "store/sql.h"

bool pki_store_add_publication(struct pki_txn *txn, const struct pki_publication_row *row,
                               struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_PUBLICATION, &insert, err))
        return false;
    pki_bind_text(&insert, row->environment);
    pki_bind_integer(&insert, row->published_at);
    pki_bind_integer(&insert, row->counter);
    pki_bind_bytes(&insert, (struct pki_bytes){row->manifest_sha256, sizeof(row->manifest_sha256)});
    pki_bind_integer(&insert, row->as_of);
    return pki_txn_insert(txn, PKI_RELATION_PUBLICATION, &insert, NULL, err);
}

bool pki_store_last_publication(struct pki_store *store, const char *environment, bool *found,
                                struct pki_publication_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_publication_row last = {0};
    bool any = false;

    if (!pki_statement_begin(store, PKI_QUERY_LAST_PUBLICATION, &query, err))
        return false;
    pki_bind_text(&query, environment);
    if (!pki_statement_step(&query, &any, err))
        return false;
    if (any) {
        pki_column_text(&query, last.environment, sizeof(last.environment));
        last.published_at = pki_column_integer(&query);
        last.counter = pki_column_integer(&query);
        pki_column_octets(&query, last.manifest_sha256, sizeof(last.manifest_sha256));
        last.as_of = pki_column_integer(&query);
    }
    if (!pki_column_ok(&query, err))
        return false;
    *row = last;
    *found = any;
    return true;
}

bool pki_store_was_published(struct pki_store *store, const char *environment,
                             const uint8_t sha256[PKI_SHA256_SIZE], bool *was,
                             struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_WAS_PUBLISHED, &query, err))
        return false;
    pki_bind_text(&query, environment);
    pki_bind_bytes(&query, (struct pki_bytes){sha256, PKI_SHA256_SIZE});
    return pki_statement_step(&query, was, err);
}

static bool first_time(struct pki_store *store, enum pki_query which, int64_t authority,
                       bool *found, int64_t *since, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(store, which, &query, err))
        return false;
    pki_bind_integer(&query, authority);
    if (!pki_statement_step(&query, &row, err))
        return false;
    *since = row ? pki_column_integer(&query) : 0;
    *found = row;
    return true;
}

bool pki_store_published_since(struct pki_store *store, int64_t authority, bool *found,
                               int64_t *since, struct pki_error *err)
{
    /* A root belongs to no environment: the first query finds nothing for it, the second only. */
    return first_time(store, PKI_QUERY_PUBLISHED_LINE_SINCE, authority, found, since, err) &&
           (*found ||
            first_time(store, PKI_QUERY_PUBLISHED_ROOT_SINCE, authority, found, since, err));
}
