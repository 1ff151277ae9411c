/*
 * A timeline in characters: months across, a row for each window of trust. 80
 * columns of ASCII that say the same without colour.
 *
 *   . trusted, not used yet   = issues   - trusted, issues nothing new
 *   | today   R rotate by   C CRL by   ! overdue   > goes on
 *
 * Knows nothing of cellars: rows come from ops/status_timeline.
 */
#ifndef PKI_OPS_TIMELINE_H
#define PKI_OPS_TIMELINE_H

#include "base/buf.h"

#define PKI_TIMELINE_COLUMNS 60 /* of the chart; labels have the other 20 */

/* A window of trust; times are seconds, and until is its last one. */
struct pki_timeline_row {
    int64_t from, until;
    int64_t used_from, used_until; /* within it: when it issues */
    int64_t rotate_by, crl_by;     /* 0: not */
    char label[24];
};

struct pki_timeline {
    int64_t now;
    int64_t edge[PKI_TIMELINE_COLUMNS + 1]; /* where each column begins */
    int months;
    char first[16]; /* month: "2026-03-01" */
};

/** Lay the axis: a quarter of a year back, but not before `from`; so many months that `until` is
 *  seen, at most five years. Fails: never for times that a certificate can name. */
PKI_CHECKED bool pki_timeline_lay(struct pki_timeline *timeline, int64_t now, int64_t from,
                                  int64_t until, struct pki_error *err);

/** Two lines: years, months. */
void pki_timeline_axis(const struct pki_timeline *timeline, struct pki_buf *out);
void pki_timeline_row(const struct pki_timeline *timeline, const struct pki_timeline_row *row,
                      struct pki_buf *out);
void pki_timeline_legend(struct pki_buf *out);

#endif
