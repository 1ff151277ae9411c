#include "crypto/digest.h"

#include <assert.h>

void pki_digest_begin(struct pki_digest_state *state, enum pki_digest kind)
{
    state->kind = kind;
    switch (kind) {
    case PKI_SHA256:
        sha256_init(&state->of.sha256);
        return;
    case PKI_SHA384:
        sha384_init(&state->of.sha512);
        return;
    case PKI_SHA512:
        sha512_init(&state->of.sha512);
        return;
    }
    assert(false);
}

void pki_digest_add(struct pki_digest_state *state, struct pki_bytes bytes)
{
    if (state->kind == PKI_SHA256)
        sha256_update(&state->of.sha256, bytes.size, bytes.data);
    else
        sha512_update(&state->of.sha512, bytes.size, bytes.data);
}

void pki_digest_end(struct pki_digest_state *state, uint8_t *digest)
{
    switch (state->kind) {
    case PKI_SHA256:
        sha256_digest(&state->of.sha256, SHA256_DIGEST_SIZE, digest);
        return;
    case PKI_SHA384:
        sha384_digest(&state->of.sha512, SHA384_DIGEST_SIZE, digest);
        return;
    case PKI_SHA512:
        sha512_digest(&state->of.sha512, SHA512_DIGEST_SIZE, digest);
        return;
    }
    assert(false);
}

size_t pki_digest_size(enum pki_digest kind)
{
    static const size_t sizes[] = {
        [PKI_SHA256] = SHA256_DIGEST_SIZE,
        [PKI_SHA384] = SHA384_DIGEST_SIZE,
        [PKI_SHA512] = SHA512_DIGEST_SIZE,
    };

    assert((size_t)kind < PKI_COUNT(sizes));
    return sizes[kind];
}

void pki_sha256(struct pki_bytes bytes, uint8_t digest[PKI_SHA256_SIZE])
{
    struct pki_digest_state state;

    pki_digest_begin(&state, PKI_SHA256);
    pki_digest_add(&state, bytes);
    pki_digest_end(&state, digest);
}
