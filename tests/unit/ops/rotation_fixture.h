/*
 * A line's life in tests: published, rotated, switched to. Each looks that it
 * worked.
 */
#ifndef ROTATION_FIXTURE_H
#define ROTATION_FIXTURE_H

#include "ops_fixture.h"

#define FIXTURE_DAY INT64_C(86400)

/** Export every environment. */
void fixture_publish(const char *cellar);

/** Rotate by --now. */
void fixture_rotate(const char *cellar, const char *environment, const char *purpose);

/** Switch at the clock's time. */
void fixture_cutover(const char *cellar, const char *environment, const char *purpose);

/** As the inventory says; fails the test where there is no such authority. */
enum pki_authority_state fixture_state(const char *cellar, const char *name);

/** Change a state behind the duties' back. */
void fixture_set_state(const char *cellar, const char *name, enum pki_authority_state state);

/** An authority's certificate, or its time-stamping leaf's, as PEM; malloc'd. */
char *fixture_pem(const char *cellar, const char *name, bool leaf);

#endif
