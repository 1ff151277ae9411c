/*
 * The copies of a key outside its cellar, as far as the cellar knows: backups
 * and shares. Once the key is destroyed each has to go as well, and somebody
 * says so (journal: "copy-destroyed").
 */
#ifndef PKI_STORE_COPIES_H
#define PKI_STORE_COPIES_H

#include "store/store.h"

#define PKI_ACTION_DESTROY        "destroy"        /* subject: the key */
#define PKI_ACTION_COPY_DESTROYED "copy-destroyed" /* subject: the key and the copy */

#define PKI_COPY_MAX 48

struct pki_copy_row {
    char key[PKI_NAME_MAX];
    char copy[PKI_COPY_MAX]; /* "backup-17" by its journal entry, "share-1a2b-3" */
    char what[320];
    int64_t since;
    bool gone; /* recorded as destroyed */
};

struct pki_copy_rows {
    struct pki_copy_row *list;
    size_t n;
};
void pki_copy_rows_clear(struct pki_copy_rows *rows);
/** Reads the whole journal: for a key that is destroyed, or about to be. @key NULL: for all that
 *  are destroyed, one key's after the other's */
PKI_CHECKED bool pki_store_list_copies(struct pki_store *store, const struct pki_key_row *key,
                                       struct pki_copy_rows *rows, struct pki_error *err);

/** Whether its file ever was the one with this digest; also of a key that was destroyed since. */
PKI_CHECKED bool pki_store_was_key_file(struct pki_store *store, int64_t key,
                                        const uint8_t sha256[PKI_SHA256_SIZE], bool *was,
                                        struct pki_error *err);

#endif
