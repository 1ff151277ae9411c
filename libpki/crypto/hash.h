/*
 * Digests of large files, over GnuTLS, whose SHA-384 takes two thirds of the
 * time of nettle's own. What is small is digested by crypto/digest.h, which
 * needs no memory and cannot fail.
 *
 *   pki_auto(pki_hash) hash = NULL;
 *   return pki_hash_begin(PKI_SHA384, &hash, err) && pki_hash_add(hash, chunk, err) &&
 *          pki_hash_end(&hash, digest, err);
 */
#ifndef PKI_CRYPTO_HASH_H
#define PKI_CRYPTO_HASH_H

#include "pki/error.h"
#include "base/sum.h"
#include "crypto/digest.h"

struct pki_hash;

/** Fails: PKI_E_CRYPTO, PKI_E_MEMORY */
PKI_CHECKED bool pki_hash_begin(enum pki_digest kind, struct pki_hash **hash,
                                struct pki_error *err);
/** Fails: PKI_E_CRYPTO */
PKI_CHECKED bool pki_hash_add(struct pki_hash *hash, struct pki_bytes bytes, struct pki_error *err);
/** The same over a mapping of a file (base/file.h), in flat memory. @sum may be NULL: summed in the
 *  same pass */
PKI_CHECKED bool pki_hash_add_mapped(struct pki_hash *hash, struct pki_sum *sum,
                                     struct pki_bytes mapped, struct pki_error *err);
/** Writes pki_digest_size(kind) octets; nulls *hash. */
void pki_hash_end(struct pki_hash **hash, uint8_t *digest);
void pki_hash_free(struct pki_hash *hash);
PKI_DEFINE_AUTO(pki_hash)

#endif
