/*
 * The least that an issuance can cost with these libraries, linked as they are
 * into the tools: a process that opens an inventory, commits a reservation,
 * signs once with a key from a plain file, and commits the record.
 *
 *   issue_floor CELLAR.DB KEY.pem
 *
 * Both transactions are as durable as ours: the inventory's own settings of
 * journal and syncs (schema/queries/settings.sql). They hold the rows that
 * say what was issued, in the inventory's own tables with their indexes and
 * triggers: the reserved serial; then key, certificate, its DER and the end of
 * the reservation. It writes no journal entry, checks and lints nothing, reads
 * nothing back, and prompts nobody: what those cost is what is measured. The
 * octets that it signs are those of a certificate, but for the serial.
 */
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA"
#define RESERVE                                                                \
    "INSERT INTO reservation (kind, subject, serial, signer, body, key_name, " \
    "reserved_at, outcome) VALUES ('certificate', hex(?1), ?1, ?2, ?2, '', 1, 'open')"
#define ADD_KEY                                                         \
    "INSERT INTO key (name, algorithm, location, spki_sha256, key_id) " \
    "VALUES (hex(?1), 'ecdsa-p256', 'outside', ?2, ?1)"
#define ADD_CERTIFICATE                                                                 \
    "INSERT INTO certificate (issuer, key, profile, serial, fingerprint, not_before, "  \
    "not_after, issued_at, subject) VALUES (2, last_insert_rowid(), 'tls-server', ?1, " \
    "?2, 1, 2, 1, x'3000')"
#define ADD_DER "INSERT INTO certificate_der (id, der) VALUES (last_insert_rowid(), ?1)"
#define FINISH                                                \
    "INSERT INTO reservation_end (reservation, outcome, at) " \
    "SELECT id, 'done', 1 FROM reservation WHERE serial = ?1"

#define BODY 600 /* octets, as a certificate's */

struct made {
    uint8_t serial[20];
    uint8_t digest[32]; /* of the serial: different in each run */
    uint8_t der[BODY + 128];
    size_t size;
};

static void must(int done, const char *what)
{
    if (done)
        return;
    (void)fprintf(stderr, "issue_floor: %s failed\n", what);
    exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
    must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static void insert(sqlite3 *db, const char *sql, const void *first, size_t size,
                   const struct made *made)
{
    sqlite3_stmt *row = NULL;

    must(sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK, "prepare");
    must(sqlite3_bind_blob64(row, 1, first, size, SQLITE_STATIC) == SQLITE_OK, "bind");
    if (sqlite3_bind_parameter_count(row) > 1)
        must(sqlite3_bind_blob(row, 2, made->digest, sizeof(made->digest), SQLITE_STATIC) ==
                 SQLITE_OK,
             "bind");
    must(sqlite3_step(row) == SQLITE_DONE, "insert");
    must(sqlite3_finalize(row) == SQLITE_OK, "insert");
}

static void reserve(sqlite3 *db, const struct made *made)
{
    run(db, "BEGIN IMMEDIATE");
    insert(db, RESERVE, made->serial, sizeof(made->serial), made);
    run(db, "COMMIT");
}

static void record(sqlite3 *db, const struct made *made)
{
    run(db, "BEGIN IMMEDIATE");
    insert(db, ADD_KEY, made->serial, sizeof(made->serial), made);
    insert(db, ADD_CERTIFICATE, made->serial, sizeof(made->serial), made);
    insert(db, ADD_DER, made->der, made->size, made);
    insert(db, FINISH, made->serial, sizeof(made->serial), made);
    run(db, "COMMIT");
}

static void sign(const char *path, struct made *made)
{
    gnutls_privkey_t key = NULL;
    gnutls_datum_t pem = {0};
    gnutls_datum_t signature = {0};
    const gnutls_datum_t body = {made->der, BODY};

    must(gnutls_load_file(path, &pem) == 0, "key file");
    must(gnutls_privkey_init(&key) == 0, "key");
    must(gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0) == 0, "key");
    must(gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA384, 0, &body, &signature) == 0, "signature");
    must(signature.size <= sizeof(made->der) - BODY, "a short signature");
    memcpy(made->der + BODY, signature.data, signature.size);
    made->size = BODY + signature.size;
    gnutls_free(signature.data);
    gnutls_free(pem.data);
    gnutls_privkey_deinit(key);
}

int main(int argc, char **argv)
{
    static struct made made;
    sqlite3 *db = NULL;

    if (argc != 3)
        return 2;
    must(gnutls_rnd(GNUTLS_RND_NONCE, made.serial, sizeof(made.serial)) == 0, "serial");
    made.serial[0] = 0x40 | (made.serial[0] & 0x3f);
    memcpy(made.der, made.serial, sizeof(made.serial));
    must(gnutls_hash_fast(GNUTLS_DIG_SHA256, made.serial, sizeof(made.serial), made.digest) == 0,
         "digest");
    must(sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK, "settings");
    must(sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK, "open");
    run(db, SETTINGS);
    reserve(db, &made);
    sign(argv[2], &made);
    record(db, &made);
    must(sqlite3_close(db) == SQLITE_OK, "close");
    return 0;
}
