/*
 * Hand-overs: the files of one consumer, with or without the key it needs, and
 * an end entity's certificate with its chain.
 */
#ifndef PKI_OPS_HANDOVER_H
#define PKI_OPS_HANDOVER_H

#include "pki/ops.h"
#include "ops/bundle.h"

/**
 * Compose chain.pem, key.pem (with_key: the encrypted key file, byte for byte) and README.txt for
 * the request's consumer, from its line's active generation.
 *
 * Fails: PKI_E_USAGE unknown consumer (lists them), or not one for this line; PKI_E_STATE no
 *        active generation, or its key was made elsewhere; PKI_E_INTEGRITY the key file differs
 *        from the record
 */
PKI_CHECKED bool pki_handover_compose(struct pki_session *session, struct pki_bundle *bundle,
                                      const struct pki_export_request *request,
                                      struct pki_error *err);

/**
 * The end entity's certificate whose serial or fingerprint this is, in hex, and its issuer.
 *
 * Fails: PKI_E_USAGE neither; PKI_E_NOTFOUND; PKI_E_STATE it is revoked
 */
PKI_CHECKED bool pki_handover_find_leaf(struct pki_store *store, const char *leaf,
                                        struct pki_certificate_row *row,
                                        struct pki_authority_row *issuer, struct pki_error *err);

/**
 * Compose cert.pem and chain.pem (certificate first, root omitted) of an end entity.
 *
 * @cert   its certificate, owned by the caller; must outlive the bundle
 */
PKI_CHECKED bool pki_handover_leaf(struct pki_bundle *bundle, const struct pki_cert *cert,
                                   int64_t issuer, struct pki_error *err);

#endif
