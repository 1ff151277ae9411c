/*
 * SQLite, as the rest of the store sees it: named queries, bound and read in
 * order, and one place where SQLite's errors become ours.
 *
 *   pki_scope(pki_statement) query = {0};
 *   if (!pki_statement_begin(store, PKI_QUERY_KEY_BY_NAME, &query, err))
 *       return false;
 *   pki_bind_text(&query, name);                 ?1, ?2, ... one after the other
 *   if (!pki_statement_step(&query, &found, err))
 *       return false;
 *   row->id = pki_column_integer(&query);        columns, one after the other
 *   return pki_column_ok(&query, err);
 *
 * Binding and reading remember that something failed and tell once: at the
 * next step, and at pki_column_ok. A query is prepared at its first use and
 * kept; it cannot be in use twice at a time.
 */
#ifndef PKI_STORE_SQL_H
#define PKI_STORE_SQL_H

#include <sqlite3.h>

#include "store/queries.h"
#include "store/scan.h"
#include "store/store.h"

struct pki_store {
    sqlite3 *db;
    enum pki_store_mode mode;
    struct pki_txn *txn;                 /* the one that is open, or NULL */
    bool committing;                     /* inside pki_txn_commit */
    int64_t recorded;                    /* pki_store_recorded */
    const struct pki_progress *progress; /* of an audit; or NULL */
    struct pki_revocation_scan *scan;    /* the one that is open, or NULL */
    sqlite3_stmt *statements[PKI_QUERIES];
};

struct pki_statement {
    struct pki_store *store;
    sqlite3_stmt *stmt;
    int bound;
    int bind_result; /* the first SQLite error of a binding */
    int column;
    bool damaged;   /* a cell does not hold what the schema promises */
    bool exhausted; /* no memory for a cell */
};

PKI_CHECKED bool pki_statement_begin(struct pki_store *store, enum pki_query query,
                                     struct pki_statement *statement, struct pki_error *err);
void pki_bind_integer(struct pki_statement *statement, int64_t value);
/** 0 is NULL: references to a row that need not be there. */
void pki_bind_reference(struct pki_statement *statement, int64_t id);
void pki_bind_null(struct pki_statement *statement);
/* Borrowed until the statement is cleared. NULL is NULL. */
void pki_bind_text(struct pki_statement *statement, const char *text);
void pki_bind_bytes(struct pki_statement *statement, struct pki_bytes bytes);

PKI_CHECKED bool pki_statement_step(struct pki_statement *statement, bool *row,
                                    struct pki_error *err);
/** A statement without rows, or whose rows do not matter. */
PKI_CHECKED bool pki_statement_run(struct pki_statement *statement, struct pki_error *err);
void pki_statement_clear(struct pki_statement *statement);

/** begin + run, without parameters. */
PKI_CHECKED bool pki_query_run(struct pki_store *store, enum pki_query query,
                               struct pki_error *err);
/** begin + one row with one integer. */
PKI_CHECKED bool pki_query_integer(struct pki_store *store, enum pki_query query, int64_t *value,
                                   struct pki_error *err);

int64_t pki_column_integer(struct pki_statement *statement);
/** Text that fits, with its NUL and without another. */
void pki_column_text(struct pki_statement *statement, char *text, size_t size);
/** Exactly so many octets. */
void pki_column_octets(struct pki_statement *statement, uint8_t *octets, size_t size);
/** Replaces what the buffer held. */
void pki_column_buf(struct pki_statement *statement, struct pki_buf *buf);
/** Text or octets, borrowed until the next step. */
struct pki_bytes pki_column_view(struct pki_statement *statement);
/** Whether the next column is NULL; if so, steps over it. */
bool pki_column_skip_null(struct pki_statement *statement);
/** Fails: PKI_E_INTEGRITY a cell was not what the schema promises; PKI_E_MEMORY */
PKI_CHECKED bool pki_column_ok(const struct pki_statement *statement, struct pki_error *err);

/** One zeroed element more at the end of a list (the address of a pointer); NULL: PKI_E_MEMORY. */
void *pki_rows_extend(void *list, size_t *n, size_t size, struct pki_error *err);

/** Report what SQLite answered. Always false. */
bool pki_sql_fail(struct pki_store *store, int result, struct pki_error *err);
/** Report a write-ahead log. Always false. */
bool pki_sql_fail_log(struct pki_error *err);

/* --- connection settings: settings.c --------------------------------------------------------- */

/** Before the first connection: no threads, no bookkeeping of memory. */
void pki_sql_configure(void);

/* What SQLite is told, and tells us, where it asks for more than its own files. It knows no such
   codes of its own. */
#define PKI_SQLITE_SEVERAL (SQLITE_PERM | (1 << 8)) /* the journal of several databases */
#define PKI_SQLITE_LOG     (SQLITE_PERM | (2 << 8)) /* a write-ahead log */
/** The name of what stands between SQLite and the system's files: vfs.c; NULL: no memory. */
const char *pki_sql_guard(void);
/** What every connection is given before its first query. */
PKI_CHECKED bool pki_settings_apply(struct pki_store *store, struct pki_error *err);
/**
 * Bring an inventory of an older version, opened for writing, to this one. A copy of how it was
 * stays in cellar.db.vN.bak.
 *
 * Fails: PKI_E_STORE not for writing, not the schema of its version, or another file has the
 *        copy's name; PKI_E_INTEGRITY head; PKI_E_IO; PKI_E_LOCKED
 */
PKI_CHECKED bool pki_store_migrate(struct pki_store *store, int dir, int64_t version,
                                   const struct pki_store_opener *by, struct pki_error *err);
/** Make the function known that its query calls: scan.c. */
PKI_CHECKED bool pki_scan_prepare(struct pki_store *store, struct pki_error *err);
/** Begin a reading transaction, which lasts until the next pki_store_begin: txn.c. */
void pki_store_read_on(struct pki_store *store);
/** Whether the schema is that of a version, before anything is asked of it: schema.c.
 *  Fails: PKI_E_INTEGRITY names what differs */
PKI_CHECKED bool pki_schema_check(struct pki_store *store, int64_t version, struct pki_error *err);
/** An inventory in memory with the schema of this version; owned by the caller. */
PKI_CHECKED bool pki_store_blank(struct pki_store **store, struct pki_error *err);
/** The same of an earlier version: for its schema alone. */
PKI_CHECKED bool pki_store_blank_of(int64_t version, struct pki_store **store,
                                    struct pki_error *err);

/* --- what the journal covers: txn.c, cover.c -------------------------------------------------- */

enum pki_relation {
    PKI_RELATION_CELLAR,
    PKI_RELATION_HIERARCHY,
    PKI_RELATION_KEY,
    PKI_RELATION_KEY_FILE,
    PKI_RELATION_AUTHORITY,
    PKI_RELATION_AUTHORITY_EVENT,
    PKI_RELATION_CERTIFICATE,
    PKI_RELATION_CERTIFICATE_DER,
    PKI_RELATION_REVOCATION,
    PKI_RELATION_RESERVATION,
    PKI_RELATION_RESERVATION_END,
    PKI_RELATION_PUBLICATION,
    PKI_RELATION_CRL,
    PKI_RELATION_CUTOVER,
    PKI_RELATION_KEY_POLICY,
    PKI_RELATION_SHARE,
    PKI_RELATION_SHARE_PROOF,
    PKI_RELATIONS,
};

struct pki_covered_row {
    enum pki_relation relation;
    int64_t id;
};

struct pki_txn {
    struct pki_store *store;
    struct pki_covered_row *rows; /* added and not yet covered */
    size_t n, capacity;
    int64_t entry; /* the last one appended to the journal; 0 when none */
    bool decides;  /* one of them is more than a reservation or its end */
};

/** Run an INSERT and remember its row, so that the journal must cover it. id may be NULL. */
PKI_CHECKED bool pki_txn_insert(struct pki_txn *txn, enum pki_relation relation,
                                struct pki_statement *insert, int64_t *id, struct pki_error *err);
/** The same for a table without a row number of SQLite's: the id was bound. */
PKI_CHECKED bool pki_txn_insert_as(struct pki_txn *txn, enum pki_relation relation,
                                   struct pki_statement *insert, int64_t id, struct pki_error *err);

const char *pki_relation_name(enum pki_relation relation);
/** PKI_RELATIONS when there is none. */
enum pki_relation pki_relation_by_name(struct pki_bytes name);
/** The list of columns that new rows are covered with. */
int64_t pki_relation_version(enum pki_relation relation);
enum pki_query pki_relation_beyond(enum pki_relation relation);

#define PKI_COVER_COLUMNS 16 /* at most, in a list */
#define PKI_COVER_LOCATOR 4  /* octets that tell which cell differs */

struct pki_cover {
    bool found;
    size_t columns;
    uint8_t digests[PKI_SHA256_SIZE + PKI_COVER_COLUMNS * PKI_COVER_LOCATOR];
    const char *names[PKI_COVER_COLUMNS]; /* borrowed from the cached query */
};
struct pki_bytes pki_cover_view(const struct pki_cover *cover);

/** Digest a row as it stands in the table. */
PKI_CHECKED bool pki_cover_row(struct pki_store *store, const struct pki_covered_row *row,
                               struct pki_cover *cover, struct pki_error *err);

/* --- the chain: journal.c --------------------------------------------------------------------- */

struct pki_chain_entry {
    int64_t id, at, trust;
    struct pki_bytes action, subject, detail, actor, previous;
};
struct pki_chain_row {
    int64_t entry, position, row, version;
    struct pki_bytes relation, digests;
};

/* What the hash of an entry is taken over, built up in one buffer. */
void pki_chain_begin(struct pki_buf *image, const struct pki_chain_entry *entry);
void pki_chain_add(struct pki_buf *image, const struct pki_chain_row *row);

/** Read the columns of an entry and of a row of one; borrowed until the next step. */
void pki_chain_read_entry(struct pki_statement *query, struct pki_chain_entry *entry,
                          uint8_t hash[PKI_SHA256_SIZE]);
void pki_chain_read_row(struct pki_statement *query, struct pki_chain_row *row);

/** Whether the last entry's hash is right. Fails: PKI_E_INTEGRITY */
PKI_CHECKED bool pki_journal_check_head(struct pki_store *store, struct pki_error *err);

#endif
