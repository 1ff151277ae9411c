/*
 * An issuer's revocations in order of their serials' octets, taken one at a
 * time by whoever asks: what a CRL is written from.
 */
#ifndef PKI_STORE_SCAN_H
#define PKI_STORE_SCAN_H

#include "store/store.h"

struct pki_revocation_scan;

/* What a CRL says about one of them. */
struct pki_revocation_line {
    struct pki_bytes serial; /* borrowed until the next */
    int64_t revoked_at;
    int reason;
    bool has_invalidity;
    int64_t invalidity_at;
};

/** One at a time a store. Nothing may be written while it is open. Fails: PKI_E_MEMORY, PKI_E_IO */
PKI_CHECKED bool pki_revocation_scan_open(struct pki_store *store, int64_t issuer,
                                          struct pki_revocation_scan **scan, struct pki_error *err);
/** Sets more to false behind the last one. Fails: PKI_E_IO, PKI_E_INTEGRITY */
PKI_CHECKED bool pki_revocation_scan_next(struct pki_revocation_scan *scan,
                                          struct pki_revocation_line *line, bool *more,
                                          struct pki_error *err);
void pki_revocation_scan_free(struct pki_revocation_scan *scan);
PKI_DEFINE_AUTO(pki_revocation_scan)

#endif
