#include <gnutls/abstract.h>

#include "asn1/read.h"
#include "asn1/walk.h"
#include "crypto/hash.h"
#include "crypto/key.h"
#include "crypto/key_private.h"

#define TAG_INTEGER  0x02
#define TAG_SEQUENCE 0x30

#define RSA_BITS_MIN 2048  /* of chains from elsewhere */
#define RSA_BITS_MAX 16384 /* a signature takes bounded time */

bool pki_spki_read(struct pki_bytes spki, struct pki_public_key *key, struct pki_error *err)
{
    pki_auto(pki_asn1) asn1 = NULL;

    return pki_asn1_decode("SubjectPublicKeyInfo", spki, &asn1, err) &&
           pki_asn1_der(asn1, "algorithm", &key->algorithm, err) &&
           pki_asn1_bits(asn1, "subjectPublicKey", &key->bits, NULL, err);
}

const struct pki_algorithm *pki_spki_row(struct pki_bytes identifier)
{
    for (int id = 0; id < PKI_KEY_ALGORITHMS; id++) {
        const struct pki_algorithm *row = pki_algorithm_get((enum pki_key_algorithm)id);
        if (pki_bytes_equal(row->spki_algorithm, identifier))
            return row;
    }
    return NULL;
}

void pki_spki_put_ed25519(struct pki_buf *spki, const uint8_t point[PKI_ED25519_POINT])
{
    static const uint8_t before[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                     0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

    pki_buf_append(spki, before, sizeof(before));
    pki_buf_append(spki, point, PKI_ED25519_POINT);
}

size_t pki_bit_length(struct pki_bytes octets)
{
    while (octets.size > 0 && octets.data[0] == 0) {
        octets.data++;
        octets.size--;
    }
    if (octets.size == 0)
        return 0;

    size_t bits = octets.size * 8;
    for (unsigned mask = 0x80; (octets.data[0] & mask) == 0; mask >>= 1)
        bits--;
    return bits;
}

bool pki_rsa_read(struct pki_bytes bits, struct pki_rsa_key *rsa, struct pki_error *err)
{
    pki_auto(pki_asn1) asn1 = NULL;

    if (!pki_asn1_decode("RSAPublicKey", bits, &asn1, err) ||
        !pki_asn1_octets(asn1, "modulus", &rsa->modulus, err) ||
        !pki_asn1_octets(asn1, "publicExponent", &rsa->exponent, err))
        return false;
    if (rsa->modulus.data[0] >= 0x80 || rsa->exponent.data[0] >= 0x80)
        return pki_fail(err, PKI_E_FORMAT, "RSA modulus or exponent is negative");
    return true;
}

/* With e = 1 every signature verifies; an even exponent has no private counterpart. */
static bool check_rsa_bounds(struct pki_bytes bits, struct pki_error *err)
{
    struct pki_rsa_key rsa;

    if (!pki_rsa_read(bits, &rsa, err))
        return false;

    size_t size = pki_bit_length(rsa.modulus);
    if (size < RSA_BITS_MIN || size > RSA_BITS_MAX)
        return pki_fail(err, PKI_E_POLICY, "RSA key of %zu bits, not between %d and %d (BR 6.1.5)",
                        size, RSA_BITS_MIN, RSA_BITS_MAX);
    if (pki_bit_length(rsa.exponent) < 2 || pki_bit_length(rsa.exponent) > 256 ||
        (rsa.exponent.data[rsa.exponent.size - 1] & 1) == 0)
        return pki_fail(err, PKI_E_POLICY,
                        "RSA exponent is even, below 3 or over 256 bits (BR 6.1.6)");
    return true;
}

/* ECDSA-Sig-Value (RFC 3279 2.2.3). GnuTLS takes BER too, which gives one signature many forms. */
static bool check_ecdsa_form(struct pki_bytes signature, struct pki_error *err)
{
    struct pki_error inner = {0};
    struct pki_element outer, r, s;

    bool good = pki_walk_scan(signature, &inner) &&
                pki_walk_expect(&signature, TAG_SEQUENCE, &outer, &inner) &&
                pki_walk_expect(&outer.content, TAG_INTEGER, &r, &inner) &&
                pki_walk_expect(&outer.content, TAG_INTEGER, &s, &inner) &&
                outer.content.size == 0 && pki_bit_length(r.content) > 0 &&
                pki_bit_length(s.content) > 0 && r.content.data[0] < 0x80 &&
                s.content.data[0] < 0x80;
    if (!good)
        return pki_fail(err, PKI_E_INVALID,
                        "signature is not two positive numbers in DER (RFC 3279 2.2.3)");
    return true;
}

static bool check_pair(const struct pki_public_key *key, const struct pki_signature *how,
                       struct pki_bytes signature, struct pki_error *err)
{
    char name[PKI_ALGORITHM_TEXT];
    const struct pki_algorithm *row = pki_spki_row(key->algorithm);

    if (!row)
        return pki_fail(err, PKI_E_POLICY, "key algorithm is not accepted: %s",
                        pki_algorithm_describe(key->algorithm, name));
    if (strcmp(row->family, how->family) != 0)
        return pki_fail(err, PKI_E_INVALID, "signature by %s cannot come from %s key", how->title,
                        strcmp(row->family, "RSA") == 0 ? "an RSA" : "an elliptic curve");
    if (strcmp(row->family, "RSA") == 0)
        return check_rsa_bounds(key->bits, err);
    return strcmp(row->family, "ECDSA") != 0 || check_ecdsa_form(signature, err);
}

bool pki_spki_prepare(struct pki_bytes spki, struct pki_bytes identifier,
                      struct pki_bytes signature, const struct pki_signature **how,
                      struct pki_error *err)
{
    const struct pki_signature *found = pki_algorithm_find_signature(identifier);
    struct pki_public_key key;
    char name[PKI_ALGORITHM_TEXT];

    if (!found)
        return pki_fail(err, PKI_E_POLICY, "signature algorithm is not accepted: %s",
                        pki_algorithm_describe(identifier, name));
    if (signature.size > UINT32_MAX)
        return pki_fail(err, PKI_E_CRYPTO, "over 4 GiB");
    if (!pki_spki_read(spki, &key, err) || !check_pair(&key, found, signature, err))
        return false;
    *how = found;
    return true;
}

/* Ed25519 signs the bytes themselves. */
static bool verify_bytes(gnutls_pubkey_t public, struct pki_bytes spki,
                         const struct pki_signature *how, struct pki_bytes bytes,
                         struct pki_bytes signature)
{
    const gnutls_datum_t der = {(unsigned char *)spki.data, (unsigned)spki.size};
    const gnutls_datum_t data = {(unsigned char *)bytes.data, (unsigned)bytes.size};
    const gnutls_datum_t value = {(unsigned char *)signature.data, (unsigned)signature.size};

    return gnutls_pubkey_import(public, &der, GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS &&
           gnutls_pubkey_verify_data2(public, pki_gnutls_signature(how), 0, &data, &value) >= 0;
}

static bool digest_bytes(enum pki_digest kind, struct pki_bytes bytes, uint8_t *digest,
                         struct pki_error *err)
{
    pki_auto(pki_hash) hash = NULL;

    if (!pki_hash_begin(kind, &hash, err) || !pki_hash_add(hash, bytes, err))
        return false;
    pki_hash_end(&hash, digest);
    return true;
}

static bool verify_whole(struct pki_bytes spki, struct pki_bytes identifier, struct pki_bytes bytes,
                         struct pki_bytes signature, struct pki_error *err)
{
    const struct pki_signature *how = NULL;
    gnutls_pubkey_t public = NULL;

    if (!pki_spki_prepare(spki, identifier, signature, &how, err) ||
        !pki_gnutls_ok(gnutls_pubkey_init(&public), "make a public key", err))
        return false;

    bool good = verify_bytes(public, spki, how, bytes, signature);
    gnutls_pubkey_deinit(public);
    if (!good)
        return pki_fail(err, PKI_E_INVALID, "signature does not verify (%s)", how->title);
    return true;
}

bool pki_spki_verify(struct pki_bytes spki, struct pki_bytes identifier, struct pki_bytes bytes,
                     struct pki_bytes signature, struct pki_error *err)
{
    const struct pki_signature *how = pki_algorithm_find_signature(identifier);
    uint8_t digest[PKI_DIGEST_MAX];

    if (bytes.size > UINT32_MAX)
        return pki_fail(err, PKI_E_CRYPTO, "over 4 GiB");
    if (!how || !pki_signature_is_of_digest(identifier))
        return verify_whole(spki, identifier, bytes, signature, err);
    return digest_bytes(how->digest, bytes, digest, err) &&
           pki_spki_verify_digest(spki, identifier,
                                  (struct pki_bytes){digest, pki_digest_size(how->digest)},
                                  signature, err);
}

bool pki_spki_key_id(struct pki_bytes spki, uint8_t ski[PKI_SKI_SIZE], struct pki_error *err)
{
    struct pki_public_key key;
    uint8_t digest[PKI_SHA256_SIZE];

    if (!pki_spki_read(spki, &key, err))
        return false;
    pki_sha256(key.bits, digest);
    memcpy(ski, digest, PKI_SKI_SIZE);
    return true;
}
