/* Arithmetic on public keys, by GMP: what GnuTLS has no call for. */
#include <gmp.h>

#include "crypto/key_private.h"

#define SMALLEST_FACTOR 752 /* BR 6.1.6 */
#define FERMAT_ROUNDS   100
#define ROCA_LARGEST    167 /* the 38 odd primes up to here */
#define ROCA_GENERATOR  65537

static void load(mpz_t number, struct pki_bytes octets, int order)
{
    mpz_init(number);
    mpz_import(number, octets.size, order, 1, 1, 0, octets.data);
}

static bool is_small_prime(unsigned number)
{
    for (unsigned divisor = 2; divisor * divisor <= number; divisor++)
        if (number % divisor == 0)
            return false;
    return number >= 2;
}

/* The smallest prime factor below the bound, 0 when there is none. */
static unsigned small_factor(const mpz_t modulus)
{
    for (unsigned prime = 2; prime < SMALLEST_FACTOR; prime++)
        if (is_small_prime(prime) && mpz_divisible_ui_p(modulus, prime))
            return prime;
    return 0;
}

/*
 * Primes of the faulty Infineon generator (CVE-2017-15361) are k * M + 65537^a mod M, M the product
 * of the first primes, so their product is a power of 65537 modulo every one of those primes. A
 * modulus of another origin passes all 38 with a chance of about 2^-28.
 */
static bool is_power_modulo(unsigned residue, unsigned prime)
{
    unsigned power = 1;

    for (unsigned i = 0; i < prime; i++) {
        if (power == residue)
            return true;
        power = power * (ROCA_GENERATOR % prime) % prime;
    }
    return false;
}

static bool has_roca_fingerprint(const mpz_t modulus)
{
    for (unsigned prime = 3; prime <= ROCA_LARGEST; prime++)
        if (is_small_prime(prime) && !is_power_modulo((unsigned)mpz_fdiv_ui(modulus, prime), prime))
            return false;
    return true;
}

/* Fermat's factoring: with p near q, some a a little above the root makes a^2 - n a square. */
static bool has_close_primes(const mpz_t modulus)
{
    mpz_t root, rest;
    bool found = false;

    mpz_init(root);
    mpz_init(rest);
    mpz_sqrt(root, modulus);
    for (unsigned i = 0; i < FERMAT_ROUNDS && !found; i++) {
        mpz_mul(rest, root, root);
        mpz_sub(rest, rest, modulus);
        found = mpz_sgn(rest) >= 0 && mpz_perfect_square_p(rest);
        mpz_add_ui(root, root, 1);
    }
    mpz_clear(rest);
    mpz_clear(root);
    return found;
}

static bool judge_modulus(const mpz_t modulus, struct pki_error *err)
{
    unsigned factor = small_factor(modulus);

    if (factor == 2)
        return pki_fail(err, PKI_E_POLICY, "RSA modulus is even (BR 6.1.6)");
    if (factor > 0)
        return pki_fail(err, PKI_E_POLICY, "RSA modulus is divisible by %u (BR 6.1.6)", factor);
    if (mpz_perfect_power_p(modulus))
        return pki_fail(err, PKI_E_POLICY, "RSA modulus is a power of a prime (BR 6.1.6)");
    if (has_roca_fingerprint(modulus)) {
        return pki_fail(err, PKI_E_POLICY,
                        "RSA key comes from a faulty Infineon chip and can be computed from its "
                        "public half (ROCA, CVE-2017-15361): make the key elsewhere");
    }
    if (has_close_primes(modulus)) {
        return pki_fail(err, PKI_E_POLICY,
                        "RSA modulus is factored by Fermat's method, its primes are too close "
                        "(CVE-2022-26320)");
    }
    return true;
}

bool pki_rsa_judge(struct pki_bytes modulus, struct pki_error *err)
{
    mpz_t number;

    load(number, modulus, 1);
    bool good = judge_modulus(number, err);
    mpz_clear(number);
    return good;
}

/* RFC 8032 5.1.3: x^2 = (y^2 - 1) / (d y^2 + 1) modulo p = 2^255 - 19; x2 is its value. */
static void square_of_x(mpz_t x2, const mpz_t y2, const mpz_t p)
{
    static const char d_hex[] = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";
    mpz_t below;

    mpz_init_set_str(below, d_hex, 16);
    mpz_mul(below, below, y2);
    mpz_add_ui(below, below, 1);
    mpz_invert(below, below, p); /* -1/d is not a square, so this is never zero */
    mpz_sub_ui(x2, y2, 1);
    mpz_mul(x2, x2, below);
    mpz_mod(x2, x2, p);
    mpz_clear(below);
}

/*
 * Orders 1, 2: x = 0. Order 4: y = 0. Order 8: twice the point is of order 4, which by the addition
 * law of RFC 8032 5.1.4 means x^2 + y^2 = 0.
 */
static bool is_good_point(const mpz_t y, const mpz_t p)
{
    mpz_t y2, x2, sum;

    mpz_init(y2);
    mpz_init(x2);
    mpz_init(sum);
    mpz_mul(y2, y, y);
    mpz_mod(y2, y2, p);
    square_of_x(x2, y2, p);
    mpz_add(sum, x2, y2);
    bool good = mpz_cmp(y, p) < 0 && mpz_legendre(x2, p) == 1 && mpz_sgn(y) != 0 &&
                !mpz_divisible_p(sum, p);
    mpz_clear(sum);
    mpz_clear(x2);
    mpz_clear(y2);
    return good;
}

bool pki_ed25519_judge(struct pki_bytes octets, struct pki_error *err)
{
    mpz_t y, p;

    if (octets.size != 32)
        return pki_fail(err, PKI_E_FORMAT, "Ed25519 key of %zu octets, not 32 (RFC 8032 5.1.5)",
                        octets.size);
    load(y, octets, -1);
    mpz_clrbit(y, 255); /* the sign of x */
    mpz_init_set_ui(p, 1);
    mpz_mul_2exp(p, p, 255);
    mpz_sub_ui(p, p, 19);
    bool good = is_good_point(y, p);
    mpz_clear(p);
    mpz_clear(y);
    if (!good)
        return pki_fail(err, PKI_E_POLICY,
                        "Ed25519 key is not a point of its curve, or one of small order");
    return true;
}
