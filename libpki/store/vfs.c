/*
 * What SQLite may open, ask for and delete beside the inventory: its rollback
 * journal. A journal can name another file, the journal of a transaction over
 * several databases, wherever it lies; SQLite would look for it, read it and
 * delete it. And octets of the header ask for a write-ahead log. We never
 * write either, so both are refused before anything is touched, whoever put
 * them there and whenever: this stands between SQLite and the system.
 */
#include "store/sql.h"

static sqlite3_vfs *of_system;
static sqlite3_vfs guard;

/* In the versions of the header (file format, 1.3.3) 2 is the write-ahead log. */
static bool is_logged(sqlite3_file *file)
{
    uint8_t versions[2] = {0};

    return file->pMethods->xRead(file, versions, sizeof(versions), 18) == SQLITE_OK &&
           (versions[0] == 2 || versions[1] == 2);
}

static int guard_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)self;
    file->pMethods = NULL; /* nothing to close */
    if (flags & SQLITE_OPEN_SUPER_JOURNAL)
        return PKI_SQLITE_SEVERAL;
    if (flags & SQLITE_OPEN_WAL)
        return PKI_SQLITE_LOG;

    int result = of_system->xOpen(of_system, name, file, flags, out);
    if (result == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) && is_logged(file)) {
        (void)file->pMethods->xClose(file);
        file->pMethods = NULL;
        return PKI_SQLITE_LOG;
    }
    return result;
}

static bool ends_in(const char *name, const char *end)
{
    size_t length = strlen(name);

    return length >= strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static bool is_beside(const char *name)
{
    return ends_in(name, "/" PKI_STORE_JOURNAL) || ends_in(name, "/" PKI_STORE_FILE "-wal");
}

static int guard_access(sqlite3_vfs *self, const char *name, int flags, int *result)
{
    (void)self;
    *result = 0;
    return is_beside(name) ? of_system->xAccess(of_system, name, flags, result)
                           : PKI_SQLITE_SEVERAL;
}

static int guard_delete(sqlite3_vfs *self, const char *name, int sync)
{
    (void)self;
    return is_beside(name) ? of_system->xDelete(of_system, name, sync) : PKI_SQLITE_SEVERAL;
}

const char *pki_sql_guard(void)
{
    if (!of_system && (of_system = sqlite3_vfs_find(NULL))) {
        guard = *of_system;
        guard.zName = "cellar";
        guard.xOpen = guard_open;
        guard.xAccess = guard_access;
        guard.xDelete = guard_delete;
        (void)sqlite3_vfs_register(&guard, 0);
    }
    return guard.zName;
}
