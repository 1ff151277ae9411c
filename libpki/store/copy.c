/*
 * Copies of the inventory: into a file, read through SQLite's own descriptor,
 * as closing one of our own would drop SQLite's locks; and into memory.
 */
#include "store/copy.h"

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

/* SQLite owns the image from here on, also where it refuses it. */
static bool take_image(struct pki_store *twin, unsigned char *image, sqlite3_int64 size,
                       struct pki_error *err)
{
    int result =
        sqlite3_deserialize(twin->db, "main", image, size, size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);

    return result == SQLITE_OK || pki_sql_fail(twin, result, err);
}

bool pki_store_twin(struct pki_store *store, struct pki_store **twin, struct pki_error *err)
{
    pki_auto(pki_store) made = NULL;
    sqlite3_int64 size = 0;

    if (!pki_store_blank(&made, err))
        return false;
    unsigned char *image = sqlite3_serialize(store->db, "main", &size, 0);
    if (!image)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!take_image(made, image, size, err) || !pki_settings_apply(made, err))
        return false;
    *twin = PKI_TAKE(made);
    return true;
}
