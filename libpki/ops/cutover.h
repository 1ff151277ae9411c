/*
 * What proves a cut-over: the chain that the outside now answers with.
 * Private to ops/cutover*.c.
 */
#ifndef PKI_OPS_CUTOVER_H
#define PKI_OPS_CUTOVER_H

#include "base/buf.h"
#include "crypto/digest.h"

/**
 * Read the first certificate of a proof: Fulcio's `GET /api/v2/trustBundle`
 * ({"chains": [{"certificates": ["PEM", ...]}]}), or PEM as of /api/v1/rootCert.
 *
 * @fingerprint  of that certificate
 * @sha256       of the file
 * Fails:        PKI_E_FORMAT neither; PKI_E_USAGE it cannot be read
 */
PKI_CHECKED bool pki_cutover_proof(const char *path, uint8_t fingerprint[PKI_SHA256_SIZE],
                                   uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err);

#endif
