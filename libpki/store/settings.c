#include "store/sql.h"

#include <assert.h>

/* How long a process waits for another's commit before it gives up. */
#define BUSY_MILLISECONDS 3000

/* Far above anything that we store, far below what a hostile file could ask for. */
static const struct {
    int id;
    int value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024},
    {SQLITE_LIMIT_SQL_LENGTH, 16 * 1024},
    {SQLITE_LIMIT_COLUMN, 64},
    {SQLITE_LIMIT_EXPR_DEPTH, 32},
    {SQLITE_LIMIT_COMPOUND_SELECT, 4},
    {SQLITE_LIMIT_VDBE_OP, 10000},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 32},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 4},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static const struct {
    int id;
    int value;
} switches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},
};

static const enum pki_query for_all[] = {
    PKI_QUERY_SET_CELL_SIZE_CHECK,
    PKI_QUERY_SET_MMAP_SIZE,
};
static const enum pki_query for_writers[] = {
    PKI_QUERY_SET_RECURSIVE_TRIGGERS,
    PKI_QUERY_SET_JOURNAL_MODE,
    PKI_QUERY_SET_SYNCHRONOUS,
    PKI_QUERY_SET_SECURE_DELETE,
};

void pki_sql_configure(void)
{
    /* Both are refused, harmlessly, once SQLite runs. */
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Nothing may become durable on a path that does not check that the journal covers it. */
static int check_commit(void *context)
{
    const struct pki_store *store = context;

    assert(store->committing);
    return 0;
}

static bool run_once(struct pki_store *store, enum pki_query query, struct pki_error *err)
{
    char *text = NULL;
    int result = sqlite3_exec(store->db, pki_query_text[query], NULL, NULL, &text);

    sqlite3_free(text);
    return result == SQLITE_OK || pki_sql_fail(store, result, err);
}

bool pki_settings_apply(struct pki_store *store, struct pki_error *err)
{
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, BUSY_MILLISECONDS);
    for (size_t i = 0; i < PKI_COUNT(limits); i++)
        (void)sqlite3_limit(store->db, limits[i].id, limits[i].value);
    for (size_t i = 0; i < PKI_COUNT(switches); i++) {
        int result = sqlite3_db_config(store->db, switches[i].id, switches[i].value, NULL);
        if (result != SQLITE_OK)
            return pki_sql_fail(store, result, err);
    }
    for (size_t i = 0; i < PKI_COUNT(for_all); i++)
        if (!run_once(store, for_all[i], err))
            return false;
    for (size_t i = 0; i < PKI_COUNT(for_writers) && store->mode == PKI_STORE_WRITE; i++)
        if (!run_once(store, for_writers[i], err))
            return false;
    if (!pki_scan_prepare(store, err))
        return false;
    (void)sqlite3_commit_hook(store->db, check_commit, store);
    return true;
}

static bool migrate(struct pki_store *store, int64_t version, struct pki_error *err)
{
    for (int64_t i = 0; i < version; i++) {
        int result = sqlite3_exec(store->db, pki_migration[i], NULL, NULL, NULL);
        if (result != SQLITE_OK)
            return pki_sql_fail(store, result, err);
    }
    return true;
}

bool pki_store_blank(struct pki_store **store, struct pki_error *err)
{
    return pki_store_blank_of(PKI_SCHEMA_VERSION, store, err);
}

bool pki_store_blank_of(int64_t version, struct pki_store **store, struct pki_error *err)
{
    pki_auto(pki_store) blank = calloc(1, sizeof(*blank));

    if (!blank)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    blank->mode = PKI_STORE_WRITE;
    pki_sql_configure();
    int result =
        sqlite3_open_v2(":memory:", &blank->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result != SQLITE_OK)
        return pki_sql_fail(blank, result, err);
    if (!migrate(blank, version, err) || !pki_settings_apply(blank, err))
        return false;
    *store = PKI_TAKE(blank);
    return true;
}
