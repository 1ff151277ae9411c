/*
 * What a draft would change for verifiers: the exports of its environment as
 * they are and as they would be, both composed by what exports (ops/bundle),
 * the second from a copy of the inventory in memory in which the draft is
 * recorded as if it had been signed. Nothing is written, reserved or locked.
 *
 * A draft without an environment (a root's) is held against all of them. CRLs
 * are left out: a draft that signs one is not asked about, and a list that
 * cannot be read must not stand in the way of leaving an authority.
 */
#ifndef PKI_OPS_FORECAST_H
#define PKI_OPS_FORECAST_H

#include "ops/draft.h"

struct pki_forecast;

/** The draft is as it was when this returns. Fails: PKI_E_MEMORY; as recording and composing do */
PKI_CHECKED bool pki_forecast_make(struct pki_session *session, struct pki_draft *draft,
                                   struct pki_forecast **forecast, struct pki_error *err);
/** Tables: what happens to each file, and the certificates that are named there. */
PKI_CHECKED bool pki_forecast_tell(const struct pki_forecast *forecast, struct pki_report *report,
                                   struct pki_error *err);
void pki_forecast_free(struct pki_forecast *forecast);
PKI_DEFINE_AUTO(pki_forecast)

#endif
