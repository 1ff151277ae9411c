/*
 * The ceremonies whose records lie in a cellar, for its report. Each record is
 * checked by itself; one that is not what it was is listed with the reason.
 */
#ifndef PKI_OPS_REPORT_CEREMONIES_H
#define PKI_OPS_REPORT_CEREMONIES_H

#include "ops/session.h"

/** A table, by name. Fails: PKI_E_IO, PKI_E_USAGE the directory cannot be listed */
PKI_CHECKED bool pki_report_ceremonies(const struct pki_session *session, struct pki_report *report,
                                       struct pki_error *err);

#endif
