/*
 * Writing iCalendar (RFC 5545): content lines that end in CRLF, folded before
 * they are longer than 75 octets, never within a character.
 *
 *   pki_ical_plain(&out, "BEGIN", "VEVENT");
 *   pki_ical_time(&out, "DTSTART", when);
 *   pki_ical_text(&out, "SUMMARY", "CRL of root-g1; due");     escaped
 *
 * Running out of memory is remembered in the buffer. Which properties a
 * calendar needs is for the caller to know.
 */
#ifndef PKI_BASE_ICAL_H
#define PKI_BASE_ICAL_H

#include "base/buf.h"

/** NAME:value, the value as it is: for words of ours. */
void pki_ical_plain(struct pki_buf *out, const char *name, const char *value);
/** A TEXT value (3.3.11): comma, semicolon and backslash escaped, a newline as \n; other control
 *  characters become question marks. @text UTF-8 */
void pki_ical_text(struct pki_buf *out, const char *name, const char *text);
/** A DATE-TIME in UTC (3.3.5, form 2). */
void pki_ical_time(struct pki_buf *out, const char *name, int64_t seconds);

#endif
