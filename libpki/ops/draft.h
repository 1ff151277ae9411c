/*
 * A draft's inside: what a signing duty is about to sign, one item a
 * certificate, in the order in which they are signed.
 *
 * A duty fills items (who, which key, from when to when, signed by whom) and
 * has each built: serial, body, lint. After that nothing changes any more but
 * by pki_draft_sign, which signs the very bytes that were linted. Makers
 * (x509/build) and checkers (x509/cert, x509/lint) meet only here.
 *
 * Beside items a draft may hold changes of authorities' states, and one duty of
 * another kind (a revocation, a CRL), which is a table of hooks. All of it goes
 * through the same steps, in one reserving and one recording transaction.
 */
#ifndef PKI_OPS_DRAFT_H
#define PKI_OPS_DRAFT_H

#include "pki/approval.h"
#include "ops/approval.h"
#include "ops/draft_duty.h"
#include "x509/build.h"
#include "x509/lint.h"
#include "x509/name.h"
#include "x509/request.h"

#define PKI_DRAFT_ITEMS   4 /* two generations, each with its time-stamping leaf */
#define PKI_DRAFT_NAMES   100
#define PKI_DRAFT_CHANGES 8

/* notBefore is set back so far: other clocks run behind (rule 13). */
#define PKI_DRAFT_SET_BACK 300

/* Who signs an item: another item of the draft (itself for a root), or the draft's issuer. */
#define PKI_SIGNER_ISSUER (-1)

struct pki_draft_item {
    const struct pki_profile *profile;
    char name[PKI_NAME_MAX]; /* of the authority, or of an end entity's record */
    char common_name[256];   /* or "" */
    int signer;
    const struct pki_draft_item *of; /* a cross-certificate's root: whose key it certifies again */
    int64_t generation;              /* of an authority; 0 otherwise */
    enum pki_authority_state state;  /* of an authority, once recorded */

    struct pki_key *key;         /* fresh; NULL: the key is elsewhere */
    char shared[PKI_NAME_MAX];   /* one before it in its line whose key needs shares; or "" */
    size_t rolls;                /* of dice that were mixed into it */
    struct pki_request *request; /* where its public key came from; NULL for a fresh one */
    const char *source;          /* the request's file, borrowed from the duty's request */
    struct pki_secret *passphrase;
    const struct pki_algorithm *algorithm; /* of the item's own key */
    struct pki_buf spki;
    uint8_t spki_sha256[PKI_SHA256_SIZE];
    uint8_t key_id[PKI_SKI_SIZE];

    struct pki_buf subject; /* DER Name */
    int64_t not_before, not_after;
    bool shortened; /* not_after is the issuer's, not what the hierarchy says */
    char *crl_url, *issuer_url;
    struct pki_san *names;
    size_t n_names;

    uint8_t serial[PKI_SERIAL_SIZE];
    struct pki_buf body;
    uint8_t body_sha256[PKI_SHA256_SIZE];
    struct pki_cert *read; /* the body as our reader sees it */
    struct pki_lint_findings findings;

    /* Filled while signing. */
    int64_t reservation;
    uint8_t file_sha256[PKI_SHA256_SIZE];
    struct pki_buf der;
    uint8_t fingerprint[PKI_SHA256_SIZE];
    int64_t key_row, authority_row;
};

/* A state that a recorded authority takes. */
struct pki_draft_change {
    int64_t authority;
    char name[PKI_NAME_MAX];
    enum pki_authority_state from, to;
};

struct pki_draft {
    const char *action; /* "root", "issue": the journal's word */
    char root[PKI_WORD_MAX], environment[PKI_WORD_MAX], purpose[PKI_WORD_MAX];
    char subject[PKI_NAME_MAX]; /* what the journal says it is about */
    bool rehearsal;             /* what it makes is marked */
    int64_t now;     /* the clock when it was prepared, also where it is approved later */
    int64_t counter; /* the journal's last entry then */
    struct pki_approval approval;
    struct pki_buf room; /* what pki_session_check_room found; may be empty */

    /* The authority that signs, but for a root and what stands below another item. */
    bool has_issuer;
    struct pki_authority_row issuer;
    struct pki_key_row issuer_key;
    const struct pki_algorithm *issuer_algorithm;
    struct pki_cert *issuer_cert;

    struct pki_draft_item items[PKI_DRAFT_ITEMS];
    size_t n;

    struct pki_draft_change changes[PKI_DRAFT_CHANGES]; /* in the order in which they are made */
    size_t n_changes;

    const struct pki_draft_duty *duty; /* or NULL */
    void *own;                         /* the duty's; freed by it */
    int64_t reservation;               /* the duty's first, or 0; what follows has the next ids */
    size_t n_reservations;

    char confirm[256]; /* the name to be typed; "": the first item's */
    char next[160];    /* the command that usually follows */
};

/** An empty draft; checks the rollback alarm and the room, notes clock and journal.
 *  Fails: PKI_E_STATE, PKI_E_POLICY */
PKI_CHECKED bool pki_draft_begin(struct pki_session *session, const char *action,
                                 struct pki_draft **draft, struct pki_error *err);

/** The same for what needs no key: the clock is looked at, the network does not matter. */
PKI_CHECKED bool pki_draft_begin_keyless(struct pki_session *session, const char *action,
                                         struct pki_draft **draft, struct pki_error *err);

/** As the one before, also while the rollback alarm is raised: for what puts it out. */
PKI_CHECKED bool pki_draft_begin_behind(struct pki_session *session, const char *action,
                                        struct pki_draft **draft, struct pki_error *err);

/** Have it confirmed by a recorded authority's common name. */
PKI_CHECKED bool pki_draft_confirm_by(struct pki_draft *draft, const struct pki_authority_row *row,
                                      struct pki_error *err);

/** Note whose line it is about. */
void pki_draft_set_line(struct pki_draft *draft, const struct pki_line_plan *plan);

/** Take an authority of the inventory as the issuer: its key is opened before anything is reserved.
 * @issuer as it was just read; copied
 * Fails: PKI_E_POLICY the clock lies outside its validity; PKI_E_INTEGRITY its certificate cannot
 * be read */
PKI_CHECKED bool pki_draft_set_issuer(struct pki_session *session, struct pki_draft *draft,
                                      const struct pki_authority_row *issuer,
                                      struct pki_error *err);

/** Have a recorded authority change its state; changes are made before authorities are added. */
void pki_draft_change(struct pki_draft *draft, const struct pki_authority_row *authority,
                      enum pki_authority_state to);

/** The next item, zeroed but for its profile and signer. */
struct pki_draft_item *pki_draft_add(struct pki_draft *draft, const struct pki_profile *profile,
                                     int signer);

/* --- keys (draft_keys in draft_build.c) ------------------------------------------------------ */

/** Make a key; of what was prepared: open the one that was sealed then, by its passphrase. */
PKI_CHECKED bool pki_item_fresh_key(struct pki_session *session, const struct pki_draft *draft,
                                    struct pki_draft_item *item,
                                    const struct pki_algorithm *algorithm, struct pki_error *err);

/** Whether the rolls of dice that the session asks for went into a key of the draft.
 *  Fails: PKI_E_USAGE no key is made here */
PKI_CHECKED bool pki_draft_check_dice(const struct pki_session *session,
                                      const struct pki_draft *draft, struct pki_error *err);

/** Take key and subject of another item. Fails: PKI_E_POLICY */
PKI_CHECKED bool pki_item_certify(struct pki_draft_item *item, const struct pki_draft_item *of,
                                  struct pki_error *err);
/** A cross-certificate is of one that there is. */
bool pki_item_makes_authority(const struct pki_draft_item *item);

/** Note whether one before it in its line has a key that needs shares: this one is sealed under a
 *  passphrase, and who keeps shares must hear of it. */
PKI_CHECKED bool pki_item_look_before(struct pki_session *session, const struct pki_draft *draft,
                                      struct pki_draft_item *item, struct pki_error *err);

/** Take the key of a request's file. @algorithm the one it must have, or NULL: any of the
 *  profile's. Fails: PKI_E_USAGE, PKI_E_FORMAT the file; PKI_E_POLICY; PKI_E_STATE known already */
PKI_CHECKED bool pki_item_request(struct pki_session *session, struct pki_draft *draft,
                                  struct pki_draft_item *item, const char *path,
                                  const struct pki_algorithm *algorithm, struct pki_error *err);

/* --- names, addresses, bodies ---------------------------------------------------------------- */

PKI_CHECKED bool pki_item_subject(struct pki_draft_item *item, const struct pki_name *name,
                                  struct pki_error *err);

/** Addresses with {authority} filled in, as far as the profile takes them. */
PKI_CHECKED bool pki_item_addresses(struct pki_draft_item *item, const char *crl_url,
                                    const char *issuer_url, const char *authority,
                                    struct pki_error *err);

/** From now (set back, never before the signer's) for a validity, never past the signer's. */
void pki_item_dates(const struct pki_draft *draft, struct pki_draft_item *item,
                    struct pki_period validity);

/** Serial, body, reading it, lint. Fails: PKI_E_POLICY, PKI_E_CRYPTO */
PKI_CHECKED bool pki_item_build(const struct pki_draft *draft, struct pki_draft_item *item,
                                struct pki_error *err);

/** The certificate, as read, of whoever signs the item: its own body for a root's. */
const struct pki_cert *pki_item_signer(const struct pki_draft *draft,
                                       const struct pki_draft_item *item);

/** The algorithm by which it is signed. */
const struct pki_algorithm *pki_item_signs_with(const struct pki_draft *draft,
                                                const struct pki_draft_item *item);

/* --- on the way to a signature (draft_sign.c) --------------------------------------------------
 */

/** Fails: PKI_E_STATE something was recorded since the draft was made */
PKI_CHECKED bool pki_draft_check_unmoved(struct pki_session *session, const struct pki_draft *draft,
                                         struct pki_error *err);
/** New passphrases for the keys that were made for it. */
PKI_CHECKED bool pki_draft_ask_fresh(struct pki_session *session, struct pki_draft *draft,
                                     struct pki_error *err);
/** Seal those keys. */
PKI_CHECKED bool pki_draft_write_keys(struct pki_session *session, struct pki_draft *draft,
                                      struct pki_error *err);

/** Append the items as certificates under throw-away keys (draft_review.c). */
PKI_CHECKED bool pki_draft_review_pem(const struct pki_draft *draft, struct pki_buf *pem,
                                      struct pki_error *err);

/* --- the record (draft_record.c) ------------------------------------------------------------- */

/** What was prepared is reserved already.
 *  @approval  the digest that will be approved; NULL: it is signed at once */
PKI_CHECKED bool pki_draft_reserve(struct pki_session *session, struct pki_draft *draft,
                                   const uint8_t *approval, struct pki_error *err);
/** How many rows the duty reserves beside the items. */
size_t pki_draft_reserves(const struct pki_draft *draft);
/** The SPKI digest of whoever signs an item. */
void pki_item_signer_digest(const struct pki_draft *draft, const struct pki_draft_item *item,
                            uint8_t digest[PKI_SHA256_SIZE]);
PKI_CHECKED bool pki_draft_record(struct pki_session *session, struct pki_draft *draft,
                                  struct pki_error *err);
/** Record the reservations as abandoned, as well as it goes: the failure that led here counts. */
void pki_draft_give_up(struct pki_session *session, const struct pki_draft *draft, const char *why);

/** Tables of what was made, and "Next". */
void pki_draft_made(const struct pki_draft *draft, struct pki_report *report);

#endif
