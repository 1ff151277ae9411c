#include "store/sql.h"

bool pki_store_is_rehearsal(struct pki_store *store, bool *is, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_FIRST_ENTRY_ABOUT, &query, err))
        return false;
    pki_bind_text(&query, PKI_REHEARSAL);
    return pki_statement_step(&query, is, err);
}

bool pki_store_cellar(struct pki_store *store, struct pki_cellar_row *cellar, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_cellar_row found = {0};
    bool row = false;

    if (!pki_statement_begin(store, PKI_QUERY_CELLAR, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    if (!row) {
        return pki_fail(err, PKI_E_INTEGRITY,
                        "the cellar's own record is missing: restore the "
                        "cellar from its backup");
    }
    pki_column_octets(&query, found.id, sizeof(found.id));
    found.created_at = pki_column_integer(&query);
    pki_column_text(&query, found.tool, sizeof(found.tool));
    if (!pki_column_ok(&query, err) || !pki_store_is_rehearsal(store, &found.rehearsal, err))
        return false;
    *cellar = found;
    return true;
}

bool pki_store_hierarchy(struct pki_store *store, struct pki_buf *text, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(store, PKI_QUERY_HIERARCHY, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    if (!row) {
        return pki_fail(err, PKI_E_INTEGRITY,
                        "the hierarchy is missing: restore the cellar from "
                        "its backup");
    }
    pki_column_buf(&query, text);
    return pki_column_ok(&query, err);
}

bool pki_store_add_hierarchy(struct pki_txn *txn, struct pki_bytes text, struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};
    uint8_t digest[PKI_SHA256_SIZE];

    pki_sha256(text, digest);
    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_HIERARCHY, &insert, err))
        return false;
    pki_bind_bytes(&insert, (struct pki_bytes){digest, sizeof(digest)});
    pki_bind_bytes(&insert, text);
    return pki_txn_insert(txn, PKI_RELATION_HIERARCHY, &insert, NULL, err);
}
