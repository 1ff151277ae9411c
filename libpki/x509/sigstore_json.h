/*
 * Reading Sigstore's JSON: known fields only, as Go's clients do, which drop a
 * whole file for one field that they do not know. Private to x509/sigstore.
 */
#ifndef PKI_X509_SIGSTORE_JSON_H
#define PKI_X509_SIGSTORE_JSON_H

#include <jansson.h>

#include "base/buf.h"

/* sigstore-go and sigstore-python take this version only (protobuf-specs v0.5.1). */
#define PKI_TRUSTED_ROOT_MEDIA_TYPE "application/vnd.dev.sigstore.trustedroot+json;version=0.1"

/** A trusted root whose top-level fields are known; owned by the caller (json_auto_t).
 *  Fails: PKI_E_FORMAT not JSON, a field twice, an unknown field */
PKI_CHECKED bool pki_sigstore_load(struct pki_bytes text, json_t **root, struct pki_error *err);

/** The object holds no other fields than these; the list ends in NULL. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_sigstore_fields(const json_t *object, const char *const *known,
                                     struct pki_error *err);
/** A required text that is not empty. */
PKI_CHECKED bool pki_sigstore_text(const json_t *object, const char *key, const char **text,
                                   struct pki_error *err);
/** A required text of base64; its octets are appended. */
PKI_CHECKED bool pki_sigstore_octets(const json_t *object, const char *key, struct pki_buf *octets,
                                     struct pki_error *err);
/** A required object. */
PKI_CHECKED bool pki_sigstore_object(const json_t *object, const char *key, const json_t **child,
                                     struct pki_error *err);
/** An array, or nothing where it is absent. */
PKI_CHECKED bool pki_sigstore_array(const json_t *object, const char *key, const json_t **array,
                                    struct pki_error *err);

struct pki_window {
    int64_t start;
    int64_t end; /* INT64_MAX: open */
};

/** The required field validFor. */
PKI_CHECKED bool pki_sigstore_window(const json_t *object, struct pki_window *window,
                                     struct pki_error *err);

/** Judge every log under a key ("tlogs", "ctlogs"): TransparencyLogInstance, known fields only. */
PKI_CHECKED bool pki_sigstore_judge_logs(const json_t *root, const char *key,
                                         struct pki_error *err);

#endif
