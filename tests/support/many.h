/*
 * What the fillers of inventories share (revoke_many, issue_many): rows are
 * added as the store adds them, through its triggers, covered by journal
 * entries, so that the tools find a true cellar.
 */
#ifndef TESTS_MANY_H
#define TESTS_MANY_H

#include "store/store.h"

/** Ends the program where a call of the library failed. */
void many_must(bool done, const struct pki_error *err);

/** splitmix64: a different value for each step, and nothing in order. */
uint64_t many_random(uint64_t *state);
void many_octets(uint64_t *state, uint8_t *room, size_t size);
/** As real serials look: 20 octets, top bits 01. */
void many_serial(uint64_t *state, uint8_t serial[20]);

/** The store of a cellar, to write, and one of its authorities. */
struct pki_store *many_open(const char *cellar, const char *authority, int64_t *id);

#endif
