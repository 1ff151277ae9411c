#include "store/sql.h"

static bool add_der(struct pki_txn *txn, int64_t id, struct pki_bytes der, struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_CERTIFICATE_DER, &insert, err))
        return false;
    pki_bind_integer(&insert, id);
    pki_bind_bytes(&insert, der);
    return pki_txn_insert(txn, PKI_RELATION_CERTIFICATE_DER, &insert, NULL, err);
}

bool pki_store_add_certificate(struct pki_txn *txn, const struct pki_certificate_row *row,
                               int64_t *id, struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};
    int64_t added = 0;

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_CERTIFICATE, &insert, err))
        return false;
    pki_bind_integer(&insert, row->issuer);
    pki_bind_reference(&insert, row->authority);
    pki_bind_integer(&insert, row->key);
    pki_bind_text(&insert, row->profile);
    pki_bind_bytes(&insert, (struct pki_bytes){row->serial, sizeof(row->serial)});
    pki_bind_bytes(&insert, (struct pki_bytes){row->fingerprint, sizeof(row->fingerprint)});
    pki_bind_integer(&insert, row->not_before);
    pki_bind_integer(&insert, row->not_after);
    pki_bind_integer(&insert, row->issued_at);
    pki_bind_reference(&insert, row->companion);
    pki_bind_bytes(&insert, pki_buf_view(&row->subject));
    if (!pki_txn_insert(txn, PKI_RELATION_CERTIFICATE, &insert, &added, err) ||
        !add_der(txn, added, pki_buf_view(&row->der), err))
        return false;
    *id = added;
    return true;
}

void pki_certificate_row_clear(struct pki_certificate_row *row)
{
    pki_buf_clear(&row->subject);
    pki_buf_clear(&row->der);
    *row = (struct pki_certificate_row){0};
}

void pki_certificate_rows_clear(struct pki_certificate_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        pki_certificate_row_clear(&rows->list[i]);
    free(rows->list);
    *rows = (struct pki_certificate_rows){0};
}

/* The buffers of the row are used again. */
static bool read_certificate(struct pki_statement *query, struct pki_certificate_row *row,
                             struct pki_error *err)
{
    row->id = pki_column_integer(query);
    row->issuer = pki_column_integer(query);
    row->authority = pki_column_integer(query);
    row->key = pki_column_integer(query);
    pki_column_text(query, row->profile, sizeof(row->profile));
    pki_column_octets(query, row->serial, sizeof(row->serial));
    pki_column_octets(query, row->fingerprint, sizeof(row->fingerprint));
    row->not_before = pki_column_integer(query);
    row->not_after = pki_column_integer(query);
    row->issued_at = pki_column_integer(query);
    row->companion = pki_column_integer(query);
    pki_column_buf(query, &row->subject);
    pki_column_buf(query, &row->der);
    return pki_column_ok(query, err);
}

/* The one row of a query whose parameters are bound. */
static bool find_certificate(struct pki_statement *query, bool *found,
                             struct pki_certificate_row *row, struct pki_error *err)
{
    struct pki_certificate_row read = {0};
    bool any = false;

    if (!pki_statement_step(query, &any, err))
        return false;
    if (any && !read_certificate(query, &read, err)) {
        pki_certificate_row_clear(&read);
        return false;
    }
    if (any)
        *row = read;
    *found = any;
    return true;
}

bool pki_store_certificate(struct pki_store *store, int64_t id, struct pki_certificate_row *row,
                           struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool found = false;

    if (!pki_statement_begin(store, PKI_QUERY_CERTIFICATE, &query, err))
        return false;
    pki_bind_integer(&query, id);
    if (!find_certificate(&query, &found, row, err))
        return false;
    return found || pki_fail(err, PKI_E_NOTFOUND, "no certificate has number %lld", (long long)id);
}

bool pki_store_find_fingerprint(struct pki_store *store, const uint8_t fingerprint[PKI_SHA256_SIZE],
                                bool *found, struct pki_certificate_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_CERTIFICATE_BY_FINGERPRINT, &query, err))
        return false;
    pki_bind_bytes(&query, (struct pki_bytes){fingerprint, PKI_SHA256_SIZE});
    return find_certificate(&query, found, row, err);
}

bool pki_store_find_serial(struct pki_store *store, const uint8_t serial[20], bool *found,
                           struct pki_certificate_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_CERTIFICATE_BY_SERIAL, &query, err))
        return false;
    pki_bind_bytes(&query, (struct pki_bytes){serial, sizeof(row->serial)});
    return find_certificate(&query, found, row, err);
}

bool pki_store_find_companion(struct pki_store *store, int64_t authority, bool *found,
                              struct pki_certificate_row *row, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_CERTIFICATE_BY_COMPANION, &query, err))
        return false;
    pki_bind_integer(&query, authority);
    return find_certificate(&query, found, row, err);
}

/* All rows of a query whose parameters are bound; on failure the caller clears what there is. */
static bool collect(struct pki_statement *query, struct pki_certificate_rows *rows,
                    struct pki_error *err)
{
    bool row = false;

    if (!pki_statement_step(query, &row, err))
        return false;
    while (row) {
        struct pki_certificate_row *last =
            pki_rows_extend(&rows->list, &rows->n, sizeof(*last), err);
        if (!last || !read_certificate(query, last, err) || !pki_statement_step(query, &row, err))
            return false;
    }
    return true;
}

bool pki_store_list_certificates(struct pki_store *store, struct pki_certificate_rows *rows,
                                 struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    struct pki_certificate_rows read = {0};

    if (!pki_statement_begin(store, PKI_QUERY_LIST_CERTIFICATES, &query, err))
        return false;
    if (!collect(&query, &read, err)) {
        pki_certificate_rows_clear(&read);
        return false;
    }
    *rows = read;
    return true;
}

bool pki_store_each_certificate(struct pki_store *store,
                                bool (*visit)(void *context, const struct pki_certificate_row *row,
                                              struct pki_error *err),
                                void *context, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    pki_scope(pki_certificate_row) read = {0};
    bool row = false;

    if (!pki_statement_begin(store, PKI_QUERY_EACH_CERTIFICATE, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    while (row) {
        if (!read_certificate(&query, &read, err) || !visit(context, &read, err) ||
            !pki_statement_step(&query, &row, err))
            return false;
    }
    return true;
}
