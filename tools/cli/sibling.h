/*
 * A sibling tool run to its end. It owns the terminal meanwhile: passphrases and shares are typed
 * to it, never to whoever runs it.
 */
#ifndef CLI_SIBLING_H
#define CLI_SIBLING_H

#include "cli/cli.h"

/** As pki_ceremony_hands.run; --passphrase-file and --share-file are handed on, and $CELLAR_DIR
 * names the cellar, so that a command stays what the booklet says. */
PKI_CHECKED bool cli_run_sibling(const struct cli *cli, const char *cellar,
                                 const struct pki_ceremony_command *command,
                                 struct pki_ceremony_outcome *outcome, struct pki_error *err);

#endif
