/*
 * revoke_many CELLAR ISSUER N: that many certificates of others, revoked under
 * an authority (its row's number), in one journal entry. For what takes long.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store.h"

#define WHEN INT64_C(1772366400)

static bool add_all(struct pki_txn *txn, int64_t issuer, long n, struct pki_error *err)
{
    struct pki_revocation_row row = {.issuer = issuer, .serial_size = sizeof(row.serial)};
    int64_t id = 0;

    row.revoked_at = WHEN - 3600;
    (void)snprintf(row.treatment, sizeof(row.treatment), "end");
    row.serial[0] = 0x40;
    for (long i = 0; i < n; i++) {
        for (size_t octet = 0; octet < 4; octet++)
            row.serial[1 + octet] = (uint8_t)(i >> (8 * (3 - octet)));
        if (!pki_store_add_revocation(txn, &row, &id, err))
            return false;
    }
    return true;
}

static bool fill(const char *directory, int64_t issuer, long n, struct pki_error *err)
{
    const struct pki_journal_entry entry = {
        .at = WHEN, .action = "revoke", .subject = "many", .detail = "", .actor = "revoke_many"};
    pki_auto(pki_store) store = NULL;
    pki_auto(pki_txn) txn = NULL;
    int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    bool done = pki_store_open(dir, PKI_STORE_WRITE, NULL, &store, err) &&
                pki_store_begin(store, &txn, err) && add_all(txn, issuer, n, err) &&
                pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
    close(dir);
    return done;
}

int main(int argc, char **argv)
{
    struct pki_error err = {0};

    if (argc != 4 || !fill(argv[1], strtol(argv[2], NULL, 10), strtol(argv[3], NULL, 10), &err)) {
        (void)fprintf(stderr, "revoke_many: %s\n", err.text);
        return 1;
    }
    return 0;
}
