#include "crypto/key.h"

#include <assert.h>

#include <gnutls/x509.h>

#include "asn1/der.h"
#include "crypto/key_private.h"

#define ELLIPTIC_MAX 66 /* octets of a private number on P-521 */

bool pki_gnutls_ok(int result, const char *doing, struct pki_error *err)
{
    if (result >= 0)
        return true;
    if (result == GNUTLS_E_MEMORY_ERROR)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    return pki_fail(err, PKI_E_CRYPTO, "cannot %s: GnuTLS says %s", doing,
                    gnutls_strerror_name(result));
}

gnutls_sign_algorithm_t pki_gnutls_signature(const struct pki_signature *signature)
{
    static const gnutls_sign_algorithm_t ecdsa[] = {
        [PKI_SHA256] = GNUTLS_SIGN_ECDSA_SHA256,
        [PKI_SHA384] = GNUTLS_SIGN_ECDSA_SHA384,
        [PKI_SHA512] = GNUTLS_SIGN_ECDSA_SHA512,
    };
    static const gnutls_sign_algorithm_t rsa[] = {
        [PKI_SHA256] = GNUTLS_SIGN_RSA_SHA256,
        [PKI_SHA384] = GNUTLS_SIGN_RSA_SHA384,
        [PKI_SHA512] = GNUTLS_SIGN_RSA_SHA512,
    };

    if (strcmp(signature->family, "ECDSA") == 0)
        return ecdsa[signature->digest];
    if (strcmp(signature->family, "RSA") == 0)
        return rsa[signature->digest];
    return GNUTLS_SIGN_EDDSA_ED25519;
}

/* GnuTLS counts the bits of a curve by its name. */
static unsigned gnutls_bits(const struct pki_algorithm *algorithm)
{
    switch (algorithm->id) {
    case PKI_KEY_ECDSA_P256:
        return GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
    case PKI_KEY_ECDSA_P384:
        return GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1);
    case PKI_KEY_ECDSA_P521:
        return GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1);
    case PKI_KEY_ED25519:
        return GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519);
    case PKI_KEY_RSA_3072:
    case PKI_KEY_RSA_4096:
    case PKI_KEY_ALGORITHMS:
        break;
    }
    return algorithm->bits;
}

static gnutls_pk_algorithm_t gnutls_family(const struct pki_algorithm *algorithm)
{
    if (strcmp(algorithm->family, "ECDSA") == 0)
        return GNUTLS_PK_ECDSA;
    return strcmp(algorithm->family, "RSA") == 0 ? GNUTLS_PK_RSA : GNUTLS_PK_EDDSA_ED25519;
}

static bool copy_spki(gnutls_privkey_t handle, gnutls_pubkey_t public, struct pki_buf *spki,
                      struct pki_error *err)
{
    gnutls_datum_t der = {0};

    if (!pki_gnutls_ok(gnutls_pubkey_import_privkey(public, handle, 0, 0), "take the public key",
                       err) ||
        !pki_gnutls_ok(gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &der),
                       "write the public key", err))
        return false;
    pki_buf_append(spki, der.data, der.size);
    gnutls_free(der.data);
    return pki_buf_ok(spki, err);
}

/* Fills in what is known about a key whose handle is loaded; a weak one is refused here. */
static bool learn(struct pki_key *key, struct pki_error *err)
{
    gnutls_pubkey_t public = NULL;

    if (!pki_gnutls_ok(gnutls_pubkey_init(&public), "make a public key", err))
        return false;
    bool copied = copy_spki(key->handle, public, &key->spki, err);
    gnutls_pubkey_deinit(public);
    return copied && pki_spki_judge(pki_key_spki(key), &key->algorithm, err);
}

/* NULL on failure, which err tells. */
static struct pki_key *new_key(struct pki_error *err)
{
    pki_auto(pki_key) made = calloc(1, sizeof(*made));

    if (!made)
        (void)pki_fail(err, PKI_E_MEMORY, "out of memory");
    else if (pki_gnutls_ok(gnutls_privkey_init(&made->handle), "make a private key", err))
        return PKI_TAKE(made);
    return NULL;
}

bool pki_key_generate(const struct pki_algorithm *algorithm, struct pki_key **key,
                      struct pki_error *err)
{
    PKI_CONTEXT(err, "generate %s key", algorithm->title);
    pki_auto(pki_key) made = new_key(err);

    /* GnuTLS's public exponent is 65537 */
    if (!made ||
        !pki_gnutls_ok(gnutls_privkey_generate2(made->handle, gnutls_family(algorithm),
                                                gnutls_bits(algorithm), 0, NULL, 0),
                       "generate", err) ||
        !learn(made, err))
        return false;
    if (made->algorithm != algorithm)
        return pki_fail(err, PKI_E_CRYPTO, "GnuTLS made a %s key instead", made->algorithm->title);
    *key = PKI_TAKE(made);
    return true;
}

void pki_key_free(struct pki_key *key)
{
    if (!key)
        return;
    gnutls_privkey_deinit(key->handle); /* wipes */
    pki_buf_clear(&key->spki);
    free(key);
}

const struct pki_algorithm *pki_key_algorithm_of(const struct pki_key *key)
{
    return key->algorithm;
}

struct pki_bytes pki_key_spki(const struct pki_key *key)
{
    return pki_buf_view(&key->spki);
}

bool pki_key_sign(const struct pki_key *key, struct pki_bytes bytes, struct pki_buf *signature,
                  struct pki_error *err)
{
    PKI_CONTEXT(err, "sign with %s key", key->algorithm->title);
    const struct pki_signature *how = pki_algorithm_find_signature(key->algorithm->signature);
    const gnutls_datum_t data = {(unsigned char *)bytes.data, (unsigned)bytes.size};
    unsigned flags = gnutls_family(key->algorithm) == GNUTLS_PK_ECDSA
                         ? GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE /* RFC 6979 */
                         : 0;
    gnutls_datum_t made = {0};

    assert(how);
    if (bytes.size > UINT32_MAX)
        return pki_fail(err, PKI_E_CRYPTO, "over 4 GiB");
    if (!pki_gnutls_ok(
            gnutls_privkey_sign_data2(key->handle, pki_gnutls_signature(how), flags, &data, &made),
            "sign", err))
        return false;
    pki_buf_append(signature, made.data, made.size);
    gnutls_free(made.data);
    return pki_buf_ok(signature, err);
}

bool pki_key_import(struct pki_secret *pkcs8, struct pki_key **key, struct pki_error *err)
{
    pki_auto(pki_key) made = new_key(err);

    if (!made)
        return false;

    const gnutls_datum_t der = {pki_secret_open(pkcs8), (unsigned)pki_secret_size(pkcs8)};
    int result = gnutls_privkey_import_x509_raw(made->handle, &der, GNUTLS_X509_FMT_DER, NULL,
                                                GNUTLS_PKCS_PLAIN);
    pki_secret_close(pkcs8);
    if (result == GNUTLS_E_MEMORY_ERROR)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    /*
     * CBC lets a changed octet through. Whether the two halves still belong together is not asked
     * here, at the price of a signature: a key of ours is compared with its recorded digest, and
     * nothing that any key signed leaves before it has verified under the public half.
     */
    if (result < 0)
        return pki_fail(err, PKI_E_PASSPHRASE, "wrong passphrase, or the key file is damaged");
    if (!learn(made, err))
        return false;
    *key = PKI_TAKE(made);
    return true;
}

static void wipe(gnutls_datum_t *octets)
{
    if (octets->data)
        gnutls_memset(octets->data, 0, octets->size);
    gnutls_free(octets->data);
}

static bool write_pkcs8(gnutls_privkey_t handle, struct pki_secret **pkcs8, struct pki_error *err)
{
    gnutls_x509_privkey_t plain = NULL;
    gnutls_datum_t der = {0};

    if (!pki_gnutls_ok(gnutls_privkey_export_x509(handle, &plain), "take the private key", err))
        return false;
    bool written = pki_gnutls_ok(gnutls_x509_privkey_export2_pkcs8(plain, GNUTLS_X509_FMT_DER, NULL,
                                                                   GNUTLS_PKCS_PLAIN, &der),
                                 "write the private key", err) &&
                   pki_secret_copy(der.data, der.size, pkcs8, err);
    gnutls_x509_privkey_deinit(plain);
    wipe(&der);
    return written;
}

/*
 * PrivateKeyInfo (RFC 5958 2) around ECPrivateKey ::= SEQUENCE { version INTEGER (1), privateKey
 * OCTET STRING, publicKey [1] BIT STRING } (RFC 5915 3): zeros where the private number goes, which
 * ends this many octets before the end.
 */
static bool frame_elliptic(const struct pki_public_key *public, size_t size, struct pki_buf *frame,
                           size_t *behind, struct pki_error *err)
{
    static const uint8_t zeros[ELLIPTIC_MAX];
    struct pki_der der = {.out = frame};

    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_integer(&der, 0);
    pki_der_raw(&der, public->algorithm);
    pki_der_begin(&der, PKI_DER_OCTET_STRING);
    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_integer(&der, 1);
    pki_der_octets(&der, (struct pki_bytes){zeros, size});
    *behind = frame->size;
    pki_der_begin(&der, PKI_DER_CONTEXT_CONSTRUCTED(1));
    pki_der_bits(&der, public->bits);
    pki_der_end(&der);
    *behind = frame->size - *behind;
    pki_der_end(&der);
    pki_der_end(&der);
    pki_der_end(&der);
    return pki_buf_ok(frame, err);
}

bool pki_key_frame_elliptic(const struct pki_public_key *public, struct pki_secret *number,
                            struct pki_secret **pkcs8, struct pki_error *err)
{
    const size_t size = pki_secret_size(number);
    pki_scope(pki_buf) frame = {0};
    size_t behind = 0;

    assert(size <= ELLIPTIC_MAX);
    if (!frame_elliptic(public, size, &frame, &behind, err) ||
        !pki_secret_copy(frame.data, frame.size, pkcs8, err))
        return false;
    memcpy(pki_secret_open(*pkcs8) + frame.size - behind - size, pki_secret_open(number), size);
    pki_secret_close(number);
    pki_secret_close(*pkcs8);
    return true;
}

/* Without the zero octets that GnuTLS may put in front, and with those that it leaves out. */
static bool fill_number(struct pki_secret *number, const gnutls_datum_t *given)
{
    const size_t size = pki_secret_size(number);
    const uint8_t *octets = given->data;
    size_t count = given->size;

    for (; count > 0 && *octets == 0; count--)
        octets++;
    if (count > size)
        return false;
    memcpy(pki_secret_open(number) + size - count, octets, count);
    pki_secret_close(number);
    return true;
}

/* Of exactly the curve's size (RFC 5915 3): GnuTLS 3.7 writes one as an INTEGER would be, one octet
   longer for every second key, which strict readers refuse. */
static bool write_elliptic(const struct pki_key *key, struct pki_secret **pkcs8,
                           struct pki_error *err)
{
    pki_auto(pki_secret) number = NULL;
    struct pki_public_key public;
    gnutls_datum_t given = {0};

    if (!pki_spki_read(pki_key_spki(key), &public, err) ||
        !pki_secret_new((key->algorithm->bits + 7) / 8, &number, err) ||
        !pki_gnutls_ok(gnutls_privkey_export_ecc_raw2(key->handle, NULL, NULL, NULL, &given, 0),
                       "take the private key", err))
        return false;
    bool filled = fill_number(number, &given);
    wipe(&given);
    if (!filled)
        return pki_fail(err, PKI_E_CRYPTO, "the private number is larger than its curve");
    return pki_key_frame_elliptic(&public, number, pkcs8, err);
}

bool pki_key_export(const struct pki_key *key, struct pki_secret **pkcs8, struct pki_error *err)
{
    if (gnutls_family(key->algorithm) == GNUTLS_PK_ECDSA)
        return write_elliptic(key, pkcs8, err);
    return write_pkcs8(key->handle, pkcs8, err);
}
