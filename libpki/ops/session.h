/*
 * A session's inside, for the duties.
 */
#ifndef PKI_OPS_SESSION_H
#define PKI_OPS_SESSION_H

#include "pki/session.h"
#include "crypto/key.h"
#include "ops/hierarchy.h"
#include "ops/key_file.h"
#include "store/store.h"
#include "x509/cert.h"

struct pki_session {
    int directory; /* the cellar, open */
    struct pki_store *store;
    struct pki_hierarchy *hierarchy; /* loaded when first asked for: pki_session_hierarchy */
    struct pki_prompts prompts;
    const struct pki_progress *progress; /* or NULL */
    char actor[400]; /* tool, version, build id, command line: for journal entries */
    const char *const *overrides;
    size_t n_overrides;
    const char *const *seen; /* files of manifests met outside; borrowed */
    size_t n_seen;
    unsigned dice;            /* so many rolls at least go into each fresh key; 0: none */
    struct pki_secret *rolls; /* once they were asked for */
    const char *approved;     /* words, or NULL; outlive the session */
    bool write;
    bool rehearsal; /* certificates are marked, names say so, periods are hours */
    bool has_clock; /* of a rehearsal: it is this time */
    int64_t clock;
};

PKI_CHECKED bool pki_session_hierarchy(struct pki_session *session,
                                       const struct pki_hierarchy **hierarchy,
                                       struct pki_error *err);

/**
 * A certificate from outside, or one that is about to go there: a rehearsal and a real cellar take
 * nothing from each other.
 *
 * Fails: PKI_E_POLICY names the mark
 */
PKI_CHECKED bool pki_session_takes(const struct pki_session *session, const struct pki_cert *cert,
                                   struct pki_error *err);

/**
 * What every duty that uses a key checks first: the clock (after the build date, after the newest
 * journal entry) and the network interfaces (rules 10 and 13).
 *
 * @findings  one line for the journal's detail: what was overruled or recorded; may stay empty
 * Fails:     PKI_E_POLICY with what to do or which word overrules it
 */
PKI_CHECKED bool pki_session_check_room(struct pki_session *session, struct pki_buf *findings,
                                        struct pki_error *err);

/** Its half for duties that use no key: the clock alone. */
PKI_CHECKED bool pki_session_check_clock(struct pki_session *session, struct pki_buf *findings,
                                         struct pki_error *err);

/** What was found, behind what a journal's detail says already; nothing where nothing was. */
void pki_room_join(struct pki_buf *detail, const struct pki_buf *findings);

/** The same as a line of a report. */
void pki_room_tell(const struct pki_buf *findings, struct pki_report *report);

#define PKI_CLOCK_TEXT 320

/** The same for an entry that is written at once: "", or what was overruled. */
PKI_CHECKED bool pki_session_clock_text(struct pki_session *session, char text[PKI_CLOCK_TEXT],
                                        struct pki_error *err);

/** Open what was read of a recorded key, and compare it with the record.
 *  Fails: PKI_E_PASSPHRASE; PKI_E_INTEGRITY it is another key */
PKI_CHECKED bool pki_session_open_pem(const struct pki_key_row *row, struct pki_bytes pem,
                                      struct pki_secret *passphrase, struct pki_key **opened,
                                      struct pki_error *err);
/** Open an authority's private key: file compared with the record, passphrase asked, opened once,
 *  compared with its certificate's key. Kept by the caller for the whole duty. */
PKI_CHECKED bool pki_session_open_key(struct pki_session *session, int64_t key,
                                      struct pki_key **opened, struct pki_error *err);
/** The same for a row at hand; does not go through all keys. */
PKI_CHECKED bool pki_session_open_row(struct pki_session *session, const struct pki_key_row *row,
                                      struct pki_key **opened, struct pki_error *err);

/** A fresh key, with dice mixed in where the session has them: they are asked for once, and each
 * key draws randomness of its own. @rolls how many went in; 0: none. Fails: also as pki_dice_judge
 */
PKI_CHECKED bool pki_session_make_key(struct pki_session *session,
                                      const struct pki_algorithm *algorithm, struct pki_key **key,
                                      size_t *rolls, struct pki_error *err);

/** Seal a fresh key into keys/NAME.key: written, read back, opened, test-signed. A file of that
 *  name that no record knows (its reservation was abandoned) is moved aside, never overwritten.
 *  sha256 is that of the file. Fails: PKI_E_EXISTS a recorded key has that name */
PKI_CHECKED bool pki_session_write_key(struct pki_session *session, const struct pki_key_seal *seal,
                                       uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err);

/** Whether keys/NAME.key is there, whatever it holds. */
bool pki_session_has_key_file(const struct pki_session *session, const char *name);

/** Whether keys/NAME.key is what a destruction that was stopped left: a file that the key had, or
 *  one that begins to be overwritten. false also for what cannot be read. */
PKI_CHECKED bool pki_session_is_rest(const struct pki_session *session,
                                     const struct pki_key_row *row, bool *is,
                                     struct pki_error *err);

/** The recorded key's file, compared with the record. A change of passphrase that was stopped
 *  after it was recorded is finished here. Fails: PKI_E_INTEGRITY */
PKI_CHECKED bool pki_session_read_key(struct pki_session *session, const struct pki_key_row *row,
                                      struct pki_buf *pem, struct pki_error *err);

/** Open a cellar's keys directory; made when it is missing. */
PKI_CHECKED bool pki_session_keys(const struct pki_session *session, int *dir,
                                  struct pki_error *err);

/** Add a journal's head to a report, as pki_session_head does. */
PKI_CHECKED bool pki_report_head(struct pki_store *store, struct pki_report *report,
                                 struct pki_error *err);

/** A session that reads a copy of a cellar, on a medium whose modes say nothing; no lock. */
PKI_CHECKED bool pki_session_open_copy(int dir, struct pki_session **session,
                                       struct pki_error *err);

/** Make a cellar's directories, those that are not there. */
PKI_CHECKED bool pki_cellar_directories(int cellar, struct pki_error *err);

/** "cellar-issue 0.1.0 (id)" and the command line, safe to print. */
void pki_actor_write(char actor[400], const char *tool, const char *command_line);

/** Lock a cellar's directory for as long as the descriptor is open. Fails: PKI_E_LOCKED */
PKI_CHECKED bool pki_directory_lock(int directory, struct pki_error *err);

/** Whether the operator typed this --override word. */
bool pki_session_overrides(const struct pki_session *session, const char *word);

#endif
