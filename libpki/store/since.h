/*
 * What the journal holds after an entry: the decisions, and the certificates and CRLs that
 * they cover. Each is shown to whoever asks, one after the other, and borrowed.
 */
#ifndef PKI_STORE_SINCE_H
#define PKI_STORE_SINCE_H

#include "store/store.h"

struct pki_since {
    void *context;
    void (*entry)(void *context, int64_t number, const struct pki_journal_entry *entry);
    void (*certificate)(void *context, struct pki_bytes der);
    void (*crl)(void *context, const char *authority, int64_t number);
};

/** The head as it was after an entry; found is false where there is no such entry. */
PKI_CHECKED bool pki_journal_head_then(struct pki_store *store, int64_t entry, bool *found,
                                       uint8_t hash[PKI_SHA256_SIZE], struct pki_error *err);

/** Fails: PKI_E_INTEGRITY, PKI_E_IO, PKI_E_MEMORY */
PKI_CHECKED bool pki_journal_since(struct pki_store *store, int64_t entry,
                                   const struct pki_since *see, struct pki_error *err);

#endif
