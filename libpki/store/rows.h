/*
 * What the inventory's rows look like to the program: plain structs, filled by
 * pki_store_find_* and _list_* of store/store.h and given to its _add_*.
 *
 * Text is in fixed fields with its NUL. Bytes of any length are in buffers that
 * the row owns; they are freed with the row's or the list's _clear. For _add_*
 * they are only read. 0 stands for a row that is not referred to.
 */
#ifndef PKI_STORE_ROWS_H
#define PKI_STORE_ROWS_H

#include "base/buf.h"
#include "crypto/digest.h"

#define PKI_NAME_MAX 128 /* an authority's or key's name with its NUL */
#define PKI_WORD_MAX 41  /* environment, purpose, root: [a-z0-9-], with NUL */

/* The subject of a rehearsal's first journal entry: what a cellar is, it is from its beginning. */
#define PKI_REHEARSAL "rehearsal"

struct pki_cellar_row {
    uint8_t id[16];
    int64_t created_at;
    char tool[64];       /* version that made it */
    const char *made_by; /* actor of its first entry, when it is made; NULL: the tool */
    bool rehearsal;
};

/* What opens a key's file. */
enum pki_key_policy {
    PKI_POLICY_PASSPHRASE,
    PKI_POLICY_SHARES,
    PKI_POLICY_BOTH, /* shares, and the passphrase they were made with */
};
const char *pki_policy_name(enum pki_key_policy policy);

struct pki_key_row {
    int64_t id;
    char name[PKI_NAME_MAX]; /* of its file without ".key": "prod-code-signing-g1" */
    char algorithm[16];      /* pki_algorithm name */
    char location[8];        /* "file" or "outside" (from a CSR: we never had it) */
    uint8_t spki_sha256[PKI_SHA256_SIZE];
    uint8_t key_id[20]; /* subject key identifier */
    bool has_file;
    uint8_t file_sha256[PKI_SHA256_SIZE]; /* of the key file as last written */
    bool destroyed;                       /* its file was here, and is no more */
    bool chosen;                          /* how it is opened was ever changed */
    enum pki_key_policy policy;           /* what opens it now; a key is added with a passphrase */
};

struct pki_key_rows {
    struct pki_key_row *list;
    size_t n;
};
void pki_key_rows_clear(struct pki_key_rows *keys);

enum pki_authority_state {
    PKI_STATE_NEXT,
    PKI_STATE_ACTIVE,
    PKI_STATE_RETIRING,
    PKI_STATE_RETIRED,
    PKI_STATE_REVOKED,
    PKI_STATES,
};
const char *pki_state_name(enum pki_authority_state state);

/* An authority's state at a time. */
struct pki_state_row {
    bool found; /* false: it did not exist yet */
    enum pki_authority_state state;
    int64_t since;
};

struct pki_authority_row {
    int64_t id;
    char name[PKI_NAME_MAX];        /* "root-g1", "prod-code-signing-g2" */
    char root[PKI_WORD_MAX];        /* the hierarchy's root: of itself, or of its line */
    char environment[PKI_WORD_MAX]; /* "" for a root */
    char purpose[PKI_WORD_MAX];     /* "" for a root */
    int64_t generation;             /* 1, 2, ... */
    enum pki_authority_state state; /* as of now */
    int64_t state_since;
    int64_t key;            /* row id */
    int64_t certificate;    /* its newest own certificate (self-signed or issued) */
    int64_t issuer;         /* authority that issued it; itself for a root */
    struct pki_buf subject; /* DER Name */
};

struct pki_authority_rows {
    struct pki_authority_row *list;
    size_t n;
};
void pki_authority_row_clear(struct pki_authority_row *row);
void pki_authority_rows_clear(struct pki_authority_rows *rows);

struct pki_certificate_row {
    int64_t id;
    int64_t issuer;    /* authority */
    int64_t authority; /* whom it certifies; 0 for an end entity */
    int64_t key;       /* row id of its key */
    char profile[32];
    uint8_t serial[20];
    uint8_t fingerprint[PKI_SHA256_SIZE];
    int64_t not_before, not_after;
    int64_t issued_at;
    int64_t companion;      /* authority whose generation it belongs to (a TSA leaf), or 0 */
    struct pki_buf subject; /* DER Name */
    struct pki_buf der;     /* always filled */
};

struct pki_certificate_rows {
    struct pki_certificate_row *list;
    size_t n;
};
void pki_certificate_row_clear(struct pki_certificate_row *row);
void pki_certificate_rows_clear(struct pki_certificate_rows *rows);

struct pki_reservation_row {
    int64_t id;
    char kind[16];              /* "certificate", later "crl", "seal" */
    char subject[PKI_NAME_MAX]; /* what for: "prod-code-signing-g1" */
    uint8_t serial[20];
    uint8_t signer[PKI_SHA256_SIZE]; /* SPKI digest of the key that will sign */
    uint8_t body[PKI_SHA256_SIZE];   /* digest of the to-be-signed bytes */
    char key_name[PKI_NAME_MAX];     /* key file that is made for it; "" when none */
    int64_t reserved_at;
    char outcome[16]; /* "open", "done", "abandoned" */
};

struct pki_reservation_rows {
    struct pki_reservation_row *list;
    size_t n;
};
void pki_reservation_rows_clear(struct pki_reservation_rows *rows);

/* The journal entry that reserved it. */
struct pki_reserved_by {
    int64_t entry, at;
    char approval[65]; /* prepared: the digest to be approved, in hex; "": it was to be signed */
    char until[21];    /* prepared: when it can be signed last; "": the entry does not say */
    char actor[400];   /* tool, version and command line */
};

struct pki_publication_row {
    char environment[PKI_WORD_MAX];
    int64_t published_at;
    int64_t counter;                          /* journal entry that last changed trust */
    uint8_t manifest_sha256[PKI_SHA256_SIZE]; /* of manifest.json */
    int64_t as_of;
};

/* How trust files treat what a revoked certificate signed. */
struct pki_revocation_row {
    int64_t id;
    int64_t issuer;     /* authority, also of certificates that others issued under its key */
    uint8_t serial[20]; /* INTEGER content octets as in the certificate */
    size_t serial_size;
    int64_t revoked_at;
    int reason; /* RFC 5280 5.3.1; 0 is unspecified */
    bool has_invalidity;
    int64_t invalidity_at;
    char treatment[8]; /* "drop" or "end" */
};

struct pki_crl_row {
    int64_t id;
    int64_t issuer; /* authority */
    int64_t number;
    int64_t this_update, next_update;
    int64_t entries;
    int64_t covers; /* highest id of the revocations that it holds; 0: none */
    int64_t size;
    uint8_t sha256[PKI_SHA256_SIZE]; /* of the file crls/NAME-NUMBER.crl (DER) */
};

struct pki_crl_rows {
    struct pki_crl_row *list;
    size_t n;
};
void pki_crl_rows_clear(struct pki_crl_rows *rows);

/* The outside switched to this authority. */
struct pki_cutover_row {
    int64_t authority;
    int64_t at;
    int64_t recorded_at;
    bool has_proof;
    uint8_t proof_sha256[PKI_SHA256_SIZE]; /* of the file that proves it */
};

struct pki_journal_entry {
    int64_t at;
    const char *action;  /* "init", "root", "reserve", "issue", "export", "abandon", ... */
    const char *subject; /* what it is about: an authority's name, an environment */
    const char *detail;  /* one line for people; no secrets */
    const char *actor;   /* tool, version, build, command line without secrets */
    bool trust;          /* whether it changes what verifiers should trust */
    bool prepares;       /* a reservation, or its end: nothing is decided by it */
};

struct pki_journal_head {
    int64_t counter; /* number of the last entry; 0: empty */
    int64_t at;
    uint8_t hash[PKI_SHA256_SIZE];
};

/* A head met outside, against the journal. */
enum pki_place {
    PKI_PLACE_KNOWN,  /* the journal holds it */
    PKI_PLACE_AHEAD,  /* the journal ends before it: this cellar is older */
    PKI_PLACE_FORKED, /* another entry has its number */
};

struct pki_alarm_row {
    int64_t at;
    char seen[PKI_NAME_MAX]; /* what was met (ops/alarm.h) */
    char detail[300];
};

struct pki_alarm_rows {
    struct pki_alarm_row *list;
    size_t n;
};
void pki_alarm_rows_clear(struct pki_alarm_rows *rows);

struct pki_backups_row {
    int64_t finished; /* how many, ever */
    int64_t last_at, last_entry;
    bool changed;       /* trust, after it */
    int64_t changed_at; /* the first time */
    bool open;          /* one was begun after it */
    int64_t open_at;
    char open_to[300];
};

/* What an audit of the store itself finds; each text safe to print. */
struct pki_store_findings {
    char (*list)[300];
    size_t n;
    int64_t entries; /* journal entries checked */
    int64_t rows;    /* rows whose digests were checked */
};
void pki_store_findings_clear(struct pki_store_findings *findings);

#endif
