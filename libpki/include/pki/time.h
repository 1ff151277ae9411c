/*
 * Times: seconds since 1970-01-01T00:00:00Z as int64_t, always UTC.
 *
 * Written as RFC 3339 with "Z"; read in that form, as a date alone
 * (midnight), or as @SECONDS. Lengths of time are read as a number with a
 * unit: 10m (minutes), 24h, 14d, 15mo (months), 20y; months and years are
 * calendar arithmetic, so a length keeps its unit.
 */
#ifndef PKI_TIME_H
#define PKI_TIME_H

#include "pki/error.h"

/* 9999-12-31T23:59:59Z, the last second that a certificate can name (RFC 5280 4.1.2.5). */
#define PKI_TIME_MAX INT64_C(253402300799)

#define PKI_TIME_TEXT   21 /* "2026-11-22T21:00:00Z" and its NUL */
#define PKI_TIME_DIGITS 15 /* "20261122210000Z" */

/** Fails: PKI_E_USAGE not a time, or outside 1970 to 9999 */
PKI_CHECKED bool pki_time_parse(const char *text, int64_t *seconds, struct pki_error *err);

/** Write RFC 3339 into a buffer of PKI_TIME_TEXT bytes and return it. */
char *pki_time_format(int64_t seconds, char text[PKI_TIME_TEXT]);

/** The same as ASN.1 has it (GeneralizedTime, X.690 11.7), without a NUL. */
void pki_time_digits(int64_t seconds, char digits[PKI_TIME_DIGITS]);

struct pki_period {
    int32_t months;  /* calendar months; years are 12 of them */
    int64_t seconds; /* exact part; one of the two is zero */
};

/** Fails: PKI_E_USAGE not a positive length with a unit, or absurdly long */
PKI_CHECKED bool pki_period_parse(const char *text, struct pki_period *period,
                                  struct pki_error *err);

/** The time a period after start; a day that the month lacks becomes its last day. */
int64_t pki_period_after(struct pki_period period, int64_t start);
int64_t pki_period_before(struct pki_period period, int64_t end);

#endif
