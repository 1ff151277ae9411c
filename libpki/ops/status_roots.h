/*
 * The end of a root, long before it comes: the day from which it can sign no
 * generation that lives as long as its line needs. Part of status: from rows
 * alone.
 */
#ifndef PKI_OPS_STATUS_ROOTS_H
#define PKI_OPS_STATUS_ROOTS_H

#include "ops/session.h"
#include "ops/status_due.h"

/** Add it to what is due from a year before on, or as far as it is within so many seconds, and say
 *  what it means. */
PKI_CHECKED bool pki_status_roots(struct pki_session *session, int64_t within,
                                  struct pki_dues *dues, struct pki_report *report,
                                  struct pki_error *err);

#endif
