/*
 * Fills an inventory with revocations, as the store adds them: through its
 * triggers, each transaction covered by a journal entry, so that `cellar crl`
 * and `cellar audit` find a true cellar. Transactions are large, as that is
 * faster; the last one is small, as opening a cellar hashes it again.
 *
 *   revoke_many CELLAR AUTHORITY N [TIME]
 *
 * Recorded now, or at that time. Serials are 20 octets that look
 * random, as real ones are; a date each, a reason in five of six. Prints the
 * same revocations as an index for `openssl ca`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/time.h"
#include "many.h"

#define BATCH 100000
#define LAST  100
#define DAY   INT64_C(86400)

/* What an index of openssl can say, but no hold. */
static const struct {
    int code;
    const char *name; /* openssl's */
} reasons[] = {
    {0, NULL},         {1, "keyCompromise"},        {2, "CACompromise"}, {3, "affiliationChanged"},
    {4, "superseded"}, {5, "cessationOfOperation"},
};

static void print_for_openssl(const struct pki_revocation_row *row, const char *reason)
{
    const time_t at = (time_t)row->revoked_at;
    struct tm tm;
    char when[32];

    (void)strftime(when, sizeof(when), "%y%m%d%H%M%SZ", gmtime_r(&at, &tm));
    printf("R\t491231235959Z\t%s%s%s\t", when, reason ? "," : "", reason ? reason : "");
    for (size_t i = 0; i < row->serial_size; i++)
        printf("%02X", row->serial[i]);
    printf("\tunknown\t/CN=%02x%02x%02x%02x\n", row->serial[1], row->serial[2], row->serial[3],
           row->serial[4]);
}

static void add(struct pki_txn *txn, struct pki_revocation_row *row, uint64_t *state, uint64_t i,
                int64_t now)
{
    struct pki_error err = {0};
    int64_t id = 0;

    many_serial(state, row->serial);
    row->serial_size = sizeof(row->serial);
    row->revoked_at = now - DAY - (int64_t)(many_random(state) % (uint64_t)(300 * DAY));
    row->reason = reasons[i % PKI_COUNT(reasons)].code;
    many_must(pki_store_add_revocation(txn, row, &id, &err), &err);
    print_for_openssl(row, reasons[i % PKI_COUNT(reasons)].name);
}

static uint64_t batch_of(uint64_t left)
{
    if (left <= LAST)
        return left;
    return left - LAST < BATCH ? left - LAST : BATCH;
}

static void fill(struct pki_store *store, int64_t issuer, uint64_t n, int64_t now)
{
    const struct pki_journal_entry entry = {.at = now,
                                            .action = "revoke",
                                            .subject = "many",
                                            .detail = "many at once",
                                            .actor = "tests/support/revoke_many"};
    struct pki_revocation_row row = {.issuer = issuer, .treatment = "end"};
    struct pki_error err = {0};
    uint64_t state = 1;

    for (uint64_t i = 0; i < n;) {
        pki_auto(pki_txn) txn = NULL;
        many_must(pki_store_begin(store, &txn, &err), &err);
        for (uint64_t end = i + batch_of(n - i); i < end; i++)
            add(txn, &row, &state, i, entry.at);
        many_must(pki_journal_append(txn, &entry, &err) && pki_txn_commit(&txn, &err), &err);
    }
}

int main(int argc, char **argv)
{
    struct pki_error err = {0};
    int64_t now = (int64_t)time(NULL);
    int64_t issuer = 0;

    if (argc != 4 && argc != 5)
        return 2;
    if (argc == 5)
        many_must(pki_time_parse(argv[4], &now, &err), &err);
    pki_auto(pki_store) store = many_open(argv[1], argv[2], &issuer);
    fill(store, issuer, strtoull(argv[3], NULL, 10), now);
    return 0;
}
