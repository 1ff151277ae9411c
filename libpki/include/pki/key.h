/*
 * Key files: on the hosts that will use a key, and in a cellar.
 */
#ifndef PKI_KEY_H
#define PKI_KEY_H

#include "pki/session.h"

struct pki_draft;

struct pki_key_csr_request {
    const char *algorithm; /* "ecdsa-p384"; NULL: that */
    const char *common_name;
    const char *organization; /* or NULL */
    const char *country;      /* or NULL */
    const char *to;           /* directory that must not exist: gets key.key and key.csr */
    unsigned dice;            /* so many rolls are mixed into the key; 0: none */
    bool dry_run;
};

/** Make a key and a request for it; works without a cellar. The key file is read back and
 *  test-signed. Fails: PKI_E_USAGE algorithm, names or rolls; PKI_E_EXISTS; PKI_E_PASSPHRASE;
 *  PKI_E_POLICY dice and RSA */
PKI_CHECKED bool pki_key_csr(const struct pki_key_csr_request *request,
                             const struct pki_prompts *prompts, struct pki_report *report,
                             struct pki_error *err);

/** Open a key file, sign with it and verify; says which key it is. With a session a key's name
 *  may stand for its file, and the file is compared with the record.
 *  Fails: PKI_E_PASSPHRASE; PKI_E_FORMAT; PKI_E_INTEGRITY */
PKI_CHECKED bool pki_key_test(struct pki_session *session, const char *what,
                              const struct pki_prompts *prompts, struct pki_report *report,
                              struct pki_error *err);

/** Seal a key file anew under a new passphrase, replacing it in one step. With a session the
 *  record follows. */
PKI_CHECKED bool pki_key_passphrase(struct pki_session *session, const char *what,
                                    const struct pki_prompts *prompts, struct pki_report *report,
                                    struct pki_error *err);

/** The keys of a cellar: name, algorithm, where, fingerprint, file as recorded. */
PKI_CHECKED bool pki_key_list(struct pki_session *session, struct pki_report *report,
                              struct pki_error *err);

/* A key that still has to sign goes only by this word. */
#define PKI_OVERRIDE_NEEDED "key-is-needed"

/**
 * A draft (pki/ops.h) that, once confirmed, destroys a key of the cellar: it is recorded as gone,
 * then its file is overwritten and removed.
 *
 * Fails: PKI_E_NOTFOUND; PKI_E_STATE it is not here, or was destroyed; PKI_E_POLICY it still has to
 *        sign
 */
PKI_CHECKED bool pki_key_destroy_prepare(struct pki_session *session, const char *name,
                                         struct pki_draft **draft, struct pki_error *err);

/** Remove what is left of a key that is recorded as destroyed; finished: there was something.
 *  Fails: PKI_E_INTEGRITY what lies there is another file, and stays */
PKI_CHECKED bool pki_key_destroy_finish(struct pki_session *session, const char *name,
                                        bool *finished, struct pki_report *report,
                                        struct pki_error *err);

/** Record that a copy of a destroyed key was destroyed. @copy as the draft and status list it.
 *  Fails: PKI_E_NOTFOUND no such copy; PKI_E_STATE the key is still here, or it is recorded */
PKI_CHECKED bool pki_key_copy_destroyed(struct pki_session *session, const char *name,
                                        const char *copy, struct pki_report *report,
                                        struct pki_error *err);

#endif
