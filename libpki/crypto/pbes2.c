#include "crypto/pbes2.h"

#include "asn1/der.h"
#include "asn1/read.h"
#include "crypto/envelope.h"
#include "crypto/key_private.h"

#define OID_PBKDF2      "1.2.840.113549.1.5.12"
#define OID_PBES2       "1.2.840.113549.1.5.13"
#define OID_SCRYPT      "1.3.6.1.4.1.11591.4.11"
#define OID_HMAC_SHA1   "1.2.840.113549.2.7"
#define OID_HMAC_SHA256 "1.2.840.113549.2.9"
#define OID_AES256_CBC  "2.16.840.1.101.3.4.1.42"

#define SALT_MIN 8 /* RFC 8018 4.1 */
#define TAG_NULL 0x05

static const struct {
    const char *oid;
    const char *name;
    gnutls_mac_algorithm_t number;
} prfs[] = {
    {OID_HMAC_SHA1, "SHA1", GNUTLS_MAC_SHA1},
    {OID_HMAC_SHA256, "SHA256", GNUTLS_MAC_SHA256},
    {"1.2.840.113549.2.10", "SHA384", GNUTLS_MAC_SHA384},
    {"1.2.840.113549.2.11", "SHA512", GNUTLS_MAC_SHA512},
};

static const struct {
    const char *oid;
    const char *name;
    gnutls_cipher_algorithm_t number;
    size_t key_size;
} ciphers[] = {
    {"2.16.840.1.101.3.4.1.2", "AES-128-CBC", GNUTLS_CIPHER_AES_128_CBC, 16},
    {"2.16.840.1.101.3.4.1.22", "AES-192-CBC", GNUTLS_CIPHER_AES_192_CBC, 24},
    {OID_AES256_CBC, "AES-256-CBC", GNUTLS_CIPHER_AES_256_CBC, 32},
};

/* Fills in prf; name is for people. Unknown ones stay unknown. */
static bool read_prf(const struct pki_asn1 *kdf, struct pki_pbes2 *how, char name[PKI_OID_TEXT],
                     struct pki_error *err)
{
    char oid[PKI_OID_TEXT] = OID_HMAC_SHA1; /* the default (RFC 8018 A.2) */
    struct pki_bytes parameters = {0};

    if (pki_asn1_has(kdf, "prf") && !pki_asn1_oid(kdf, "prf.algorithm", oid, err))
        return false;
    if (pki_asn1_has(kdf, "prf.parameters") &&
        !pki_asn1_der(kdf, "prf.parameters", &parameters, err))
        return false;
    if (parameters.size > 0 && parameters.data[0] != TAG_NULL)
        return pki_fail(err, PKI_E_FORMAT, "HMAC with parameters (RFC 8018 B.1)");
    memcpy(name, oid, sizeof(oid));
    for (size_t i = 0; i < PKI_COUNT(prfs); i++) {
        if (strcmp(prfs[i].oid, oid) != 0)
            continue;
        how->prf = prfs[i].number;
        (void)snprintf(name, PKI_OID_TEXT, "%s", prfs[i].name);
    }
    return true;
}

static bool read_pbkdf2(struct pki_bytes der, struct pki_pbes2 *how, char name[PKI_OID_TEXT],
                        struct pki_error *err)
{
    pki_auto(pki_asn1) kdf = NULL;

    return pki_asn1_decode("PBKDF2-params", der, &kdf, err) &&
           pki_asn1_octets(kdf, "salt", &how->salt, err) &&
           pki_asn1_integer(kdf, "iterationCount", &how->rounds, err) &&
           (!pki_asn1_has(kdf, "keyLength") ||
            pki_asn1_integer(kdf, "keyLength", &how->key_length, err)) &&
           read_prf(kdf, how, name, err);
}

static bool read_cipher(const struct pki_asn1 *params, struct pki_pbes2 *how,
                        char name[PKI_OID_TEXT], struct pki_error *err)
{
    if (!pki_asn1_oid(params, "encryptionScheme.algorithm", name, err))
        return false;
    for (size_t i = 0; i < PKI_COUNT(ciphers); i++) {
        if (strcmp(ciphers[i].oid, name) != 0)
            continue;
        how->cipher = ciphers[i].number;
        how->key_size = ciphers[i].key_size;
        (void)snprintf(name, PKI_OID_TEXT, "%s", ciphers[i].name);
        return pki_asn1_octets(params, "encryptionScheme.parameters", &how->iv, err);
    }
    return true;
}

static bool read_pbes2(struct pki_bytes der, struct pki_pbes2 *how, struct pki_error *err)
{
    pki_auto(pki_asn1) params = NULL;
    char kdf[PKI_OID_TEXT];
    char prf[PKI_OID_TEXT];
    char cipher[PKI_OID_TEXT];
    struct pki_bytes inner;

    if (!pki_asn1_decode("PBES2-params", der, &params, err) ||
        !pki_asn1_oid(params, "keyDerivationFunc.algorithm", kdf, err) ||
        !read_cipher(params, how, cipher, err))
        return false;
    if (strcmp(kdf, OID_PBKDF2) != 0) {
        (void)snprintf(how->scheme, sizeof(how->scheme), "PBES2, %.30s, %.30s",
                       strcmp(kdf, OID_SCRYPT) == 0 ? "scrypt" : kdf, cipher);
        return true;
    }
    if (!pki_asn1_der(params, "keyDerivationFunc.parameters", &inner, err) ||
        !read_pbkdf2(inner, how, prf, err))
        return false;
    (void)snprintf(how->scheme, sizeof(how->scheme), "PBES2, PBKDF2-HMAC-%.24s, %.30s", prf,
                   cipher);
    return true;
}

bool pki_pbes2_read(struct pki_bytes der, struct pki_pbes2 *how, struct pki_bytes *data,
                    struct pki_error *err)
{
    pki_auto(pki_asn1) envelope = NULL;
    struct pki_pbes2 found = {0};
    char oid[PKI_OID_TEXT];
    struct pki_bytes parameters;

    if (!pki_asn1_decode("EncryptedPrivateKeyInfo", der, &envelope, err) ||
        !pki_asn1_octets(envelope, "encryptedData", data, err) ||
        !pki_asn1_oid(envelope, "encryptionAlgorithm.algorithm", oid, err))
        return false;
    if (strcmp(oid, OID_PBES2) != 0)
        (void)snprintf(found.scheme, sizeof(found.scheme), "scheme %.70s", oid);
    else if (!pki_asn1_der(envelope, "encryptionAlgorithm.parameters", &parameters, err) ||
             !read_pbes2(parameters, &found, err))
        return false;
    *how = found;
    return true;
}

bool pki_pbes2_judge(const struct pki_pbes2 *how, struct pki_error *err)
{
    if (how->prf == GNUTLS_MAC_UNKNOWN || how->cipher == GNUTLS_CIPHER_UNKNOWN) {
        return pki_fail(err, PKI_E_POLICY,
                        "encryption is not accepted: %s; use PBES2 with PBKDF2 and AES-CBC",
                        how->scheme);
    }
    if (how->rounds < 1 || how->rounds > PKI_ENVELOPE_ROUNDS_MAX)
        return pki_fail(err, PKI_E_POLICY, "%lld rounds are not between 1 and %u",
                        (long long)how->rounds, PKI_ENVELOPE_ROUNDS_MAX);
    if (how->salt.size < SALT_MIN)
        return pki_fail(err, PKI_E_POLICY, "salt of %zu octets is below %d (RFC 8018 4.1)",
                        how->salt.size, SALT_MIN);
    if (how->iv.size != PKI_PBES2_BLOCK ||
        (how->key_length != 0 && how->key_length != (int64_t)how->key_size))
        return pki_fail(err, PKI_E_FORMAT, "key or block of a size that %s does not have",
                        how->scheme);
    return true;
}

void pki_pbes2_write(const struct pki_pbes2 *how, struct pki_bytes data, struct pki_buf *out)
{
    struct pki_der der = {.out = out};

    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_oid(&der, OID_PBES2);
    pki_der_begin(&der, PKI_DER_SEQUENCE);

    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_oid(&der, OID_PBKDF2);
    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_octets(&der, how->salt);
    pki_der_integer(&der, how->rounds);
    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_oid(&der, OID_HMAC_SHA256);
    pki_der_null(&der); /* Go's readers cannot do without */
    pki_der_end(&der);
    pki_der_end(&der);
    pki_der_end(&der);

    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_oid(&der, OID_AES256_CBC);
    pki_der_octets(&der, how->iv);
    pki_der_end(&der);

    pki_der_end(&der);
    pki_der_end(&der);
    pki_der_octets(&der, data);
    pki_der_end(&der);
}

static bool derive(const struct pki_pbes2 *how, struct pki_secret *passphrase,
                   struct pki_secret *key, struct pki_error *err)
{
    gnutls_datum_t salt = {(unsigned char *)how->salt.data, (unsigned)how->salt.size};
    gnutls_datum_t words = {pki_secret_open(passphrase), (unsigned)pki_secret_size(passphrase)};

    int result = gnutls_pbkdf2(how->prf, &words, &salt, (unsigned)how->rounds, pki_secret_open(key),
                               how->key_size);
    pki_secret_close(key);
    pki_secret_close(passphrase);
    return pki_gnutls_ok(result, "derive a key from the passphrase", err);
}

static bool start(const struct pki_pbes2 *how, struct pki_secret *passphrase,
                  gnutls_cipher_hd_t *cipher, struct pki_error *err)
{
    pki_auto(pki_secret) key = NULL;
    gnutls_datum_t iv = {(unsigned char *)how->iv.data, (unsigned)how->iv.size};

    if (!pki_secret_new(how->key_size, &key, err))
        return false;
    gnutls_datum_t datum = {pki_secret_open(key), (unsigned)how->key_size};
    bool done = derive(how, passphrase, key, err) &&
                pki_gnutls_ok(gnutls_cipher_init(cipher, how->cipher, &datum, &iv),
                              "start the cipher", err);
    pki_secret_close(key);
    return done;
}

bool pki_pbes2_encrypt(const struct pki_pbes2 *how, struct pki_secret *passphrase,
                       struct pki_secret *data, struct pki_error *err)
{
    gnutls_cipher_hd_t cipher = NULL;

    if (!start(how, passphrase, &cipher, err))
        return false;
    int result = gnutls_cipher_encrypt(cipher, pki_secret_open(data), pki_secret_size(data));
    pki_secret_close(data);
    gnutls_cipher_deinit(cipher);
    return pki_gnutls_ok(result, "encrypt", err);
}

bool pki_pbes2_decrypt(const struct pki_pbes2 *how, struct pki_secret *passphrase,
                       struct pki_secret *data, struct pki_error *err)
{
    gnutls_cipher_hd_t cipher = NULL;

    if (!start(how, passphrase, &cipher, err))
        return false;
    int result = gnutls_cipher_decrypt(cipher, pki_secret_open(data), pki_secret_size(data));
    pki_secret_close(data);
    gnutls_cipher_deinit(cipher);
    return pki_gnutls_ok(result, "decrypt", err);
}
