/*
 * Hand-overs of one line and a place that Fulcio reads from.
 */
#ifndef INSTALL_FIXTURE_H
#define INSTALL_FIXTURE_H

#include "pki/install.h"
#include "rotation_fixture.h"

struct fixture_handovers {
    const char *g1, *g2; /* directories */
    const char *live;    /* an empty one */
};

/** A cellar, its code signing line rotated once, both generations handed over. */
void fixture_handovers(const char *name, struct fixture_handovers *made);

/** Prepare and write; the first failure is in err. */
bool fixture_install(const char *from, const char *to, struct pki_error *err);

/** Whether both files of the place are those of the hand-over, byte for byte. */
bool fixture_installed(const char *from, const char *live);

#endif
