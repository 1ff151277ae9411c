/*
 * Two-phase approval, for drafts: which prepared one a session's words mean,
 * and whether a draft that was made again is that one.
 */
#ifndef PKI_OPS_APPROVAL_H
#define PKI_OPS_APPROVAL_H

#include "ops/session.h"

struct pki_draft;
struct pki_draft_item;

/* What was prepared and is approved; entry 0: the draft is not one of those. */
struct pki_approval {
    uint8_t digest[PKI_SHA256_SIZE];  /* of the sheet */
    int64_t entry, at;                /* the journal entry that prepared it */
    struct pki_reservation_rows rows; /* in the order in which they were reserved */
};

/** Find what the session's words approve, if it has any, and go by its date from here on.
 *  Fails: PKI_E_USAGE no such words; PKI_E_NOTFOUND; PKI_E_STATE trust has changed since */
PKI_CHECKED bool pki_approval_find(struct pki_session *session, struct pki_draft *draft,
                                   struct pki_error *err);
/** What is approved, line by line; its SHA-256 is what the words say. */
PKI_CHECKED bool pki_approval_sheet(const struct pki_session *session,
                                    const struct pki_draft *draft, struct pki_buf *sheet,
                                    struct pki_error *err);
/** The last second in which it may be signed. */
int64_t pki_approval_ends(const struct pki_draft *draft);
/** The sealed key of an item that was prepared. */
PKI_CHECKED bool pki_approval_key(struct pki_session *session, struct pki_draft_item *item,
                                  struct pki_error *err);
/** Take the rows that were reserved then for the draft's own. Fails: PKI_E_STATE they are not */
PKI_CHECKED bool pki_approval_take(struct pki_draft *draft, struct pki_error *err);

#endif
