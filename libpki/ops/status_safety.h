/*
 * What status says of backups, of shares and of the rollback alarm.
 */
#ifndef PKI_OPS_STATUS_SAFETY_H
#define PKI_OPS_STATUS_SAFETY_H

#include "ops/session.h"
#include "ops/status_due.h"

/** Add how old the last backup is. A backup is due a day after the first change of trust that it
 *  does not hold, a drill a year after one of a key's shares was shown last, a reconciliation while
 * the alarm is raised. */
PKI_CHECKED bool pki_status_safety(struct pki_session *session, struct pki_report *report,
                                   struct pki_dues *dues, struct pki_error *err);

#endif
