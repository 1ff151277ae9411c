/*
 * Shares of a secret, by SLIP-0039: a set of word lists of which some, and no
 * fewer, give the secret back.
 *
 * A secret is encrypted under a passphrase (which may be empty), split among
 * groups of which `threshold` are needed, and each group's part among members of
 * which that group's threshold is needed. Every share says which set, group and
 * member it is and how many are needed, and ends in a checksum: one share alone
 * shows a wrong or swapped word. A digest inside the secret shows shares that
 * do not fit each other (32 bits; not where one share is enough). A wrong
 * passphrase gives another secret, by design of the standard: whoever combines
 * has to try what comes out.
 *
 *   pki_scope(pki_shares) shares = {0};
 *   pki_share_split(secret, &plan, passphrase, &shares, err)
 *   pki_share_write(shares.list[0], &words, err)
 *   ...
 *   pki_share_parse(words, &share, err), pki_shares_add(&shares, PKI_TAKE(share), err)
 *   pki_share_combine(&shares, passphrase, &secret, err)
 *
 * Values, words and passphrases live in struct pki_secret; no error says more of
 * a share than the place of a word in it. Arithmetic on a value, and looking for
 * a word that was typed, take the same time whatever it is; writing a share looks
 * its words up by their numbers.
 */
#ifndef PKI_CEREMONY_SHARE_H
#define PKI_CEREMONY_SHARE_H

#include "pki/secret.h"
#include "base/buf.h"

#define PKI_SHARE_GROUPS_MAX     16
#define PKI_SHARE_MEMBERS_MAX    16
#define PKI_SHARES_MAX           256 /* that many groups of that many */
#define PKI_SHARE_SECRET_MIN     16  /* octets; an even number */
#define PKI_SHARE_SECRET_MAX     64
#define PKI_SHARE_SETS           (1u << 15)
#define PKI_SHARE_BASE_ROUNDS    10000u /* of key derivation with iteration exponent 0 */
#define PKI_SHARE_EXPONENT_MAX   10     /* of 15: some ten million rounds, as for key files */
#define PKI_SHARE_PASSPHRASE_MAX 256

/* What is common to the shares of one set. */
struct pki_share_set {
    unsigned id;        /* 15 random bits */
    bool extendable;    /* the id does not enter the encryption */
    unsigned exponent;  /* 10,000 times two to this power: rounds of key derivation */
    unsigned threshold; /* groups needed */
    unsigned groups;
};

struct pki_share {
    struct pki_share_set set;
    unsigned group;     /* from 0 */
    unsigned member;    /* from 0 */
    unsigned threshold; /* members of this group needed */
    struct pki_secret *value;
};

void pki_share_free(struct pki_share *share);
PKI_DEFINE_AUTO(pki_share)

/**
 * Read a share from its words, in any case and spacing.
 *
 * Fails: PKI_E_FORMAT with the place of a word that is not in the list, or what cannot be:
 *        length, checksum, padding, thresholds
 */
PKI_CHECKED bool pki_share_parse(struct pki_secret *words, struct pki_share **share,
                                 struct pki_error *err);

/** As words, one space between two. */
PKI_CHECKED bool pki_share_write(const struct pki_share *share, struct pki_secret **words,
                                 struct pki_error *err);

/** Same set, group, member and value. */
bool pki_share_equal(const struct pki_share *a, const struct pki_share *b);

/* --- sets ----------------------------------------------------------------------------------- */

struct pki_shares {
    struct pki_share *list[PKI_SHARES_MAX];
    size_t n;
};

void pki_shares_clear(struct pki_shares *shares);

/**
 * Add one more share of the same set; consumes it, also on failure.
 *
 * Fails: PKI_E_INVALID it is of another set, contradicts its group, is there already, or is not
 *        needed because its group or the set is complete
 */
PKI_CHECKED bool pki_shares_add(struct pki_shares *shares, struct pki_share *share,
                                struct pki_error *err);

/** How many more shares are needed at least; 0: pki_share_combine has what it needs. No shares:
 *  1, as nothing is known. */
size_t pki_shares_missing(const struct pki_shares *shares);

/** The same in words: "2 more shares of group 1 and 1 more group". */
void pki_shares_lacking(const struct pki_shares *shares, struct pki_buf *text);

struct pki_share_group {
    unsigned threshold, members;
};

struct pki_share_plan {
    struct pki_share_group groups[PKI_SHARE_GROUPS_MAX];
    size_t n_groups;
    unsigned threshold; /* groups needed */
    unsigned exponent;
    bool not_extendable; /* only to speak with old programs */
};

/** Whether there can be such a set. Fails: PKI_E_USAGE with the rule */
PKI_CHECKED bool pki_share_plan_check(const struct pki_share_plan *plan, struct pki_error *err);

/**
 * Split a secret; shares come group by group.
 *
 * @passphrase  printable ASCII; NULL: none
 * Fails:       PKI_E_USAGE a plan, a size of secret or a passphrase that the standard does not
 *              know; PKI_E_CRYPTO; PKI_E_MEMORY
 */
PKI_CHECKED bool pki_share_split(struct pki_secret *secret, const struct pki_share_plan *plan,
                                 struct pki_secret *passphrase, struct pki_shares *shares,
                                 struct pki_error *err);

/**
 * The secret of a complete set. A wrong passphrase is not noticed here.
 *
 * Fails: PKI_E_INVALID shares are missing, or do not fit each other; PKI_E_CRYPTO; PKI_E_MEMORY
 */
PKI_CHECKED bool pki_share_combine(const struct pki_shares *shares, struct pki_secret *passphrase,
                                   struct pki_secret **secret, struct pki_error *err);

#endif
