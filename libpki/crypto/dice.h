/*
 * Rolls of dice in a private key: mixed with what the kernel's generator gives,
 * never instead of it. Who doubts the one has the other.
 *
 *   secret = HKDF-SHA-512 (RFC 5869)
 *              salt  "Root Cellar dice 1"
 *              ikm   octets of the kernel, as many as the key needs, then the rolls, a digit each
 *              info  the algorithm's name, "ecdsa-p384"
 *
 * For ECDSA the secret has 64 bits more than its curve and is reduced to a
 * number from 1 to n - 1 (FIPS 186-5 A.2.1); for Ed25519 it is the seed (RFC
 * 8032 5.1.5). 512 bits at most go through, twice the strength of the strongest
 * curve. RSA keys are not made so: GnuTLS takes a seed for provable primes only
 * (FIPS 186-4), and then keeps it in the key's file.
 *
 * Rolls, as keys, are secrets: nothing of them is kept, no digest either. How
 * many there were may be told.
 */
#ifndef PKI_CRYPTO_DICE_H
#define PKI_CRYPTO_DICE_H

#include "pki/secret.h"
#include "crypto/key.h"

/** Whether rolls can be mixed into such a key. Fails: PKI_E_POLICY */
PKI_CHECKED bool pki_dice_suit(const struct pki_algorithm *algorithm, struct pki_error *err);

/** Judge rolls: digits 1 to 6 alone, as many as wanted at least, every face among them.
 *  Fails: PKI_E_USAGE says which rule, never with the rolls */
PKI_CHECKED bool pki_dice_judge(struct pki_secret *rolls, unsigned wanted, struct pki_error *err);

/** pki_key_generate with rolls mixed in. Fails: as that; PKI_E_POLICY as pki_dice_suit */
PKI_CHECKED bool pki_key_generate_with(const struct pki_algorithm *algorithm,
                                       struct pki_secret *rolls, struct pki_key **key,
                                       struct pki_error *err);

/* How many octets of the kernel a key takes. */
size_t pki_dice_octets(const struct pki_algorithm *algorithm);

/** The key that so many octets and these rolls give. For pki_key_generate_with, and tests. */
PKI_CHECKED bool pki_dice_key(const struct pki_algorithm *algorithm, struct pki_secret *octets,
                              struct pki_secret *rolls, struct pki_key **key,
                              struct pki_error *err);

#endif
