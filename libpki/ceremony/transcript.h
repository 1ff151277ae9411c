/*
 * The transcript of a ceremony: lines of JSON, appended one after the other,
 * each synced before the next thing happens. Each holds the SHA-256 of the line
 * before; the first one holds that of the script. The hash of the last line is
 * the head, which is read aloud and stands in head.txt.
 *
 *   script.yaml        what was run, byte for byte
 *   transcript.jsonl   what happened
 *   head.txt           the head, once the ceremony has ended
 *   head.txt.sig       a root's signature of head.txt, if it was sealed
 *   witness-*.sig      a witness's each, with a key of their own
 *   evidence/          files that were kept
 *
 * docs/CEREMONY.md describes the lines. What a person cannot see in it: a
 * transcript that was written anew as a whole, unless its head was written
 * down, or sealed.
 */
#ifndef PKI_CEREMONY_TRANSCRIPT_H
#define PKI_CEREMONY_TRANSCRIPT_H

#include "base/buf.h"
#include "crypto/digest.h"

#define PKI_TRANSCRIPT          "transcript.jsonl"
#define PKI_TRANSCRIPT_SCRIPT   "script.yaml"
#define PKI_TRANSCRIPT_HEAD     "head.txt"
#define PKI_TRANSCRIPT_SEAL     "head.txt.sig"
#define PKI_TRANSCRIPT_EVIDENCE "evidence"
#define PKI_TRANSCRIPT_LIMIT    ((size_t)64 * 1024 * 1024)
#define PKI_TRANSCRIPT_NAME     80 /* of a file that is kept */

enum pki_transcript_event {
    PKI_TRANSCRIPT_BEGIN,    /* answer: the script's id; what: rehearsal, or NULL; approved */
    PKI_TRANSCRIPT_STEP,     /* a step begins, or begins again */
    PKI_TRANSCRIPT_RECORD,   /* what: of the script's records; answer */
    PKI_TRANSCRIPT_ANSWER,   /* to the step's question */
    PKI_TRANSCRIPT_CONFIRM,  /* who typed the name; answer: as typed */
    PKI_TRANSCRIPT_INTEND,   /* what: the command that is run next; body; journal: before it */
    PKI_TRANSCRIPT_DUTY,     /* what: the command; answer: its status; body, tool, files, journal */
    PKI_TRANSCRIPT_KEEP,     /* what: photo or paper; answer: where it lies */
    PKI_TRANSCRIPT_ROOM,     /* what: a fact of the room; answer: what was found of it */
    PKI_TRANSCRIPT_INITIALS, /* who; answer: the initials */
    PKI_TRANSCRIPT_DONE,     /* the step is done; it has both initials */
    PKI_TRANSCRIPT_EXCEPTION, /* what: expected; answer: happened, decided */
    PKI_TRANSCRIPT_SKIP,      /* the step is left, after an exception */
    PKI_TRANSCRIPT_PAUSE,     /* answer: why, and who stays */
    PKI_TRANSCRIPT_RESUME,    /* after a pause, or a cut */
    PKI_TRANSCRIPT_END,       /* answer: finished, or stopped */
    PKI_TRANSCRIPT_EVENTS
};
const char *pki_transcript_event_name(enum pki_transcript_event event);
bool pki_transcript_event_find(const char *name, enum pki_transcript_event *event);

/* A file that was read, written or kept (as evidence/PATH). */
struct pki_transcript_file {
    const char *use; /* "read", "written" or "kept" */
    const char *path;
    const char *evidence; /* which of the step's evidence was kept; or NULL */
    int64_t size;
    uint8_t sha256[PKI_SHA256_SIZE];
};

/* The what of a beginning: keys are thrown away, and each name that is typed has this in front. */
#define PKI_TRANSCRIPT_REHEARSAL "rehearsal"
#define PKI_REHEARSAL_NAME       "REHEARSAL "

#define PKI_TRANSCRIPT_APPROVED 64

/* What was approved before the day. */
struct pki_transcript_approved {
    struct pki_transcript_approval {
        char step[41];
        uint8_t body[PKI_SHA256_SIZE]; /* SHA-256 of approve.txt, which lists what is signed */
    } list[PKI_TRANSCRIPT_APPROVED];
    size_t n;
};

/* NULL and 0 leave a field out. */
struct pki_transcript_entry {
    enum pki_transcript_event event;
    const char *step, *who, *what, *answer;
    int64_t at;           /* seconds, UTC */
    int64_t monotonic_ms; /* since the machine started */
    const char *tool, *tool_version;
    const uint8_t *tool_sha256;
    const struct pki_transcript_file *files;
    size_t n_files;
    int64_t journal_entry; /* head of the cellar's journal before or after a duty */
    const uint8_t *journal_head;
    const uint8_t *body; /* what was approved for the step */
    const struct pki_transcript_approved *approved;
};

struct pki_transcript; /* being written */

/**
 * Begin a transcript in a directory that is there: script.yaml, evidence/ and the first line.
 *
 * @script  its bytes
 * Fails:   PKI_E_EXISTS there is one; PKI_E_IO
 */
PKI_CHECKED bool pki_transcript_begin(int dir, struct pki_bytes script,
                                      const struct pki_transcript_entry *first,
                                      struct pki_transcript **transcript, struct pki_error *err);

/**
 * Go on with one after a cut. A last line that was not written whole is cut off: nothing that
 * followed from it can have happened. Evidence of the step that was cut off is removed where no
 * line names it.
 *
 * Fails: PKI_E_INTEGRITY as pki_transcript_check; PKI_E_STATE it has ended, and where head.txt
 *        was missing it is there now; PKI_E_USAGE, PKI_E_IO
 */
PKI_CHECKED bool pki_transcript_resume(int dir, struct pki_transcript **transcript,
                                       struct pki_error *err);

/** Append a line and sync it. When this fails the ceremony stops: no other line is taken, until
 *  pki_transcript_resume has cut off what was not written whole. Fails: PKI_E_IO, PKI_E_MEMORY */
PKI_CHECKED bool pki_transcript_add(struct pki_transcript *transcript,
                                    const struct pki_transcript_entry *entry,
                                    struct pki_error *err);

/** The hash of the last line. */
const uint8_t *pki_transcript_head(const struct pki_transcript *transcript);

/** Append the last line and write head.txt. Fails: as pki_transcript_add */
PKI_CHECKED bool pki_transcript_end(struct pki_transcript *transcript,
                                    const struct pki_transcript_entry *last, struct pki_error *err);
void pki_transcript_free(struct pki_transcript *transcript);
PKI_DEFINE_AUTO(pki_transcript)

/* Names of countersignatures: letters, digits and "-._" between the two. */
#define PKI_TRANSCRIPT_WITNESS     "witness-"
#define PKI_TRANSCRIPT_WITNESS_END ".sig"
bool pki_transcript_is_witness(const char *name);

/* What their SSH signatures are for: their namespace (PROTOCOL.sshsig of OpenSSH). */
#define PKI_TRANSCRIPT_SPACE "root-cellar-ceremony"

/* What a check of a directory found, for people. */
struct pki_transcript_summary {
    char id[41], title[128];
    uint8_t script[PKI_SHA256_SIZE], head[PKI_SHA256_SIZE];
    int64_t lines, exceptions, files, began, ended;
    int64_t countersignatures; /* files, not looked into */
    size_t steps, steps_done, steps_left;
    bool open;     /* it has not ended: no head.txt yet */
    bool stopped;  /* before its last step: at the one that is due */
    char why[200]; /* of the last exception: what happened and was decided; safe to print */
    bool rehearsal;
    char due[41]; /* the step that goes on, or comes next; "" after the last */
    struct pki_transcript_approved approved;
    /* Only where a cut may have come before: */
    bool loose;    /* evidence of that step lies there that no line names */
    bool torn;     /* the last line was not written whole */
    bool headless; /* it has ended, and head.txt was not written */
};

/**
 * Check a directory by itself: script, chain, order, what each step owes, files, head.txt; and that
 * nothing else lies there. Seal and countersignatures are not looked at.
 *
 * @after_cut  an open transcript may end in a part of a line, and one that has ended may lack its
 *             head.txt
 * Fails:  PKI_E_INTEGRITY what differs, with its line; PKI_E_USAGE a file is missing or too large
 */
PKI_CHECKED bool pki_transcript_check(int dir, bool after_cut,
                                      struct pki_transcript_summary *summary,
                                      struct pki_error *err);

/** head.txt as it has to be. */
void pki_transcript_head_text(const struct pki_transcript_summary *summary, struct pki_buf *text);

#endif
