/*
 * The inventory: one SQLite file, CELLAR/cellar.db, the truth of a cellar.
 *
 * Everything is written inside a transaction, and every transaction that
 * writes rows ends with a journal entry that covers them:
 *
 *   pki_auto(pki_txn) txn = NULL;       rolls back unless committed
 *   return pki_store_begin(store, &txn, err) &&
 *          pki_store_add_key(txn, &key, &id, err) && ... &&
 *          pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
 *
 * The transaction remembers which rows were added; pki_journal_append takes
 * their digests into the entry, and pki_txn_commit asserts that none was left
 * out. Rows are append-only (triggers): what changes over time (an authority's
 * state, a reservation's outcome, a key file's digest) changes by a new row,
 * the latest counts. State and outcome are also columns, for the index that
 * allows one active authority a line: a trigger sets them from the new row,
 * nothing else can, and an audit compares both.
 *
 * Reading creates no file. If a crash left a transaction half written, the
 * next opening, also one for reading, rolls it back; where the cellar cannot be
 * written, opening says so (PKI_E_STORE).
 *
 * DER is kept as opaque bytes: this layer knows no certificates. What rows look
 * like is in store/rows.h.
 *
 * Fails, in general: PKI_E_IO storage; PKI_E_STORE foreign, damaged or newer
 * cellar; PKI_E_LOCKED another process writes; PKI_E_STATE and PKI_E_EXISTS
 * where an invariant of the schema refuses (the text says which).
 */
#ifndef PKI_STORE_STORE_H
#define PKI_STORE_STORE_H

#include "pki/progress.h"
#include "store/rows.h"

#define PKI_STORE_FILE    "cellar.db"
#define PKI_STORE_JOURNAL PKI_STORE_FILE "-journal" /* of a transaction under way, or cut off */

struct pki_store;
struct pki_txn;

enum pki_store_mode {
    PKI_STORE_READ,
    PKI_STORE_WRITE,
    PKI_STORE_AUDIT, /* as READ, also when the head is wrong, so that an audit can name what is */
    PKI_STORE_COPY,  /* as AUDIT, on a medium whose modes say nothing (FAT) */
};

/* --- the file ------------------------------------------------------------------------------ */

/** Make cellar.db in an empty directory (0600), with its first journal entry.
 *  Fails: PKI_E_EXISTS there is one */
PKI_CHECKED bool pki_store_create(int dir, const struct pki_cellar_row *cellar,
                                  struct pki_bytes hierarchy, struct pki_store **store,
                                  struct pki_error *err);

/* Who opens for writing: for the journal, where an older version is brought to this one. */
struct pki_store_opener {
    int64_t at;
    const char *actor;
};
/**
 * Open the inventory. Checks application id, version, schema and that the last journal entry's hash
 * is right; the full checks belong to pki_store_audit. An older version is brought to this one when
 * it is opened for writing, and kept as cellar.db.vN.bak. The file must be a regular one with one
 * name, file and directory writable by their owner alone, who must be the caller where it writes.
 *
 * @by    may be NULL where it is opened for reading, or known to be of this version
 * Fails: PKI_E_STORE missing ("no cellar here: ..."), foreign, newer, damaged, open to others, or
 *        older and not opened for writing; PKI_E_INTEGRITY schema, head; PKI_E_LOCKED
 */
PKI_CHECKED bool pki_store_open(int dir, enum pki_store_mode mode,
                                const struct pki_store_opener *by, struct pki_store **store,
                                struct pki_error *err);
void pki_store_free(struct pki_store *store);
PKI_DEFINE_AUTO(pki_store)

/** Writing only, one at a time. Fails: PKI_E_LOCKED */
PKI_CHECKED bool pki_store_begin(struct pki_store *store, struct pki_txn **txn,
                                 struct pki_error *err);
/** Durable when it returns true; nulls *txn either way. Where the medium fails after the point of
 *  no return, the error says that the entry is recorded, or that nobody can tell. */
PKI_CHECKED bool pki_txn_commit(struct pki_txn **txn, struct pki_error *err);
/** The last journal entry recorded through this store that is more than a reservation or its end;
 *  0: none. Whoever fails after it has to say so. */
int64_t pki_store_recorded(const struct pki_store *store);
void pki_txn_free(struct pki_txn *txn); /* rolls back */
PKI_DEFINE_AUTO(pki_txn)
PKI_CHECKED bool pki_store_cellar(struct pki_store *store, struct pki_cellar_row *cellar,
                                  struct pki_error *err);
PKI_CHECKED bool pki_store_is_rehearsal(struct pki_store *store, bool *is, struct pki_error *err);

/* --- hierarchy ----------------------------------------------------------------------------- */

/** The hierarchy file in force, as it was applied. */
PKI_CHECKED bool pki_store_hierarchy(struct pki_store *store, struct pki_buf *text,
                                     struct pki_error *err);
PKI_CHECKED bool pki_store_add_hierarchy(struct pki_txn *txn, struct pki_bytes text,
                                         struct pki_error *err);

/* --- keys ---------------------------------------------------------------------------------- */

/** Fails: PKI_E_STATE the public key is known already (one key, one authority) */
PKI_CHECKED bool pki_store_add_key(struct pki_txn *txn, const struct pki_key_row *key, int64_t *id,
                                   struct pki_error *err);
/** The key's file has a new content (sealed, or a new passphrase). */
PKI_CHECKED bool pki_store_add_key_file(struct pki_txn *txn, int64_t key,
                                        const uint8_t sha256[PKI_SHA256_SIZE],
                                        struct pki_error *err);
/** found: false and no error when unknown. */
PKI_CHECKED bool pki_store_find_key(struct pki_store *store,
                                    const uint8_t spki_sha256[PKI_SHA256_SIZE], bool *found,
                                    struct pki_key_row *key, struct pki_error *err);
PKI_CHECKED bool pki_store_key_by_name(struct pki_store *store, const char *name, bool *found,
                                       struct pki_key_row *key, struct pki_error *err);
/** Keys with a file here, and those of authorities; of end entities' requests there may be many. */
PKI_CHECKED bool pki_store_list_keys(struct pki_store *store, struct pki_key_rows *keys,
                                     struct pki_error *err);

/* --- authorities --------------------------------------------------------------------------- */

/** Fails: PKI_E_STATE name, subject or key taken, or a second active authority in the line */
PKI_CHECKED bool pki_store_add_authority(struct pki_txn *txn, const struct pki_authority_row *row,
                                         int64_t at, int64_t *id, struct pki_error *err);
PKI_CHECKED bool pki_store_set_state(struct pki_txn *txn, int64_t authority,
                                     enum pki_authority_state state, int64_t at,
                                     struct pki_error *err);
/** By environment ("" : roots; NULL: all), purpose, generation. */
PKI_CHECKED bool pki_store_list_authorities(struct pki_store *store, const char *environment,
                                            const char *purpose, struct pki_authority_rows *rows,
                                            struct pki_error *err);
PKI_CHECKED bool pki_store_authority_by_name(struct pki_store *store, const char *name, bool *found,
                                             struct pki_authority_row *row, struct pki_error *err);
PKI_CHECKED bool pki_store_authority(struct pki_store *store, int64_t id,
                                     struct pki_authority_row *row, struct pki_error *err);

/* --- certificates -------------------------------------------------------------------------- */

/** Fails: PKI_E_STATE issuer and serial, or fingerprint, used before */
PKI_CHECKED bool pki_store_add_certificate(struct pki_txn *txn,
                                           const struct pki_certificate_row *row, int64_t *id,
                                           struct pki_error *err);
/** An authority and its first certificate refer to each other: add it with certificate 0 first. */
PKI_CHECKED bool pki_store_certificate(struct pki_store *store, int64_t id,
                                       struct pki_certificate_row *row, struct pki_error *err);
PKI_CHECKED bool pki_store_find_fingerprint(struct pki_store *store,
                                            const uint8_t fingerprint[PKI_SHA256_SIZE], bool *found,
                                            struct pki_certificate_row *row, struct pki_error *err);
PKI_CHECKED bool pki_store_find_serial(struct pki_store *store, const uint8_t serial[20],
                                       bool *found, struct pki_certificate_row *row,
                                       struct pki_error *err);
/** The TSA leaf of a time-stamping generation. */
PKI_CHECKED bool pki_store_find_companion(struct pki_store *store, int64_t authority, bool *found,
                                          struct pki_certificate_row *row, struct pki_error *err);
/** Certificates of authorities and companions (never all end entities): few. with DER. */
PKI_CHECKED bool pki_store_list_certificates(struct pki_store *store,
                                             struct pki_certificate_rows *rows,
                                             struct pki_error *err);
/** Every certificate in order of id, one at a time, flat memory; visit returns false to stop with
 *  its error. The row is borrowed during the call. */
PKI_CHECKED bool pki_store_each_certificate(struct pki_store *store,
                                            bool (*visit)(void *context,
                                                          const struct pki_certificate_row *row,
                                                          struct pki_error *err),
                                            void *context, struct pki_error *err);

/* --- publications --------------------------------------------------------------------------- */

PKI_CHECKED bool pki_store_add_publication(struct pki_txn *txn,
                                           const struct pki_publication_row *row,
                                           struct pki_error *err);
/** The latest of an environment; found false when none. */
PKI_CHECKED bool pki_store_last_publication(struct pki_store *store, const char *environment,
                                            bool *found, struct pki_publication_row *row,
                                            struct pki_error *err);
/** Whether a manifest was recorded for an environment, ever. */
PKI_CHECKED bool pki_store_was_published(struct pki_store *store, const char *environment,
                                         const uint8_t sha256[PKI_SHA256_SIZE], bool *was,
                                         struct pki_error *err);
/** When an authority was first part of a publication: time of the first one at or after it was
 *  issued; found false when it was not published yet. */
PKI_CHECKED bool pki_store_published_since(struct pki_store *store, int64_t authority, bool *found,
                                           int64_t *since, struct pki_error *err);

/* --- revocations, CRLs, cut-overs ------------------------------------------------------------- */

/** Fails: PKI_E_STATE issuer and serial are revoked already */
PKI_CHECKED bool pki_store_add_revocation(struct pki_txn *txn, const struct pki_revocation_row *row,
                                          int64_t *id, struct pki_error *err);
PKI_CHECKED bool pki_store_find_revocation(struct pki_store *store, int64_t issuer,
                                           struct pki_bytes serial, bool *found,
                                           struct pki_revocation_row *row, struct pki_error *err);
/** Highest id and number of an issuer's revocations; 0: none. Counting reads all: may be NULL. */
PKI_CHECKED bool pki_store_count_revocations(struct pki_store *store, int64_t issuer,
                                             int64_t *highest, int64_t *count,
                                             struct pki_error *err);
/** The earliest date among those of an issuer's revocations that a CRL does not cover; 0: none. */
PKI_CHECKED bool pki_store_earliest_unlisted(struct pki_store *store, int64_t issuer,
                                             int64_t covers, int64_t *earliest,
                                             struct pki_error *err);

/** Fails: PKI_E_STATE a number or a thisUpdate that does not grow, or a cover that shrinks */
PKI_CHECKED bool pki_store_add_crl(struct pki_txn *txn, const struct pki_crl_row *row, int64_t *id,
                                   struct pki_error *err);
PKI_CHECKED bool pki_store_last_crl(struct pki_store *store, int64_t issuer, bool *found,
                                    struct pki_crl_row *row, struct pki_error *err);
/** Oldest first; issuer 0: of all. */
PKI_CHECKED bool pki_store_list_crls(struct pki_store *store, int64_t issuer,
                                     struct pki_crl_rows *rows, struct pki_error *err);

PKI_CHECKED bool pki_store_add_cutover(struct pki_txn *txn, const struct pki_cutover_row *row,
                                       struct pki_error *err);
/** The latest cut-over to an authority; found false when none is recorded. */
PKI_CHECKED bool pki_store_find_cutover(struct pki_store *store, int64_t authority, bool *found,
                                        struct pki_cutover_row *row, struct pki_error *err);

/** State of an authority at a time, by its events. */
PKI_CHECKED bool pki_store_state_at(struct pki_store *store, int64_t authority, int64_t at,
                                    struct pki_state_row *row, struct pki_error *err);

/* --- journal --------------------------------------------------------------------------------- */

/** Append, covering every row that this transaction added since the last append. */
PKI_CHECKED bool pki_journal_append(struct pki_txn *txn, const struct pki_journal_entry *entry,
                                    struct pki_error *err);
PKI_CHECKED bool pki_journal_get_head(struct pki_store *store, struct pki_journal_head *head,
                                      struct pki_error *err);
/** Head as of the last entry that changed trust. */
PKI_CHECKED bool pki_journal_trust_head(struct pki_store *store, struct pki_journal_head *head,
                                        struct pki_error *err);
/** Whether some entry has this hash. */
PKI_CHECKED bool pki_journal_contains(struct pki_store *store, const uint8_t hash[PKI_SHA256_SIZE],
                                      bool *found, int64_t *counter, struct pki_error *err);

/** Who is told how far an audit is, and may stop it; borrowed, NULL: nobody. */
void pki_store_watch(struct pki_store *store, const struct pki_progress *progress);

/** integrity_check, foreign keys, schema, chain, covered rows. Findings are no failure. */
PKI_CHECKED bool pki_store_audit(struct pki_store *store, struct pki_store_findings *findings,
                                 struct pki_error *err);

#endif
