/*
 * The two kinds of issuing behind pki_issue_prepare, and the part of the first
 * that rotation shares: making one generation of a line.
 */
#ifndef PKI_OPS_ISSUE_H
#define PKI_OPS_ISSUE_H

#include "ops/draft.h"

/** What a line lacks, below its root: its first two generations, or a next one. */
PKI_CHECKED bool pki_issue_line(struct pki_session *session, const struct pki_line_plan *plan,
                                const struct pki_issue_request *request, struct pki_draft *draft,
                                struct pki_error *err);

/** An end entity, below the line's active authority. */
PKI_CHECKED bool pki_issue_leaf(struct pki_session *session, const struct pki_line_plan *plan,
                                const struct pki_issue_request *request, struct pki_draft *draft,
                                struct pki_error *err);

struct pki_issue_generation {
    const struct pki_line_plan *plan;
    int64_t generation;
    enum pki_authority_state state;
    const char *csr; /* of its key (of its time-stamping leaf's); NULL: a fresh one */
};

/** Take the line's root as the draft's issuer. Fails: PKI_E_STATE there is none */
PKI_CHECKED bool pki_issue_take_root(struct pki_session *session, const struct pki_line_plan *plan,
                                     struct pki_draft *draft, struct pki_error *err);

/** Add a generation's intermediate, and its time-stamping leaf. */
PKI_CHECKED bool pki_issue_add(struct pki_session *session, const struct pki_issue_generation *made,
                               struct pki_draft *draft, struct pki_error *err);

#endif
