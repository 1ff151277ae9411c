/*
 * PBES2 (RFC 8018 6.2) with PBKDF2: its parameters as DER, and its use.
 *
 * Inside of the crypto layer. Reading takes any scheme, so that it can be
 * named; pki_pbes2_judge says whether it may be used.
 */
#ifndef PKI_CRYPTO_PBES2_H
#define PKI_CRYPTO_PBES2_H

#include <gnutls/crypto.h>

#include "pki/secret.h"
#include "base/buf.h"

#define PKI_PBES2_BLOCK 16

struct pki_pbes2 {
    gnutls_mac_algorithm_t prf;       /* unknown where we do not take it */
    gnutls_cipher_algorithm_t cipher; /* the same */
    size_t key_size;
    int64_t rounds;
    int64_t key_length;    /* as the file says; 0 when it does not */
    struct pki_bytes salt; /* views of what was read */
    struct pki_bytes iv;
    char scheme[80]; /* for people */
};

/** An EncryptedPrivateKeyInfo (RFC 5958 3); data is the ciphertext. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_pbes2_read(struct pki_bytes der, struct pki_pbes2 *how, struct pki_bytes *data,
                                struct pki_error *err);

/** Fails: PKI_E_POLICY a scheme that we do not take; PKI_E_FORMAT one that cannot be */
PKI_CHECKED bool pki_pbes2_judge(const struct pki_pbes2 *how, struct pki_error *err);

/** Append an EncryptedPrivateKeyInfo for HMAC-SHA256 and AES-256-CBC. */
void pki_pbes2_write(const struct pki_pbes2 *how, struct pki_bytes data, struct pki_buf *der);

/** Encrypt or decrypt whole blocks in place: one derivation. */
PKI_CHECKED bool pki_pbes2_encrypt(const struct pki_pbes2 *how, struct pki_secret *passphrase,
                                   struct pki_secret *data, struct pki_error *err);
PKI_CHECKED bool pki_pbes2_decrypt(const struct pki_pbes2 *how, struct pki_secret *passphrase,
                                   struct pki_secret *data, struct pki_error *err);

#endif
