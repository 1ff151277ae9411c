/*
 * The report of a ceremony: its record as a page that people like to read, and
 * sign. It is made from the directory alone, once that is checked, and holds no
 * date and no version of its own, so that whoever has the record makes it again,
 * byte for byte, to compare.
 */
#ifndef PKI_CEREMONY_RECORD_H
#define PKI_CEREMONY_RECORD_H

#include "ceremony/transcript.h"

/**
 * @dir     of a ceremony that has ended
 * @out     the page, HTML
 * Fails:   as pki_transcript_check; PKI_E_STATE it has not ended; PKI_E_MEMORY
 */
PKI_CHECKED bool pki_record_page(int dir, struct pki_buf *out, struct pki_error *err);

#endif
