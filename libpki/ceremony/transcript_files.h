/*
 * Parts of the check of a transcript: the files beside it, and the lines of a
 * step. Private to transcript_check.c and the runner.
 */
#ifndef PKI_CEREMONY_TRANSCRIPT_FILES_H
#define PKI_CEREMONY_TRANSCRIPT_FILES_H

#include <jansson.h>

#include "ceremony/script.h"
#include "ceremony/transcript.h"

/** "" where there is none, or not a text. */
const char *pki_transcript_text(const json_t *line, const char *key);

/* What of a line has to be so; NULL: whatever it is. An answer that may be anything is not empty.
 */
struct pki_transcript_want {
    enum pki_transcript_event event;
    const char *who, *what, *answer;
};
/** Whether one of a step's lines is it. */
bool pki_transcript_has(const json_t *lines, const struct pki_transcript_want *want);
/** The name that a step has typed, as it stands in a confirmation. */
void pki_transcript_name(const struct pki_script_step *step, bool rehearsal, struct pki_buf *name);
/** Whether a duty ended with a status that its step can be done with. */
bool pki_transcript_status_is_good(const struct pki_duty *duty, const char *status);

/** Whether a line may stand in a step, the last of its lines; and at its end, whether they hold all
 *  that the script asks for. Fails: PKI_E_INTEGRITY, PKI_E_MEMORY */
PKI_CHECKED bool pki_transcript_step_may(const struct pki_script_step *step, bool rehearsal,
                                         const json_t *lines, const json_t *line,
                                         struct pki_error *err);

/* What was found of the room (transcript_room.c). */
void pki_transcript_finding(const struct pki_room_finding *finding, enum pki_room_verdict verdict,
                            struct pki_buf *text);
/** Whether a step that is done has looked at every fact, and none stopped it. */
PKI_CHECKED bool pki_transcript_owes_room(const struct pki_script_step *step, const json_t *lines,
                                          struct pki_error *err);
/** Whether a finding may stand in a step as the script's policy has it. */
PKI_CHECKED bool pki_transcript_may_find(const struct pki_script *script,
                                         const struct pki_script_step *step, bool rehearsal,
                                         const json_t *line, struct pki_error *err);

/* What was approved before the day (transcript_approved.c). */
/** For a step; NULL: nothing. */
const uint8_t *pki_transcript_approval(const struct pki_transcript_approved *approved,
                                       const char *step);
/** Note an approval. Fails: PKI_E_USAGE the script has no such step, its duty cannot be prepared,
 *  or it has one */
PKI_CHECKED bool pki_transcript_approve(const struct pki_script *script, const char *step,
                                        const uint8_t body[PKI_SHA256_SIZE],
                                        struct pki_transcript_approved *approved,
                                        struct pki_error *err);
/** Those that the first line names. Fails: PKI_E_USAGE */
PKI_CHECKED bool pki_transcript_read_approved(const struct pki_script *script, const json_t *first,
                                              struct pki_transcript_approved *approved,
                                              struct pki_error *err);
/** Whether a duty's lines hold what was approved for their step, and nothing else. */
PKI_CHECKED bool pki_transcript_may_sign(const struct pki_transcript_approved *approved,
                                         const char *step, const json_t *line,
                                         struct pki_error *err);

/** A kept file against its digest in hex. Fails: PKI_E_INTEGRITY, PKI_E_USAGE, PKI_E_IO */
PKI_CHECKED bool pki_transcript_file_check(int dir, const char *name, const char *sha256,
                                           struct pki_error *err);

/** Whether a file in evidence/ may be what a cut left of this step: it bears the step's id, as all
 *  that is kept for it. */
bool pki_transcript_is_loose(const char *step, const char *name);

/** Nothing lies in the directory, or in its evidence/, that is not the transcript's.
 *  @kept  names, an array of texts
 *  @step  the step that a cut may have interrupted; or NULL
 *  @summary whether it is open, so that there can be no countersignatures; else how many is noted,
 *           and whether a file of that step lies there
 *  Fails: PKI_E_INTEGRITY names what does; PKI_E_IO */
PKI_CHECKED bool pki_transcript_no_strangers(int dir, const json_t *kept, const char *step,
                                             struct pki_transcript_summary *summary,
                                             struct pki_error *err);
/** Remove what a cut left of a step: no line names it. Fails: PKI_E_IO, PKI_E_MEMORY */
PKI_CHECKED bool pki_transcript_tidy(int dir, const char *step, struct pki_error *err);

#endif
