/*
 * What each line lacks in its life: a next authority, an active one, a
 * cut-over. Part of status: from rows alone.
 */
#ifndef PKI_OPS_STATUS_LINES_H
#define PKI_OPS_STATUS_LINES_H

#include "ops/session.h"
#include "ops/status_due.h"

/** Add it to what is due, as far as it is within so many seconds. */
PKI_CHECKED bool pki_status_lines(struct pki_session *session, int64_t within,
                                  struct pki_dues *dues, struct pki_error *err);

#endif
