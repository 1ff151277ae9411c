/*
 * The least that a CRL can cost with these libraries: one ordered scan of the
 * table that the list is made from, its octets streamed into a file, one hash
 * over them, one signature. What it writes is a list that others read, with
 * the entries of ours, but without extensions of its own; it checks and
 * records nothing, and its key lives for this one signature.
 *
 *   crl_floor CELLAR.DB ISSUER OUT
 *
 * A header holds a length that is known last, so entries go behind a gap and
 * the file is read once for its hash: cheaper than a second scan for the length.
 */
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUBJECT "SELECT subject FROM authority WHERE id = ?1"
#define ROWS                                                                              \
    "SELECT serial, revoked_at, reason, invalidity_at FROM revocation WHERE issuer = ?1 " \
    "ORDER BY serial"
#define CHUNK  ((size_t)65536)
#define ENTRY  ((size_t)64) /* the longest entry without an invalidity date */
#define HEADER ((size_t)6)  /* the longest of a SEQUENCE */
#define ROOM   ((size_t)1024)

struct floor {
    int file;
    size_t used; /* of the chunk */
    off_t at;    /* in the file */
    uint8_t chunk[CHUNK];
};

/* What goes before the entries, written from its end, which is the end of room, backwards. */
struct head {
    size_t size;
    uint8_t room[ROOM];
};

static const uint8_t ecdsa_with_sha384[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                            0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};

static void must(int done, const char *what)
{
    if (done)
        return;
    (void)fprintf(stderr, "crl_floor: %s failed\n", what);
    exit(1);
}

static void put(struct floor *floor, const void *octets, size_t size, off_t at)
{
    must(pwrite(floor->file, octets, size, at) == (ssize_t)size, "write");
}

static void flush(struct floor *floor)
{
    put(floor, floor->chunk, floor->used, floor->at);
    floor->at += (off_t)floor->used;
    floor->used = 0;
}

static void two_digits(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t)('0' + value / 10);
    out[1] = (uint8_t)('0' + value % 10);
}

/* UTCTime, in this century; days are counted from 1 March (the proleptic Gregorian calendar). */
static void put_time(uint8_t out[15], int64_t at)
{
    uint32_t day = (uint32_t)(at / 86400) + 719468 - 5 * 146097; /* since 2000-03-01 */
    uint32_t second = (uint32_t)(at % 86400);
    uint32_t year = (4 * day + 3) / 1461; /* right until 2100 */
    uint32_t of_year = day - 1461 * year / 4;
    uint32_t month = (5 * of_year + 2) / 153; /* 0: March */

    memcpy(out, "\x17\x0d", 2);
    two_digits(out + 2, (year + (month > 9)) % 100);
    two_digits(out + 4, month > 9 ? month - 9 : month + 3);
    two_digits(out + 6, of_year - (153 * month + 2) / 5 + 1);
    two_digits(out + 8, second / 3600);
    two_digits(out + 10, second / 60 % 60);
    two_digits(out + 12, second % 60);
    out[14] = 'Z';
}

/* SEQUENCE { INTEGER, UTCTime, reasonCode if it is not unspecified } (RFC 5280 5.1) */
static void put_entry(struct floor *floor, sqlite3_stmt *row)
{
    static const uint8_t reason[] = {0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55,
                                     0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01};
    const void *serial = sqlite3_column_blob(row, 0);
    size_t size = (size_t)sqlite3_column_bytes(row, 0);
    int why = sqlite3_column_int(row, 2);
    size_t end = 4 + size + 15;

    must(sqlite3_column_type(row, 3) == SQLITE_NULL, "a list without invalidity dates");
    if (floor->used + ENTRY > CHUNK)
        flush(floor);
    uint8_t *entry = floor->chunk + floor->used;
    entry[0] = 0x30;
    entry[2] = 0x02;
    entry[3] = (uint8_t)size;
    memcpy(entry + 4, serial, size);
    put_time(entry + 4 + size, sqlite3_column_int64(row, 1));
    if (why != 0) {
        memcpy(entry + end, reason, sizeof(reason));
        entry[end + sizeof(reason)] = (uint8_t)why;
        end += sizeof(reason) + 1;
    }
    entry[1] = (uint8_t)(end - 2);
    floor->used += end;
}

static sqlite3_stmt *query(sqlite3 *db, const char *sql, int issuer)
{
    sqlite3_stmt *rows = NULL;

    must(sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK, "prepare");
    must(sqlite3_bind_int(rows, 1, issuer) == SQLITE_OK, "bind");
    return rows;
}

static void scan(sqlite3 *db, int issuer, struct floor *floor)
{
    sqlite3_stmt *rows = query(db, ROWS, issuer);

    while (sqlite3_step(rows) == SQLITE_ROW)
        put_entry(floor, rows);
    flush(floor);
    must(sqlite3_finalize(rows) == SQLITE_OK, "scan");
}

static void before(struct head *head, const void *octets, size_t size)
{
    must(size <= ROOM - head->size, "a short name");
    head->size += size;
    memcpy(head->room + ROOM - head->size, octets, size);
}

/* SEQUENCE, its length as short as DER wants it */
static void header(struct head *head, size_t size)
{
    uint8_t octets[HEADER] = {0x30};
    size_t more = 0; /* octets of the length after its first */

    while (size >= 0x80 && more < 4 && size >> (8 * more) != 0)
        more++;
    octets[1] = (uint8_t)(more == 0 ? size : 0x80 | more);
    for (size_t i = 0; i < more; i++)
        octets[2 + i] = (uint8_t)(size >> (8 * (more - 1 - i)));
    before(head, octets, 2 + more);
}

/* version, signature, issuer, thisUpdate, nextUpdate */
static void put_facts(sqlite3 *db, int issuer, struct head *head)
{
    sqlite3_stmt *row = query(db, SUBJECT, issuer);
    int64_t now = (int64_t)time(NULL);
    uint8_t times[30];

    must(sqlite3_step(row) == SQLITE_ROW, "issuer");
    put_time(times, now);
    put_time(times + 15, now + 30 * 86400);
    before(head, times, sizeof(times));
    before(head, sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0));
    before(head, ecdsa_with_sha384, sizeof(ecdsa_with_sha384));
    before(head, "\x02\x01\x01", 3);
    must(sqlite3_finalize(row) == SQLITE_OK, "issuer");
}

/* The headers of entries and body, around the facts. */
static void put_headers(struct head *head, size_t entries)
{
    struct head facts = *head;

    head->size = 0;
    if (entries > 0)
        header(head, entries);
    before(head, facts.room + ROOM - facts.size, facts.size);
    header(head, head->size + entries);
}

static void hash(struct floor *floor, off_t from, uint8_t digest[48])
{
    gnutls_hash_hd_t hash = NULL;
    ssize_t got = 0;

    must(gnutls_hash_init(&hash, GNUTLS_DIG_SHA384) == 0, "hash");
    while ((got = pread(floor->file, floor->chunk, CHUNK, from)) > 0) {
        must(gnutls_hash(hash, floor->chunk, (size_t)got) == 0, "hash");
        from += got;
    }
    must(got == 0, "read");
    gnutls_hash_deinit(hash, digest);
}

static void sign(const uint8_t digest[48], gnutls_datum_t *signature)
{
    gnutls_privkey_t key = NULL;
    const gnutls_datum_t of = {(uint8_t *)(uintptr_t)digest, 48};

    must(gnutls_privkey_init(&key) == 0, "key");
    must(gnutls_privkey_generate(key, GNUTLS_PK_ECDSA,
                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1), 0) == 0,
         "key");
    must(gnutls_privkey_sign_hash(key, GNUTLS_DIG_SHA384, 0, &of, signature) == 0, "signature");
    gnutls_privkey_deinit(key);
}

/* signatureAlgorithm and signatureValue behind the body, its own header before it */
static void finish(struct floor *floor, off_t first, const gnutls_datum_t *signature,
                   struct head *head)
{
    uint8_t tail[256];
    const uint8_t bits[] = {0x03, (uint8_t)(signature->size + 1), 0x00};
    size_t size = sizeof(ecdsa_with_sha384) + sizeof(bits) + signature->size;

    must(size <= sizeof(tail), "a short signature");
    memcpy(tail, ecdsa_with_sha384, sizeof(ecdsa_with_sha384));
    memcpy(tail + sizeof(ecdsa_with_sha384), bits, sizeof(bits));
    memcpy(tail + size - signature->size, signature->data, signature->size);
    put(floor, tail, size, floor->at);
    head->size = 0;
    header(head, (size_t)(floor->at - first) + size);
    put(floor, head->room + ROOM - head->size, head->size, first - (off_t)head->size);
    floor->at += (off_t)size;
}

/* A small list has shorter headers than there was room for. */
static void pull(struct floor *floor, off_t from)
{
    ssize_t got = 0;

    for (off_t at = from; from > 0 && at < floor->at; at += got) {
        got = pread(floor->file, floor->chunk, CHUNK, at);
        must(got > 0, "read");
        put(floor, floor->chunk, (size_t)got, at - from);
    }
    must(from == 0 || ftruncate(floor->file, floor->at - from) == 0, "shorten");
}

int main(int argc, char **argv)
{
    static struct floor floor;
    struct head head = {0};
    gnutls_datum_t signature = {0};
    uint8_t digest[48];
    sqlite3 *db = NULL;

    if (argc != 4)
        return 2;
    int issuer = (int)strtol(argv[2], NULL, 10);
    floor.file = open(argv[3], O_RDWR | O_CREAT | O_TRUNC, 0600);
    must(floor.file >= 0, "create");
    must(sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK, "settings");
    must(sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, "open");
    put_facts(db, issuer, &head);
    off_t entries = (off_t)(3 * HEADER + head.size);
    floor.at = entries;
    scan(db, issuer, &floor);
    put_headers(&head, (size_t)(floor.at - entries));
    off_t first = entries - (off_t)head.size; /* of the body */
    put(&floor, head.room + ROOM - head.size, head.size, first);
    hash(&floor, first, digest);
    sign(digest, &signature);
    finish(&floor, first, &signature, &head);
    pull(&floor, first - (off_t)head.size);
    gnutls_free(signature.data);
    must(fsync(floor.file) == 0 && close(floor.file) == 0, "close");
    (void)sqlite3_close(db);
    return 0;
}
