/*
 * Shares of a key: a key file is sealed under a random secret of 256 bits, and
 * that secret is split into word lists (SLIP-0039), of which some open it.
 *
 * What is shared is never the key: who has all shares and no key file has
 * nothing. The file's passphrase is the secret in lower-case hex, so that any
 * program that combines such shares and any that opens PKCS#8 can recover the
 * key without this one.
 *
 *   pki_key_split    makes the shares, has every one typed back, recovers the secret from what was
 *                    typed, and only then seals the key under it
 *   pki_key_combine  opens the key with shares; a drill, or the way back to a passphrase
 *   pki_share_test   looks at one share alone
 *
 * Words enter and leave through struct pki_prompts, as secrets; no report and no
 * error holds one.
 */
#ifndef PKI_SHARE_H
#define PKI_SHARE_H

#include "pki/session.h"

struct pki_key_split_request {
    const char *what;          /* a key file; with a session, or a key's name */
    const char *const *groups; /* "3of5", one a group */
    size_t n_groups;
    const char *needed;   /* how many of the groups; NULL: all */
    bool with_passphrase; /* shares and a passphrase are both needed */
    const char *to;       /* new directory, a file a share; NULL: shown to one person at a time */
    bool dry_run;
};

/**
 * Seal a key under a new secret and hand that out as shares.
 *
 * Effects: the key file is replaced in one step once every share has been typed back
 * Fails:   PKI_E_USAGE groups that cannot be; PKI_E_PASSPHRASE; PKI_E_EXISTS; PKI_E_INVALID a share
 *          was typed back wrongly where nobody can be asked again; PKI_E_CANCELLED; PKI_E_IO
 */
PKI_CHECKED bool pki_key_split(struct pki_session *session,
                               const struct pki_key_split_request *request,
                               const struct pki_prompts *prompts, struct pki_report *report,
                               struct pki_error *err);

struct pki_key_combine_request {
    const char *what;
    bool with_passphrase; /* the shares were made with one */
    bool to_passphrase;   /* seal it anew under a passphrase: its shares open nothing any more */
    bool dry_run;
};

/** Open a key with its shares, sign with it and verify. Fails: PKI_E_FORMAT, PKI_E_INVALID a share,
 *  where nobody can be asked again; PKI_E_PASSPHRASE they do not open this key */
PKI_CHECKED bool pki_key_combine(struct pki_session *session,
                                 const struct pki_key_combine_request *request,
                                 const struct pki_prompts *prompts, struct pki_report *report,
                                 struct pki_error *err);

/** What one share says of itself: set, group, number, how many are needed. Fails: as above */
PKI_CHECKED bool pki_share_test(struct pki_session *session, const struct pki_prompts *prompts,
                                struct pki_report *report, struct pki_error *err);

#define PKI_SHARE_LENGTH     33 /* words in a share of ours */
#define PKI_SHARE_LENGTH_MAX 59 /* in any share that is read: of 512 bits */

/* Words as they are typed, before they make a share. */
struct pki_share_words {
    size_t n;
    size_t unknown;    /* place of the first that is not in the list, from 1; 0: none */
    const char *meant; /* the word of the list that begins like it, or NULL */
};

void pki_share_words_look(struct pki_secret *typed, struct pki_share_words *words);

#endif
