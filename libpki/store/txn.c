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

/* A commit that failed may stand: SQLite removes its journal, and only then finds that the
   directory cannot be synced. What the next process would find decides: reading begins anew, with
   the journal rolled back if it is still there. */
enum standing {
    LOST,
    RECORDED,
    UNKNOWN /* nothing can be read any more */
};

static enum standing look_again(const struct pki_txn *txn)
{
    struct pki_journal_head head = {0};
    struct pki_error unknown = {0};

    roll_back(txn->store);
    if (txn->entry == 0)
        return LOST;
    if (!pki_journal_get_head(txn->store, &head, &unknown))
        return UNKNOWN;
    return head.counter >= txn->entry ? RECORDED : LOST;
}

static bool refuse_commit(enum standing standing, int64_t entry, const struct pki_error *why,
                          struct pki_error *err)
{
    if (standing == LOST)
        return pki_fail(err, why->code, "%s", why->text);
    return pki_fail(err, why->code,
                    standing == RECORDED
                        ? "journal entry %lld is recorded, but the medium did not confirm it (%s): "
                          "copy the cellar to another medium, then see `cellar status`"
                        : "whether journal entry %lld is recorded cannot be read (%s): find the "
                          "medium again, then see `cellar status`",
                    (long long)entry, why->text);
}

bool pki_txn_commit(struct pki_txn **txn, struct pki_error *err)
{
    pki_auto(pki_txn) done = PKI_TAKE(*txn);

    assert(done->n == 0); /* every row that was added is in the journal */
    struct pki_store *store = done->store;
    struct pki_error why = {0};
    store->committing = true;
    bool committed = pki_query_run(store, PKI_QUERY_COMMIT, &why);
    store->committing = false;
    enum standing standing = committed ? RECORDED : look_again(done);
    if (standing != LOST && done->decides)
        store->recorded = done->entry; /* nothing that may be recorded is taken back */
    return committed || refuse_commit(standing, done->entry, &why, err);
}

int64_t pki_store_recorded(const struct pki_store *store)
{
    return store->recorded;
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
