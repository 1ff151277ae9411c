/*
 * Shamir's secret sharing over GF(256), with the digest that SLIP-0039 adds: the
 * secret lies at x = 255, and at x = 254 a digest of it, so that points that do
 * not fit give an error and no wrong secret.
 *
 * Every octet is shared by a polynomial of its own. No table is looked up and
 * nothing branches by a value.
 */
#ifndef PKI_CEREMONY_SHAMIR_H
#define PKI_CEREMONY_SHAMIR_H

#include "pki/secret.h"

#define PKI_SHAMIR_MAX 16

/* Values of equal size at n places; borrowed. */
struct pki_points {
    uint8_t x[PKI_SHAMIR_MAX];
    struct pki_secret *y[PKI_SHAMIR_MAX];
    size_t n;
};

void pki_points_add(struct pki_points *points, unsigned x, struct pki_secret *y);

/** Fill made[0] to made[count - 1], NULL before, owned by the caller also on failure; threshold of
 *  them give the secret back. Fails: PKI_E_CRYPTO; PKI_E_MEMORY */
PKI_CHECKED bool pki_shamir_split(struct pki_secret *secret, unsigned threshold, unsigned count,
                                  struct pki_secret **made, struct pki_error *err);

/** From exactly threshold points. Fails: PKI_E_INVALID they do not fit each other; PKI_E_CRYPTO;
 *  PKI_E_MEMORY */
PKI_CHECKED bool pki_shamir_join(const struct pki_points *points, struct pki_secret **secret,
                                 struct pki_error *err);

#endif
