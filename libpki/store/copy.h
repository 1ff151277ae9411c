/*
 * The inventory once more: page by page in a file, for backups and before a
 * migration, or in memory, to see what would be.
 */
#ifndef PKI_STORE_COPY_H
#define PKI_STORE_COPY_H

#include "store/store.h"

struct pki_file;

/** Put all pages into a new file while no transaction of another can write: the caller has one, or
 *  holds the cellar's lock. Fails: PKI_E_IO */
PKI_CHECKED bool pki_store_copy(struct pki_store *store, struct pki_file *copy,
                                struct pki_error *err);

/** The inventory once more, in memory and for writing: to see what would be. Nothing is locked. */
PKI_CHECKED bool pki_store_twin(struct pki_store *store, struct pki_store **twin,
                                struct pki_error *err);

#endif
