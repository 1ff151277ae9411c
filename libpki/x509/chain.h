/*
 * Paths: found by hash on subject name and key identifier, breadth-first, so
 * the shortest valid one wins; signatures are checked on the path only, with a
 * bound on how many; then validated by RFC 5280 6.1.
 *
 * Checkers' side. Anchors are certificates that the caller trusts as they are
 * (their name and key; their own signature and, unless asked, their
 * constraints are checked too, as verifiers differ and the strictest wins).
 */
#ifndef PKI_X509_CHAIN_H
#define PKI_X509_CHAIN_H

#include "x509/cert.h"
#include "x509/crl.h"
#include "x509/pile.h"

/* RFC 5280 has no limit and OpenSSL's is 100, but GnuTLS follows no more than 16 certificates: what
 * one verifier in use refuses is not called valid here. It also bounds what name constraints cost,
 * as each certificate is held against all above it. */
#define PKI_CHAIN_MAX 16

struct pki_path_request {
    const struct pki_cert *leaf;
    const struct pki_certs *anchors;
    const struct pki_certs *untrusted; /* in any order; may be NULL */
    struct pki_pile *pile;             /* the same, read where the search arrives; may be NULL */
    const struct pki_crl *crls;
    size_t n_crls;
    bool require_crls; /* every certificate below the anchor needs a current CRL */
    int64_t at;        /* signatures and validity at this time */
    int64_t now;       /* revocation as known now: CRLs must be current at this time */
    const char *usage; /* extended key usage OID that the path must allow; NULL: any */
    bool rehearsal;    /* a rehearsal cellar looks at what it made itself: its mark is known */
};

struct pki_path {
    const struct pki_cert *certs[PKI_CHAIN_MAX]; /* leaf first, anchor last; borrowed */
    size_t n;
};

/* What was found wrong, per certificate, for people. */
struct pki_path_finding {
    size_t position; /* in the path that came furthest; 0 is the leaf */
    const struct pki_cert *cert;
    struct pki_error why;
};

/**
 * Find and validate a path from the leaf to an anchor.
 *
 * @path     the valid path, or the one that came furthest
 * @finding  when it fails: the certificate at fault and the reason
 * Fails:    PKI_E_INVALID no valid path: text says which certificate and why; PKI_E_FORMAT a
 *           certificate of the pile that the search arrived at is malformed; PKI_E_MEMORY
 */
PKI_CHECKED bool pki_path_find(const struct pki_path_request *request, struct pki_path *path,
                               struct pki_path_finding *finding, struct pki_error *err);

/**
 * The bundle is one chain in order: each certificate signed by the next.
 *
 * Fails: PKI_E_INVALID says which place is wrong and what belongs there ("certificate 1 is the
 *        root; the issuing certificate comes first")
 */
PKI_CHECKED bool pki_chain_check_order(const struct pki_certs *chain, struct pki_error *err);

#endif
