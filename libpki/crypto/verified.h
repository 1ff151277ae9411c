/*
 * Signatures that were found good in this run: a set of exports holds each CRL
 * under five names and each issuer in every chain, and what is true of a key,
 * a digest and a signature stays so. Asked by pki_spki_verify_digest alone,
 * below all that verifies. Ed25519, which signs no digest, goes without.
 *
 * Known again by a digest of all that decides: public key, algorithm, digest of
 * what was signed, signature. Of a fixed size, and a new one may push an old
 * one out, which is then computed again. Bad ones are not kept.
 */
#ifndef PKI_CRYPTO_VERIFIED_H
#define PKI_CRYPTO_VERIFIED_H

#include "crypto/digest.h"

struct pki_verified {
    uint8_t id[PKI_SHA256_SIZE];
};

/** What a signature is known by. */
struct pki_verified pki_verified_of(struct pki_bytes spki, struct pki_bytes identifier,
                                    struct pki_bytes digest, struct pki_bytes signature);
bool pki_verified_before(const struct pki_verified *verified);
void pki_verified_keep(const struct pki_verified *verified);

#endif
