/*
 * Fills an inventory with end-entity certificates: each leaves there what an
 * issuance leaves, a reservation with its journal entry, then key,
 * certificate, DER and the reservation's end with theirs. Only the
 * transaction is one for all, as that is faster.
 *
 *   issue_many CELLAR AUTHORITY LEAF.der N
 *
 * LEAF.der is one certificate of that authority. The others are the same but
 * for the serial, so their signatures are none.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/reservations.h"

#include "many.h"

#define DAY INT64_C(86400)
#define ACTOR                                                                           \
    "cellar-issue 0.1.0 (0123456789ab): cellar-issue prod tls --leaf tls-server --dns " \
    "a.example -C cellar --passphrase-file passphrase --confirm a.example --csr leaf.csr"

struct model {
    struct pki_buf der;
    uint8_t *serial; /* within it */
    int64_t issuer;
    uint64_t state; /* of what looks random */
    int64_t now;
};

/* The first INTEGER of 20 octets (RFC 5280 4.1.2.2) */
static uint8_t *find_serial(struct pki_buf *der)
{
    for (size_t i = 0; i + 22 < der->size; i++)
        if (der->data[i] == 0x02 && der->data[i + 1] == 20)
            return der->data + i + 2;
    return NULL;
}

/* prod-tls-g1-513d9751dd7b1353 */
static void name_of(const uint8_t serial[20], char name[PKI_NAME_MAX])
{
    int size = snprintf(name, PKI_NAME_MAX, "prod-tls-g1-");

    for (size_t i = 0; i < 8; i++)
        size += snprintf(name + size, PKI_NAME_MAX - (size_t)size, "%02x", serial[i]);
}

static void append(struct pki_txn *txn, const char *action, const char *name, const char *format,
                   const struct model *model)
{
    char detail[2 * PKI_NAME_MAX];
    const struct pki_journal_entry entry = {
        .at = model->now, .action = action, .subject = name, .detail = detail, .actor = ACTOR};
    struct pki_error err = {0};

    (void)snprintf(detail, sizeof(detail), format, name);
    many_must(pki_journal_append(txn, &entry, &err), &err);
}

static int64_t reserve(struct pki_txn *txn, const uint8_t serial[20], struct model *model)
{
    struct pki_reservation_row row = {.kind = "certificate", .reserved_at = model->now};
    struct pki_error err = {0};
    int64_t id = 0;

    name_of(serial, row.subject);
    memcpy(row.serial, serial, sizeof(row.serial));
    many_octets(&model->state, row.body, sizeof(row.body));
    many_must(pki_store_reserve(txn, &row, &id, &err), &err);
    append(txn, "reserve", row.subject, "1 serial for %s", model);
    return id;
}

static int64_t add_key(struct pki_txn *txn, const char *name, struct model *model)
{
    struct pki_key_row key = {.algorithm = "ecdsa-p256", .location = "outside"};
    struct pki_error err = {0};
    int64_t id = 0;

    memcpy(key.name, name, sizeof(key.name));
    many_octets(&model->state, key.spki_sha256, sizeof(key.spki_sha256));
    many_octets(&model->state, key.key_id, sizeof(key.key_id));
    many_must(pki_store_add_key(txn, &key, &id, &err), &err);
    return id;
}

static void record(struct pki_txn *txn, int64_t reservation, const uint8_t serial[20],
                   struct model *model)
{
    static uint8_t subject[] = {0x30, 0x00};
    struct pki_certificate_row row = {
        .issuer = model->issuer,
        .profile = "tls-server",
        .issued_at = model->now,
        .not_before = model->now,
        .not_after = model->now + (int64_t)(many_random(&model->state) % (uint64_t)(90 * DAY)),
        .subject = {.data = subject, .size = sizeof(subject)},
        .der = model->der,
    };
    char name[PKI_NAME_MAX] = {0};
    struct pki_error err = {0};
    int64_t id = 0;

    name_of(serial, name);
    memcpy(row.serial, serial, sizeof(row.serial));
    memcpy(model->serial, serial, sizeof(row.serial));
    pki_sha256(pki_buf_view(&model->der), row.fingerprint);
    row.key = add_key(txn, name, model);
    many_must(pki_store_add_certificate(txn, &row, &id, &err) &&
                  pki_store_finish(txn, reservation, "done", model->now, &err),
              &err);
    append(
        txn, "issue", name,
        "%s (tls-server, sha256 5ee3e3c652813da0c8f5e425144dbb33fd2978c01bbd9b676dd21557f82f4470)",
        model);
}

static void issue(struct pki_txn *txn, struct model *model)
{
    uint8_t serial[20];

    many_serial(&model->state, serial);
    record(txn, reserve(txn, serial, model), serial, model);
}

/* In one transaction: what it adds needs no copy to roll back to. */
static void fill(struct pki_store *store, uint64_t n, struct model *model)
{
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};

    many_must(pki_store_begin(store, &txn, &err), &err);
    for (uint64_t i = 0; i < n; i++)
        issue(txn, model);
    many_must(pki_txn_commit(&txn, &err), &err);
}

int main(int argc, char **argv)
{
    struct model model = {.state = 1, .now = (int64_t)time(NULL)};
    struct pki_error err = {0};

    if (argc != 5)
        return 2;
    pki_auto(pki_store) store = many_open(argv[1], argv[2], &model.issuer);
    many_must(pki_file_read(AT_FDCWD, argv[3], 65536, &model.der, &err), &err);
    model.serial = find_serial(&model.der);
    if (!model.serial)
        return 2;
    fill(store, strtoull(argv[4], NULL, 10), &model);
    pki_buf_clear(&model.der);
    return 0;
}
