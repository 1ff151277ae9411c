/*
 * Inside path validation: what its parts hand to each other.
 *
 * chain_find searches and asks chain_validate about each path found; that asks
 * chain_usage, chain_names, chain_policy and chain_crls in the order of RFC
 * 5280 section 6. Each part says what is wrong as the end of a sentence
 * ("expired 2026-..."), and which certificate the sentence is about; the
 * beginning ("certificate 2 (CN=...)") is put in front once, in chain_find.
 *
 * A certificate's constraints are read by asn1/walk, not decoded into a tree:
 * long lists in hostile certificates stay linear.
 */
#ifndef PKI_X509_PATH_H
#define PKI_X509_PATH_H

#include "x509/chain.h"

#define PKI_PATH_SIGNATURES_MAX 256 /* checked in one search */
#define PKI_PATH_ATTEMPTS_MAX   128 /* paths looked at in one search */

/* How far a path came; the furthest one is what the user is told about. */
enum pki_path_stage {
    PKI_STAGE_NONE,
    PKI_STAGE_ALONE,
    PKI_STAGE_LINKS,
    PKI_STAGE_CONSTRAINTS,
    PKI_STAGE_REVOCATION,
};

/* Where a path fails, and what the search must not try again. */
struct pki_path_fault {
    enum pki_path_stage stage;
    size_t position;  /* whom the error is about */
    bool certificate; /* it is unfit in every path; else only the step below is */
    size_t step;      /* from path[step] to its issuer path[step + 1] */
};

struct pki_path_edge {
    const struct pki_cert *child, *issuer;
};

#define PKI_PATH_CRL_SIGNERS_MAX 32

struct pki_crl_signer {
    const struct pki_crl *crl;
    const struct pki_cert *cert;
};

/* One search, and what it has verified so far. */
struct pki_path_work {
    const struct pki_path_request *request;
    bool for_crl; /* looking for the path of a CRL's signer: no second level */
    size_t n_signers;
    struct pki_crl_signer signers[PKI_PATH_CRL_SIGNERS_MAX]; /* whose signatures were good */
    size_t n_verified;
    struct pki_path_edge verified[PKI_PATH_SIGNATURES_MAX];
    unsigned signatures; /* checked, good or bad */
};

/* chain_find.c */
PKI_CHECKED bool pki_path_search(struct pki_path_work *work, struct pki_path *path,
                                 struct pki_path_finding *finding, struct pki_error *err);
/* chain_validate.c */
PKI_CHECKED bool pki_path_validate(struct pki_path_work *work, const struct pki_path *path,
                                   struct pki_path_fault *fault, struct pki_error *err);
/** What can be said without its issuer. Fails: PKI_E_INVALID */
PKI_CHECKED bool pki_path_check_alone(const struct pki_path_request *request,
                                      const struct pki_cert *cert, bool issues,
                                      struct pki_error *err);
/* chain_usage.c, chain_names.c, chain_policy.c, chain_crls.c */
PKI_CHECKED bool pki_path_check_usage(const struct pki_path *path, const char *usage,
                                      struct pki_path_fault *fault, struct pki_error *err);
PKI_CHECKED bool pki_path_check_names(const struct pki_path *path, struct pki_path_fault *fault,
                                      struct pki_error *err);
PKI_CHECKED bool pki_path_check_policies(const struct pki_path *path, struct pki_path_fault *fault,
                                         struct pki_error *err);
PKI_CHECKED bool pki_path_check_crls(struct pki_path_work *work, const struct pki_path *path,
                                     struct pki_path_fault *fault, struct pki_error *err);

/* crl_scope.c */
#define PKI_REASONS_ALL 0x1feu /* ReasonFlags bits 1 to 8 (RFC 5280 4.2.1.13) */

/** Whether it may speak about other issuers' certificates. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_crl_is_indirect(const struct pki_crl *crl, bool *indirect,
                                     struct pki_error *err);
/**
 * Which revocation reasons this list covers for this certificate (RFC 5280 6.3.3 (b) to (d)).
 *
 * @reasons  0: it is not for this certificate
 * Fails:    PKI_E_FORMAT; PKI_E_INVALID too many names
 */
PKI_CHECKED bool pki_crl_scope(const struct pki_crl *crl, const struct pki_cert *cert,
                               uint32_t *reasons, struct pki_error *err);

/* name_match.c */

/* GeneralName tags (RFC 5280 4.2.1.6). */
enum pki_name_kind {
    PKI_NAME_OTHER,
    PKI_NAME_EMAIL,
    PKI_NAME_DNS,
    PKI_NAME_X400,
    PKI_NAME_DIRECTORY,
    PKI_NAME_EDI,
    PKI_NAME_URI,
    PKI_NAME_IP,
    PKI_NAME_REGISTERED,
    PKI_NAME_KINDS,
};

/** Whether a name of this kind is well formed enough to be held against a constraint. */
bool pki_name_is_comparable(enum pki_name_kind kind, struct pki_bytes name);
/** The same for a constraint's base. */
bool pki_name_base_is_usable(enum pki_name_kind kind, struct pki_bytes base);
/** Name lies in the subtree; of a wildcard, excluded asks whether any name of it does. */
bool pki_name_is_within(enum pki_name_kind kind, struct pki_bytes name, struct pki_bytes base,
                        bool excluded);

/** Append the Name with one more relative name (content of its SET). Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_name_extend(struct pki_bytes name, struct pki_bytes relative,
                                 struct pki_buf *full, struct pki_error *err);

/* path_text.c */

#define PKI_LABEL 128

/** A name in a few words: "CN=Example Root", else the whole of it; cut to fit. */
const char *pki_name_label(struct pki_bytes name, char label[PKI_LABEL]);
/** "3 days", "2 hours", "40 seconds". */
const char *pki_span_text(int64_t seconds, char text[32]);
/** The name of an extended key usage, else the OID itself. */
const char *pki_usage_name(const char *oid);
/** The content of the single element of this tag that an extension's value is. */
PKI_CHECKED bool pki_extension_open(const struct pki_extension *extension, uint8_t tag,
                                    struct pki_bytes *content, struct pki_error *err);

#endif
