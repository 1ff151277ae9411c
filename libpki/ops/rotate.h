/*
 * What a rotation's draft knows beyond changes of state and certificates, and
 * how it is told. Private to ops/rotate*.c.
 */
#ifndef PKI_OPS_ROTATE_H
#define PKI_OPS_ROTATE_H

#include "ops/forecast.h"
#include "ops/line.h"

struct pki_rotation {
    const struct pki_line_plan *plan; /* of the session's hierarchy, which outlives the draft */
    bool revert;
    char starts[PKI_NAME_MAX];  /* becomes active */
    char stops[PKI_NAME_MAX];   /* was active; "": none was */
    char waiting[PKI_NAME_MAX]; /* a further next that was there; "" */
    int64_t rotate_by;          /* of the one that starts */
    bool shortened;             /* earlier than rotate_every says */
    bool early;                 /* before its lead time, by --now */
    int64_t published;          /* since when, or 0: not yet */
    struct pki_forecast *forecast;
};

extern const struct pki_draft_duty pki_rotation_duty;

#endif
