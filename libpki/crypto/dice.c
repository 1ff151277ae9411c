#include "crypto/dice.h"

#include <assert.h>

#include <gnutls/crypto.h>

#include "pki/session.h"
#include "crypto/key_private.h"
#include "crypto/random.h"

#define SALT         "Root Cellar dice 1"
#define PRK_SIZE     64
#define ED25519_SIZE 32
#define EXTRA        8 /* octets that make a remainder even, FIPS 186-5 A.2.1 */
/* PrivateKeyInfo up to the seed, RFC 8410 7 */
#define ED25519_FRAME "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"

static bool is_elliptic(const struct pki_algorithm *algorithm)
{
    return strcmp(algorithm->family, "ECDSA") == 0;
}

bool pki_dice_suit(const struct pki_algorithm *algorithm, struct pki_error *err)
{
    return strcmp(algorithm->family, "RSA") != 0 ||
           pki_fail(err, PKI_E_POLICY,
                    "dice cannot be mixed into %s keys, whose primes GnuTLS draws itself: leave "
                    "--dice out, or have an ECDSA or Ed25519 key in the hierarchy",
                    algorithm->title);
}

size_t pki_dice_octets(const struct pki_algorithm *algorithm)
{
    return is_elliptic(algorithm) ? (algorithm->bits + 7) / 8 + EXTRA : ED25519_SIZE;
}

static bool judge_digits(const uint8_t *digits, size_t n, struct pki_error *err)
{
    bool faces[6] = {false};
    size_t seen = 0;

    for (size_t i = 0; i < n; i++) {
        if (digits[i] < '1' || digits[i] > '6')
            return pki_fail(err, PKI_E_USAGE, "rolls of dice: character %zu is no digit 1 to 6",
                            i + 1);
        faces[digits[i] - '1'] = true;
    }
    for (size_t i = 0; i < PKI_COUNT(faces); i++)
        seen += faces[i];
    return seen == PKI_COUNT(faces) ||
           pki_fail(err, PKI_E_USAGE,
                    "rolls of dice: a face of the die never came up; no fair die does that");
}

bool pki_dice_judge(struct pki_secret *rolls, unsigned wanted, struct pki_error *err)
{
    size_t n = pki_secret_size(rolls);

    if (n < wanted || n < PKI_DICE_LEAST)
        return pki_fail(err, PKI_E_USAGE, "rolls of dice: there are %zu of the %u that are needed",
                        n, wanted > PKI_DICE_LEAST ? wanted : PKI_DICE_LEAST);
    bool good = judge_digits(pki_secret_open(rolls), n, err);
    pki_secret_close(rolls);
    return good;
}

/* --- from octets and rolls to a secret ----------------------------------------------------- */

static bool join(struct pki_secret *octets, struct pki_secret *rolls, struct pki_secret **joined,
                 struct pki_error *err)
{
    size_t first = pki_secret_size(octets);
    size_t second = pki_secret_size(rolls);

    if (!pki_secret_new(first + second, joined, err))
        return false;
    uint8_t *to = pki_secret_open(*joined);
    memcpy(to, pki_secret_open(octets), first);
    memcpy(to + first, pki_secret_open(rolls), second);
    pki_secret_close(rolls);
    pki_secret_close(octets);
    pki_secret_close(*joined);
    return true;
}

static bool extract(struct pki_secret *joined, struct pki_secret *prk, struct pki_error *err)
{
    const gnutls_datum_t salt = {(unsigned char *)SALT, sizeof(SALT) - 1};
    const gnutls_datum_t ikm = {pki_secret_open(joined), (unsigned)pki_secret_size(joined)};

    int result = gnutls_hkdf_extract(GNUTLS_MAC_SHA512, &ikm, &salt, pki_secret_open(prk));
    pki_secret_close(prk);
    pki_secret_close(joined);
    return pki_gnutls_ok(result, "mix dice with randomness", err);
}

static bool expand(struct pki_secret *prk, const char *info, struct pki_secret *mixed,
                   struct pki_error *err)
{
    const gnutls_datum_t name = {(unsigned char *)info, (unsigned)strlen(info)};
    const gnutls_datum_t key = {pki_secret_open(prk), PRK_SIZE};

    int result = gnutls_hkdf_expand(GNUTLS_MAC_SHA512, &key, &name, pki_secret_open(mixed),
                                    pki_secret_size(mixed));
    pki_secret_close(mixed);
    pki_secret_close(prk);
    return pki_gnutls_ok(result, "mix dice with randomness", err);
}

static bool mix(const struct pki_algorithm *algorithm, struct pki_secret *octets,
                struct pki_secret *rolls, struct pki_secret **mixed, struct pki_error *err)
{
    pki_auto(pki_secret) joined = NULL;
    pki_auto(pki_secret) prk = NULL;

    return join(octets, rolls, &joined, err) && pki_secret_new(PRK_SIZE, &prk, err) &&
           extract(joined, prk, err) && pki_secret_new(pki_dice_octets(algorithm), mixed, err) &&
           expand(prk, algorithm->name, *mixed, err);
}

/* --- from a secret to a key ---------------------------------------------------------------- */

static bool frame_ed25519(struct pki_secret *seed, struct pki_secret **pkcs8, struct pki_error *err)
{
    const size_t front = sizeof(ED25519_FRAME) - 1;

    if (!pki_secret_new(front + ED25519_SIZE, pkcs8, err))
        return false;
    memcpy(pki_secret_open(*pkcs8), ED25519_FRAME, front);
    memcpy(pki_secret_open(*pkcs8) + front, pki_secret_open(seed), ED25519_SIZE);
    pki_secret_close(seed);
    pki_secret_close(*pkcs8);
    pki_secret_close(*pkcs8);
    return true;
}

static bool frame_elliptic(const struct pki_algorithm *algorithm, struct pki_secret *mixed,
                           struct pki_secret **pkcs8, struct pki_error *err)
{
    pki_auto(pki_secret) number = NULL;
    uint8_t point[PKI_POINT_MAX];
    const size_t size = (algorithm->bits + 7) / 8;
    const struct pki_public_key public = {algorithm->spki_algorithm, {point, 1 + 2 * size}};

    return pki_secret_new(size, &number, err) &&
           pki_scalar_reduce(algorithm->id, mixed, number, err) &&
           pki_scalar_point(algorithm->id, number, point, err) &&
           pki_key_frame_elliptic(&public, number, pkcs8, err);
}

/* The two halves came from two libraries: GnuTLS signs by the one, and verifies by the other. */
static bool try_pair(const struct pki_key *key, struct pki_error *err)
{
    static const uint8_t octets[] = "Root Cellar pairwise test";
    const struct pki_bytes bytes = {octets, sizeof(octets)};
    const struct pki_algorithm *algorithm = pki_key_algorithm_of(key);
    pki_scope(pki_buf) signature = {0};

    return pki_key_sign(key, bytes, &signature, err) &&
           pki_spki_verify(pki_key_spki(key), algorithm->signature, bytes, pki_buf_view(&signature),
                           err);
}

bool pki_dice_key(const struct pki_algorithm *algorithm, struct pki_secret *octets,
                  struct pki_secret *rolls, struct pki_key **key, struct pki_error *err)
{
    pki_auto(pki_secret) mixed = NULL;
    pki_auto(pki_secret) pkcs8 = NULL;
    pki_auto(pki_key) made = NULL;
    struct pki_error why = {0};

    assert(pki_secret_size(octets) == pki_dice_octets(algorithm));
    if (!mix(algorithm, octets, rolls, &mixed, err) ||
        !(is_elliptic(algorithm) ? frame_elliptic(algorithm, mixed, &pkcs8, err)
                                 : frame_ed25519(mixed, &pkcs8, err)))
        return false;
    if (!pki_key_import(pkcs8, &made, &why) || made->algorithm != algorithm ||
        !try_pair(made, &why))
        return pki_fail(err, PKI_E_CRYPTO, "GnuTLS does not take the key that was made: %s",
                        why.text);
    *key = PKI_TAKE(made);
    return true;
}

bool pki_key_generate_with(const struct pki_algorithm *algorithm, struct pki_secret *rolls,
                           struct pki_key **key, struct pki_error *err)
{
    PKI_CONTEXT(err, "generate %s key", algorithm->title);
    pki_auto(pki_secret) octets = NULL;

    if (!pki_dice_suit(algorithm, err) || !pki_secret_new(pki_dice_octets(algorithm), &octets, err))
        return false;
    bool drawn = pki_random(pki_secret_open(octets), pki_secret_size(octets), err);
    pki_secret_close(octets);
    return drawn && pki_dice_key(algorithm, octets, rolls, key, err);
}
