/*
 * A new inventory is built in memory and written as one file, by the calls
 * that write every other file: all of it under its name, or nothing.
 */
#include "base/file.h"
#include "store/sql.h"

#include <fcntl.h>
#include <sys/stat.h>

/* A journal or log left here would be rolled into the new file at its first opening. */
static const char *const in_the_way[] = {
    PKI_STORE_FILE,
    PKI_STORE_JOURNAL,
    PKI_STORE_FILE "-wal",
};

static bool check_free(int dir, struct pki_error *err)
{
    struct stat status;

    for (size_t i = 0; i < PKI_COUNT(in_the_way); i++) {
        if (fstatat(dir, in_the_way[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
            return pki_fail(err, PKI_E_EXISTS, "%s exists: choose an empty directory with -C DIR",
                            in_the_way[i]);
    }
    return true;
}

static bool add_first_rows(struct pki_txn *txn, const struct pki_cellar_row *cellar,
                           struct pki_bytes hierarchy, struct pki_error *err)
{
    const struct pki_journal_entry entry = {
        .at = cellar->created_at,
        .action = "init",
        .subject = cellar->rehearsal ? PKI_REHEARSAL : "cellar",
        .detail = cellar->rehearsal ? "new rehearsal" : "new cellar",
        .actor = cellar->made_by ? cellar->made_by : cellar->tool,
    };
    pki_scope(pki_statement) insert = {0};

    if (!pki_statement_begin(txn->store, PKI_QUERY_ADD_CELLAR, &insert, err))
        return false;
    pki_bind_bytes(&insert, (struct pki_bytes){cellar->id, sizeof(cellar->id)});
    pki_bind_integer(&insert, cellar->created_at);
    pki_bind_text(&insert, cellar->tool);
    return pki_txn_insert(txn, PKI_RELATION_CELLAR, &insert, NULL, err) &&
           pki_store_add_hierarchy(txn, hierarchy, err) && pki_journal_append(txn, &entry, err);
}

static bool write_file(struct pki_store *blank, int dir, struct pki_error *err)
{
    sqlite3_int64 size = 0;
    unsigned char *image = sqlite3_serialize(blank->db, "main", &size, 0);

    if (!image)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    bool written =
        pki_file_write_new(dir, PKI_STORE_FILE, 0600, (struct pki_bytes){image, (size_t)size}, err);
    sqlite3_free(image);
    return written;
}

static bool reopen(int dir, struct pki_store **store, struct pki_error *err)
{
    PKI_CONTEXT(err, "the inventory is made and its first entry recorded, but");

    return pki_store_open(dir, PKI_STORE_WRITE, NULL, store, err);
}

bool pki_store_create(int dir, const struct pki_cellar_row *cellar, struct pki_bytes hierarchy,
                      struct pki_store **store, struct pki_error *err)
{
    pki_auto(pki_store) blank = NULL;
    pki_auto(pki_txn) txn = NULL;

    return check_free(dir, err) && pki_store_blank(&blank, err) &&
           pki_store_begin(blank, &txn, err) && add_first_rows(txn, cellar, hierarchy, err) &&
           pki_txn_commit(&txn, err) && write_file(blank, dir, err) && reopen(dir, store, err);
}
