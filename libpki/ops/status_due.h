/*
 * What has to be done, now or later, kept until all of it is known, as the
 * soonest is said first. What is not due yet is for the calendar; of it only
 * the one thing that comes next is said.
 */
#ifndef PKI_OPS_STATUS_DUE_H
#define PKI_OPS_STATUS_DUE_H

#include "pki/report.h"
#include "store/rows.h"

struct pki_due {
    int64_t when;
    bool soon;  /* due; else it is for later */
    bool first; /* what else is due may have to wait for it */
    bool last;  /* of what is due since the same moment: it is better done after the rest */
    const char *what;
    char name[PKI_NAME_MAX + 1];
    char command[PKI_NAME_MAX + 80];
};

struct pki_dues {
    struct pki_due *list; /* once sorted: what is due, then the rest, the soonest first */
    size_t n;
    size_t n_soon;
    bool out_of_memory;
};
void pki_dues_clear(struct pki_dues *dues);

/** Add a copy. Running out of memory is told by pki_dues_sort. */
void pki_dues_add(struct pki_dues *dues, const struct pki_due *due);

/** Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_dues_sort(struct pki_dues *dues, struct pki_error *err);

/** What is due, as a table. */
void pki_dues_tell(const struct pki_dues *dues, int64_t now, struct pki_report *report);

/** Whole days from one time to another; negative when it is over. */
int64_t pki_days_between(int64_t from, int64_t until);

#endif
