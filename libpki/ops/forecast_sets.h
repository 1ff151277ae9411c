/*
 * Inside the forecast: two sets of files for each environment. Private to
 * ops/forecast*.c.
 */
#ifndef PKI_OPS_FORECAST_SETS_H
#define PKI_OPS_FORECAST_SETS_H

#include "ops/bundle.h"
#include "ops/forecast.h"

/* What an environment's export would hold; without files where nothing of it is trusted. */
struct pki_forecast_set {
    struct pki_trust *trust;
    struct pki_bundle bundle;
};

struct pki_forecast_pair {
    const char *environment; /* of the session's hierarchy, which outlives the forecast */
    struct pki_forecast_set before, after;
};

struct pki_forecast {
    struct pki_forecast_pair *pairs;
    size_t n;
    char unsigned_yet[PKI_DRAFT_ITEMS][PKI_NAME_MAX]; /* whom the draft is to sign */
    size_t n_unsigned;
};

#endif
