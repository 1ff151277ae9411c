#include "store/sql.h"

bool pki_store_add_key_file(struct pki_txn *txn, int64_t key, const uint8_t sha256[PKI_SHA256_SIZE],
                            struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_KEY_FILE, &insert, err))
        return false;
    pki_bind_integer(&insert, key);
    pki_bind_bytes(&insert, (struct pki_bytes){sha256, PKI_SHA256_SIZE});
    return pki_txn_insert(txn, PKI_RELATION_KEY_FILE, &insert, NULL, err);
}

bool pki_store_add_key(struct pki_txn *txn, const struct pki_key_row *key, int64_t *id,
                       struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};
    int64_t added = 0;

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_KEY, &insert, err))
        return false;
    pki_bind_text(&insert, key->name);
    pki_bind_text(&insert, key->algorithm);
    pki_bind_text(&insert, key->location);
    pki_bind_bytes(&insert, (struct pki_bytes){key->spki_sha256, sizeof(key->spki_sha256)});
    pki_bind_bytes(&insert, (struct pki_bytes){key->key_id, sizeof(key->key_id)});
    if (!pki_txn_insert(txn, PKI_RELATION_KEY, &insert, &added, err))
        return false;
    if (key->has_file && !pki_store_add_key_file(txn, added, key->file_sha256, err))
        return false;
    *id = added;
    return true;
}

static const char *const policies[] = {"passphrase", "shares", "both"};

const char *pki_policy_name(enum pki_key_policy policy)
{
    return policies[policy];
}

/* The schema knows no other words. */
static enum pki_key_policy read_policy(struct pki_statement *query, bool *chosen)
{
    char word[16] = "";
    enum pki_key_policy policy = PKI_POLICY_BOTH;

    *chosen = !pki_column_skip_null(query);
    if (!*chosen)
        return PKI_POLICY_PASSPHRASE;
    pki_column_text(query, word, sizeof(word));
    while (policy > PKI_POLICY_PASSPHRASE && strcmp(word, policies[policy]) != 0)
        policy--;
    return policy;
}

static bool read_key(struct pki_statement *query, struct pki_key_row *key, struct pki_error *err)
{
    struct pki_key_row read = {0};

    read.id = pki_column_integer(query);
    pki_column_text(query, read.name, sizeof(read.name));
    pki_column_text(query, read.algorithm, sizeof(read.algorithm));
    pki_column_text(query, read.location, sizeof(read.location));
    pki_column_octets(query, read.spki_sha256, sizeof(read.spki_sha256));
    pki_column_octets(query, read.key_id, sizeof(read.key_id));
    read.has_file = !pki_column_skip_null(query);
    if (read.has_file)
        pki_column_octets(query, read.file_sha256, sizeof(read.file_sha256));
    read.destroyed = !read.has_file && strcmp(read.location, "file") == 0;
    read.policy = read_policy(query, &read.chosen);
    if (!pki_column_ok(query, err))
        return false;
    *key = read;
    return true;
}

/* The one row of a query whose parameters are bound. */
static bool find_key(struct pki_statement *query, bool *found, struct pki_key_row *key,
                     struct pki_error *err)
{
    bool row = false;

    if (!pki_statement_step(query, &row, err) || (row && !read_key(query, key, err)))
        return false;
    *found = row;
    return true;
}

bool pki_store_find_key(struct pki_store *store, const uint8_t spki_sha256[PKI_SHA256_SIZE],
                        bool *found, struct pki_key_row *key, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_KEY_BY_SPKI, &query, err))
        return false;
    pki_bind_bytes(&query, (struct pki_bytes){spki_sha256, PKI_SHA256_SIZE});
    return find_key(&query, found, key, err);
}

bool pki_store_key_by_name(struct pki_store *store, const char *name, bool *found,
                           struct pki_key_row *key, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_KEY_BY_NAME, &query, err))
        return false;
    pki_bind_text(&query, name);
    return find_key(&query, found, key, err);
}

void pki_key_rows_clear(struct pki_key_rows *keys)
{
    free(keys->list);
    *keys = (struct pki_key_rows){0};
}

/* All rows of a query whose parameters are bound; on failure the caller clears what there is. */
static bool collect(struct pki_statement *query, struct pki_key_rows *rows, struct pki_error *err)
{
    bool row = false;

    if (!pki_statement_step(query, &row, err))
        return false;
    while (row) {
        struct pki_key_row *last = pki_rows_extend(&rows->list, &rows->n, sizeof(*last), err);
        if (!last || !read_key(query, last, err) || !pki_statement_step(query, &row, err))
            return false;
    }
    return true;
}

bool pki_store_list_keys(struct pki_store *store, struct pki_key_rows *keys, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_key_rows read = {0};

    if (!pki_statement_begin(store, PKI_QUERY_LIST_KEYS, &query, err))
        return false;
    if (!collect(&query, &read, err)) {
        pki_key_rows_clear(&read);
        return false;
    }
    *keys = read;
    return true;
}
