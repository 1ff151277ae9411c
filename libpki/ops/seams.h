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

/** Name of a network interface other than loopback that is up; empty when none. */
bool pki_seam_interface_up(char name[64]);

#endif
