/*
 * Key pairs in memory and public keys.
 *
 * A private key is generated or opened, signs, and is freed (wiped); its bytes
 * leave only as an encrypted envelope (crypto/envelope.h). Signatures over the
 * same bytes with the same ECDSA key are equal (RFC 6979, deterministic).
 *
 * A public key is SubjectPublicKeyInfo bytes; its SHA-256 is the key's id
 * ("spki_sha256") everywhere, and its subject key identifier is the leftmost
 * 160 bits of SHA-256 over the subjectPublicKey bits (RFC 7093 2 method 1).
 */
#ifndef PKI_CRYPTO_KEY_H
#define PKI_CRYPTO_KEY_H

#include "base/buf.h"
#include "crypto/algorithm.h"

#define PKI_SKI_SIZE 20

struct pki_key; /* a private key */

/** Fails: PKI_E_CRYPTO */
PKI_CHECKED bool pki_key_generate(const struct pki_algorithm *algorithm, struct pki_key **key,
                                  struct pki_error *err);
void pki_key_free(struct pki_key *key);
PKI_DEFINE_AUTO(pki_key)

const struct pki_algorithm *pki_key_algorithm_of(const struct pki_key *key);

/** DER SubjectPublicKeyInfo, borrowed from the key. */
struct pki_bytes pki_key_spki(const struct pki_key *key);

/** Sign the bytes by the key's algorithm row; appends the signature. Whoever calls verifies what
 *  was made from it before it leaves: a fault in the computation would give the key away.
 *  Fails: PKI_E_CRYPTO */
PKI_CHECKED bool pki_key_sign(const struct pki_key *key, struct pki_bytes bytes,
                              struct pki_buf *signature, struct pki_error *err);

/**
 * Verify a signature by a public key.
 *
 * @identifier  DER AlgorithmIdentifier as found in the signed thing
 * Fails:  PKI_E_INVALID the signature does not verify, or identifier and key do not match;
 *         PKI_E_POLICY an algorithm or key that we do not accept (named in the text);
 *         PKI_E_FORMAT the key cannot be read; PKI_E_CRYPTO
 */
PKI_CHECKED bool pki_spki_verify(struct pki_bytes spki, struct pki_bytes identifier,
                                 struct pki_bytes bytes, struct pki_bytes signature,
                                 struct pki_error *err);

/** Whether such signatures are over a digest of the bytes (all but Ed25519's). */
bool pki_signature_is_of_digest(struct pki_bytes identifier);

/**
 * pki_key_sign for what was digested already (crypto/hash.h), by the digest of the key's algorithm
 * row: gives the signature that the bytes would.
 *
 * Fails: PKI_E_CRYPTO also for an Ed25519 key, which signs the bytes themselves, and a digest of
 *        another size
 */
PKI_CHECKED bool pki_key_sign_digest(const struct pki_key *key, struct pki_bytes digest,
                                     struct pki_buf *signature, struct pki_error *err);

/**
 * pki_spki_verify for what was digested already. Fails as that does; PKI_E_INVALID also for a
 * digest of another size; PKI_E_POLICY also for Ed25519, which needs the bytes.
 */
PKI_CHECKED bool pki_spki_verify_digest(struct pki_bytes spki, struct pki_bytes identifier,
                                        struct pki_bytes digest, struct pki_bytes signature,
                                        struct pki_error *err);

/**
 * Judge a public key from outside: known algorithm, allowed size and curve, point on its curve,
 * RSA modulus odd, of exact size, no factor below 752, no close primes (Fermat, 100 rounds), no
 * ROCA fingerprint, e odd, at least 65537 and below 2^256; AlgorithmIdentifier byte for byte.
 *
 * @algorithm  its row; may be NULL. RSA of 2048 is refused for our own keys
 * Fails:  PKI_E_POLICY with the rule; PKI_E_FORMAT; PKI_E_CRYPTO
 */
PKI_CHECKED bool pki_spki_judge(struct pki_bytes spki, const struct pki_algorithm **algorithm,
                                struct pki_error *err);

/** Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_spki_key_id(struct pki_bytes spki, uint8_t ski[PKI_SKI_SIZE],
                                 struct pki_error *err);

#endif
