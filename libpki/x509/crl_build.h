/*
 * Making certificate revocation lists (TBSCertList v2, RFC 5280 5) of any size
 * in flat memory. Makers' side: shares nothing with the reader (x509/crl.h).
 *
 *   pki_crl_draft_build(&facts, &source, &file, &draft, err)   body on the medium
 *   pki_crl_draft_view(draft, &view, err)      its bytes mapped, to lint and to digest
 *   pki_crl_draft_sign(draft, digest, key, err)   one signature; the file holds the whole list
 *   pki_crl_draft_view(draft, &view, err)      the list, to verify before it is recorded
 *   pki_crl_draft_place(&draft, err)           synced and named, to be read back
 *
 * A list's header comes first but its length is known last. So entries go to
 * the file behind a gap with room for the longest headers, and the headers are
 * then written backwards from the entries. The body is complete before
 * anything is signed, and whoever lints it digests it. The outer header depends
 * on the signature's length and comes last; a list under 16 MiB, whose headers
 * leave some octets of the gap over, is then moved down by them.
 *
 * Nothing has a name until it is placed: a draft that is freed leaves nothing.
 * What is right for a list beyond its encoding (periods, growing numbers, that
 * nobody vanished) is for lint, the store and x509/crl_compare.h to judge.
 */
#ifndef PKI_X509_CRL_BUILD_H
#define PKI_X509_CRL_BUILD_H

#include "base/file.h"
#include "crypto/key.h"

struct pki_crl_facts {
    const struct pki_algorithm *issuer_algorithm; /* of the signature */
    struct pki_bytes issuer;                      /* DER Name, byte for byte the issuer's subject */
    struct pki_bytes authority_key_id;            /* the issuer's SKI */
    int64_t number;
    int64_t this_update, next_update;
    size_t limit; /* octets of the body; 0: PKI_LIMIT_CRL, over which nobody here reads a list */
};

/* A revoked certificate. */
struct pki_crl_line {
    struct pki_bytes serial; /* INTEGER content octets, as in the certificate */
    int64_t revoked_at;
    int reason; /* RFC 5280 5.3.1; 0, unspecified, is never written */
    bool has_invalidity;
    int64_t invalidity_at;
};

/* Where the lines come from: in ascending order of their serials' octets, each once. */
struct pki_crl_source {
    /** The next line; its serial is borrowed until the next call. Sets more to false at the end. */
    bool (*next)(void *of, struct pki_crl_line *line, bool *more, struct pki_error *err);
    void *of;
};

struct pki_crl_draft;

/* What is known about a body that was built. */
struct pki_crl_body {
    size_t entries;
    size_t size;                 /* of the DER TBSCertList */
    enum pki_digest digest_kind; /* that of the signature; SHA-512 for Ed25519 */
};

/**
 * Write the body of a list into a file that was just created.
 *
 * @facts   borrowed during the call
 * @file    consumed, also on failure
 * @draft   owned by the caller; untouched on failure
 * Fails:   PKI_E_POLICY facts that cannot be a list, a line that cannot be an entry (its number and
 *          the rule), over the limit; PKI_E_INTEGRITY a serial out of order or twice; PKI_E_IO;
 *          PKI_E_CRYPTO; PKI_E_MEMORY; and whatever the source fails with
 */
PKI_CHECKED bool pki_crl_draft_build(const struct pki_crl_facts *facts,
                                     const struct pki_crl_source *source, struct pki_file **file,
                                     struct pki_crl_draft **draft, struct pki_error *err);
void pki_crl_draft_free(struct pki_crl_draft *draft);
PKI_DEFINE_AUTO(pki_crl_draft)

const struct pki_crl_body *pki_crl_draft_body(const struct pki_crl_draft *draft);

/* Bytes of a draft, mapped from its file; not for after the next step. */
struct pki_crl_view {
    struct pki_bytes der; /* TBSCertList, once signed CertificateList */
    struct pki_bytes map;
};

/** Fails: PKI_E_IO */
PKI_CHECKED bool pki_crl_draft_view(const struct pki_crl_draft *draft, struct pki_crl_view *view,
                                    struct pki_error *err);
void pki_crl_view_clear(struct pki_crl_view *view);

/**
 * Sign the body, once: ECDSA and RSA sign the digest, Ed25519 the mapped body.
 *
 * @digest  of the body, of the kind that is told of it
 * Fails: PKI_E_STATE signed already; PKI_E_CRYPTO also when the key is not of the issuer's
 *        algorithm; PKI_E_IO; PKI_E_MEMORY. After PKI_E_IO the draft is of no further use.
 */
PKI_CHECKED bool pki_crl_draft_sign(struct pki_crl_draft *draft, struct pki_bytes digest,
                                    const struct pki_key *key, struct pki_error *err);
/**
 * Give the signed list its name; as pki_file_place, nulls *draft.
 *
 * Fails: PKI_E_STATE it is not signed; PKI_E_EXISTS the name is taken; PKI_E_IO
 */
PKI_CHECKED bool pki_crl_draft_place(struct pki_crl_draft **draft, struct pki_error *err);

#endif
