/*
 * Which authorities owe a CRL, and by when; from rows alone, so that status
 * can ask without a cryptographic library.
 *
 * The first is due a day after the first certificate, the next one a day after
 * a revocation that the last one does not hold, or when the last one ends
 * (BR 4.9.7, 7.2). Owed by every authority whose key is here until it is
 * retired, has ended, or nothing that it signed is trusted any more.
 */
#ifndef PKI_OPS_CRL_DUE_H
#define PKI_OPS_CRL_DUE_H

#include "ops/session.h"

struct pki_crl_debt {
    int64_t authority; /* row id */
    char name[PKI_NAME_MAX];
    bool owed;         /* false: nothing to sign so far, or no more */
    bool overdue_soon; /* a day's notice: told however short a time is looked ahead */
    int64_t when;      /* the last moment */
    int64_t remind;    /* worth telling from then on: a third of the period before */
};

struct pki_crl_debts {
    struct pki_crl_debt *list; /* one an authority, in the store's order */
    size_t n;
};
void pki_crl_debts_clear(struct pki_crl_debts *debts);

/** Until when a list has to follow what was issued or, as its entry is dated, revoked then. */
int64_t pki_crl_due_by(int64_t when);

PKI_CHECKED bool pki_crl_debts_load(struct pki_session *session, struct pki_crl_debts *debts,
                                    struct pki_error *err);

/** Whether it is to be told now, looking so many seconds ahead. */
bool pki_crl_debt_is_due(const struct pki_crl_debt *debt, int64_t now, int64_t within);

#endif
