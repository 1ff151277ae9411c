/*
 * Ceremonies: one script that people read, sign and run (docs/CEREMONY.md).
 *
 * None of this opens a cellar, or a key.
 */
#ifndef PKI_CEREMONY_H
#define PKI_CEREMONY_H

#include "pki/report.h"

/**
 * Judge a script. A report is made whenever the file could be read.
 *
 * @now    the day that it is to be valid on
 * Fails:  PKI_E_INVALID a rule of severity error does not hold: the first one, and how many;
 *         PKI_E_USAGE the file cannot be read, or is no script: file, line, column and what to do
 */
PKI_CHECKED bool pki_ceremony_lint(const char *path, int64_t now, struct pki_report *report,
                                   struct pki_error *err);

/** What a step can do, check and record: the words that a script may use. */
PKI_CHECKED bool pki_ceremony_duties(struct pki_report *report, struct pki_error *err);

#endif
