/*
 * The timeline of status: the window of trust of every generation, along each
 * line. From rows alone, as the rest of status.
 */
#ifndef PKI_OPS_STATUS_TIMELINE_H
#define PKI_OPS_STATUS_TIMELINE_H

#include "ops/crl_due.h"
#include "ops/session.h"

/** Draw it on paper; in JSON the windows are a table. Nothing while there is no authority.
 *  @debts  of all authorities */
PKI_CHECKED bool pki_status_timeline(struct pki_session *session, const struct pki_crl_debts *debts,
                                     struct pki_report *report, struct pki_error *err);

#endif
