/*
 * How keys are opened, and the shares that open them: digests only, never a
 * share.
 */
#ifndef PKI_STORE_SHARES_H
#define PKI_STORE_SHARES_H

#include "store/store.h"

struct pki_share_row {
    int64_t id;
    unsigned group, number; /* from 1 */
    uint8_t sha256[PKI_SHA256_SIZE];
    char key[PKI_NAME_MAX];
    bool counts; /* false: the key has been sealed anew since */
};

struct pki_policy_row {
    int64_t key;
    enum pki_key_policy policy;
    unsigned share_set; /* unless it is a passphrase */
    int64_t made_at;
};

/** From now on. */
PKI_CHECKED bool pki_store_add_policy(struct pki_txn *txn, const struct pki_policy_row *row,
                                      int64_t *id, struct pki_error *err);
/** Its id, key and counts are not read. */
PKI_CHECKED bool pki_store_add_share(struct pki_txn *txn, int64_t policy,
                                     const struct pki_share_row *row, struct pki_error *err);
PKI_CHECKED bool pki_store_find_share(struct pki_store *store,
                                      const uint8_t sha256[PKI_SHA256_SIZE], bool *found,
                                      struct pki_share_row *row, struct pki_error *err);
PKI_CHECKED bool pki_store_add_share_proof(struct pki_txn *txn, int64_t share, int64_t at,
                                           struct pki_error *err);

/* A share that counts now. */
struct pki_drill_row {
    char key[PKI_NAME_MAX];
    unsigned group, number, groups;
    int64_t made_at;
    int64_t shown_at; /* last; 0: not since it was made */
};

struct pki_drill_rows {
    struct pki_drill_row *list; /* those of a key follow each other */
    size_t n;
};
void pki_drill_rows_clear(struct pki_drill_rows *rows);
PKI_CHECKED bool pki_store_list_drills(struct pki_store *store, struct pki_drill_rows *rows,
                                       struct pki_error *err);

/** The newest authority before this one in its line for whose key somebody chose what opens it, if
 *  that was shares; otherwise name is empty. It is empty before. */
PKI_CHECKED bool pki_store_shared_before(struct pki_store *store,
                                         const struct pki_authority_row *row,
                                         char name[PKI_NAME_MAX], struct pki_error *err);

#endif
