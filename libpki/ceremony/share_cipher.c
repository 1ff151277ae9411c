#include "ceremony/share_cipher.h"

#include <string.h>

#include "crypto/mac.h"

#define FEISTEL_ROUNDS 4
#define SALT           "shamir"
#define SALT_MAX       (sizeof(SALT) - 1 + 2 + PKI_SHARE_SECRET_MAX / 2)

/* One run over a secret. */
struct feistel {
    const struct pki_share_set *set;
    struct pki_secret *password; /* one octet for the round, then the passphrase */
    struct pki_secret *salt;     /* what is fixed, then the half that goes in */
    struct pki_secret *mask;     /* what comes out */
    size_t half;
};

/* What of the salt is fixed: nothing where the set is extendable. */
static size_t write_salt(const struct pki_share_set *set, uint8_t *salt)
{
    size_t size = sizeof(SALT) - 1;

    if (set->extendable)
        return 0;
    memcpy(salt, SALT, size);
    salt[size] = (uint8_t)(set->id >> 8);
    salt[size + 1] = (uint8_t)set->id;
    return size + 2;
}

/* into ^= F(round, from) */
static bool turn(const struct feistel *feistel, uint8_t round, const uint8_t *from, uint8_t *into,
                 struct pki_error *err)
{
    uint8_t *salt = pki_secret_open(feistel->salt);
    size_t fixed = write_salt(feistel->set, salt);

    pki_secret_open(feistel->password)[0] = round;
    pki_secret_close(feistel->password);
    memcpy(salt + fixed, from, feistel->half);
    bool done = pki_pbkdf2_sha256(
        feistel->password, (struct pki_bytes){salt, fixed + feistel->half},
        (PKI_SHARE_BASE_ROUNDS << feistel->set->exponent) / FEISTEL_ROUNDS, feistel->mask, err);
    pki_secret_close(feistel->salt);

    const uint8_t *mask = pki_secret_open(feistel->mask);
    for (size_t i = 0; done && i < feistel->half; i++)
        into[i] ^= mask[i];
    pki_secret_close(feistel->mask);
    return done;
}

static bool prepare_password(struct pki_secret *passphrase, struct pki_secret **password,
                             struct pki_error *err)
{
    size_t size = passphrase ? pki_secret_size(passphrase) : 0;

    if (!pki_secret_new(1 + size, password, err))
        return false;
    if (size > 0) {
        memcpy(pki_secret_open(*password) + 1, pki_secret_open(passphrase), size);
        pki_secret_close(*password);
        pki_secret_close(passphrase);
    }
    return true;
}

/* The halves change places after each round and once more at the end: backwards it is the same. */
static bool run(const struct feistel *feistel, bool backwards, struct pki_secret *data,
                struct pki_error *err)
{
    uint8_t *octets = pki_secret_open(data);
    uint8_t *left = octets;
    uint8_t *right = octets + feistel->half;
    bool done = true;

    for (uint8_t i = 0; done && i < FEISTEL_ROUNDS; i++) {
        uint8_t *into = i % 2 == 0 ? left : right;
        uint8_t *from = i % 2 == 0 ? right : left;
        done = turn(feistel, backwards ? (uint8_t)(FEISTEL_ROUNDS - 1 - i) : i, from, into, err);
    }
    for (size_t i = 0; i < feistel->half; i++) {
        uint8_t octet = left[i];
        left[i] = right[i];
        right[i] = octet;
    }
    pki_secret_close(data);
    return done;
}

static bool pass(const struct pki_share_set *set, bool backwards, struct pki_secret *passphrase,
                 struct pki_secret *data, struct pki_error *err)
{
    pki_auto(pki_secret) password = NULL;
    pki_auto(pki_secret) salt = NULL;
    pki_auto(pki_secret) mask = NULL;
    size_t half = pki_secret_size(data) / 2;

    if (!prepare_password(passphrase, &password, err) || !pki_secret_new(SALT_MAX, &salt, err) ||
        !pki_secret_new(half, &mask, err))
        return false;
    const struct feistel feistel = {set, password, salt, mask, half};
    return run(&feistel, backwards, data, err);
}

static bool convert(const struct pki_share_set *set, bool backwards, struct pki_secret *passphrase,
                    struct pki_secret *from, struct pki_secret **to, struct pki_error *err)
{
    pki_auto(pki_secret) data = NULL;
    bool copied = pki_secret_copy(pki_secret_open(from), pki_secret_size(from), &data, err);

    pki_secret_close(from);
    if (!copied || !pass(set, backwards, passphrase, data, err))
        return false;
    *to = PKI_TAKE(data);
    return true;
}

bool pki_share_encrypt(const struct pki_share_set *set, struct pki_secret *passphrase,
                       struct pki_secret *plain, struct pki_secret **encrypted,
                       struct pki_error *err)
{
    return convert(set, false, passphrase, plain, encrypted, err);
}

bool pki_share_decrypt(const struct pki_share_set *set, struct pki_secret *passphrase,
                       struct pki_secret *encrypted, struct pki_secret **plain,
                       struct pki_error *err)
{
    return convert(set, true, passphrase, encrypted, plain, err);
}
