/*
 * Signatures of files by minisign, and the public keys that verify them
 * (jedisct1.github.io/minisign, "Signature format" and "Public key format"):
 * Ed25519 over the file ("Ed") or over its BLAKE2b-512 ("ED"), and a second one
 * over the first and the trusted comment. The untrusted comment is signed by
 * nobody.
 */
#ifndef PKI_CRYPTO_MINISIGN_H
#define PKI_CRYPTO_MINISIGN_H

#include "crypto/key.h"

#define PKI_MINISIGN_COMMENT "untrusted comment:" /* how keys and signatures begin */
#define PKI_MINISIGN_ID      8

struct pki_minisign_key {
    uint8_t id[PKI_MINISIGN_ID]; /* chosen by chance, and no digest of the key */
    struct pki_buf spki;
};
void pki_minisign_key_clear(struct pki_minisign_key *key);

/** Whether a word can be such a key: "RW..." of 56 characters. */
bool pki_minisign_is_key(struct pki_bytes word);

/** @key  cleared, also after a failure. Fails: PKI_E_FORMAT; PKI_E_POLICY; PKI_E_MEMORY */
PKI_CHECKED bool pki_minisign_key_read(struct pki_bytes word, struct pki_minisign_key *key,
                                       struct pki_error *err);

/* "minisign F356C97EEC4A021E", as minisign prints a key's id. */
#define PKI_MINISIGN_PRINT 26
void pki_minisign_print(const uint8_t id[PKI_MINISIGN_ID], char text[PKI_MINISIGN_PRINT]);

struct pki_minisign {
    uint8_t id[PKI_MINISIGN_ID];
    bool hashed;
    uint8_t signature[64], global[64];
    struct pki_bytes comment; /* the trusted one; borrowed from the text */
};

/** A file of four lines. Fails: PKI_E_FORMAT with the line; PKI_E_MEMORY */
PKI_CHECKED bool pki_minisign_read(struct pki_bytes text, struct pki_minisign *minisign,
                                   struct pki_error *err);

/** Fails: PKI_E_INVALID it, or its trusted comment, does not verify; PKI_E_CRYPTO, PKI_E_MEMORY */
PKI_CHECKED bool pki_minisign_verify(const struct pki_minisign *minisign,
                                     const struct pki_minisign_key *key, struct pki_bytes message,
                                     struct pki_error *err);

#endif
