/*
 * A copy of the inventory, read through SQLite's own descriptor: closing one
 * of our own would drop SQLite's locks.
 */
#include "base/file.h"
#include "store/sql.h"

#define CHUNK 65536

bool pki_store_copy(struct pki_store *store, struct pki_file *copy, struct pki_error *err)
{
    uint8_t chunk[CHUNK];
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;

    int result = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (result == SQLITE_OK)
        result = file->pMethods->xFileSize(file, &size);
    if (result != SQLITE_OK)
        return pki_sql_fail(store, result, err);
    for (sqlite3_int64 at = 0; at < size; at += CHUNK) {
        int part = size - at < CHUNK ? (int)(size - at) : CHUNK;
        result = file->pMethods->xRead(file, chunk, part, at);
        if (result != SQLITE_OK)
            return pki_sql_fail(store, result, err);
        if (!pki_file_put(copy, (size_t)at, (struct pki_bytes){chunk, (size_t)part}, err))
            return false;
    }
    return true;
}
