/*
 * Inside the runner: run.c goes through the steps, run_step.c through what a step consists of,
 * run_ask.c through what people say to it, run_approve.c knows what was approved, run_duty.c
 * runs a duty, run_cellar.c asks the cellar, run_shares.c hands shares on in a rehearsal,
 * run_keep.c keeps evidence, run_room.c looks at the room, run_read.c finds where a transcript
 * stands.
 *
 * Whatever happened is a line in the transcript before the next thing happens, and what a step
 * still owes is seen from its lines: a ceremony that goes on after a cut and one that was never
 * cut take the same way.
 */
#ifndef PKI_CEREMONY_RUN_PRIVATE_H
#define PKI_CEREMONY_RUN_PRIVATE_H

#include <jansson.h>

#include "pki/ceremony_run.h"
#include "ceremony/script.h"
#include "ceremony/transcript.h"

struct pki_run {
    const struct pki_ceremony_run_request *request;
    const struct pki_ceremony_hands *hands;
    struct pki_script *script;
    struct pki_transcript *transcript;
    int dir;             /* the record */
    json_t *lines;       /* of the step that goes on */
    json_t *duties;      /* the last one on each cellar: its line, by what the script calls it */
    size_t due;          /* the step that goes on, or comes next */
    int64_t began, last; /* times in the transcript */
    struct pki_transcript_approved approved;
    char printed[PKI_TRANSCRIPT_NAME]; /* the evidence that holds what a duty printed last; or "" */
    bool resumed;
    struct pki_error *err;
};

/* How it goes on. */
enum pki_run_turn {
    PKI_RUN_ON,
    PKI_RUN_AGAIN, /* the step begins again */
    PKI_RUN_LEAVE, /* the step is left, by an exception */
    PKI_RUN_STOP,  /* the ceremony ends here */
    PKI_RUN_FAIL   /* run->err says why; the transcript can be taken up again */
};

static inline const struct pki_script_step *pki_run_step_due(const struct pki_run *run)
{
    return &run->script->steps[run->due];
}

/* --- the transcript ------------------------------------------------------------------------- */

/** Add a line; event and what belongs to it are the caller's, step and times are filled in. */
PKI_CHECKED bool pki_run_add(struct pki_run *run, const struct pki_transcript_entry *entry);
PKI_CHECKED bool pki_run_note(struct pki_run *run, enum pki_transcript_event event, const char *who,
                              const char *what, const char *answer);
/** Whether the step has such a line. */
bool pki_run_has(const struct pki_run *run, enum pki_transcript_event event, const char *who,
                 const char *what);
/** The last line of the step with this event; or NULL. */
const json_t *pki_run_line(const struct pki_run *run, enum pki_transcript_event event);
/** Begin a record, or take it up. */
PKI_CHECKED bool pki_run_open(struct pki_run *run, struct pki_bytes script);

/* --- people --------------------------------------------------------------------------------- */

enum pki_run_rule {
    PKI_RUN_ANY,  /* something */
    PKI_RUN_NAME, /* what is shown */
    PKI_RUN_INITIALS,
    PKI_RUN_CHOICE,
    PKI_RUN_TIME
};

struct pki_run_question {
    const char *key, *prompt, *shown;
    enum pki_run_rule rule;
    const struct pki_script_words *choices; /* none: anything */
    const char *not_same;                   /* initials of somebody else; or NULL */
};

#define PKI_RUN_LINE 1024

void pki_run_say(struct pki_run *run, const char *format, ...) PKI_PRINTF(2, 3);
/** Ask until it fits; exceptions and pauses are recorded on the way. */
enum pki_run_turn pki_run_ask(struct pki_run *run, const struct pki_run_question *question,
                              char line[PKI_RUN_LINE]);
/** Something did not go as it should: an exception sheet, and how it goes on as the step's
 *  on_failure has it. */
enum pki_run_turn pki_run_failed(struct pki_run *run, const char *what);
/** A duty was refused before it did anything: not a failure. */
enum pki_run_turn pki_run_refused(struct pki_run *run, const char *what);
/** A sheet that says why the ceremony is not gone on with. */
enum pki_run_turn pki_run_abandon(struct pki_run *run);
/** Note that it pauses here, and leave. */
enum pki_run_turn pki_run_leave_paused(struct pki_run *run, const char *why);

void pki_run_show(struct pki_run *run);
enum pki_run_turn pki_run_step(struct pki_run *run);

/* --- the room -------------------------------------------------------------------------------- */

/** In a step that checks the network: look at the room, and note what is found. */
enum pki_run_turn pki_run_look(struct pki_run *run);
/** Whether a record is the second clock's time, in the step that compares it. */
bool pki_run_compares(const struct pki_run *run, const char *record);
enum pki_run_turn pki_run_compare(struct pki_run *run);

/* --- duties --------------------------------------------------------------------------------- */

/* What the cellar says of its journal. */
struct pki_run_journal {
    bool there; /* a cellar */
    int64_t entry;
    uint8_t head[PKI_SHA256_SIZE];
    json_t *result; /* all that it said */
};
void pki_run_journal_clear(struct pki_run_journal *journal);

/** A path of the script as it is here: in a rehearsal below its directory. */
void pki_run_path(const struct pki_run *run, const char *path, struct pki_buf *here);
/** The value of a duty's parameter, as a path of here; false where it has none. */
bool pki_run_value(const struct pki_run *run, const char *name, struct pki_buf *here);
/** The cellar that the step's duty works in. */
void pki_run_cellar(const struct pki_run *run, struct pki_buf *path);

/** What the cellar holds after an entry; since < 0: its head alone. */
PKI_CHECKED bool pki_run_journal(struct pki_run *run, int64_t since,
                                 struct pki_run_journal *journal);
/** A line of the transcript: the last duty on a cellar is remembered. */
PKI_CHECKED bool pki_run_keep_duty(struct pki_run *run, const json_t *line);
/** Whether a cellar has the head that a line names. since: what it holds after the line's entry.
 *  Fails: PKI_E_INTEGRITY another cellar, or an older copy */
PKI_CHECKED bool pki_run_check_journal(struct pki_run *run, const json_t *line,
                                       const struct pki_run_journal *since);
/** Whether the cellar of the step's duty has all that was decided in it before. Fails: as above */
PKI_CHECKED bool pki_run_check_cellar(struct pki_run *run);

struct pki_run_call {
    const char *extra;   /* an option more; or NULL */
    const char *confirm; /* the name that was typed; or NULL */
};
/** Run the step's duty. */
PKI_CHECKED bool pki_run_duty_call(struct pki_run *run, const struct pki_run_call *call,
                                   struct pki_ceremony_outcome *outcome);
#define PKI_RUN_COMMAND 4096
/** The same as the journal begins the command by which it was decided. */
PKI_CHECKED bool pki_run_duty_line(struct pki_run *run, const struct pki_run_call *call,
                                   char line[PKI_RUN_COMMAND]);
/** Version of a tool, by itself. */
PKI_CHECKED bool pki_run_version(struct pki_run *run, const char *tool, struct pki_buf *version);
/** Have the name typed by those who confirm, if the step has one. */
enum pki_run_turn pki_run_names(struct pki_run *run);
enum pki_run_turn pki_run_duty(struct pki_run *run);

/* Options more for a duty, and their texts. */
#define PKI_RUN_SHARES 64
struct pki_run_shares {
    const char *words[2 * PKI_RUN_SHARES + 2];
    size_t n;
    struct pki_buf to, texts[PKI_RUN_SHARES];
    size_t n_texts;
};
void pki_run_shares_clear(struct pki_run_shares *shares);
/** In a rehearsal in which nobody types shares: what the duty of the step gets of them. */
PKI_CHECKED bool pki_run_take_shares(struct pki_run *run, struct pki_run_shares *shares);

struct pki_run_files;

/* --- approvals ------------------------------------------------------------------------------ */

/** Those of the request, before anything else happens. Fails: PKI_E_USAGE */
PKI_CHECKED bool pki_run_approve(struct pki_run *run);
/** Take those that the ceremony began with. Fails: PKI_E_STATE the request has others */
PKI_CHECKED bool pki_run_take_approved(struct pki_run *run, const json_t *first);
/** What was approved for the step that is due; NULL: nothing. */
const uint8_t *pki_run_approval(const struct pki_run *run);
/** Whether each sheet is one that was approved. Fails: PKI_E_USAGE, PKI_E_IO */
PKI_CHECKED bool pki_run_check_sheets(struct pki_run *run);
/** Keep its sheet as a file of the step, where the request has it. */
PKI_CHECKED bool pki_run_keep_sheet(struct pki_run *run, struct pki_run_files *files);
/** Say it, in words. */
void pki_run_say_approval(struct pki_run *run);

/* --- evidence ------------------------------------------------------------------------------- */

/* What a line says of files; their paths are owned by it. */
struct pki_run_files {
    struct pki_transcript_file *list;
    char **paths;
    size_t n, room;
};
void pki_run_files_clear(struct pki_run_files *files);

#define PKI_RUN_OUTPUT "output.txt"
/** Keep octets as a file of the step: STEP-NAME, or with a number where that is there. */
PKI_CHECKED bool pki_run_keep(struct pki_run *run, struct pki_run_files *files, const char *name,
                              const char *evidence, struct pki_bytes octets);
/** Keep a copy of a file, and note it as written where it lies. */
PKI_CHECKED bool pki_run_keep_copy(struct pki_run *run, struct pki_run_files *files,
                                   const char *path, const char *name, const char *evidence);
/** Note a file that is read or written, with its digest. */
PKI_CHECKED bool pki_run_list_file(struct pki_run *run, struct pki_run_files *files,
                                   const char *use, const char *path);
/** Whether the step's script wants this evidence. */
bool pki_run_wants(const struct pki_run *run, const char *evidence);
/** Everything that the duty of the step leaves, but its output. */
PKI_CHECKED bool pki_run_gather(struct pki_run *run, const struct pki_run_journal *journal,
                                struct pki_run_files *files);
PKI_CHECKED bool pki_run_digest(const char *path, int64_t *size, uint8_t sha256[PKI_SHA256_SIZE],
                                struct pki_error *err);

#endif
