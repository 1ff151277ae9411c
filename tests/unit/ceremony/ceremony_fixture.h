/*
 * A script that is good, and the same with a part of it changed.
 */
#ifndef CEREMONY_FIXTURE_H
#define CEREMONY_FIXTURE_H

#include "ceremony/script.h"
#include "test.h"

#define FIXTURE_DAY INT64_C(1772366400) /* 2026-03-01T12:00:00Z */

/** tests/fixtures/ceremony/good.yaml with the first such part replaced; "" changes nothing. Good
 *  until the next call; ends the test where the part is not there. */
const char *fixture_script(const char *part, const char *instead);

static inline struct pki_bytes fixture_bytes(const char *text)
{
    return (struct pki_bytes){(const uint8_t *)text, strlen(text)};
}

#endif
