/*
 * How a ceremony's record is told: to outsiders who check it, and to whoever is
 * about to seal it.
 */
#ifndef PKI_OPS_VERIFY_CEREMONY_H
#define PKI_OPS_VERIFY_CEREMONY_H

#include "pki/report.h"
#include "ceremony/transcript.h"

/** What a check of a record found. */
void pki_ceremony_describe(const struct pki_transcript_summary *summary, struct pki_report *report);

#endif
