/*
 * The files beside a transcript. Private to transcript_check.c.
 */
#ifndef PKI_CEREMONY_TRANSCRIPT_FILES_H
#define PKI_CEREMONY_TRANSCRIPT_FILES_H

#include <jansson.h>

#include "pki/error.h"

/** A kept file against its digest in hex. Fails: PKI_E_INTEGRITY, PKI_E_USAGE, PKI_E_IO */
PKI_CHECKED bool pki_transcript_file_check(int dir, const char *name, const char *sha256,
                                           struct pki_error *err);

/** Nothing lies in the directory, or in its evidence/, that is not the transcript's.
 *  @kept  names, an array of texts. Fails: PKI_E_INTEGRITY names it; PKI_E_IO */
PKI_CHECKED bool pki_transcript_no_strangers(int dir, const json_t *kept, struct pki_error *err);

#endif
