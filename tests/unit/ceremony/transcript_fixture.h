/*
 * A ceremony of two steps, written as the tests want it: step a does the duty
 * status and keeps evidence, step b asks a question.
 */
#ifndef TRANSCRIPT_FIXTURE_H
#define TRANSCRIPT_FIXTURE_H

#include "ceremony/transcript.h"
#include "ceremony_fixture.h"

#define AT INT64_C(1772366400)

extern const char transcript_script[];

int transcript_directory(void);
struct pki_transcript_entry transcript_entry(enum pki_transcript_event event, const char *step);
void transcript_add(struct pki_transcript *transcript, enum pki_transcript_event event,
                    const char *step, const char *who, const char *what, const char *answer);
struct pki_transcript *transcript_begin(int dir);
/* Which part of the first step is left out, by its letter; 0: none. */
void transcript_do_first(struct pki_transcript *transcript, int dir, char without);
void transcript_do_second(struct pki_transcript *transcript);
void transcript_end(struct pki_transcript *transcript, const char *how);
/* A ceremony from its beginning to its end. */
int transcript_whole(void);
/* The check refuses it (PKI_E_INTEGRITY), and says so. */
void transcript_differs(int dir, const char *text);

#endif
