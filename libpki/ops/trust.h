/*
 * What verifiers of an environment should trust, as of a time: its roots and
 * every generation of its lines, parsed, with their windows of trust. Loaded
 * from the inventory alone; what exports are made from.
 *
 * Who was revoked to be dropped is not in it, and nothing below a compromised
 * root. Everybody else stays for ever, with a window that may have an end
 * (ops/window).
 *
 * As of a time in the past: what had been issued by then, in the states that
 * it had, with the cut-overs that were recorded. As of now or later: what the
 * inventory says, whatever the clock does.
 */
#ifndef PKI_OPS_TRUST_H
#define PKI_OPS_TRUST_H

#include "ops/line.h"
#include "ops/window.h"
#include "x509/cert.h"

struct pki_anchor {
    struct pki_authority_row authority;
    struct pki_cert *cert;
    struct pki_cert *cross;         /* by another root, while that is good; or NULL */
    const struct pki_anchor *above; /* that root; or NULL */
};

struct pki_generation {
    struct pki_authority_row authority;
    const struct pki_line_plan *line;
    const struct pki_anchor *root;
    struct pki_cert *cert; /* the intermediate */
    struct pki_cert *leaf; /* the TSA leaf of a time-stamping generation, or NULL */
    struct pki_window window;
};

struct pki_issued_crl {
    struct pki_crl_row row;
    struct pki_bytes der; /* mapped */
};

/* An authority as others find it by the addresses in certificates. */
struct pki_issuer {
    int64_t id;
    char name[PKI_NAME_MAX];
    struct pki_cert *cert;
    const char *crl_url, *issuer_url; /* of the hierarchy, with {authority}; or NULL */
    struct pki_issued_crl *crls;      /* by pki_trust_load_crls; oldest first */
    size_t n_crls;
};

struct pki_issuers {
    struct pki_issuer *list;
    size_t n;
};
void pki_issuers_clear(struct pki_issuers *issuers);

struct pki_trust {
    const struct pki_hierarchy *hierarchy;
    const char *environment;
    struct pki_anchor *roots;
    size_t n_roots;
    struct pki_generation *generations; /* by line in file order; active, next, then older ones */
    size_t n_generations;
    struct pki_vacancy *vacancies; /* one a line, in file order */
    size_t n_vacancies;
    struct pki_issuers issuers;   /* by pki_trust_load_issuers; roots first */
    struct pki_journal_head head; /* of the last entry that changed trust */
    uint8_t cellar[16];           /* whose trust it is */
    bool rehearsal;
    int64_t as_of;
};

/** @environment borrowed. Fails: PKI_E_NOTFOUND no such environment in the hierarchy */
PKI_CHECKED bool pki_trust_load(struct pki_session *session, const char *environment, int64_t as_of,
                                struct pki_trust **trust, struct pki_error *err);
/** pki_trust_name's part: that of a cross-certificate; else name is left alone. */
void pki_trust_name_cross(const struct pki_trust *trust, const struct pki_cert *cert,
                          char name[PKI_NAME_MAX]);
/** Find the roots' cross-certificates (trust_cross.c); the load does. */
PKI_CHECKED bool pki_trust_load_crosses(struct pki_session *session, struct pki_trust *trust,
                                        struct pki_error *err);
/** Add every authority of the environment. */
PKI_CHECKED bool pki_trust_load_issuers(struct pki_session *session, struct pki_trust *trust,
                                        struct pki_error *err);
/** Then all their CRLs, mapped and compared with the record. Fails: PKI_E_INTEGRITY */
PKI_CHECKED bool pki_trust_load_crls(struct pki_session *session, struct pki_trust *trust,
                                     struct pki_error *err);
/** Until when the inventory is looked at: for the present all of it, also while the clock is behind
 *  what was recorded last. */
int64_t pki_trust_seen_at(const struct pki_session *session, const struct pki_trust *trust);
void pki_trust_free(struct pki_trust *trust);
PKI_DEFINE_AUTO(pki_trust)

/** The active generation of a purpose, if it is usable (ops/line.h); else NULL. */
const struct pki_generation *pki_trust_active(const struct pki_trust *trust, const char *purpose);
/** Why there is none. @purpose  of a line of the hierarchy */
const struct pki_vacancy *pki_trust_vacancy(const struct pki_trust *trust, const char *purpose);

/** Whether it is over as of the trust's time: what it signed before may still be asked about, but
 *  nothing that it signs now is accepted. */
bool pki_generation_ended(const struct pki_trust *trust, const struct pki_generation *generation);

/** When the line's next rotation is due: see pki_line_rotate_by. */
int64_t pki_generation_rotation(const struct pki_generation *generation);

/** Whether its line's profile is this one. */
bool pki_generation_is(const struct pki_generation *generation, enum pki_profile_id profile);

/** The name of one of its certificates: the authority's; "" where it is none of them. */
void pki_trust_name(const struct pki_trust *trust, const struct pki_cert *cert,
                    char name[PKI_NAME_MAX]);

/** Whether whoever knows an older root alone gets to it by cross-certificates. */
bool pki_generation_is_crossed(const struct pki_generation *generation);

/** The oldest root from which cross-certificates lead to this one; itself where none does. */
const struct pki_anchor *pki_trust_oldest(const struct pki_anchor *root);

/** The purpose's extended key usage; NULL when its profile has several or none. */
const char *pki_generation_usage(const struct pki_generation *generation);

#endif
