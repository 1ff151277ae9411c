/*
 * What status tells, for those who tell more: a page for auditors.
 */
#ifndef PKI_OPS_STATUS_H
#define PKI_OPS_STATUS_H

#include "ops/session.h"

/** All of it but the head and what is to be typed next. */
PKI_CHECKED bool pki_status_tell(struct pki_session *session, int64_t within,
                                 struct pki_report *report, struct pki_error *err);

#endif
