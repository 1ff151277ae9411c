/*
 * What is due, kept until all of it is known, as the soonest is said first; and
 * of the rest the one thing that comes next.
 */
#ifndef PKI_OPS_STATUS_DUE_H
#define PKI_OPS_STATUS_DUE_H

#include "pki/report.h"
#include "store/rows.h"

struct pki_due {
    int64_t when;
    const char *what;
    char name[PKI_NAME_MAX + 1];
    char command[PKI_NAME_MAX + 32];
};

struct pki_dues {
    struct pki_due *list;
    size_t n;
    bool out_of_memory;
    int64_t later_at; /* the first thing that is not due yet; 0: none */
    char later[PKI_NAME_MAX + 16];
};
void pki_dues_clear(struct pki_dues *dues);

/** Running out of memory is told by pki_dues_tell. */
void pki_dues_add(struct pki_dues *dues, int64_t when, const char *what, const char *name,
                  const char *command);
void pki_dues_later(struct pki_dues *dues, int64_t when, const char *what, const char *name);

/** Sort them and add them as a table. Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_dues_tell(struct pki_dues *dues, int64_t now, struct pki_report *report,
                               struct pki_error *err);

/** Whole days from one time to another; negative when it is over. */
int64_t pki_days_between(int64_t from, int64_t until);

#endif
