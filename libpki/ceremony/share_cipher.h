/*
 * The encryption of SLIP-0039: four rounds of a Feistel network over
 * PBKDF2-HMAC-SHA256, so that a secret has a passphrase without growing.
 */
#ifndef PKI_CEREMONY_SHARE_CIPHER_H
#define PKI_CEREMONY_SHARE_CIPHER_H

#include "ceremony/share.h"

/** @passphrase  NULL: empty. Fails: PKI_E_CRYPTO; PKI_E_MEMORY */
PKI_CHECKED bool pki_share_encrypt(const struct pki_share_set *set, struct pki_secret *passphrase,
                                   struct pki_secret *plain, struct pki_secret **encrypted,
                                   struct pki_error *err);
PKI_CHECKED bool pki_share_decrypt(const struct pki_share_set *set, struct pki_secret *passphrase,
                                   struct pki_secret *encrypted, struct pki_secret **plain,
                                   struct pki_error *err);

#endif
