/*
 * Putting a hand-over in place, on the host that uses it: Fulcio's chain and key.
 *
 * Fulcio (1.4 to 1.8, pkg/ca/fileca) watches its two files themselves. It notices
 * what is written INTO them. A file renamed over one of them ends the watch without
 * a word, and Fulcio goes on with its old key for as long as it runs. So here, and
 * nowhere else, an existing file is written over as it lies: same inode, same owner,
 * same mode. What "never over an existing one" protects is kept by other means:
 *
 *   - everything is checked before the first octet is written;
 *   - the old content is first written beside, synced and read back, under a name
 *     that its own digest makes ("chain-1f2e3d4c5b6a7988.pem") and nothing replaces;
 *   - a write that fails is undone, in place too; where even that fails, the error
 *     says which file to copy where;
 *   - what a power cut leaves is recognised by the next run, which finishes it.
 *
 * The chain comes first, then the key: in between they do not match, which Fulcio
 * passes over in silence; with the key it switches.
 *
 *   pki_auto(pki_install) install = NULL;
 *   pki_install_prepare(&request, &install, report, err)     reads, judges, writes nothing
 *   pki_install_describe(install, report); ask for pki_install_name(install)
 *   pki_install_write(install, report, err)
 *
 * It needs no cellar and no network. So it cannot know whether Fulcio took the files:
 * the report ends with how to ask it.
 */
#ifndef PKI_INSTALL_H
#define PKI_INSTALL_H

#include "pki/session.h"

struct pki_install; /* what was read, judged and planned */

struct pki_install_request {
    const char *consumer;              /* "fulcio" */
    const char *from;                  /* what `cellar export --for fulcio --with-key` wrote */
    const char *to;                    /* directory that holds, or gets, chain.pem and key.pem */
    int64_t now;                       /* the chain must be valid at this time */
    const struct pki_prompts *prompts; /* to try the key; NULL: it is not tried */
};

/**
 * Read a hand-over and the place it goes to; check all that can be checked.
 *
 * @report  gets the findings when lint refuses the chain
 * Fails:   PKI_E_USAGE an unknown consumer, something missing, a link, not a regular file;
 *          PKI_E_INVALID the chain is not one that Fulcio takes, or the key is another's;
 *          PKI_E_FORMAT; PKI_E_INTEGRITY the hand-over differs from its manifest;
 *          PKI_E_POLICY a key that is not encrypted, a file that others may write or read;
 *          PKI_E_PASSPHRASE; PKI_E_IO; PKI_E_MEMORY
 */
PKI_CHECKED bool pki_install_prepare(const struct pki_install_request *request,
                                     struct pki_install **install, struct pki_report *report,
                                     struct pki_error *err);
void pki_install_free(struct pki_install *install);
PKI_DEFINE_AUTO(pki_install)

/** Common name of the new issuing authority, to confirm; NULL: both files are in place already. */
const char *pki_install_name(const struct pki_install *install);

/** Who issued, who will; fingerprint in hex and words; what happens to each file. */
void pki_install_describe(const struct pki_install *install, struct pki_report *report);

/**
 * Write both files, chain first, each synced and read back.
 *
 * @report  what was done, how to prove the switch, what follows
 * Effects: all or nothing: after a failure the old files are in place, or the text says what to do
 * Fails:   PKI_E_LOCKED another installation runs; PKI_E_STATE a file changed since it was read;
 *          PKI_E_EXISTS a name for the old content is taken; PKI_E_IO; PKI_E_MEMORY
 */
PKI_CHECKED bool pki_install_write(struct pki_install *install, struct pki_report *report,
                                   struct pki_error *err);

#endif
