/*
 * The arithmetic of a private number: reduced in constant time by GMP, multiplied by nettle. All
 * that they need for it lies in memory that is wiped.
 */
#include <assert.h>

#include <gmp.h>
#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>

#include "crypto/key_private.h"

#define LIMB   sizeof(mp_limb_t)
#define OCTETS 66 /* of the largest order */

struct curve {
    const struct ecc_curve *(*get)(void);
    size_t size;
    uint8_t order_less_one[OCTETS]; /* n - 1 (SP 800-186 3.2.1), big endian */
};

static const struct curve p256 = {
    .get = nettle_get_secp_256r1,
    .size = 32,
    .order_less_one = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                       0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                       0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x50},
};

static const struct curve p384 = {
    .get = nettle_get_secp_384r1,
    .size = 48,
    .order_less_one = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                       0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a, 0x0d, 0xb2,
                       0x48, 0xb0, 0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x72},
};

static const struct curve p521 = {
    .get = nettle_get_secp_521r1,
    .size = 66,
    .order_less_one = {0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                       0xfa, 0x51, 0x86, 0x87, 0x83, 0xbf, 0x2f, 0x96, 0x6b, 0x7f, 0xcc,
                       0x01, 0x48, 0xf7, 0x09, 0xa5, 0xd0, 0x3b, 0xb5, 0xc9, 0xb8, 0x89,
                       0x9c, 0x47, 0xae, 0xbb, 0x6f, 0xb7, 0x1e, 0x91, 0x38, 0x64, 0x08},
};

static const struct curve *curve_of(enum pki_key_algorithm id)
{
    static const struct curve *const curves[PKI_KEY_ALGORITHMS] = {
        [PKI_KEY_ECDSA_P256] = &p256, [PKI_KEY_ECDSA_P384] = &p384, [PKI_KEY_ECDSA_P521] = &p521};

    assert(curves[id]);
    return curves[id];
}

static size_t limbs_for(size_t octets)
{
    return (octets + LIMB - 1) / LIMB;
}

static void read_limbs(const uint8_t *octets, size_t size, mp_limb_t *limbs)
{
    memset(limbs, 0, limbs_for(size) * LIMB);
    for (size_t i = 0; i < size; i++)
        limbs[i / LIMB] |= (mp_limb_t)octets[size - 1 - i] << (8 * (i % LIMB));
}

static void write_limbs(const mp_limb_t *limbs, uint8_t *octets, size_t size)
{
    for (size_t i = 0; i < size; i++)
        octets[size - 1 - i] = (uint8_t)(limbs[i / LIMB] >> (8 * (i % LIMB)));
}

bool pki_scalar_reduce(enum pki_key_algorithm id, struct pki_secret *mixed,
                       struct pki_secret *number, struct pki_error *err)
{
    const struct curve *curve = curve_of(id);
    pki_auto(pki_secret) room = NULL;
    mp_limb_t divisor[OCTETS / LIMB + 1];
    const mp_size_t wide = (mp_size_t)limbs_for(pki_secret_size(mixed));
    const mp_size_t narrow = (mp_size_t)limbs_for(curve->size);
    const mp_size_t scratch = mpn_sec_div_r_itch(wide, narrow) + mpn_sec_add_1_itch(narrow);

    assert(pki_secret_size(number) == curve->size);
    if (!pki_secret_new((size_t)(wide + scratch) * LIMB, &room, err))
        return false;
    mp_limb_t *limbs = (mp_limb_t *)(void *)pki_secret_open(room);
    read_limbs(curve->order_less_one, curve->size, divisor);
    read_limbs(pki_secret_open(mixed), pki_secret_size(mixed), limbs);
    mpn_sec_div_r(limbs, wide, divisor, narrow, limbs + wide);
    (void)mpn_sec_add_1(limbs, limbs, narrow, 1, limbs + wide);
    write_limbs(limbs, pki_secret_open(number), curve->size);
    pki_secret_close(number);
    pki_secret_close(mixed);
    pki_secret_close(room);
    return true;
}

/* --- the point ----------------------------------------------------------------------------- */

static void wipe_and_free(void *memory, size_t size)
{
    gnutls_memset(memory, 0, size);
    free(memory);
}

/* What nettle computes on the way is as secret as the number: it frees it by GMP's function. */
static void multiply(const struct curve *curve, const mp_limb_t *limbs, struct ecc_point *point)
{
    void *(*allocate)(size_t);
    void *(*reallocate)(void *, size_t, size_t);
    void (*release)(void *, size_t);
    struct ecc_scalar scalar;
    mpz_t number;

    mp_get_memory_functions(&allocate, &reallocate, &release);
    mp_set_memory_functions(allocate, reallocate, wipe_and_free);
    ecc_scalar_init(&scalar, curve->get());
    int fits =
        ecc_scalar_set(&scalar, mpz_roinit_n(number, limbs, (mp_size_t)limbs_for(curve->size)));
    assert(fits); /* from 1 to n - 1 */
    (void)fits;
    ecc_point_mul_g(point, &scalar);
    ecc_scalar_clear(&scalar);
    mp_set_memory_functions(allocate, reallocate, release);
}

/* ECPoint, uncompressed (SEC 1 2.3.3): 04, x, y */
static void write_point(const struct curve *curve, const struct ecc_point *point,
                        uint8_t octets[PKI_POINT_MAX])
{
    mpz_t x;
    mpz_t y;

    mpz_init(x);
    mpz_init(y);
    ecc_point_get(point, x, y);
    octets[0] = 4;
    nettle_mpz_get_str_256(curve->size, octets + 1, x);
    nettle_mpz_get_str_256(curve->size, octets + 1 + curve->size, y);
    mpz_clear(x);
    mpz_clear(y);
}

bool pki_scalar_point(enum pki_key_algorithm id, struct pki_secret *number,
                      uint8_t octets[PKI_POINT_MAX], struct pki_error *err)
{
    const struct curve *curve = curve_of(id);
    pki_auto(pki_secret) room = NULL;
    struct ecc_point point;

    if (!pki_secret_new(limbs_for(curve->size) * LIMB, &room, err))
        return false;
    mp_limb_t *limbs = (mp_limb_t *)(void *)pki_secret_open(room);
    read_limbs(pki_secret_open(number), curve->size, limbs);
    pki_secret_close(number);
    ecc_point_init(&point, curve->get());
    multiply(curve, limbs, &point);
    pki_secret_close(room);
    write_point(curve, &point, octets);
    ecc_point_clear(&point);
    return true;
}
