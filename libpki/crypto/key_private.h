/*
 * Inside of the crypto layer: keys as GnuTLS holds them, and the way of a
 * private key in and out, which only the envelope takes.
 */
#ifndef PKI_CRYPTO_KEY_PRIVATE_H
#define PKI_CRYPTO_KEY_PRIVATE_H

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "pki/secret.h"
#include "crypto/key.h"

struct pki_key {
    gnutls_privkey_t handle;
    const struct pki_algorithm *algorithm;
    struct pki_buf spki;
};

/** A key from PKCS#8. Fails: PKI_E_PASSPHRASE not a key: it was decrypted wrongly; PKI_E_POLICY */
PKI_CHECKED bool pki_key_import(struct pki_secret *pkcs8, struct pki_key **key,
                                struct pki_error *err);
/** Its PKCS#8, in the clear. Fails: PKI_E_CRYPTO, PKI_E_MEMORY */
PKI_CHECKED bool pki_key_export(const struct pki_key *key, struct pki_secret **pkcs8,
                                struct pki_error *err);

/** Turn a GnuTLS result into an error: "cannot DOING: reason". */
PKI_CHECKED bool pki_gnutls_ok(int result, const char *doing, struct pki_error *err);

/** GnuTLS's number of a signature algorithm of ours. */
gnutls_sign_algorithm_t pki_gnutls_signature(const struct pki_signature *signature);

/** How a signature with this identifier by this key would be verified, and whether it may be.
 *  Fails: as pki_spki_verify, before anything is computed */
PKI_CHECKED bool pki_spki_prepare(struct pki_bytes spki, struct pki_bytes identifier,
                                  struct pki_bytes signature, const struct pki_signature **how,
                                  struct pki_error *err);

/* A public key in parts, before any library takes it. */
struct pki_public_key {
    struct pki_bytes algorithm; /* DER AlgorithmIdentifier */
    struct pki_bytes bits;      /* subjectPublicKey */
};

struct pki_rsa_key {
    struct pki_bytes modulus, exponent; /* INTEGER content octets */
};

/** Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_spki_read(struct pki_bytes spki, struct pki_public_key *key,
                               struct pki_error *err);
/** Fails: PKI_E_FORMAT also when one is negative */
PKI_CHECKED bool pki_rsa_read(struct pki_bytes bits, struct pki_rsa_key *rsa,
                              struct pki_error *err);
/** The first row with these AlgorithmIdentifier bytes (RSA's rows share theirs); NULL: none */
const struct pki_algorithm *pki_spki_row(struct pki_bytes identifier);
size_t pki_bit_length(struct pki_bytes octets);

#define PKI_ED25519_POINT 32
/** SubjectPublicKeyInfo of a key on edwards25519 (RFC 8410 4); not judged. */
void pki_spki_put_ed25519(struct pki_buf *spki, const uint8_t point[PKI_ED25519_POINT]);

/** PKCS#8 of a key on a curve, from its private number, which is as long as the curve's order.
 *  Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_key_frame_elliptic(const struct pki_public_key *public,
                                        struct pki_secret *number, struct pki_secret **pkcs8,
                                        struct pki_error *err);

#define PKI_POINT_MAX (1 + 2 * 66)

/** A private number from octets that are 64 bits longer (FIPS 186-5 A.2.1), in constant time.
 *  @number  as long as the curve's order. Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_scalar_reduce(enum pki_key_algorithm id, struct pki_secret *mixed,
                                   struct pki_secret *number, struct pki_error *err);
/** The public point of a private number, uncompressed. Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_scalar_point(enum pki_key_algorithm id, struct pki_secret *number,
                                  uint8_t octets[PKI_POINT_MAX], struct pki_error *err);

/** The modulus of an RSA key has none of the known weaknesses. Fails: PKI_E_POLICY names it */
PKI_CHECKED bool pki_rsa_judge(struct pki_bytes modulus, struct pki_error *err);

/** The octets are a point of edwards25519, and not one of small order. Fails: PKI_E_POLICY */
PKI_CHECKED bool pki_ed25519_judge(struct pki_bytes octets, struct pki_error *err);

#endif
