/*
 * Files for verifiers, composed in memory: path, content, and what the
 * manifest says about each. Composing changes nothing on disk; a set is then
 * written, read back and verified as a whole (ops/bundle_write.c).
 */
#ifndef PKI_OPS_BUNDLE_H
#define PKI_OPS_BUNDLE_H

#include "ops/trust.h"

/* How a file is verified after it was read back. */
enum pki_bundle_kind {
    PKI_BUNDLE_TEXT,         /* manifest, instructions: equal bytes are all there is to say */
    PKI_BUNDLE_ANCHORS,      /* each is a root that verifies itself */
    PKI_BUNDLE_CHAIN,        /* one chain in order; verifies against the roots */
    PKI_BUNDLE_POOL,         /* intermediates in order of use, each verifies; a root may be last */
    PKI_BUNDLE_TRUSTED_ROOT, /* trusted_root.json */
    PKI_BUNDLE_CRL,          /* DER, signed by the authority that it names */
    PKI_BUNDLE_CRLS,         /* the same as PEM, one or many */
    PKI_BUNDLE_CERTIFICATE,  /* DER, as it was issued */
    PKI_BUNDLE_KEY,          /* an encrypted key file, copied byte for byte */
};

struct pki_bundle_file {
    char path[160];
    struct pki_buf content;
    struct pki_bytes mapped;       /* instead of content: borrowed from the trust */
    const struct pki_crl_row *crl; /* of a file with one CRL */
    enum pki_bundle_kind kind;
    const char *use;               /* what it is for: "cosign --certificate-chain" */
    const char *order;             /* of its certificates, in words */
    const char *not_separate;      /* why it does not separate environments; NULL: it does */
    const char *usage;             /* extended key usage that its chains must allow; NULL: any */
    const struct pki_cert **certs; /* each borrowed from the trust */
    size_t n_certs;
    int64_t next_rotation; /* 0: none */
};

struct pki_bundle {
    const struct pki_trust *trust;
    const struct pki_progress *progress; /* who is told while it is written; or NULL */
    const char *purpose; /* only this line's own files, and what all share; NULL: every line's */
    struct pki_bundle_file *files;
    size_t n_files;
};

/* Where a chain lies that leads to an older root as well. */
#define PKI_BUNDLE_CROSS     "cross/"
#define PKI_BUNDLE_CROSS_USE "the same, for who knows an older root alone"

void pki_bundle_clear(struct pki_bundle *bundle);

/** A new file at the end; borrowed until the next one. Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_bundle_add(struct pki_bundle *bundle, enum pki_bundle_kind kind,
                                struct pki_bundle_file **file, struct pki_error *err,
                                const char *path, ...) PKI_PRINTF(5, 6);
/** List a certificate that the file holds. Running out of memory is remembered as by pki_buf. */
void pki_bundle_list(struct pki_bundle_file *file, const struct pki_cert *cert);
/** Add a certificate to a PEM file, and list it. */
void pki_bundle_put(struct pki_bundle_file *file, const struct pki_cert *cert);
/** The same for a generation's certificate, then the cross-certificates above it. */
void pki_bundle_put_crossed(struct pki_bundle_file *file, const struct pki_generation *generation);

/** A chain for who issues with a generation, root last, and what the manifest says of it: its
 *  time-stamping certificate comes first, where it has one. */
void pki_bundle_put_issuing(struct pki_bundle_file *file, const struct pki_generation *generation);

/** Everything of an environment, manifest last.
 *  @logs  a user's trusted root whose log keys are merged; NULL: none */
PKI_CHECKED bool pki_bundle_compose(struct pki_bundle *bundle, const char *logs,
                                    struct pki_error *err);
/** sigstore/ of the trust (bundle_sigstore.c). */
PKI_CHECKED bool pki_bundle_sigstore(struct pki_bundle *bundle, const char *logs,
                                     struct pki_error *err);
/** crl/ and publish/ of the trust's issuers (bundle_crls.c). */
PKI_CHECKED bool pki_bundle_crls(struct pki_bundle *bundle, struct pki_error *err);
/** Verify a file of CRLs as read back. Fails: PKI_E_FORMAT, PKI_E_INVALID, PKI_E_INTEGRITY */
PKI_CHECKED bool pki_bundle_verify_crl(const struct pki_bundle *bundle,
                                       const struct pki_bundle_file *file, struct pki_bytes bytes,
                                       struct pki_error *err);
/** What a file holds. */
struct pki_bytes pki_bundle_bytes(const struct pki_bundle_file *file);
/** Append the manifest of what the bundle holds so far. */
PKI_CHECKED bool pki_bundle_manifest(struct pki_bundle *bundle, struct pki_error *err);

/** Verify a file's bytes as read back, by the checkers' side. Fails: PKI_E_INTEGRITY */
PKI_CHECKED bool pki_bundle_verify(const struct pki_bundle *bundle,
                                   const struct pki_bundle_file *file, struct pki_bytes bytes,
                                   struct pki_error *err);

/** Write all files below an open directory, synced; read each back and verify it. Directories
 *  become readable for all, unless a key is among the files. */
PKI_CHECKED bool pki_bundle_write(const struct pki_bundle *bundle, int dir, struct pki_error *err);
/** Make a directory of exports readable for all. */
PKI_CHECKED bool pki_bundle_open_up(int dir, struct pki_error *err);

#endif
