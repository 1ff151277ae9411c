/*
 * A temporary inventory: real SQLite in a directory of its own, never a fake.
 * What goes wrong here ends the test program.
 *
 *   struct fixture_store fixture;
 *   fixture_store_make(&fixture);
 *   ... fixture.store ...
 *   fixture_store_close(&fixture);
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "store/store.h"

#define FIXTURE_TIME INT64_C(1700000000) /* when the cellar was made */

struct fixture_store {
    char path[80]; /* of the directory */
    char file[96]; /* of cellar.db */
    int dir;
    struct pki_store *store;
};

/* What fixture_store_fill adds; row ids. */
struct fixture_rows {
    int64_t root, active, next;     /* authorities: root-g1, prod-code-signing-g1 and -g2 */
    int64_t root_certificate, leaf; /* the leaf's issuer is the active authority */
    int64_t open;                   /* a reservation that was left open */
};

/** A new cellar, opened for writing. */
extern const struct pki_store_opener fixture_opener;
void fixture_store_make(struct fixture_store *fixture);
/** Close it, if it is open, and open it again. */
void fixture_store_reopen(struct fixture_store *fixture, enum pki_store_mode mode);
/** Close store and directory; the files go when the program ends. */
void fixture_store_close(struct fixture_store *fixture);

/** A root, a line with its active and next authority, a leaf, reservations, a publication. */
void fixture_store_fill(struct fixture_store *fixture, struct fixture_rows *rows);

/** After that: a revocation by the active authority, its CRL, its cut-over, shares of the
 *  first key; one entry. */
void fixture_store_live(struct fixture_store *fixture, const struct fixture_rows *rows);

/* Rows of made-up but valid values; seed makes them differ. */
struct pki_key_row fixture_key(uint8_t seed, const char *name);
/** Subject and DER are borrowed from static memory: do not clear the row. */
struct pki_authority_row fixture_authority(uint8_t seed, const char *name, int64_t key);
struct pki_certificate_row fixture_certificate(uint8_t seed, int64_t issuer, int64_t key);
struct pki_reservation_row fixture_reservation(uint8_t seed);
/** Its serial is one octet, the seed. */
struct pki_revocation_row fixture_revocation(uint8_t seed, int64_t issuer);
/** Its number is the seed, its thisUpdate as many seconds after FIXTURE_TIME. */
struct pki_crl_row fixture_crl(uint8_t seed, int64_t issuer);
struct pki_journal_entry fixture_entry(const char *action);

/** Append an entry and commit. */
void fixture_commit(struct pki_txn **txn, const char *action);

#endif
