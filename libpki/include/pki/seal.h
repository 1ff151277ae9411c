/*
 * Seals: what holds a journal (docs/JOURNAL.md), or a ceremony's record
 * (docs/CEREMONY.md), against whoever could rewrite it.
 *
 * A seal is prepared, shown, confirmed and signed like every draft
 * (pki/ops.h). It is kept away from the cellar; pki_seal_read gives the head
 * in it, which pki_audit then looks for. Anybody else checks it with openssl.
 */
#ifndef PKI_SEAL_H
#define PKI_SEAL_H

#include "pki/ops.h"

/**
 * A seal: counter, head and date of the journal as a text that a root signs; text and signature
 * are seal.txt and seal.txt.sig of a new directory, for `openssl dgst -verify`.
 *
 * @root  its name; NULL: the only active one
 * @to    the directory; NULL: seal-ENTRY
 * Fails: PKI_E_EXISTS the directory; PKI_E_USAGE more than one root, or nothing above it;
 *        PKI_E_NOTFOUND; PKI_E_POLICY network, clock
 */
PKI_CHECKED bool pki_seal_prepare(struct pki_session *session, const char *root, const char *to,
                                  struct pki_draft **draft, struct pki_error *err);

/**
 * The seal of a ceremony's record that has ended: a root's signature of its head.txt, as a new
 * file beside it, head.txt.sig. The record is checked first, as pki_verify_ceremony does.
 *
 * @root    as above
 * @record  its directory
 * Fails:   PKI_E_INTEGRITY, PKI_E_USAGE the record; PKI_E_STATE it has not ended, or one of record
 *          and cellar is a rehearsal's; PKI_E_EXISTS it is sealed; and as above
 */
PKI_CHECKED bool pki_seal_ceremony_prepare(struct pki_session *session, const char *root,
                                           const char *record, struct pki_draft **draft,
                                           struct pki_error *err);

/** The head in a seal, in hex, once its root's signature is verified.
 *  Fails: PKI_E_USAGE the files; PKI_E_INTEGRITY not signed by a root of this cellar */
PKI_CHECKED bool pki_seal_read(struct pki_session *session, const char *path, char head[65],
                               struct pki_error *err);

#endif
