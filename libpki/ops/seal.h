/*
 * What all seals share, whatever text they are of: a root that is found by name,
 * its signature over the text as it is, and how anybody checks it.
 */
#ifndef PKI_OPS_SEAL_H
#define PKI_OPS_SEAL_H

#include "ops/draft.h"

/** The root that signs and whose name confirms. @name NULL: the only active one.
 *  Fails: PKI_E_NOTFOUND; PKI_E_USAGE more than one; as pki_draft_set_issuer */
PKI_CHECKED bool pki_seal_find_root(struct pki_session *session, const char *name,
                                    struct pki_draft *draft, struct pki_error *err);

/** All of a reservation but its subject. */
void pki_seal_fill_row(const struct pki_draft *draft, struct pki_bytes text,
                       struct pki_reservation_row *row);

/** Sign the text, and verify it by the root's certificate. */
PKI_CHECKED bool pki_seal_sign(const struct pki_draft *draft, const struct pki_key *key,
                               struct pki_bytes text, struct pki_buf *signature,
                               struct pki_error *err);

/** The lines by which openssl checks PATH and PATH.sig. */
void pki_seal_tell_check(const struct pki_draft *draft, const char *path,
                         struct pki_report *report);

#endif
