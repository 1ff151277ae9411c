/*
 * Inside the CRL duty: a list between being prepared (ops/crl.c) and being
 * signed and recorded (ops/crl_sign.c).
 */
#ifndef PKI_OPS_CRL_H
#define PKI_OPS_CRL_H

#include "ops/crl_file.h"
#include "ops/draft.h"
#include "x509/crl_build.h"
#include "x509/crl_compare.h"

#define PKI_CRL_SHOWN 20 /* differences that are listed; all are counted */

/* A difference to the last list, for people. */
struct pki_crl_shown {
    char serial[41];
    char name[PKI_NAME_MAX];
    int reason;
    int64_t revoked_at;
};

/* What a draft of this duty owns. The body is read once, when it is checked: from then on its
   digest, as the key signs it, and its sum stand for it. */
struct pki_crl_work {
    struct pki_session *session; /* outlives the draft */
    struct pki_crl_draft *list;
    struct pki_crl_row row;
    bool has_last;
    struct pki_crl_row last;
    char file[PKI_CRL_FILE_MAX];
    struct pki_reservation_rows reserved; /* its lists, when this one was prepared */
    int64_t spent;                        /* the highest number among them, or 0 */
    bool named;                           /* its file has its name */
    uint8_t digest[PKI_DIGEST_MAX];
    size_t digest_size;
    uint64_t sum;
    struct pki_lint_findings findings;
    struct pki_crl_difference difference;
    struct pki_crl_shown shown[PKI_CRL_SHOWN];
    size_t n_shown;
    struct pki_work work; /* while it is going on */
};

/** crl_check.c: lint the body, compare it with the last list, digest it. Fails: PKI_E_POLICY,
 *  PKI_E_INTEGRITY, PKI_E_FORMAT, PKI_E_INVALID, PKI_E_CANCELLED */
PKI_CHECKED bool pki_crl_check(struct pki_draft *draft, struct pki_error *err);

/* crl_sign.c: what the pipeline of drafts does with it. */
extern const struct pki_draft_duty pki_crl_duty;

#endif
