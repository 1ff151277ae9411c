/*
 * A duty of another kind than issuing certificates, as a table of hooks: what a
 * draft does for it on the way to a signature (ops/draft.h).
 */
#ifndef PKI_OPS_DRAFT_DUTY_H
#define PKI_OPS_DRAFT_DUTY_H

#include "pki/report.h"
#include "pki/session.h"
#include "crypto/key.h"
#include "store/store.h"

struct pki_draft;
struct pki_crl_view;

/* What a draft decides beyond certificates and states. Each hook may be NULL; what they work on is
   draft->own. */
struct pki_draft_duty {
    bool trust; /* what it records changes what verifiers trust */
    bool (*describe)(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err);
    /* Add to a review's PEM what it signs, under a throw-away key. */
    bool (*review)(const struct pki_draft *draft, struct pki_buf *pem, struct pki_error *err);
    /* The body that it signs, mapped, and for how many seconds that is good; of a duty that
       reserves one row. */
    bool (*body)(const struct pki_draft *draft, struct pki_crl_view *view, struct pki_error *err);
    int64_t (*life)(const struct pki_draft *draft);
    /* How many rows it reserves; NULL is one. */
    size_t (*reserves)(const struct pki_draft *draft);
    /* Fill the nth row, which is zeroed: it is reserved with the items, and ends as they do. */
    bool (*reserve)(const struct pki_draft *draft, size_t nth, struct pki_reservation_row *row,
                    struct pki_error *err);
    bool (*sign)(struct pki_session *session, struct pki_draft *draft,
                 const struct pki_key *issuer_key, struct pki_error *err);
    /* Add its rows, and to the line of the journal what they say. */
    bool (*record)(struct pki_txn *txn, struct pki_draft *draft, int64_t at, struct pki_buf *detail,
                   struct pki_error *err);
    /* After the record: what leaves the cellar gets its name. */
    bool (*publish)(struct pki_draft *draft, struct pki_error *err);
    /* What it named while recording must not stay: nothing was recorded. */
    void (*undo)(const struct pki_draft *draft);
    void (*made)(const struct pki_draft *draft, struct pki_report *report);
    void (*free)(void *own);
};

#endif
