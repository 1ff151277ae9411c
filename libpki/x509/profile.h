/*
 * Certificate profiles: what each kind of certificate holds, as constant rows.
 *
 * A profile decides everything but names, keys and dates; nothing in a
 * hierarchy file or a request can weaken it. Changing one is a commit with a
 * visible difference in docs/PROFILES.md and the golden files. The checkers do
 * not use these rows to judge (lint has rules of its own), only to know which
 * kind of certificate was meant.
 */
#ifndef PKI_X509_PROFILE_H
#define PKI_X509_PROFILE_H

#include "pki/error.h"
#include "crypto/algorithm.h"

enum pki_profile_id {
    PKI_PROFILE_ROOT,
    PKI_PROFILE_CODE_SIGNING_CA,
    PKI_PROFILE_TIME_STAMPING_CA,
    PKI_PROFILE_TLS_CA,
    PKI_PROFILE_CLIENT_CA,
    PKI_PROFILE_GENERAL_CA,
    PKI_PROFILE_CROSS,
    PKI_PROFILE_TIME_STAMPING,
    PKI_PROFILE_CODE_SIGNING,
    PKI_PROFILE_TLS_SERVER,
    PKI_PROFILE_TLS_CLIENT,
    PKI_PROFILE_OCSP_RESPONDER,
    PKI_PROFILES,
};

enum pki_presence {
    PKI_ABSENT,
    PKI_OPTIONAL,
    PKI_REQUIRED
};

#define PKI_PATH_LENGTH_ABSENT (-1)
#define PKI_PROFILE_USAGES     2

/* Kinds of subject alternative names that a profile takes; bits. */
#define PKI_SAN_DNS   (1u << 0)
#define PKI_SAN_IP    (1u << 1)
#define PKI_SAN_EMAIL (1u << 2)
#define PKI_SAN_URI   (1u << 3)

struct pki_profile {
    enum pki_profile_id id;
    bool authority;       /* basicConstraints CA:TRUE, critical */
    bool usages_critical; /* extended key usage is critical */
    bool no_ocsp_check;   /* id-pkix-ocsp-nocheck */
    const char *name;     /* in commands and files: "code-signing-ca" */
    const char *title;    /* for people */
    const char *purpose;  /* what it is for, one sentence */

    int path_length;                        /* or PKI_PATH_LENGTH_ABSENT */
    uint32_t key_usage;                     /* PKI_KU_ bits; always critical */
    const char *usages[PKI_PROFILE_USAGES]; /* extended key usages; none: no extension */
    enum pki_presence crl_url;              /* CRL distribution point */
    enum pki_presence issuer_url;           /* authority information access, caIssuers */
    uint32_t san_kinds;                     /* allowed; 0: none */
    enum pki_presence san;
    enum pki_presence common_name;
    enum pki_presence organization;
    uint32_t keys; /* 1 << enum pki_key_algorithm */
    unsigned max_validity_days;
    enum pki_profile_id issuer; /* profile of who issues it; itself for a root */
    enum pki_profile_id leaf;   /* issued together with it; itself when none */
    const char *citation;       /* where the shape comes from */
};

const struct pki_profile *pki_profile_get(enum pki_profile_id id);
/** NULL when unknown. */
const struct pki_profile *pki_profile_find(const char *name);
/** Fails: PKI_E_POLICY names profile and algorithm */
PKI_CHECKED bool pki_profile_takes_key(const struct pki_profile *profile,
                                       const struct pki_algorithm *algorithm,
                                       struct pki_error *err);

/** Whether an authority of the one profile may issue the other: roots issue intermediates and
 *  cross-certificates, intermediates the end entities whose usages they all have (Go and OpenSSL
 *  demand usages to nest), every authority its OCSP responder. */
bool pki_profile_issues(const struct pki_profile *issuer, const struct pki_profile *subject);

struct pki_name;

/** Judge the name's parts (x509/name.h) and whether the profile wants or refuses each.
 *  Fails: PKI_E_POLICY names profile and part */
PKI_CHECKED bool pki_profile_takes_name(const struct pki_profile *profile,
                                        const struct pki_name *name, struct pki_error *err);

#endif
