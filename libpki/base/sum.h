/*
 * A checksum of octets that are too many to be kept for comparison: against the
 * mistakes of a medium and our own, not against malice.
 *
 *   struct pki_sum sum = {0};
 *   pki_sum_add(&sum, piece);          every piece but the last a multiple of PKI_SUM_STEP
 *   same = pki_sum_end(&sum) == pki_sum_end(&other);
 */
#ifndef PKI_BASE_SUM_H
#define PKI_BASE_SUM_H

#include "pki/base.h"

#define PKI_SUM_LANES 4 /* side by side: one would wait for its own multiplication */
#define PKI_SUM_STEP  (PKI_SUM_LANES * sizeof(uint64_t))

struct pki_sum {
    uint64_t lanes[PKI_SUM_LANES];
    uint64_t size;
};

void pki_sum_add(struct pki_sum *sum, struct pki_bytes bytes);
/** Octets that differ in one word only never have the same. */
uint64_t pki_sum_end(const struct pki_sum *sum);

#endif
