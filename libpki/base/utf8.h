/*
 * UTF-8 taken apart: what may be shown, and how wide it is on a terminal.
 * Decoding is strict (RFC 3629): overlong forms and surrogates are no characters.
 */
#ifndef PKI_BASE_UTF8_H
#define PKI_BASE_UTF8_H

#include "pki/base.h"

/** The character at text, of which `left` bytes (at least 1) remain: its length, 0 for none. */
size_t pki_utf8_decode(const uint8_t *text, size_t left, uint32_t *point);

/** Whether it draws nothing, changes direction or means nothing to others. */
bool pki_utf8_is_hidden(uint32_t point);

/** Columns that a character takes: 0 (combining), 1 or 2 (East Asian, pictures). */
unsigned pki_utf8_columns(uint32_t point);

/** Columns of a text; an invalid byte counts as one. */
unsigned pki_utf8_width(const char *text, size_t size);

#endif
