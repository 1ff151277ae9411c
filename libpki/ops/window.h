/*
 * A window of trust, the one rule that trust files and the timeline follow:
 * it opens at the latest notBefore in the chain and has no
 * end until the outside has switched away; then it ends leaf_life and slack
 * later. A revocation with treatment "end" ends it then, if that is earlier;
 * one with treatment "drop" leaves nothing of it.
 *
 *   pki_window_open(&window, cert->not_before);       of every certificate in the chain
 *   pki_window_switch(&window, plan, switched);
 *   pki_window_revoke(session, issuer, serial, at, &window, err)       of those below the root
 *
 * Zero-initialised.
 */
#ifndef PKI_OPS_WINDOW_H
#define PKI_OPS_WINDOW_H

#include "ops/session.h"

struct pki_window {
    int64_t start;
    bool has_end;
    int64_t end;        /* its last second */
    bool leaked;        /* the key may have: nothing may hold it that cannot say when */
    bool dropped;       /* nothing of it is trusted */
    int64_t revoked_at; /* a certificate of its chain was, however it is treated; 0: none was */
};

void pki_window_open(struct pki_window *window, int64_t not_before);

/** When the outside switched away from it (pki_line_switched); INT64_MAX: not yet. */
void pki_window_switch(struct pki_window *window, const struct pki_line_plan *plan,
                       int64_t switched);

/** What the revocation of one certificate of its chain does, if there is any.
 *  @at  as recorded by then; INT64_MAX: as it stands */
PKI_CHECKED bool pki_window_revoke(struct pki_session *session, int64_t issuer,
                                   struct pki_bytes serial, int64_t at, struct pki_window *window,
                                   struct pki_error *err);

/** Dropped, or ended before it began: no window can say that, and nothing is left to trust. */
bool pki_window_is_shut(const struct pki_window *window);

#endif
