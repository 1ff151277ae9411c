/*
 * Shares inside the duties: asked for one after the other, each judged as it
 * comes, until they open a key.
 */
#ifndef PKI_OPS_SHARE_H
#define PKI_OPS_SHARE_H

#include "pki/share.h"
#include "ceremony/share.h"
#include "store/shares.h"

#define PKI_SHARE_NAME 48 /* "share 2" or "group 1, share 2" */

/* Whose shares are wanted, and who is asked. */
struct pki_share_wish {
    const char *name;         /* of the key */
    struct pki_store *record; /* what the share must be recorded in as this key's; or NULL */
    bool with_passphrase;
    const struct pki_prompts *prompts;
    struct pki_secret **typed; /* gets the passphrase that belongs to the shares; or NULL */
};

/** Ask until a set is complete. A share that is no good is asked for again, where that is possible.
 *  Fails: as a share; PKI_E_POLICY nobody to ask; PKI_E_CANCELLED */
PKI_CHECKED bool pki_shares_collect(const struct pki_share_wish *wish, struct pki_shares *shares,
                                    struct pki_error *err);

/** The passphrase of a key file out of a complete set. Fails: PKI_E_INVALID they do not fit */
PKI_CHECKED bool pki_shares_open(const struct pki_share_wish *wish, const struct pki_shares *shares,
                                 struct pki_secret **passphrase, struct pki_error *err);

/**
 * What opens a recorded key's file, by its policy: a passphrase, or shares and what they were made
 * with.
 *
 * @typed  gets the passphrase that belongs to the shares, if there is one; or NULL
 * Fails:  as the prompts and pki_shares_open
 */
PKI_CHECKED bool pki_share_ask_key(struct pki_store *store, const struct pki_key_row *row,
                                   const struct pki_prompts *prompts,
                                   struct pki_secret **passphrase, struct pki_secret **typed,
                                   struct pki_error *err);

/** Ask once for a share that take accepts; it says why not, and the question is put again.
 *  @take  consumes the share */
struct pki_share_taker {
    bool (*take)(void *context, struct pki_share *share, struct pki_error *why);
    void *context;
};
PKI_CHECKED bool pki_share_ask_for(const struct pki_prompts *prompts,
                                   const struct pki_share_ask *ask,
                                   const struct pki_share_taker *taker, struct pki_error *err);

/* Shares that were made, on their way to those who keep them. */
struct pki_share_handing {
    const char *name; /* of the key */
    const struct pki_shares *made;
    bool show; /* here and now; else they lie in files */
    const struct pki_prompts *prompts;
};

/** Show each, and have it typed back; as many as are needed to combine are left in typed.
 *  @plan "3 of 5" */
PKI_CHECKED bool pki_shares_hand_out(const struct pki_share_handing *handing, const char *plan,
                                     struct pki_shares *typed, struct pki_error *err);

/** SHA-256 of its words: small letters, one space between two. */
PKI_CHECKED bool pki_share_digest(const struct pki_share *share, uint8_t sha256[PKI_SHA256_SIZE],
                                  struct pki_error *err);

/** The passphrase of a key file that such a secret seals: lower-case hex. */
PKI_CHECKED bool pki_share_passphrase(struct pki_secret *secret, struct pki_secret **passphrase,
                                      struct pki_error *err);

/** How people call it: groups are spoken of where there are several. */
void pki_share_name(const struct pki_share *share, char name[PKI_SHARE_NAME]);

#endif
