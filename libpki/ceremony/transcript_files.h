/*
 * Parts of the check of a transcript: the files beside it, and the lines of a
 * step. Private to transcript_check.c.
 */
#ifndef PKI_CEREMONY_TRANSCRIPT_FILES_H
#define PKI_CEREMONY_TRANSCRIPT_FILES_H

#include <jansson.h>

#include "ceremony/script.h"
#include "ceremony/transcript.h"

/** "" where there is none, or not a text. */
const char *pki_transcript_text(const json_t *line, const char *key);

/** Whether a line may stand in a step, the last of its lines; and at its end, whether they hold all
 *  that the script asks for. Fails: PKI_E_INTEGRITY, PKI_E_MEMORY */
PKI_CHECKED bool pki_transcript_step_may(const struct pki_script_step *step,
                                         enum pki_transcript_event event, const json_t *lines,
                                         const json_t *line, struct pki_error *err);

/** A kept file against its digest in hex. Fails: PKI_E_INTEGRITY, PKI_E_USAGE, PKI_E_IO */
PKI_CHECKED bool pki_transcript_file_check(int dir, const char *name, const char *sha256,
                                           struct pki_error *err);

/** Nothing lies in the directory, or in its evidence/, that is not the transcript's.
 *  @kept  names, an array of texts. Fails: PKI_E_INTEGRITY names it; PKI_E_IO */
PKI_CHECKED bool pki_transcript_no_strangers(int dir, const json_t *kept, struct pki_error *err);

#endif
