/*
 * Sets of shares that another implementation made (shamir-mnemonic 0.3.0, from
 * PyPI) of known secrets, and secrets for tests.
 */
#ifndef SHARE_FIXTURE_H
#define SHARE_FIXTURE_H

#include "ceremony/share.h"
#include "test.h"

#define FIXTURE_SECRET_SIZE 32

/* 40 41 ... 5f; of the old set its first half. */
extern const uint8_t fixture_octets[FIXTURE_SECRET_SIZE];

extern const char *const fixture_three_of_five[5];
extern const char *const fixture_foreign[5]; /* the same secret, another set */
extern const char *const fixture_groups[7];  /* two of: 1 of 1, 2 of 3, 3 of 3 */
#define FIXTURE_GROUPS_PASSPHRASE "TREZOR not"
extern const char *const fixture_old[3]; /* 2 of 3, 128 bits, not extendable */

/* The second of three_of_five with a right checksum and something else wrong. */
extern const char fixture_forged[];           /* a bit of its value */
extern const char fixture_group_beyond[];     /* group 4 of 1 */
extern const char fixture_slow[];             /* iteration exponent 11 */
extern const char fixture_threshold_beyond[]; /* 2 of 1 groups */
extern const char fixture_other_threshold[];  /* 2 members are enough */

/** Fatal where it cannot be made. */
struct pki_secret *fixture_secret(const void *data, size_t size);
struct pki_secret *fixture_text(const char *text);
struct pki_share *fixture_share(const char *words);

/** The words of a share as text; malloc'd. */
char *fixture_words(const struct pki_share *share);

/** Add a share from its words. */
bool fixture_add(struct pki_shares *shares, const char *words, struct pki_error *err);

/** Whether a secret has these octets. */
bool fixture_is(struct pki_secret *secret, const void *data, size_t size);

#endif
