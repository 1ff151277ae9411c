/*
 * Inside the reconciling duty: what the files hold that the inventory does not
 * know. Read in reconcile_read.c, checked in reconcile_judge.c (its roots in
 * reconcile_roots.c), recorded in reconcile_record.c, its lists in
 * reconcile_lists.c.
 *
 * Certificates and CRLs count by the signature of one of our keys alone; where
 * a file came from says nothing. Manifests only name: whose head the journal
 * lacks, and what else must be given.
 */
#ifndef PKI_OPS_RECONCILE_H
#define PKI_OPS_RECONCILE_H

#include "ops/alarm.h"
#include "ops/crl_file.h"
#include "ops/draft.h"
#include "x509/cert.h"
#include "x509/crl.h"

struct pki_found_cert {
    struct pki_cert *cert;
    const struct pki_profile *profile;
    const struct pki_algorithm *algorithm;
    const struct pki_line_plan *plan; /* of an authority; NULL: an end entity */
    int64_t generation;
    char name[PKI_NAME_MAX];         /* of its key, and of an authority */
    struct pki_authority_row issuer; /* id 0: an authority of the same draft, found[above] */
    size_t above;
    bool foreign;          /* issued elsewhere under our authority: passed over */
    bool companion;        /* the time-stamping leaf of its issuer's generation */
    int64_t authority_row; /* once recorded */
};

struct pki_found_crl {
    struct pki_buf der;
    struct pki_crl crl;              /* views into der */
    struct pki_authority_row issuer; /* id 0: found[above] */
    size_t above;
    uint8_t signer[PKI_SHA256_SIZE]; /* of the issuer's SubjectPublicKeyInfo */
    int64_t number;
    size_t entries, unknown; /* unknown: not recorded as revoked */
    size_t added;
    bool newer;  /* than the last one that is recorded: it becomes one of ours */
    bool absent; /* it is recorded, and its file is missing or damaged: it is put back */
    bool named;  /* its file, while it is recorded */
};

/* What was seen outside, as the journal will call it reconciled; with or without an alarm. */
struct pki_answered {
    char seen[PKI_NAME_MAX];
    char detail[300];
    bool lost; /* by the word alone */
};

/* Fixed room: a manifest names few dozens. What is over it is given in a second run. */
#define PKI_RECONCILE_MAX 256

/* What a list brings of a certificate that trust files hold. */
struct pki_found_revocation {
    char name[PKI_NAME_MAX];
    struct pki_bytes serial; /* in the list */
    char treatment[8];
};

struct pki_reconcile {
    struct pki_session *session;
    struct pki_found_cert certs[PKI_RECONCILE_MAX];
    size_t n_certs, n_foreign;
    struct pki_found_crl crls[PKI_RECONCILE_MAX];
    size_t n_crls, n_newer;
    struct pki_found_revocation revocations[PKI_RECONCILE_MAX]; /* the first of them, for people */
    size_t n_revocations;
    struct pki_manifest manifests[PKI_RECONCILE_MAX];
    size_t n_manifests;
    struct pki_answered answered[PKI_RECONCILE_MAX];
    size_t n_answered;
    struct pki_alarm_row left; /* an alarm that stays; seen "": none */
};

/** Take in a file's manifest, certificates or CRLs; what is known already is passed over. */
PKI_CHECKED bool pki_reconcile_file(struct pki_reconcile *reconcile, const char *path,
                                    struct pki_error *err);

/** Find issuers, check signatures, lint; order: authorities first. */
PKI_CHECKED bool pki_reconcile_judge(struct pki_reconcile *reconcile, struct pki_error *err);

/** A root is taken in by no file, as nobody of ours has signed it: refuse every certificate and
 *  manifest that names one which the inventory does not know. Fails: PKI_E_STATE */
PKI_CHECKED bool pki_reconcile_check_roots(const struct pki_reconcile *reconcile,
                                           struct pki_error *err);

/** Refuse the name of such a root, as an issuer's; other names pass. Fails: PKI_E_STATE */
PKI_CHECKED bool pki_reconcile_check_name(const struct pki_reconcile *reconcile,
                                          struct pki_bytes name, struct pki_error *err);

/** "Example Root CA G3" is generation 3 of what the hierarchy calls "Example Root CA"; 0: it is
 *  none. */
int64_t pki_reconcile_generation(const char *planned, struct pki_bytes common_name);

/** Whether the inventory, or a file that was given, has a certificate. */
PKI_CHECKED bool pki_reconcile_has_cert(const struct pki_reconcile *reconcile,
                                        const uint8_t sha256[PKI_SHA256_SIZE], bool *known,
                                        struct pki_error *err);

/** Whether a manifest of an export that has this list still holds a certificate in a trust file. */
PKI_CHECKED bool pki_reconcile_trusts(const struct pki_reconcile *reconcile,
                                      const struct pki_found_crl *found,
                                      const uint8_t fingerprint[PKI_SHA256_SIZE], bool *trusts,
                                      struct pki_error *err);

/** Note what the lists bring of certificates that trust files hold. */
PKI_CHECKED bool pki_reconcile_note_lists(struct pki_reconcile *reconcile, struct pki_error *err);

/** A revocation is never told otherwise (rule 6): refuse a newer list's entry that differs from
 *  what is recorded, since no list could follow it. Fails: PKI_E_POLICY */
PKI_CHECKED bool pki_reconcile_same(const struct pki_found_crl *found,
                                    const struct pki_revocation_row *row,
                                    const struct pki_crl_entry *entry, struct pki_error *err);

/** The name of whoever issued: recorded, or found itself. */
const char *pki_reconcile_issuer(const struct pki_reconcile *own,
                                 const struct pki_authority_row *issuer, size_t above);

/** Record the revocations of a list, and the list itself where it is newer. */
PKI_CHECKED bool pki_reconcile_add_list(struct pki_txn *txn, const struct pki_reconcile *own,
                                        struct pki_found_crl *found, int64_t at,
                                        struct pki_error *err);

/* Hooks of the duty, for its lists. */
size_t pki_reconcile_reserves(const struct pki_draft *draft);
PKI_CHECKED bool pki_reconcile_reserve(const struct pki_draft *draft, size_t nth,
                                       struct pki_reservation_row *row, struct pki_error *err);
void pki_reconcile_undo(const struct pki_draft *draft);

/* reconcile_record.c: what the pipeline of drafts does with it. */
extern const struct pki_draft_duty pki_reconcile_duty;

#endif
