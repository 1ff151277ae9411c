/*
 * The two kinds of issuing behind pki_issue_prepare.
 */
#ifndef PKI_OPS_ISSUE_H
#define PKI_OPS_ISSUE_H

#include "ops/draft.h"

/** A line's first two generations, below its root. */
PKI_CHECKED bool pki_issue_line(struct pki_session *session, const struct pki_line_plan *plan,
                                const struct pki_issue_request *request, struct pki_draft *draft,
                                struct pki_error *err);

/** An end entity, below the line's active authority. */
PKI_CHECKED bool pki_issue_leaf(struct pki_session *session, const struct pki_line_plan *plan,
                                const struct pki_issue_request *request, struct pki_draft *draft,
                                struct pki_error *err);

#endif
