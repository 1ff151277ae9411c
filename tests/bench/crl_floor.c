/*
 * The least that a CRL can cost with these libraries: one ordered scan of the
 * table that the list is made from, as many octets as the list has written,
 * one hash over them, one signature. It checks and records nothing.
 *
 *   crl_floor CELLAR.DB ISSUER OUT
 *
 * An entry with a serial of 20 octets takes 39, with a reason 53 (RFC 5280 5.1).
 */
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL                                                                               \
    "SELECT serial, revoked_at, reason, invalidity_at FROM revocation WHERE issuer = ?1 " \
    "ORDER BY serial"
#define PLAIN       39
#define WITH_REASON 53

struct floor {
    gnutls_hash_hd_t hash;
    FILE *out;
    size_t used;
    uint8_t chunk[65536];
};

static void must(int done, const char *what)
{
    if (done)
        return;
    (void)fprintf(stderr, "crl_floor: %s failed\n", what);
    exit(1);
}

static void flush(struct floor *floor)
{
    must(gnutls_hash(floor->hash, floor->chunk, floor->used) == 0, "hash");
    must(fwrite(floor->chunk, 1, floor->used, floor->out) == floor->used, "write");
    floor->used = 0;
}

static void put(struct floor *floor, sqlite3_stmt *row)
{
    size_t size = sqlite3_column_int(row, 2) == 0 ? PLAIN : WITH_REASON;
    int64_t at = sqlite3_column_int64(row, 1);

    if (floor->used + size > sizeof(floor->chunk))
        flush(floor);
    uint8_t *entry = floor->chunk + floor->used;
    memset(entry, 0x30, size);
    memcpy(entry + 4, sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0));
    memcpy(entry + 26, &at, sizeof(at));
    floor->used += size;
}

static void scan(const char *path, int issuer, struct floor *floor)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;

    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, "open");
    must(sqlite3_prepare_v2(db, SQL, -1, &rows, NULL) == SQLITE_OK, "prepare");
    must(sqlite3_bind_int(rows, 1, issuer) == SQLITE_OK, "bind");
    while (sqlite3_step(rows) == SQLITE_ROW)
        put(floor, rows);
    flush(floor);
    must(sqlite3_finalize(rows) == SQLITE_OK, "scan");
    (void)sqlite3_close(db);
}

static void sign(struct floor *floor)
{
    gnutls_privkey_t key = NULL;
    gnutls_datum_t signature = {0};
    uint8_t digest[48];
    const gnutls_datum_t hash = {digest, sizeof(digest)};

    gnutls_hash_deinit(floor->hash, digest);
    must(gnutls_privkey_init(&key) == 0, "key");
    must(gnutls_privkey_generate(key, GNUTLS_PK_ECDSA,
                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1), 0) == 0,
         "key");
    must(gnutls_privkey_sign_hash(key, GNUTLS_DIG_SHA384, 0, &hash, &signature) == 0, "signature");
    must(fwrite(signature.data, 1, signature.size, floor->out) == signature.size, "write");
    gnutls_free(signature.data);
    gnutls_privkey_deinit(key);
}

int main(int argc, char **argv)
{
    static struct floor floor;

    if (argc != 4)
        return 2;
    floor.out = fopen(argv[3], "wb");
    must(floor.out != NULL, "create");
    must(gnutls_hash_init(&floor.hash, GNUTLS_DIG_SHA384) == 0, "hash");
    scan(argv[1], (int)strtol(argv[2], NULL, 10), &floor);
    sign(&floor);
    must(fclose(floor.out) == 0, "close");
    return 0;
}
