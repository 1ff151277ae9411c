/*
 * Which environments' exports are behind what the inventory trusts. Part of
 * status: from rows alone, and a look at what lies under exports/.
 */
#ifndef PKI_OPS_STATUS_EXPORTS_H
#define PKI_OPS_STATUS_EXPORTS_H

#include "ops/session.h"
#include "ops/status_due.h"

/** Tell of each that has something; add what is behind to what is due, as far as it is within so
 *  many seconds. */
PKI_CHECKED bool pki_status_exports(struct pki_session *session, int64_t within,
                                    struct pki_dues *dues, struct pki_report *report,
                                    struct pki_error *err);

#endif
