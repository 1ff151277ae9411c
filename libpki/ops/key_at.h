/*
 * A key file as it was named on a command line: by path, or by the name of a
 * cellar's key. Found, opened, replaced.
 */
#ifndef PKI_OPS_KEY_AT_H
#define PKI_OPS_KEY_AT_H

#include "ceremony/share.h"
#include "ops/session.h"

struct pki_key_at {
    struct pki_key_row row;
    bool recorded;
    struct pki_buf room; /* what pki_session_check_room found; may be empty */
    struct pki_buf pem;
    const char *what; /* as named */
    const char *name; /* for prompts and reports */
};
void pki_key_at_clear(struct pki_key_at *at);

/** Read the file; with a session a name may stand for it, and it is compared with the record. It is
 *  read to be opened: for a recorded key the room is looked at first, here and nowhere else.
 *  Fails: as pki_file_read, pki_session_check_room and pki_session_read_key */
PKI_CHECKED bool pki_key_at_find(struct pki_session *session, const char *what,
                                 struct pki_key_at *at, struct pki_error *err);

/** The same, for what is to be sealed anew. Fails also: PKI_E_USAGE a path leads into a cellar */
PKI_CHECKED bool pki_key_at_find_to_change(struct pki_session *session, const char *what,
                                           struct pki_key_at *at, struct pki_error *err);

/** Open what was read. Fails: PKI_E_PASSPHRASE; PKI_E_INTEGRITY it is not the recorded key */
PKI_CHECKED bool pki_key_at_open(const struct pki_key_at *at, struct pki_secret *passphrase,
                                 struct pki_key **key, struct pki_error *err);

/** Ask for what opens it: by its policy, where it is recorded; else a passphrase. @typed as
 *  pki_share_ask_key */
PKI_CHECKED bool pki_key_at_ask(struct pki_session *session, const struct pki_key_at *at,
                                const struct pki_prompts *prompts, struct pki_secret **passphrase,
                                struct pki_secret **typed, struct pki_error *err);

/* What a file that is sealed anew opens with from then on. */
struct pki_key_change {
    const char *action; /* for the journal */
    const char *how;    /* "under a new passphrase" */
    enum pki_key_policy policy;
    const struct pki_shares *shares; /* all that were made; NULL with a passphrase */
};

/** Seal it anew and replace the file in one step. The record of a recorded one follows, before. */
PKI_CHECKED bool pki_key_at_replace(struct pki_session *session, const struct pki_key_at *at,
                                    const struct pki_key_seal *seal,
                                    const struct pki_key_change *change, struct pki_error *err);

#endif
