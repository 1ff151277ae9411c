/*
 * A body of each profile with fixed names, keys, serial and dates.
 */
#ifndef BODY_FIXTURE_H
#define BODY_FIXTURE_H

#include "x509/build.h"

struct body_fixture {
    struct pki_body body; /* ready for pki_body_build; tests may change it */
    struct pki_buf issuer, subject;
    uint8_t *spki;
};

void body_fixture_init(struct body_fixture *fixture, enum pki_profile_id id);
void body_fixture_clear(struct body_fixture *fixture);

#endif
