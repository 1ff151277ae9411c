/*
 * What was promised to a key before it signed. Each is committed before, and
 * ends once.
 */
#ifndef PKI_STORE_RESERVATIONS_H
#define PKI_STORE_RESERVATIONS_H

#include "store/store.h"

/** An open reservation for the same thing was cut off, and ends as abandoned here.
 *  Fails: PKI_E_STATE the serial was used before */
PKI_CHECKED bool pki_store_reserve(struct pki_txn *txn, const struct pki_reservation_row *row,
                                   int64_t *id, struct pki_error *err);
/** outcome: "done" or "abandoned"; once only. */
PKI_CHECKED bool pki_store_finish(struct pki_txn *txn, int64_t reservation, const char *outcome,
                                  int64_t at, struct pki_error *err);
/** Whether anything was ever reserved for this subject, whatever became of it. */
PKI_CHECKED bool pki_store_was_reserved(struct pki_store *store, const char *subject,
                                        bool *reserved, struct pki_error *err);
/** Every list that a key was to sign, whatever became of it. signer: SHA-256 of its public key */
PKI_CHECKED bool pki_store_list_reserved_crls(struct pki_store *store,
                                              const uint8_t signer[PKI_SHA256_SIZE],
                                              struct pki_reservation_rows *rows,
                                              struct pki_error *err);
PKI_CHECKED bool pki_store_list_open(struct pki_store *store, struct pki_reservation_rows *rows,
                                     struct pki_error *err);
/** Who reserved it, as the journal has it; all zero when nobody. */
PKI_CHECKED bool pki_store_reserved_by(struct pki_store *store, int64_t reservation,
                                       struct pki_reserved_by *by, struct pki_error *err);

#endif
