/*
 * Verifying a journal, and the least that it can cost: a plain SHA-256 chain
 * over the same octets.
 *
 *   journal ours CELLAR              the chain's part of `cellar audit`
 *   journal scan CELLAR.DB [OCTETS]  two ordered scans, the octets of each entry
 *                                    put together and hashed; compares nothing;
 *                                    writes them: of each entry its length as
 *                                    four octets, then so many
 *   journal flat OCTETS              the chain over such a file, no database
 *
 * Each prints the last hash: of one journal it is the same.
 */
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/audit.h"

#define ENTRIES \
    "SELECT previous, id, at, action, subject, detail, actor, trust FROM journal ORDER BY id"
#define ROWS                                                                    \
    "SELECT entry, position, relation, row, version, digests FROM journal_row " \
    "ORDER BY entry, position"
#define LABEL    "root-cellar journal 1"
#define PREVIOUS (9 + strlen(LABEL) + 9) /* where the hash before begins in an entry's octets */
#define MOST     ((size_t)1 << 20)       /* octets of an entry */

static uint8_t image[MOST];
static size_t used;
static uint8_t hash[PKI_SHA256_SIZE];
static FILE *octets; /* where the scan writes them; NULL: nowhere */

static void must(bool done, const char *what)
{
    if (done)
        return;
    (void)fprintf(stderr, "journal: %s\n", what);
    exit(1);
}

static void end_entry(void)
{
    const uint32_t size = (uint32_t)used;

    must(!octets || (fwrite(&size, sizeof(size), 1, octets) == 1 &&
                     fwrite(image, 1, used, octets) == used),
         "write");
    memcpy(image + PREVIOUS, hash, sizeof(hash));
    pki_sha256((struct pki_bytes){image, used}, hash);
    used = 0;
}

/* --- one scan ------------------------------------------------------------------------------ */

static void put(char tag, uint64_t number, const void *cell, size_t size)
{
    const uint64_t ordered = htobe64(number);

    must(size < MOST - 9 - used, "a longer entry");
    image[used] = (uint8_t)tag;
    memcpy(image + used + 1, &ordered, sizeof(ordered));
    if (size > 0)
        memcpy(image + used + 9, cell, size);
    used += 9 + size;
}

static void put_cells(sqlite3_stmt *row, int from, const char *tags)
{
    for (int i = 0; tags[i]; i++) {
        if (tags[i] == 'I') {
            put('I', (uint64_t)sqlite3_column_int64(row, from + i), NULL, 0);
        } else {
            const void *cell = sqlite3_column_blob(row, from + i);
            size_t size = (size_t)sqlite3_column_bytes(row, from + i);
            put(tags[i], size, cell, size);
        }
    }
}

static sqlite3_stmt *query(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *rows = NULL;

    must(sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK, "prepare");
    return rows;
}

static void scan(const char *path)
{
    sqlite3 *db = NULL;

    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, "open");
    sqlite3_stmt *entries = query(db, ENTRIES);
    sqlite3_stmt *rows = query(db, ROWS);
    int more = sqlite3_step(rows);

    while (sqlite3_step(entries) == SQLITE_ROW) {
        put('T', strlen(LABEL), LABEL, strlen(LABEL));
        put_cells(entries, 0, "BIITTTTI");
        for (; more == SQLITE_ROW &&
               sqlite3_column_int64(rows, 0) == sqlite3_column_int64(entries, 1);
             more = sqlite3_step(rows))
            put_cells(rows, 1, "ITIIB");
        end_entry();
    }
    must(sqlite3_finalize(rows) == SQLITE_OK && sqlite3_finalize(entries) == SQLITE_OK &&
             sqlite3_close(db) == SQLITE_OK,
         "scan");
}

/* --- a flat file ----------------------------------------------------------------------------- */

static void flat(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint32_t size = 0;

    must(file != NULL, path);
    while (fread(&size, sizeof(size), 1, file) == 1) {
        used = size;
        must(used <= MOST && fread(image, 1, used, file) == used, "a cut entry");
        end_entry();
    }
    must(fclose(file) == 0, path);
}

/* --- ours ------------------------------------------------------------------------------------ */

static struct pki_store *open_cellar(const char *path)
{
    pki_scope_fd int dir = -1;
    struct pki_store *store = NULL;
    struct pki_error err = {0};

    must(pki_dir_open(AT_FDCWD, path, &dir, &err) &&
             pki_store_open(dir, PKI_STORE_AUDIT, NULL, &store, &err),
         err.text);
    return store;
}

static bool pass_by(void *context, const struct pki_chain_row *row, struct pki_error *err)
{
    (void)context;
    (void)row;
    (void)err;
    return true;
}

static void ours(const char *path)
{
    pki_auto(pki_store) store = open_cellar(path);
    struct pki_store_findings findings = {0};
    struct pki_journal_head head = {0};
    struct pki_error err = {0};

    must(pki_audit_chain(store, &findings, pass_by, NULL, &err), err.text);
    must(findings.n == 0, "a finding");
    must(pki_journal_get_head(store, &head, &err), err.text);
    memcpy(hash, head.hash, sizeof(hash));
}

int main(int argc, char **argv)
{
    must(argc >= 3, "ours CELLAR | scan CELLAR.DB [OCTETS] | flat OCTETS");
    if (argc == 4)
        octets = fopen(argv[3], "wb");
    if (strcmp(argv[1], "ours") == 0)
        ours(argv[2]);
    else if (strcmp(argv[1], "scan") == 0)
        scan(argv[2]);
    else
        flat(argv[2]);
    must(!octets || fclose(octets) == 0, "write");
    for (size_t i = 0; i < sizeof(hash); i++)
        printf("%02x", hash[i]);
    printf("\n");
    return 0;
}
