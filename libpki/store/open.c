/*
 * SQLite opens by path and resolves links on the way, so a descriptor of the
 * directory becomes the path that the kernel knows for it, and the file must
 * be, before and after SQLite opened it, the regular file that is in that
 * directory. We never open the file ourselves: closing a descriptor would drop
 * the locks that SQLite holds on it in this process.
 */
#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define APPLICATION_ID 0x43454c52 /* "CELR", as in schema/0001_inventory.sql */
#define MINE_ALONE     (S_IWGRP | S_IWOTH)

static bool check_owner(const struct stat *status, const char *what, enum pki_store_mode mode,
                        struct pki_error *err)
{
    if (mode != PKI_STORE_COPY && (status->st_mode & MINE_ALONE)) {
        return pki_fail(err, PKI_E_STORE,
                        "%s can be written by others than its owner: chmod go-w it (FAT: mount it "
                        "with umask=077), then run cellar audit",
                        what);
    }
    if (mode == PKI_STORE_WRITE && status->st_uid != geteuid())
        return pki_fail(err, PKI_E_STORE, "%s belongs to another user: work as its owner", what);
    return true;
}

/* The directory itself, and the path that names it. */
static bool find_directory(int dir, enum pki_store_mode mode, char path[PATH_MAX],
                           struct pki_error *err)
{
    char link[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
    struct stat status;
    struct stat named;

    if (fstat(dir, &status) != 0)
        return pki_fail(err, PKI_E_IO, "the cellar's directory: %s", strerror(errno));
    if (!check_owner(&status, "the cellar's directory", mode, err))
        return false;
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
    ssize_t length = readlink(link, path, PATH_MAX - sizeof("/" PKI_STORE_FILE));
    if (length < 0)
        return pki_fail(err, PKI_E_IO, "/proc is needed to open a cellar: %s", strerror(errno));
    path[length] = 0;
    if (stat(path, &named) != 0 || named.st_dev != status.st_dev || named.st_ino != status.st_ino)
        return pki_fail(err, PKI_E_IO, "the cellar's directory was moved away");
    memcpy(path + length, "/" PKI_STORE_FILE, sizeof("/" PKI_STORE_FILE));
    return true;
}

static bool check_file(int dir, enum pki_store_mode mode, struct stat *status,
                       struct pki_error *err)
{
    if (fstatat(dir, PKI_STORE_FILE, status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT)
            return pki_fail(err, PKI_E_IO, PKI_STORE_FILE ": %s", strerror(errno));
        return pki_fail(err, PKI_E_STORE,
                        "no cellar here: " PKI_STORE_FILE
                        " is missing: choose one with -C DIR, or make one with "
                        "cellar init");
    }
    if (!S_ISREG(status->st_mode))
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_FILE " is not a regular file: put the inventory itself here");
    if (status->st_nlink != 1) {
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_FILE " has a second name (hard link), under which it could "
                                       "be changed: copy it and remove the links");
    }
    return check_owner(status, PKI_STORE_FILE, mode, err);
}

/* What a transaction that was cut off left: SQLite opens it, waits at a pipe, and rolls it back. */
static bool check_journal(int dir, enum pki_store_mode mode, bool *there, struct pki_error *err)
{
    struct stat status;

    *there = fstatat(dir, PKI_STORE_JOURNAL, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (!*there) {
        return errno == ENOENT ||
               pki_fail(err, PKI_E_IO, PKI_STORE_JOURNAL ": %s", strerror(errno));
    }
    if (mode == PKI_STORE_COPY) {
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_JOURNAL " does not belong beside a copy: take another backup");
    }
    if (!S_ISREG(status.st_mode) || status.st_nlink > 1) { /* 0: it just ended */
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_JOURNAL
                        " is not what a transaction leaves (a regular file with one name): move "
                        "it out of the cellar, then run cellar audit");
    }
    return check_owner(&status, PKI_STORE_JOURNAL, mode, err);
}

static bool check_no_log(int dir, struct pki_error *err)
{
    struct stat status;

    return fstatat(dir, PKI_STORE_FILE "-wal", &status, AT_SYMLINK_NOFOLLOW) != 0 ||
           pki_sql_fail_log(err);
}

/* Reading must create nothing, but what a crash left half done has to be rolled back first. */
static int open_flags(bool journal, enum pki_store_mode mode)
{
    bool writing = mode == PKI_STORE_WRITE || journal;

    return (writing ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOFOLLOW |
           SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
}

static bool open_database(struct pki_store *store, int dir, struct pki_error *err)
{
    char path[PATH_MAX];
    struct stat before;
    struct stat after;
    bool journal = false;

    if (!find_directory(dir, store->mode, path, err) ||
        !check_file(dir, store->mode, &before, err) ||
        !check_journal(dir, store->mode, &journal, err) || !check_no_log(dir, err))
        return false;
    pki_sql_configure();
    const char *guard = pki_sql_guard();
    if (!guard)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    int result = sqlite3_open_v2(path, &store->db, open_flags(journal, store->mode), guard);
    if (result != SQLITE_OK)
        return pki_sql_fail(store, result, err);
    if (!check_file(dir, store->mode, &after, err))
        return false;
    if (before.st_dev != after.st_dev || before.st_ino != after.st_ino)
        return pki_fail(err, PKI_E_STORE, PKI_STORE_FILE " was replaced while it was opened");
    if (store->mode == PKI_STORE_WRITE && sqlite3_db_readonly(store->db, "main") != 0) {
        return pki_fail(err, PKI_E_IO,
                        PKI_STORE_FILE " cannot be written here: make the file and "
                                       "its file system writable");
    }
    return true;
}

static bool check_identity(struct pki_store *store, int64_t *version, struct pki_error *err)
{
    int64_t id = 0;

    if (!pki_query_integer(store, PKI_QUERY_APPLICATION_ID, &id, err) ||
        !pki_query_integer(store, PKI_QUERY_USER_VERSION, version, err))
        return false;
    if (id != APPLICATION_ID)
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_FILE " belongs to another program: choose a cellar with -C DIR");
    if (*version > PKI_SCHEMA_VERSION) {
        return pki_fail(err, PKI_E_STORE,
                        "the cellar was written by a newer Root Cellar (version %lld, this one "
                        "knows %d): use that one",
                        (long long)*version, PKI_SCHEMA_VERSION);
    }
    if (*version < 1) {
        return pki_fail(err, PKI_E_STORE,
                        PKI_STORE_FILE " has no version %lld: restore the cellar from its backup",
                        (long long)*version);
    }
    return true;
}

bool pki_store_open(int dir, enum pki_store_mode mode, const struct pki_store_opener *by,
                    struct pki_store **store, struct pki_error *err)
{
    pki_auto(pki_store) opened = calloc(1, sizeof(*opened));
    const bool trusting = mode != PKI_STORE_AUDIT && mode != PKI_STORE_COPY;
    int64_t version = 0;

    if (!opened)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    opened->mode = mode;
    if (!open_database(opened, dir, err) || !pki_settings_apply(opened, err))
        return false; /* NOLINT(clang-analyzer-unix.Malloc): pki_auto frees it */
    if (trusting)
        pki_store_read_on(opened);
    if (!check_identity(opened, &version, err) ||
        (version < PKI_SCHEMA_VERSION && !pki_store_migrate(opened, dir, version, by, err)) ||
        !pki_schema_check(opened, PKI_SCHEMA_VERSION, err) ||
        (trusting && !pki_journal_check_head(opened, err)))
        return false;
    *store = PKI_TAKE(opened);
    return true;
}

void pki_store_free(struct pki_store *store)
{
    if (!store)
        return;
    if (store->txn)
        store->txn->store = NULL; /* closing rolls back; what is left of it can be freed later */
    for (size_t i = 0; i < PKI_QUERIES; i++)
        (void)sqlite3_finalize(store->statements[i]);
    (void)sqlite3_close(store->db);
    free(store);
}
