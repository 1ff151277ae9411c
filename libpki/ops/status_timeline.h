/*
 * The timeline of status: the window of trust of every generation, along each
 * line. From rows alone, as the rest of status.
 */
#ifndef PKI_OPS_STATUS_TIMELINE_H
#define PKI_OPS_STATUS_TIMELINE_H

#include "ops/crl_due.h"
#include "ops/session.h"
#include "ops/timeline.h"

/* One authority; or, without a window, a line's heading or what is folded. */
struct pki_timeline_entry {
    char name[PKI_NAME_MAX];
    bool window;
    bool of_root; /* it may go on beyond the axis */
    struct pki_timeline_row row;
};

struct pki_timeline_entries {
    struct pki_timeline_entry *list;
    size_t n;
};
void pki_timeline_entries_clear(struct pki_timeline_entries *entries);

/** All of them, line after line. @debts  of all authorities */
PKI_CHECKED bool pki_timeline_gather(struct pki_session *session, const struct pki_crl_debts *debts,
                                     struct pki_timeline_entries *entries, struct pki_error *err);

/** Lay an axis that shows them. */
PKI_CHECKED bool pki_timeline_fit(const struct pki_timeline_entries *entries, int64_t now,
                                  struct pki_timeline *timeline, struct pki_error *err);

/** Draw it on paper; in JSON the windows are a table. Nothing while there is no authority.
 *  @debts  of all authorities */
PKI_CHECKED bool pki_status_timeline(struct pki_session *session, const struct pki_crl_debts *debts,
                                     struct pki_report *report, struct pki_error *err);

#endif
