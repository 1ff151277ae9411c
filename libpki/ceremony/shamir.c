#include "ceremony/shamir.h"

#include <assert.h>
#include <string.h>

#include "crypto/mac.h"
#include "crypto/random.h"

#define AT_SECRET   255
#define AT_DIGEST   254
#define DIGEST_SIZE 4

/* --- the field: x^8 + x^4 + x^3 + x + 1 ------------------------------------------------------- */

static uint8_t multiply(uint8_t a, uint8_t b)
{
    unsigned product = 0;

    for (unsigned i = 0; i < 8; i++)
        product ^= (0u - ((unsigned)b >> i & 1u)) & ((unsigned)a << i);
    for (unsigned i = 15; i-- > 8;)
        product ^= (0u - (product >> i & 1u)) & (0x11bu << (i - 8));
    return (uint8_t)product;
}

/* a^254 */
static uint8_t invert(uint8_t a)
{
    uint8_t power = a;
    uint8_t inverse = 1;

    for (unsigned i = 1; i < 8; i++) {
        power = multiply(power, power);
        inverse = multiply(inverse, power);
    }
    return inverse;
}

/* Lagrange's: what the value at point i weighs in the value at x. */
static uint8_t weigh(const struct pki_points *points, size_t i, uint8_t x)
{
    uint8_t above = 1;
    uint8_t below = 1;

    for (size_t k = 0; k < points->n; k++) {
        if (k == i)
            continue;
        above = multiply(above, x ^ points->x[k]);
        below = multiply(below, points->x[i] ^ points->x[k]);
    }
    return multiply(above, invert(below));
}

static bool interpolate(const struct pki_points *points, uint8_t x, struct pki_secret **value,
                        struct pki_error *err)
{
    size_t size = pki_secret_size(points->y[0]);

    if (!pki_secret_new(size, value, err))
        return false;
    uint8_t *sum = pki_secret_open(*value);
    for (size_t i = 0; i < points->n; i++) {
        const uint8_t *y = pki_secret_open(points->y[i]);
        uint8_t weight = weigh(points, i, x);
        for (size_t k = 0; k < size; k++)
            sum[k] ^= multiply(weight, y[k]);
        pki_secret_close(points->y[i]);
    }
    pki_secret_close(*value);
    return true;
}

void pki_points_add(struct pki_points *points, unsigned x, struct pki_secret *y)
{
    assert(points->n < PKI_SHAMIR_MAX);
    assert(points->n == 0 || pki_secret_size(points->y[0]) == pki_secret_size(y));
    points->x[points->n] = (uint8_t)x;
    points->y[points->n++] = y;
}

/* --- the digest ------------------------------------------------------------------------------ */

/* HMAC-SHA256 of the secret under what follows the digest's place. */
static bool compute_digest(const uint8_t *digest_value, struct pki_secret *secret,
                           uint8_t mac[PKI_SHA256_SIZE], struct pki_error *err)
{
    size_t size = pki_secret_size(secret);
    struct pki_bytes key = {digest_value + DIGEST_SIZE, size - DIGEST_SIZE};
    struct pki_bytes text = {pki_secret_open(secret), size};
    bool done = pki_hmac_sha256(key, text, mac, err);

    pki_secret_close(secret);
    return done;
}

static bool fill_random(struct pki_secret *value, struct pki_error *err)
{
    bool done = pki_random(pki_secret_open(value), pki_secret_size(value), err);

    pki_secret_close(value);
    return done;
}

static bool make_digest(struct pki_secret *secret, struct pki_secret **value, struct pki_error *err)
{
    uint8_t mac[PKI_SHA256_SIZE];

    if (!pki_secret_new(pki_secret_size(secret), value, err) || !fill_random(*value, err))
        return false;
    uint8_t *octets = pki_secret_open(*value);
    bool done = compute_digest(octets, secret, mac, err);
    if (done)
        memcpy(octets, mac, DIGEST_SIZE);
    pki_secret_close(*value);
    return done;
}

static bool check_digest(struct pki_secret *value, struct pki_secret *secret, struct pki_error *err)
{
    uint8_t mac[PKI_SHA256_SIZE];
    unsigned differs = 0;
    const uint8_t *octets = pki_secret_open(value);
    bool done = compute_digest(octets, secret, mac, err);

    for (size_t i = 0; done && i < DIGEST_SIZE; i++)
        differs |= octets[i] ^ mac[i];
    pki_secret_close(value);
    if (!done)
        return false;
    return differs == 0 ||
           pki_fail(err, PKI_E_INVALID,
                    "the shares do not fit each other: one of them is not of this secret, though "
                    "its checksum is right (SLIP-0039, digest of the shared secret)");
}

/* --- split and join -------------------------------------------------------------------------- */

static bool copy(struct pki_secret *from, struct pki_secret **to, struct pki_error *err)
{
    bool done = pki_secret_copy(pki_secret_open(from), pki_secret_size(from), to, err);

    pki_secret_close(from);
    return done;
}

/* Where one point is enough, the polynomial is the secret itself. */
static bool split_among_each(struct pki_secret *secret, unsigned count, struct pki_secret **made,
                             struct pki_error *err)
{
    for (unsigned i = 0; i < count; i++)
        if (!copy(secret, &made[i], err))
            return false;
    return true;
}

static bool choose_points(size_t size, unsigned n, struct pki_secret **made,
                          struct pki_points *points, struct pki_error *err)
{
    for (unsigned i = 0; i < n; i++) {
        if (!pki_secret_new(size, &made[i], err) || !fill_random(made[i], err))
            return false;
        pki_points_add(points, i, made[i]);
    }
    return true;
}

/* Two of the points that fix the polynomial are digest and secret, the others random. */
bool pki_shamir_split(struct pki_secret *secret, unsigned threshold, unsigned count,
                      struct pki_secret **made, struct pki_error *err)
{
    struct pki_points points = {.n = 0};
    pki_auto(pki_secret) digest = NULL;

    assert(threshold >= 1 && threshold <= count && count <= PKI_SHAMIR_MAX);
    if (threshold == 1)
        return split_among_each(secret, count, made, err);

    unsigned chosen = threshold - 2;
    if (!choose_points(pki_secret_size(secret), chosen, made, &points, err) ||
        !make_digest(secret, &digest, err))
        return false;
    pki_points_add(&points, AT_DIGEST, digest);
    pki_points_add(&points, AT_SECRET, secret);
    for (unsigned i = chosen; i < count; i++)
        if (!interpolate(&points, (uint8_t)i, &made[i], err))
            return false;
    return true;
}

bool pki_shamir_join(const struct pki_points *points, struct pki_secret **secret,
                     struct pki_error *err)
{
    pki_auto(pki_secret) joined = NULL;
    pki_auto(pki_secret) digest = NULL;

    assert(points->n >= 1);
    if (points->n == 1)
        return copy(points->y[0], secret, err);
    if (!interpolate(points, AT_SECRET, &joined, err) ||
        !interpolate(points, AT_DIGEST, &digest, err) || !check_digest(digest, joined, err))
        return false;
    *secret = PKI_TAKE(joined);
    return true;
}
