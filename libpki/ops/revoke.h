/*
 * Inside the revoking duty: the certificate that is meant, and what depends on
 * it. Revocation belongs to a certificate; what becomes of an authority follows.
 */
#ifndef PKI_OPS_REVOKE_H
#define PKI_OPS_REVOKE_H

#include "ops/draft.h"
#include "ops/revocation.h"

struct pki_revoked {
    struct pki_cert *cert;
    struct pki_authority_row issuer;    /* whose key signed it */
    bool recorded;                      /* in the inventory */
    bool is_root;                       /* a root's own certificate */
    bool issuing;                       /* the one that makes authority what it is */
    bool companion;                     /* authority is the generation that it belongs to */
    bool cross;                         /* certifies authority, a root, once more */
    struct pki_authority_row authority; /* id 0: it concerns none */
};

/** By serial, fingerprint or file; authority and issuer are of the inventory.
 *  Fails: PKI_E_USAGE, PKI_E_FORMAT, PKI_E_NOTFOUND, PKI_E_INTEGRITY */
PKI_CHECKED bool pki_revoked_find(struct pki_session *session,
                                  const struct pki_revoke_request *request,
                                  struct pki_revoked *revoked, struct pki_error *err);
void pki_revoked_clear(struct pki_revoked *revoked);

#define PKI_REVOKE_CROSSES 4

/* A cross-certificate that goes with its root. */
struct pki_revoke_cross {
    struct pki_revocation_row row;
    char issuer[PKI_NAME_MAX];
    char serial[41];
};

/* What a draft of this duty owns. */
struct pki_revoke_work {
    struct pki_revoked revoked;
    struct pki_revocation_row row; /* issuer 0: a root, which no CRL can name */
    struct pki_revoke_cross crosses[PKI_REVOKE_CROSSES]; /* of that root */
    size_t n_crosses;
    struct pki_authority_row next; /* id 0: nobody is promoted */
    bool next_published;           /* in trust files that were exported */
    char serial[41];
    struct pki_buf fetch; /* what verifiers fetch anew, each with its NUL: "exports/..." */
};

/** Those that other roots made for the revoked one and that are not revoked: whoever knows such a
 *  root alone would go on trusting it by them (revoke_cross.c). */
PKI_CHECKED bool pki_revoke_find_crosses(struct pki_session *session,
                                         struct pki_revoke_work *revoke, struct pki_error *err);

/* revoke_record.c: what the pipeline of drafts does with it. */
extern const struct pki_draft_duty pki_revoke_duty;

/** Whether trust files keep nothing of what it signed. */
bool pki_revoke_drops(const struct pki_revocation_row *row);

#endif
