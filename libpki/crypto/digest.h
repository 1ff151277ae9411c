/*
 * Digests (FIPS 180-4), over nettle: no allocation, nothing that can fail.
 * A layer of its own, so that the store can hash without GnuTLS.
 */
#ifndef PKI_CRYPTO_DIGEST_H
#define PKI_CRYPTO_DIGEST_H

#include <nettle/sha2.h>

#include "pki/base.h"

#define PKI_SHA256_SIZE 32
#define PKI_DIGEST_MAX  64

enum pki_digest {
    PKI_SHA256,
    PKI_SHA384,
    PKI_SHA512
};

struct pki_digest_state {
    enum pki_digest kind;
    union {
        struct sha256_ctx sha256;
        struct sha512_ctx sha512;
    } of;
};

void pki_digest_begin(struct pki_digest_state *state, enum pki_digest kind);
void pki_digest_add(struct pki_digest_state *state, struct pki_bytes bytes);
/** Writes pki_digest_size(kind) bytes. */
void pki_digest_end(struct pki_digest_state *state, uint8_t *digest);

size_t pki_digest_size(enum pki_digest kind);
void pki_sha256(struct pki_bytes bytes, uint8_t digest[PKI_SHA256_SIZE]);

#endif
