/*
 * A room for the runner of ceremonies: hands that answer from a list and run duties in a cellar
 * that is one file, a line an entry of its journal, so that it outlives whoever is killed.
 */
#ifndef RUN_FIXTURE_H
#define RUN_FIXTURE_H

#include "pki/ceremony_run.h"
#include "ceremony_fixture.h"

struct answer_row {
    const char *step, *key; /* NULL: any */
    const char *answer;
    unsigned times; /* how often; 0: always */
};

struct room {
    char dir[256], cellar[300], record[300], script[300];
    const struct answer_row *answers; /* before the usual ones; ends without an answer */
    unsigned used[16];
    int calls;
    int dies_at;        /* the process ends at this call of a hand, as by SIGKILL; 0: never */
    int fails_at;       /* or that call fails */
    const char *breaks; /* a duty that ends so: "rotate" */
    int breaks_with;
    bool does_it;          /* nevertheless */
    const char *meanwhile; /* then somebody else rotates, by this command; or NULL */
    const char *below;
    const char *approved[3]; /* of the request; ends with NULL */
    bool elsewhere;          /* its cellar is another one now */
    bool older;              /* or a copy whose journal ends before any entry that is asked for */
    const char *waits;       /* what a rotation was prepared with, in hex; NULL: it was not */
    const char *root;        /* below which proc and sys lie; NULL: in a quiet room */
    const char *prints;      /* what a duty prints; NULL: an empty line */
    char printed[1024]; /* on the screen of the step that was shown last, from an earlier one */
    bool abandon;
    int64_t later; /* than FIXTURE_DAY, seconds */
    unsigned shown, drafts;
    char said[4096];
};

/** An empty room, with the script of ceremony_fixture or another one. */
void room_make(struct room *room, const char *script);
/** Run its ceremony, from wherever it stands. */
bool room_run(struct room *room, struct pki_error *err);
/** The same in a process of its own, which dies_at may end; whether it came to its end. */
bool room_run_until_killed(struct room *room);
/** An entry of its journal, decided by a command as pki_command_line has it. */
void room_decide(const struct room *room, const char *action, const char *command);
/** Export another environment. */
void room_export(const struct room *room, const char *environment);
/** How often the journal has an entry of this action. */
unsigned room_count(const struct room *room, const char *action);
/** The script of ceremony_fixture was run: every step done, and every duty once. */
void room_expect_once(const struct room *room);
/** The record is whole, and its ceremony has ended; how many lines are of this event. */
unsigned room_check(const struct room *room, const char *event);
/** Its transcript, good until the next call. */
const char *room_transcript(const struct room *room);

#endif
