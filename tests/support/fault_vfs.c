#include "fault_vfs.h"

#include <errno.h>
#include <sqlite3.h>

#include "fault.h"

static sqlite3_vfs *system_vfs;
static sqlite3_vfs vfs;
static const sqlite3_io_methods *system_methods; /* of any file: they differ in locking only */
static sqlite3_io_methods methods[2];            /* of journals, of inventories */
static bool stays_down;

static bool fails(void)
{
    return fault_here(EIO) || (stays_down && fault_happened());
}

static int fault_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
    return fails() ? SQLITE_IOERR_WRITE : system_methods->xWrite(file, data, size, at);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return fails() ? SQLITE_IOERR_TRUNCATE : system_methods->xTruncate(file, size);
}

static int fault_sync(sqlite3_file *file, int flags)
{
    return fails() ? SQLITE_IOERR_FSYNC : system_methods->xSync(file, flags);
}

static int fault_delete(sqlite3_vfs *self, const char *name, int sync)
{
    (void)self;
    if (fails())
        return SQLITE_IOERR_DELETE;
    int result = system_vfs->xDelete(system_vfs, name, sync);
    return result == SQLITE_OK && sync && fails() ? SQLITE_IOERR_DIR_FSYNC : result;
}

static int fault_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
                      int *flags_out)
{
    (void)self;
    file->pMethods = NULL;
    if (fails())
        return SQLITE_CANTOPEN;
    int result = system_vfs->xOpen(system_vfs, name, file, flags, flags_out);
    if (result == SQLITE_OK) {
        sqlite3_io_methods *own = &methods[flags & SQLITE_OPEN_MAIN_DB ? 1 : 0];
        system_methods = file->pMethods;
        *own = *system_methods;
        own->xWrite = fault_write;
        own->xTruncate = fault_truncate;
        own->xSync = fault_sync;
        file->pMethods = own;
    }
    return result;
}

void fault_vfs_install(void)
{
    system_vfs = sqlite3_vfs_find(NULL);
    vfs = *system_vfs;
    vfs.zName = "fault";
    vfs.xOpen = fault_open;
    vfs.xDelete = fault_delete;
    (void)sqlite3_vfs_register(&vfs, 1);
}

void fault_vfs_stay_down(bool down)
{
    stays_down = down;
}
