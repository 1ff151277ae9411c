/*
 * Sigstore's trust files (protobuf-specs v0.5.1; traps in each function):
 * trusted_root.json with one entry a generation, signing_config.v0.2.json.
 * Written as a stream, byte-identical for equal input.
 */
#ifndef PKI_X509_SIGSTORE_H
#define PKI_X509_SIGSTORE_H

#include "base/buf.h"

struct pki_trust_entry {
    const char *organization;         /* of the root */
    const char *common_name;          /* of the root */
    const char *uri;                  /* NULL: left out */
    struct pki_bytes certificates[4]; /* DER; issuing (or TSA leaf) first, root last */
    size_t n_certificates;
    int64_t start;
    bool has_end;
    int64_t end;
};

struct pki_trusted_root {
    const struct pki_trust_entry *authorities; /* certificateAuthorities, by start */
    size_t n_authorities;
    const struct pki_trust_entry *timestamps; /* timestampAuthorities, by start */
    size_t n_timestamps;
    const char *logs; /* a trusted root given by the user whose tlogs and ctlogs are taken over as
                         they are: JSON text, NUL-terminated; NULL: none */
};

/** Whether the logs that a user gives can be taken over: what writing them checks again.
 *  Fails: PKI_E_FORMAT they cannot be read, or hold an unknown field */
PKI_CHECKED bool pki_trusted_root_check_logs(const char *text, struct pki_error *err);
/** Fails: PKI_E_FORMAT as pki_trusted_root_check_logs */
PKI_CHECKED bool pki_trusted_root_write(const struct pki_trusted_root *root, struct pki_buf *json,
                                        struct pki_error *err);

struct pki_signing_config {
    const char *fulcio, *oidc, *tsa; /* URLs; NULL: left out */
    int64_t start;
};

PKI_CHECKED bool pki_signing_config_write(const struct pki_signing_config *config,
                                          struct pki_buf *json, struct pki_error *err);

/** Read a trusted root back by our own reader: every entry's certificates in file order. Used to
 *  verify what was written. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_trusted_root_check(struct pki_bytes json, struct pki_error *err);

#endif
