/*
 * A session: one tool's hold on one cellar.
 *
 * Everything that a duty needs from outside enters here: the cellar's
 * directory, the clock, the facts of the room, how to ask a person for a
 * passphrase, who looks at long work. The library itself never prints, prompts, reads the
 * environment or the clock. Clock, build date, cost of key derivation and where the facts of
 * the room are looked at are chosen at link time (ops/seams.h): tests link others; no variable and
 * no option switches anything in a shipped tool.
 *
 * Not here: verifying and describing files (pki/verify.h, pki/describe.h,
 * pki/lint.h) need neither session nor cellar.
 */
#ifndef PKI_SESSION_H
#define PKI_SESSION_H

#include "pki/progress.h"
#include "pki/report.h"
#include "pki/secret.h"

struct pki_session;

/* How to get the passphrase of a key. */
struct pki_passphrase_ask {
    const char *name; /* of the key: "prod-code-signing-g1" */
    bool fresh;       /* a new one is chosen: asked twice by a person, judged by the library */
};

/* How to get a share from the one who keeps it. */
struct pki_share_ask {
    const char *name;                /* of the key; "" when any share will do */
    unsigned number;                 /* 1: the first */
    unsigned of;                     /* how many will do, as far as is known; 0: not known */
    const char *lacking;             /* which group lacks how many; NULL: there is one group */
    bool shown;                      /* it was: no words are the wish to see it once more */
    const struct pki_error *problem; /* with what was given last; NULL: none, or it was taken */
    bool (*whole)(struct pki_secret *words); /* whether that many words are a share, right or not */
};

struct pki_prompts {
    void *context;
    /** Fails: PKI_E_POLICY nobody to ask (names the option); PKI_E_CANCELLED; PKI_E_PASSPHRASE */
    bool (*passphrase)(void *context, const struct pki_passphrase_ask *ask,
                       struct pki_secret **secret, struct pki_error *err);
    /** Words of a share. Where nobody can be asked again, fails with ask->problem, if there is one.
     *  Fails: PKI_E_POLICY, PKI_E_CANCELLED */
    bool (*share)(void *context, const struct pki_share_ask *ask, struct pki_secret **words,
                  struct pki_error *err);
    /** Show a share to the one who will keep it and to nobody else, until it is written down.
     *  Fails: PKI_E_POLICY no terminal (names the option); PKI_E_CANCELLED */
    bool (*show_share)(void *context, const char *title, struct pki_secret *words,
                       struct pki_error *err);
    /** Rolls of a die, digits 1 to 6 and nothing else; so many at least. They are judged by who
     *  asked. Fails: PKI_E_POLICY nobody to ask; PKI_E_USAGE; PKI_E_CANCELLED */
    bool (*dice)(void *context, unsigned wanted, struct pki_secret **rolls, struct pki_error *err);
};

/* Findings that a person may overrule by typing their word; the journal keeps it. */
#define PKI_OVERRIDE_NETWORK "network-is-up"
#define PKI_OVERRIDE_CLOCK   "clock-is-right"

/* Rolls of dice that are mixed into a key at least: more than 256 bits. */
#define PKI_DICE_LEAST 100
#define PKI_DICE_MOST  1000

struct pki_session_request {
    const char *directory; /* the cellar */
    bool write;
    bool audit; /* as for reading, also a journal whose head is wrong */
    struct pki_prompts prompts;
    const struct pki_progress *progress; /* outlives the session; or NULL */
    const char *tool;                    /* "cellar-issue" */
    const char *command_line;            /* without secrets, for the journal */
    const char *const *overrides;        /* words typed with --override */
    size_t n_overrides;
    const char *const *seen; /* manifests met outside, given with --seen; outlive the session */
    size_t n_seen;
    const char *approved; /* words given with --approved: what they approve is signed; or NULL */
    bool has_clock;       /* --rehearsal-clock: in a rehearsal it is this time */
    int64_t clock;
    unsigned dice; /* so many rolls are mixed into each key that is made; 0: none */
};

/** Fails: PKI_E_STORE no cellar, foreign, newer; PKI_E_LOCKED; PKI_E_INTEGRITY; PKI_E_IO;
 *         PKI_E_POLICY a clock for what is no rehearsal */
PKI_CHECKED bool pki_session_open(const struct pki_session_request *request,
                                  struct pki_session **session, struct pki_error *err);
void pki_session_free(struct pki_session *session);
PKI_DEFINE_AUTO(pki_session)

/** A command as it is typed into a shell: for command_line, and to find it in the journal. Where
 *  there is more than room for it ends in PKI_COMMAND_CUT. */
void pki_command_line(const char *program, size_t n, const char *const *words, char *line,
                      size_t size);
#define PKI_COMMAND_CUT " ..."

/** Now, by the session's clock: seconds, UTC. Also for tools without a cellar: pass NULL. */
int64_t pki_session_now(const struct pki_session *session);

/** Whether the cellar is a rehearsal: throw-away keys, certificates that every verifier refuses. */
bool pki_session_is_rehearsal(const struct pki_session *session);
#define PKI_REHEARSAL_NOTE "REHEARSAL: no verifier takes what is made here; it lasts for hours."

/** Add the journal's head (counter, words) to a report; shown after every change of state. */
PKI_CHECKED bool pki_session_head(struct pki_session *session, struct pki_report *report,
                                  struct pki_error *err);

/** The journal entry by which this session decided something last; 0 when nothing was decided. An
 *  error reported after it does not mean that nothing was done. */
int64_t pki_session_recorded(const struct pki_session *session);

/** Version and build of this library, for --version and the journal. */
const char *pki_version(void);

#endif
