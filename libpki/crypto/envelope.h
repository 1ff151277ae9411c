/*
 * Keys at rest: one PEM block "ENCRYPTED PRIVATE KEY", PKCS#8 (RFC 5958) under
 * PBES2 (RFC 8018): PBKDF2-HMAC-SHA256 with the explicit NULL parameter, salt
 * of 16 octets, AES-256-CBC. OpenSSL, GnuTLS and Fulcio (old and new) open it.
 *
 * CBC authenticates nothing: whoever stores an envelope also stores its
 * SHA-256. Each derivation costs about rounds/8 microseconds: it is done once
 * a key and run.
 */
#ifndef PKI_CRYPTO_ENVELOPE_H
#define PKI_CRYPTO_ENVELOPE_H

#include "pki/secret.h"
#include "crypto/key.h"

#define PKI_ENVELOPE_ROUNDS     600000u
#define PKI_ENVELOPE_ROUNDS_MAX 10000000u

/**
 * Encrypt a private key under a passphrase; PEM is appended to pem.
 *
 * @rounds  at least PKI_ENVELOPE_ROUNDS, but for tests
 * Fails:   PKI_E_CRYPTO, PKI_E_MEMORY
 */
PKI_CHECKED bool pki_envelope_seal(const struct pki_key *key, struct pki_secret *passphrase,
                                   unsigned rounds, struct pki_buf *pem, struct pki_error *err);

/**
 * Open an envelope.
 *
 * Fails: PKI_E_PASSPHRASE wrong passphrase (or damaged: CBC cannot tell); PKI_E_FORMAT not one
 *        block of such a key; PKI_E_POLICY a scheme, digest or round count that is not accepted
 */
PKI_CHECKED bool pki_envelope_open(struct pki_bytes pem, struct pki_secret *passphrase,
                                   struct pki_key **key, struct pki_error *err);

/* What can be said about a key file without its passphrase. */
struct pki_envelope_facts {
    bool encrypted;
    char scheme[80]; /* "PBES2, PBKDF2-HMAC-SHA256, AES-256-CBC" */
    uint32_t rounds;
    size_t salt_size;
};

/** Fails: PKI_E_FORMAT not a private key file */
PKI_CHECKED bool pki_envelope_describe(struct pki_bytes pem, struct pki_envelope_facts *facts,
                                       struct pki_error *err);

/** Judge a new passphrase: empty, under 12 characters, common, one repeated thing, a sequence.
 *  Fails: PKI_E_PASSPHRASE with the reason (never with the passphrase) */
PKI_CHECKED bool pki_passphrase_judge(struct pki_secret *passphrase, struct pki_error *err);

#endif
