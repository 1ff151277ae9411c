#include "crypto/mac.h"

#include <gnutls/crypto.h>

#include "crypto/key_private.h"

bool pki_hmac_sha256(struct pki_bytes key, struct pki_bytes text, uint8_t mac[PKI_SHA256_SIZE],
                     struct pki_error *err)
{
    return pki_gnutls_ok(
        gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.data, key.size, text.data, text.size, mac),
        "compute an HMAC", err);
}

bool pki_pbkdf2_sha256(struct pki_secret *password, struct pki_bytes salt, unsigned rounds,
                       struct pki_secret *key, struct pki_error *err)
{
    const gnutls_datum_t salted = {(unsigned char *)salt.data, (unsigned)salt.size};
    const gnutls_datum_t typed = {pki_secret_open(password), (unsigned)pki_secret_size(password)};

    int result = gnutls_pbkdf2(GNUTLS_MAC_SHA256, &typed, &salted, rounds, pki_secret_open(key),
                               pki_secret_size(key));
    pki_secret_close(key);
    pki_secret_close(password);
    return pki_gnutls_ok(result, "derive a key from the passphrase", err);
}
