#include "store/reservations.h"

#include "store/sql.h"

static const uint8_t no_serial[20];

/* How much of a subject says what it is: an end entity's ends in its serial, another each time. */
static size_t stem(const char *subject)
{
    const char *dash = strrchr(subject, '-');
    bool serial = dash && strspn(dash + 1, "0123456789abcdef") == 16 && dash[17] == 0;

    return serial ? (size_t)(dash - subject) : strlen(subject);
}

/* For the same certificate, the next end entity's of an issuer, the next list by the same key. */
static bool is_same(const struct pki_reservation_row *a, const struct pki_reservation_row *b)
{
    if (strcmp(a->kind, b->kind) != 0)
        return false;
    return strcmp(a->kind, "certificate") == 0
               ? stem(a->subject) == stem(b->subject) &&
                     memcmp(a->subject, b->subject, stem(a->subject)) == 0
               : memcmp(a->signer, b->signer, sizeof(a->signer)) == 0;
}

/* Of this transaction: one duty may reserve several lists by one key. */
static bool is_fresh(const struct pki_txn *txn, int64_t id)
{
    for (size_t i = 0; i < txn->n; i++)
        if (txn->rows[i].relation == PKI_RELATION_RESERVATION && txn->rows[i].id == id)
            return true;
    return false;
}

/* Who writes holds the lock: an open reservation is of a process that was cut off, and is over once
   the same thing is begun again. */
static bool end_cut_off(struct pki_txn *txn, const struct pki_reservation_row *row,
                        struct pki_error *err)
{
    struct pki_reservation_rows open = {0};
    bool done = pki_store_list_open(txn->store, &open, err);

    for (size_t i = 0; done && i < open.n; i++)
        if (is_same(&open.list[i], row) && !is_fresh(txn, open.list[i].id))
            done = pki_store_finish(txn, open.list[i].id, "abandoned", row->reserved_at, err);
    pki_reservation_rows_clear(&open);
    return done;
}

bool pki_store_reserve(struct pki_txn *txn, const struct pki_reservation_row *row, int64_t *id,
                       struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!end_cut_off(txn, row, err))
        return false;
    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_RESERVATION, &insert, err))
        return false;
    pki_bind_text(&insert, row->kind);
    pki_bind_text(&insert, row->subject);
    if (memcmp(row->serial, no_serial, sizeof(no_serial)) == 0)
        pki_bind_text(&insert, NULL); /* a CRL or seal has none */
    else
        pki_bind_bytes(&insert, (struct pki_bytes){row->serial, sizeof(row->serial)});
    pki_bind_bytes(&insert, (struct pki_bytes){row->signer, sizeof(row->signer)});
    pki_bind_bytes(&insert, (struct pki_bytes){row->body, sizeof(row->body)});
    pki_bind_text(&insert, row->key_name);
    pki_bind_integer(&insert, row->reserved_at);
    return pki_txn_insert(txn, PKI_RELATION_RESERVATION, &insert, id, err);
}

bool pki_store_finish(struct pki_txn *txn, int64_t reservation, const char *outcome, int64_t at,
                      struct pki_error *err)
{
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_RESERVATION_END, &insert, err))
        return false;
    pki_bind_integer(&insert, reservation);
    pki_bind_text(&insert, outcome);
    pki_bind_integer(&insert, at);
    return pki_txn_insert(txn, PKI_RELATION_RESERVATION_END, &insert, NULL, err);
}

static bool read_reservation(struct pki_statement *query, struct pki_reservation_row *row,
                             struct pki_error *err)
{
    row->id = pki_column_integer(query);
    pki_column_text(query, row->kind, sizeof(row->kind));
    pki_column_text(query, row->subject, sizeof(row->subject));
    if (!pki_column_skip_null(query))
        pki_column_octets(query, row->serial, sizeof(row->serial));
    pki_column_octets(query, row->signer, sizeof(row->signer));
    pki_column_octets(query, row->body, sizeof(row->body));
    pki_column_text(query, row->key_name, sizeof(row->key_name));
    row->reserved_at = pki_column_integer(query);
    pki_column_text(query, row->outcome, sizeof(row->outcome));
    return pki_column_ok(query, err);
}

void pki_reservation_rows_clear(struct pki_reservation_rows *rows)
{
    free(rows->list);
    *rows = (struct pki_reservation_rows){0};
}

/* All rows of a query whose parameters are bound. */
static bool collect(struct pki_statement *query, struct pki_reservation_rows *rows,
                    struct pki_error *err)
{
    struct pki_reservation_rows read = {0};
    bool row = false;
    bool done = pki_statement_step(query, &row, err);

    while (done && row) {
        struct pki_reservation_row *last = pki_rows_extend(&read.list, &read.n, sizeof(*last), err);
        done = last && read_reservation(query, last, err) && pki_statement_step(query, &row, err);
    }
    if (done)
        *rows = read;
    else
        pki_reservation_rows_clear(&read);
    return done;
}

bool pki_store_list_open(struct pki_store *store, struct pki_reservation_rows *rows,
                         struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    return pki_statement_begin(store, PKI_QUERY_LIST_OPEN, &query, err) &&
           collect(&query, rows, err);
}

bool pki_store_list_reserved_crls(struct pki_store *store, const uint8_t signer[PKI_SHA256_SIZE],
                                  struct pki_reservation_rows *rows, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_LIST_RESERVED_CRLS, &query, err))
        return false;
    pki_bind_bytes(&query, (struct pki_bytes){signer, PKI_SHA256_SIZE});
    return collect(&query, rows, err);
}

bool pki_store_was_reserved(struct pki_store *store, const char *subject, bool *reserved,
                            struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};

    if (!pki_statement_begin(store, PKI_QUERY_WAS_RESERVED, &query, err))
        return false;
    pki_bind_text(&query, subject);
    return pki_statement_step(&query, reserved, err);
}

bool pki_store_reserved_by(struct pki_store *store, int64_t reservation, struct pki_reserved_by *by,
                           struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    *by = (struct pki_reserved_by){0};
    if (!pki_statement_begin(store, PKI_QUERY_RESERVED_BY, &query, err))
        return false;
    pki_bind_integer(&query, reservation);
    if (!pki_statement_step(&query, &row, err))
        return false;
    if (row) {
        by->entry = pki_column_integer(&query);
        by->at = pki_column_integer(&query);
        pki_column_text(&query, by->approval, sizeof(by->approval));
        pki_column_text(&query, by->until, sizeof(by->until));
        pki_column_text(&query, by->actor, sizeof(by->actor));
    }
    return pki_column_ok(&query, err);
}
