/*
 * The drawings of a cellar's report, as SVG inside its page: who certifies whom,
 * and when each generation is trusted and used. Colours are the page's; every
 * colour has its word beside it.
 */
#ifndef PKI_OPS_REPORT_CHART_H
#define PKI_OPS_REPORT_CHART_H

#include "ops/status_timeline.h"

/** Roots, below them their lines, each with its generations; retired ones are counted. */
PKI_CHECKED bool pki_chart_hierarchy(struct pki_session *session, struct pki_buf *out,
                                     struct pki_error *err);

/** Fails: as pki_timeline_fit; PKI_E_MEMORY */
PKI_CHECKED bool pki_chart_timeline(const struct pki_timeline_entries *entries, int64_t now,
                                    struct pki_buf *out, struct pki_error *err);

#endif
