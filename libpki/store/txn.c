#include "store/sql.h"

#include <assert.h>

/* An error of the disk may have rolled back already. */
static void roll_back(struct pki_store *store)
{
    struct pki_error ignored = {0};

    if (!sqlite3_get_autocommit(store->db))
        (void)!pki_query_run(store, PKI_QUERY_ROLLBACK, &ignored);
}

/*
 * Between open and the first write, and between two writes, lies a reading transaction: all that
 * a duty looks up is of one state, and SQLite locks and checks its file once, not at each look.
 * Where none can be begun, each look is one of its own.
 */
void pki_store_read_on(struct pki_store *store)
{
    struct pki_error ignored = {0};

    (void)!pki_query_run(store, PKI_QUERY_BEGIN_READING, &ignored);
}

bool pki_store_begin(struct pki_store *store, struct pki_txn **txn, struct pki_error *err)
{
    assert(store->mode == PKI_STORE_WRITE && !store->txn);

    pki_auto(pki_txn) begun = calloc(1, sizeof(*begun));
    if (!begun)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    begun->store = store;
    store->txn = begun;
    if ((!sqlite3_get_autocommit(store->db) && !pki_query_run(store, PKI_QUERY_COMMIT, err)) ||
        !pki_query_run(store, PKI_QUERY_BEGIN, err))
        return false; /* freeing takes it out of the store again */
    *txn = PKI_TAKE(begun);
    return true;
}

void pki_txn_free(struct pki_txn *txn)
{
    if (!txn)
        return;
    if (txn->store) {
        roll_back(txn->store);
        pki_store_read_on(txn->store);
        txn->store->txn = NULL;
    }
    free(txn->rows);
    free(txn);
}

bool pki_txn_commit(struct pki_txn **txn, struct pki_error *err)
{
    pki_auto(pki_txn) done = PKI_TAKE(*txn);

    assert(done->n == 0); /* every row that was added is in the journal */
    done->store->committing = true;
    bool committed = pki_query_run(done->store, PKI_QUERY_COMMIT, err);
    done->store->committing = false;
    return committed; /* if not, freeing rolls back */
}

static bool remember(struct pki_txn *txn, struct pki_covered_row row, struct pki_error *err)
{
    if (txn->n == txn->capacity) {
        size_t capacity = txn->capacity > 0 ? 2 * txn->capacity : 8;
        struct pki_covered_row *rows = realloc(txn->rows, capacity * sizeof(*rows));
        if (!rows)
            return pki_fail(err, PKI_E_MEMORY, "out of memory");
        txn->rows = rows;
        txn->capacity = capacity;
    }
    txn->rows[txn->n++] = row;
    return true;
}

bool pki_txn_insert(struct pki_txn *txn, enum pki_relation relation, struct pki_statement *insert,
                    int64_t *id, struct pki_error *err)
{
    if (!pki_statement_run(insert, err))
        return false;

    struct pki_covered_row row = {relation, sqlite3_last_insert_rowid(txn->store->db)};
    if (!remember(txn, row, err))
        return false;
    if (id)
        *id = row.id;
    return true;
}

bool pki_txn_insert_as(struct pki_txn *txn, enum pki_relation relation,
                       struct pki_statement *insert, int64_t id, struct pki_error *err)
{
    return pki_statement_run(insert, err) &&
           remember(txn, (struct pki_covered_row){relation, id}, err);
}
