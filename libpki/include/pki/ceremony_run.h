/*
 * Running a ceremony: the steps of its script one after the other, what happens in a transcript
 * (docs/CEREMONY.md), and after a cut from the right place on.
 *
 * The library decides what comes next and records it; it touches neither terminal, nor clock, nor
 * another program. Those are the caller's hands:
 *
 *   const struct pki_ceremony_hands hands = {.context = ..., .now = ..., .ask = ..., .run = ...};
 *   return pki_ceremony_run(&request, &hands, report, err);
 *
 * A duty is a sibling program that a hand runs. The cellar is known here only by what the siblings
 * print: no store code is linked, and no key is touched.
 */
#ifndef PKI_CEREMONY_RUN_H
#define PKI_CEREMONY_RUN_H

#include "pki/ceremony.h"

/* A step, as it is shown when it begins, and again after a pause. All texts are safe to print. */
struct pki_ceremony_view {
    const char *ceremony; /* its title */
    const char *id, *title, *role;
    unsigned number, of;      /* of the step */
    unsigned minutes;         /* planned for the step */
    int64_t passed, expected; /* minutes so far, and what the script has until here */
    const char *read_aloud;   /* or NULL */
    const char *check;        /* a sentence: what is looked at; or NULL */
    const char *question;     /* or NULL */
    const char *command;      /* of its duty; or NULL */
    const char *const
        *will_be_asked;     /* what comes in this step, a line each; NULL after the last */
    const char *next;       /* title of the next step; or NULL */
    const char *printed;    /* what an earlier duty printed and this step reads, lines; or NULL */
    const char *printed_in; /* the id of that step */
    bool rehearsal, resumed;
};

/* One line that somebody types. */
struct pki_ceremony_ask {
    const char *step; /* its id; "" outside of a step */
    const char *key;  /* what it is, for scripted answers: "initials-witness" */
    const char *prompt;
    const char *shown; /* what has to be typed exactly so; or NULL */
};

struct pki_ceremony_command {
    const char *const *words; /* "cellar", its tool, ... */
    size_t n;
    bool opens_key; /* passphrases may be handed to it */
    bool quiet;     /* nobody sees it: it is asked for what it knows */
};

struct pki_ceremony_outcome {
    int status;   /* as a shell has it: 128 and the signal, where one killed it */
    char *output; /* what it printed as its result; malloc'd, owned by the caller */
    size_t size;
    char program[4096]; /* its file */
};

struct pki_ceremony_hands {
    void *context;
    int64_t (*now)(void *context);          /* seconds, UTC */
    int64_t (*monotonic_ms)(void *context); /* since the machine started */
    void (*show)(void *context, const struct pki_ceremony_view *view);
    void (*say)(void *context, const char *text); /* a sentence; safe to print */
    /** Fails: PKI_E_CANCELLED somebody wants to stop: it is a pause; PKI_E_POLICY nobody to ask */
    bool (*ask)(void *context, const struct pki_ceremony_ask *ask, char *line, size_t size,
                struct pki_error *err);
    /** Where the room is looked at, and the space where the record lies: pki_ceremony_here. */
    void (*place)(void *context, const char *record, struct pki_ceremony_place *place);
    /** Run a sibling to its end, its output also on the screen unless it is quiet. A status other
     *  than 0 is no failure. Fails: PKI_E_IO it cannot be run */
    bool (*run)(void *context, const struct pki_ceremony_command *command,
                struct pki_ceremony_outcome *outcome, struct pki_error *err);
};

/* --- scripted answers ------------------------------------------------------------------------ */

/*
 * A file of strict YAML that answers what is asked, by the key of each question: `any` for every
 * step, `steps` for one. What it leaves out, or leaves empty, a person is asked.
 *
 *   answers: 1
 *   any:
 *     initials-administrator: AB
 *   steps:
 *     - id: "010"
 *       names: A. Adams, B. Brown
 */
struct pki_answers;

/**
 * @script  the script that they are for: what none of its steps asks for is refused
 * Fails:   PKI_E_USAGE with file, line and column; as pki_script_load; PKI_E_MEMORY; PKI_E_IO
 */
PKI_CHECKED bool pki_answers_load(const char *path, const char *script,
                                  struct pki_answers **answers, struct pki_error *err);
const char *pki_answers_path(const struct pki_answers *answers);
/** Give one, borrowed; NULL: it is not in there. Fails: PKI_E_USAGE one that was given ten times in
 *  this step: nothing else will come of it */
PKI_CHECKED bool pki_answers_give(struct pki_answers *answers, const char *step, const char *key,
                                  const char **text, struct pki_error *err);
/** Note those of steps that came and did not ask for them. */
void pki_answers_unused(const struct pki_answers *answers, struct pki_report *report);
void pki_answers_free(struct pki_answers *answers);
PKI_DEFINE_AUTO(pki_answers)

/* --- running ---------------------------------------------------------------------------------- */

struct pki_ceremony_run_request {
    const char *script;
    const char *cellar;          /* the directory, which $CELLAR_DIR names to the siblings */
    const char *record;          /* where the record lies; NULL: CELLAR/ceremonies/ID */
    const char *image;           /* what was booted from, to be digested; or NULL */
    struct pki_answers *answers; /* their file is noted as read; or NULL */
    /* What was approved before the day: "STEP=WORDS" each; WORDS alone where one step only can be
       prepared. Words, or hex, of the SHA-256 of an approve.txt. Later none is needed: the ceremony
       goes on with those that it began with. */
    const char *const *approved;
    size_t n_approved;
    /* Files: the approve.txt of each, which its step keeps. */
    const char *const *sheets;
    size_t n_sheets;
    bool abandon;       /* only write why it is not gone on with, and end it */
    const char *below;  /* a rehearsal: every path of the script lies below this; or NULL */
    const char *shares; /* a rehearsal: shares are written here, and nobody types them; or NULL */
};

/* --- rehearsing ------------------------------------------------------------------------------- */

/* In a rehearsal's directory: every path of the script lies below the tree. */
#define PKI_REHEARSAL_TREE       "tree"
#define PKI_REHEARSAL_CELLAR     "tree/media/cellar"
#define PKI_REHEARSAL_RECORD     "record"
#define PKI_REHEARSAL_PASSPHRASE "passphrase.txt" /* of every key, thrown away with them */
#define PKI_REHEARSAL_SHARES     "shares"         /* where the answers have them as shown */

struct pki_ceremony_rehearsal {
    const char *script;
    const char *hierarchy; /* NULL: the example that the ready scripts are written for */
    const char *to;        /* a new directory, or that of a rehearsal that goes on */
};

/**
 * Make a rehearsal's directory, with what the script expects to be there: by the siblings, as the
 * ceremonies before it would have. Then pki_ceremony_run with that below.
 *
 * Fails: PKI_E_EXISTS the directory is there, and nothing that goes on; PKI_E_STATE a sibling
 *        refused; as pki_script_load; PKI_E_IO
 */
PKI_CHECKED bool pki_ceremony_prepare(const struct pki_ceremony_rehearsal *request,
                                      const struct pki_ceremony_hands *hands,
                                      struct pki_error *err);

/**
 * Run a ceremony from its first step, or go on with one that was paused or cut off.
 *
 * Fails: PKI_E_CANCELLED paused, or stopped before the last step; PKI_E_INVALID the script does not
 *        pass; PKI_E_STATE it has ended; PKI_E_LOCKED somebody runs it; PKI_E_INTEGRITY its record;
 *        PKI_E_POLICY an answer is missing and nobody can be asked; PKI_E_USAGE; PKI_E_IO
 */
PKI_CHECKED bool pki_ceremony_run(const struct pki_ceremony_run_request *request,
                                  const struct pki_ceremony_hands *hands, struct pki_report *report,
                                  struct pki_error *err);

#endif
