/*
 * HMAC-SHA256 (RFC 2104) and PBKDF2 over it (RFC 8018 5.2), for what is derived
 * from secrets.
 */
#ifndef PKI_CRYPTO_MAC_H
#define PKI_CRYPTO_MAC_H

#include "pki/secret.h"
#include "crypto/digest.h"

/** Fails: PKI_E_CRYPTO */
PKI_CHECKED bool pki_hmac_sha256(struct pki_bytes key, struct pki_bytes text,
                                 uint8_t mac[PKI_SHA256_SIZE], struct pki_error *err);

/** Fills key, as long as it is. Fails: PKI_E_CRYPTO */
PKI_CHECKED bool pki_pbkdf2_sha256(struct pki_secret *password, struct pki_bytes salt,
                                   unsigned rounds, struct pki_secret *key, struct pki_error *err);

#endif
