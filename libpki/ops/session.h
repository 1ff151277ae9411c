/*
 * A session's inside, for the duties.
 */
#ifndef PKI_OPS_SESSION_H
#define PKI_OPS_SESSION_H

#include "crypto/key.h"
#include "ops/hierarchy.h"
#include "pki/session.h"
#include "store/store.h"

struct pki_session {
    int directory; /* the cellar, open */
    struct pki_store *store;
    struct pki_hierarchy *hierarchy; /* loaded when first asked for: pki_session_hierarchy */
    struct pki_prompts prompts;
    char actor[400]; /* tool, version, build id, command line: for journal entries */
    const char *const *overrides;
    size_t n_overrides;
    bool write;
};

PKI_CHECKED bool pki_session_hierarchy(struct pki_session *session,
                                       const struct pki_hierarchy **hierarchy,
                                       struct pki_error *err);

/**
 * What every duty that uses a key checks first: the clock (after the build date, after the newest
 * journal entry) and the network interfaces (DESIGN 3.10, 3.13).
 *
 * @findings  one line for the journal's detail: what was overruled or recorded; may stay empty
 * Fails:     PKI_E_POLICY with what to do or which word overrules it
 */
PKI_CHECKED bool pki_session_check_room(struct pki_session *session, struct pki_buf *findings,
                                        struct pki_error *err);

/** Open an authority's private key: file compared with the record, passphrase asked, opened once,
 *  compared with its certificate's key. Kept by the caller for the whole duty. */
PKI_CHECKED bool pki_session_open_key(struct pki_session *session, int64_t key,
                                      struct pki_key **opened, struct pki_error *err);

/** Seal a fresh key into keys/NAME.key: passphrase asked and judged, written, read back, opened,
 *  test-signed. sha256 is that of the file. */
PKI_CHECKED bool pki_session_seal_key(struct pki_session *session, const char *name,
                                      const struct pki_key *key, uint8_t sha256[PKI_SHA256_SIZE],
                                      struct pki_error *err);

/** Whether the operator typed this --override word. */
bool pki_session_overrides(const struct pki_session *session, const char *word);

#endif
