/*
 * A ceremony at a terminal: a step a screen, one question after the other.
 */
#ifndef CLI_CEREMONY_H
#define CLI_CEREMONY_H

#include "cli/cli.h"

/* An answer of a rehearsal: whatever name is to be typed, whatever shares. */
#define CLI_AS_SHOWN "as shown"

struct cli_ceremony {
    struct cli *cli;
    const char *cellar;
    struct pki_answers *answers; /* or NULL */
    bool rehearsal;
    char said[512]; /* last, for the head of the next screen */
};

/** Hands that work for a ceremony at this terminal; borrows it. */
struct pki_ceremony_hands cli_ceremony_hands(struct cli_ceremony *ceremony);

#endif
