/*
 * What differs between a shipped tool and the same tool linked for tests, and
 * nothing else does: the clock, the build date, the cost of key derivation,
 * the look at the room. ops/seams.c is the shipped set; tests link their own,
 * which read the environment.
 */
#ifndef PKI_OPS_SEAMS_H
#define PKI_OPS_SEAMS_H

#include "pki/base.h"

/** Seconds since 1970, UTC. */
int64_t pki_seam_now(void);

/** When this build's sources were committed; a clock before it is wrong. */
int64_t pki_seam_build_date(void);

/** Rounds of PBKDF2 for new key files. */
unsigned pki_seam_rounds(void);

/** The directory below which proc and sys lie. */
const char *pki_seam_root(void);

/** Octets that can still be written where a directory lies; -1: not known. */
int64_t pki_seam_free(const char *directory);

#endif
