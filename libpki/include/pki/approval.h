/*
 * Two-phase approval: what a signing duty would sign is fixed, reserved and
 * written out first, and signed later by the words that were approved.
 *
 *   pki_draft_prepare(session, PKI_TAKE(draft), directory, report, err)   days before
 *   session with .approved; the same duty; pki_draft_sign                 in the room
 *
 * For every duty that makes a draft with a key that exists already. Not here:
 * who approves, and how the words reach the room.
 */
#ifndef PKI_APPROVAL_H
#define PKI_APPROVAL_H

#include "pki/ops.h"

/**
 * The first half of two: reserve what the draft holds, seal its fresh keys, and write it out to be
 * looked at elsewhere. The issuer's key is not opened; consumes the draft also on failure.
 *
 * The second half is the same duty in a session with the words of its digest (pki_session_request):
 * the draft is made again, with the serials, keys and dates that were reserved, and is signed only
 * if its digest has those words.
 *
 * @directory  must not exist: the sheet whose SHA-256 is approved, its words, each body, the bodies
 *             as certificates under throw-away keys, the draft in words
 * Fails:      PKI_E_EXISTS the directory; PKI_E_STATE nothing is to be signed; as pki_draft_sign
 */
PKI_CHECKED bool pki_draft_prepare(struct pki_session *session, struct pki_draft *draft,
                                   const char *directory, struct pki_report *report,
                                   struct pki_error *err);

/** Whether a draft is what its session's words approve, or the session has none. pki_draft_sign
 *  asks again. Fails: PKI_E_STATE it is something else, or too late */
PKI_CHECKED bool pki_draft_check_approval(const struct pki_session *session,
                                          const struct pki_draft *draft, struct pki_error *err);

#endif
