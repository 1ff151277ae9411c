/*
 * An older inventory is brought to this version, one migration a transaction,
 * when it is opened for writing, and the journal says so. How it was before the first is kept
 * beside it.
 */
#include "pki/time.h"
#include "base/file.h"
#include "store/copy.h"
#include "store/sql.h"

#include <assert.h>
#include <fcntl.h>
#include <sys/stat.h>

/* A migration that was cut off has left the same copy already. */
static bool check_same(int dir, const char *name, const struct pki_file *copy,
                       struct pki_error *err)
{
    struct pki_error ignored = {0};
    struct pki_bytes kept = {0};
    struct pki_bytes view = {0};

    if (!pki_file_view(copy, &view, err))
        return false;
    bool same = pki_file_map(dir, name, view.size, &kept, &ignored) && pki_bytes_equal(kept, view);
    pki_file_unmap(&kept);
    pki_file_unmap(&view);
    return same || pki_fail(err, PKI_E_STORE,
                            "%s is in the way of a copy of the cellar as it is: move it to "
                            "another medium, then try again",
                            name);
}

static bool keep_copy(struct pki_store *store, int dir, int64_t version, struct pki_error *err)
{
    pki_auto(pki_file) copy = NULL;
    char name[sizeof(PKI_STORE_FILE) + 32];
    struct stat status;

    (void)snprintf(name, sizeof(name), PKI_STORE_FILE ".v%lld.bak", (long long)version);
    if (!pki_file_create(dir, name, 0600, &copy, err) || !pki_store_copy(store, copy, err))
        return false;
    if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return check_same(dir, name, copy, err);
    return pki_file_commit(&copy, err);
}

static bool run_migration(struct pki_store *store, int64_t version, struct pki_error *err)
{
    int result = sqlite3_exec(store->db, pki_migration[version], NULL, NULL, NULL);

    return result == SQLITE_OK || pki_sql_fail(store, result, err);
}

/* What is being done to a store: the directory it lies in, and by whom. */
struct migration {
    struct pki_store *store;
    int dir;
    const struct pki_store_opener *by;
};

/* Its time is that of the entry in front of it: nobody has judged the clock yet, and whoever judges
   it compares it with the newest entry (rule 13). What it said stands in the detail. */
static bool journal(const struct migration *migration, struct pki_txn *txn, int64_t version,
                    struct pki_error *err)
{
    struct pki_journal_head head = {0};
    char detail[64 + PKI_TIME_TEXT];
    char clock[PKI_TIME_TEXT];
    struct pki_journal_entry entry = {
        .action = "migrate",
        .subject = "the inventory",
        .detail = detail,
        .actor = migration->by->actor,
        .prepares = true,
    };

    if (!pki_journal_get_head(migration->store, &head, err))
        return false;
    entry.at = head.at;
    (void)snprintf(detail, sizeof(detail), "from version %lld to %lld, the clock said %s",
                   (long long)version, (long long)version + 1,
                   pki_time_format(migration->by->at, clock));
    return pki_journal_append(txn, &entry, err);
}

/* From the version that is found, which another process may have changed, to the next. */
static bool migrate_once(const struct migration *migration, bool first, int64_t *version,
                         struct pki_error *err)
{
    struct pki_store *store = migration->store;
    pki_auto(pki_txn) txn = NULL;

    if (!pki_store_begin(store, &txn, err) ||
        !pki_query_integer(store, PKI_QUERY_USER_VERSION, version, err))
        return false;
    if (*version >= PKI_SCHEMA_VERSION)
        return true;
    if ((first && !keep_copy(store, migration->dir, *version, err)) ||
        !run_migration(store, *version, err) || !journal(migration, txn, *version, err))
        return false;
    *version += 1;
    return pki_txn_commit(&txn, err);
}

bool pki_store_migrate(struct pki_store *store, int dir, int64_t version,
                       const struct pki_store_opener *by, struct pki_error *err)
{
    const struct migration migration = {.store = store, .dir = dir, .by = by};

    if (store->mode != PKI_STORE_WRITE) {
        return pki_fail(err, PKI_E_STORE,
                        "the cellar is of version %lld, this Root Cellar works with %d: any "
                        "command that writes brings it there, for example cellar init --update",
                        (long long)version, PKI_SCHEMA_VERSION);
    }
    assert(by);
    if (!pki_schema_check(store, version, err) || !pki_journal_check_head(store, err))
        return false;
    for (bool first = true; version < PKI_SCHEMA_VERSION; first = false)
        if (!migrate_once(&migration, first, &version, err))
            return false;
    return true;
}
