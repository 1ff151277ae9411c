#include <assert.h>

#include "crypto/key_private.h"
#include "crypto/verified.h"

static bool is_of_digest(const struct pki_signature *how)
{
    return strcmp(how->family, "Ed25519") != 0;
}

bool pki_signature_is_of_digest(struct pki_bytes identifier)
{
    const struct pki_signature *how = pki_algorithm_find_signature(identifier);

    return how && is_of_digest(how);
}

bool pki_key_sign_digest(const struct pki_key *key, struct pki_bytes digest,
                         struct pki_buf *signature, struct pki_error *err)
{
    PKI_CONTEXT(err, "sign with %s key", key->algorithm->title);
    const struct pki_signature *how = pki_algorithm_find_signature(key->algorithm->signature);
    const gnutls_datum_t value = {(unsigned char *)digest.data, (unsigned)digest.size};
    gnutls_datum_t made = {0};

    assert(how);
    if (!is_of_digest(how))
        return pki_fail(err, PKI_E_CRYPTO, "it signs the bytes themselves, not a digest");
    if (digest.size != pki_digest_size(how->digest))
        return pki_fail(err, PKI_E_CRYPTO, "a digest of %zu octets is not for %s", digest.size,
                        how->title);

    unsigned flags = strcmp(how->family, "ECDSA") == 0
                         ? GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE /* RFC 6979 */
                         : 0;
    if (!pki_gnutls_ok(
            gnutls_privkey_sign_hash2(key->handle, pki_gnutls_signature(how), flags, &value, &made),
            "sign", err))
        return false;

    /* a fault in the computation would give the key away: nothing leaves unverified */
    bool good = pki_spki_verify_digest(pki_key_spki(key), how->identifier, digest,
                                       (struct pki_bytes){made.data, made.size}, err);
    if (good)
        pki_buf_append(signature, made.data, made.size);
    gnutls_free(made.data);
    return good && pki_buf_ok(signature, err);
}

static bool verify(gnutls_pubkey_t public, struct pki_bytes spki, const struct pki_signature *how,
                   struct pki_bytes digest, struct pki_bytes signature)
{
    const gnutls_datum_t der = {(unsigned char *)spki.data, (unsigned)spki.size};
    const gnutls_datum_t hash = {(unsigned char *)digest.data, (unsigned)digest.size};
    const gnutls_datum_t value = {(unsigned char *)signature.data, (unsigned)signature.size};

    return digest.size == pki_digest_size(how->digest) &&
           gnutls_pubkey_import(public, &der, GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS &&
           gnutls_pubkey_verify_hash2(public, pki_gnutls_signature(how), 0, &hash, &value) >= 0;
}

bool pki_spki_verify_digest(struct pki_bytes spki, struct pki_bytes identifier,
                            struct pki_bytes digest, struct pki_bytes signature,
                            struct pki_error *err)
{
    const struct pki_verified verified = pki_verified_of(spki, identifier, digest, signature);
    const struct pki_signature *how = NULL;
    gnutls_pubkey_t public = NULL;

    if (pki_verified_before(&verified))
        return true;
    if (!pki_spki_prepare(spki, identifier, signature, &how, err))
        return false;
    if (!is_of_digest(how))
        return pki_fail(err, PKI_E_POLICY, "%s signatures are over the bytes, not over a digest",
                        how->title);
    if (!pki_gnutls_ok(gnutls_pubkey_init(&public), "make a public key", err))
        return false;

    bool good = verify(public, spki, how, digest, signature);
    gnutls_pubkey_deinit(public);
    if (!good)
        return pki_fail(err, PKI_E_INVALID, "signature does not verify (%s)", how->title);
    pki_verified_keep(&verified);
    return true;
}
