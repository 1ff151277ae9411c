#include "crypto/dice.h"

#include "pki/session.h"
#include "crypto/key_private.h"
#include "test.h"

#define VECTORS 8

static const char rolls_of_100[] =
    "1234561234561234561234561234561234561234561234561234561234561234561234561"
    "234561234561234561234561234";

static struct pki_secret *secret_of(const char *text)
{
    struct pki_secret *secret = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_secret_copy(text, strlen(text), &secret, &err), err);
    return secret;
}

static uint8_t nibble(char digit)
{
    return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static size_t unhex(const char *text, uint8_t *octets)
{
    size_t n = strlen(text) / 2;

    for (size_t i = 0; i < n; i++)
        octets[i] = (uint8_t)(nibble(text[2 * i]) << 4 | nibble(text[2 * i + 1]));
    return n;
}

static bool secret_holds(struct pki_secret *secret, const uint8_t *octets, size_t n)
{
    bool found = memmem(pki_secret_open(secret), pki_secret_size(secret), octets, n) != NULL;

    pki_secret_close(secret);
    return found;
}

/* One line of tests/fixtures/keys/dice.txt, which dice_vectors.py wrote. */
static void check_vector(const char *name, const char *octets, const char *rolls,
                         const char *private, const char *public)
{
    const struct pki_algorithm *algorithm = pki_algorithm_find(name);
    pki_auto(pki_secret) given = NULL;
    pki_auto(pki_secret) rolled = secret_of(rolls);
    pki_auto(pki_secret) pkcs8 = NULL;
    pki_auto(pki_key) key = NULL;
    struct pki_error err = {0};
    uint8_t bytes[200];

    CU_ASSERT_PTR_NOT_NULL_FATAL(algorithm);
    EXPECT_OK(pki_dice_judge(rolled, PKI_DICE_LEAST, &err), err);
    size_t n = unhex(octets, bytes);
    EXPECT_OK(pki_secret_copy(bytes, n, &given, &err), err);
    EXPECT_OK(pki_dice_key(algorithm, given, rolled, &key, &err), err);
    CU_ASSERT_PTR_EQUAL(pki_key_algorithm_of(key), algorithm);
    EXPECT_OK(pki_key_export(key, &pkcs8, &err), err);
    n = unhex(private, bytes);
    CU_ASSERT_TRUE(secret_holds(pkcs8, bytes, n));
    n = unhex(public, bytes);
    const struct pki_bytes spki = pki_key_spki(key);
    CU_ASSERT_TRUE(spki.size > n && memcmp(spki.data + spki.size - n, bytes, n) == 0);
}

static void test_octets_and_rolls_give_the_key_that_python_computes(void)
{
    FILE *file = fopen(FIXTURES "/keys/dice.txt", "r");
    char line[2048];
    char part[5][512];
    unsigned n = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    while (fgets(line, sizeof(line), file)) {
        if (line[0] == '#')
            continue;
        CU_ASSERT_EQUAL_FATAL(sscanf(line, "%511s %511s %511s %511s %511s", part[0], part[1],
                                     part[2], part[3], part[4]),
                              5);
        check_vector(part[0], part[1], part[2], part[3], part[4]);
        n++;
    }
    (void)fclose(file);
    CU_ASSERT_EQUAL(n, VECTORS);
}

static void test_the_same_rolls_never_give_the_same_key(void)
{
    static const enum pki_key_algorithm ids[] = {PKI_KEY_ECDSA_P256, PKI_KEY_ECDSA_P384,
                                                 PKI_KEY_ECDSA_P521, PKI_KEY_ED25519};
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(ids); i++) {
        const struct pki_algorithm *algorithm = pki_algorithm_get(ids[i]);
        pki_auto(pki_secret) rolls = secret_of(rolls_of_100);
        pki_auto(pki_key) one = NULL;
        pki_auto(pki_key) other = NULL;
        EXPECT_OK(pki_key_generate_with(algorithm, rolls, &one, &err), err);
        EXPECT_OK(pki_key_generate_with(algorithm, rolls, &other, &err), err);
        CU_ASSERT_PTR_EQUAL(pki_key_algorithm_of(one), algorithm);
        CU_ASSERT_FALSE(pki_bytes_equal(pki_key_spki(one), pki_key_spki(other)));
    }
}

static void test_other_rolls_give_another_key(void)
{
    const struct pki_algorithm *algorithm = pki_algorithm_get(PKI_KEY_ECDSA_P384);
    pki_auto(pki_secret) octets = NULL;
    pki_auto(pki_secret) rolls = secret_of(rolls_of_100);
    pki_auto(pki_secret) more = secret_of(rolls_of_100);
    pki_auto(pki_key) one = NULL;
    pki_auto(pki_key) other = NULL;
    pki_auto(pki_key) same = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_secret_new(pki_dice_octets(algorithm), &octets, &err), err);
    pki_secret_open(more)[99] = '5';
    pki_secret_close(more);
    EXPECT_OK(pki_dice_key(algorithm, octets, rolls, &one, &err), err);
    EXPECT_OK(pki_dice_key(algorithm, octets, more, &other, &err), err);
    EXPECT_OK(pki_dice_key(algorithm, octets, rolls, &same, &err), err);
    CU_ASSERT_FALSE(pki_bytes_equal(pki_key_spki(one), pki_key_spki(other)));
    CU_ASSERT_TRUE(pki_bytes_equal(pki_key_spki(one), pki_key_spki(same)));
}

static void test_rsa_is_refused_by_name(void)
{
    pki_auto(pki_secret) rolls = secret_of(rolls_of_100);
    struct pki_key *key = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_key_generate_with(pki_algorithm_get(PKI_KEY_RSA_3072), rolls, &key, &err), err,
                 PKI_E_POLICY);
    EXPECT_TEXT("cannot be mixed into RSA");
    CU_ASSERT_PTR_NULL(key);
}

static const struct {
    const char *rolls, *text;
    unsigned wanted;
} refusals[] = {
    {"", "there are 0 of the 100", 0},
    {"123456", "there are 6 of the 100", 100},
    {rolls_of_100, "there are 100 of the 101", 101},
    {"012345612345612345612345612345612345612345612345612345612345612345612345612345612345612345612"
     "3"
     "456123",
     "character 1 is no digit 1 to 6", 100},
    {"123456123456123456123456123456123456123456123456123456123456123456123456123456123456123456123"
     "4"
     "56 123",
     "character 97 is no digit", 100},
    {"123451234512345123451234512345123451234512345123451234512345123451234512345123451234512345123"
     "4"
     "512345",
     "a face of the die never came up", 100},
};

static void test_what_is_no_roll_of_dice_is_refused_without_being_told(void)
{
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(refusals); i++) {
        pki_auto(pki_secret) rolls = secret_of(refusals[i].rolls);
        EXPECT_FAILS(pki_dice_judge(rolls, refusals[i].wanted, &err), err, PKI_E_USAGE);
        EXPECT_TEXT(refusals[i].text);
        CU_ASSERT_PTR_NULL(strstr(test_last.text, "12345"));
    }
}

/* --- what stays in memory ------------------------------------------------------------------ */

#define HIDE 0x55 /* what is looked for is kept so, or it would be found here */

/* How often the octets stand, forward or backward, in a run of memory, whoever freed it. */
__attribute__((no_sanitize("address"))) static unsigned count_in(const uint8_t *at,
                                                                 const uint8_t *end,
                                                                 const uint8_t *hidden, size_t n)
{
    unsigned found = 0;

    for (; at + n <= end; at++) {
        size_t forward = 0;
        size_t backward = 0;
        while (forward < n && at[forward] == (hidden[forward] ^ HIDE))
            forward++;
        while (backward < n && at[backward] == (hidden[n - 1 - backward] ^ HIDE))
            backward++;
        found += forward == n || backward == n;
    }
    return found;
}

/* In all that this process may write, but the sanitizer's own gigabytes. */
static unsigned count_in_memory(const uint8_t *hidden, size_t n)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned found = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(maps);
    while (fgets(line, sizeof(line), maps)) {
        char *mode = NULL;
        const uintptr_t begin = (uintptr_t)strtoull(line, &mode, 16);
        const uintptr_t end = (uintptr_t)strtoull(mode + 1, &mode, 16);
        if (strncmp(mode, " rw", 3) == 0 && end - begin < (uintptr_t)256 * 1024 * 1024)
            /* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel names places by numbers */
            found += count_in((const uint8_t *)begin, (const uint8_t *)end, hidden, n);
    }
    (void)fclose(maps);
    return found;
}

static void test_nothing_of_key_and_rolls_stays_in_memory(void)
{
    const struct pki_algorithm *algorithm = pki_algorithm_get(PKI_KEY_ECDSA_P384);
    struct pki_error err = {0};
    uint8_t number[24]; /* from their middles: whoever frees writes over the beginning */
    uint8_t rolled[40];
    pki_auto(pki_key) key = NULL;

    {
        pki_auto(pki_secret) octets = NULL;
        pki_auto(pki_secret) rolls = NULL;
        pki_auto(pki_secret) pkcs8 = NULL;
        EXPECT_OK(pki_secret_new(pki_dice_octets(algorithm), &octets, &err), err);
        EXPECT_OK(pki_secret_new(PKI_DICE_LEAST, &rolls, &err), err);
        for (size_t i = 0; i < PKI_DICE_LEAST; i++)
            pki_secret_open(rolls)[i] = (uint8_t)('1' + (i * i + i / 7) % 6);
        for (size_t i = 0; i < sizeof(rolled); i++)
            rolled[i] = pki_secret_open(rolls)[30 + i] ^ HIDE;
        EXPECT_OK(pki_dice_key(algorithm, octets, rolls, &key, &err), err);
        EXPECT_OK(pki_key_export(key, &pkcs8, &err), err);
        /* SEQUENCE, version, algorithm, OCTET STRING, SEQUENCE, version, OCTET STRING */
        const uint8_t *at = memmem(pki_secret_open(pkcs8), 60, "\x02\x01\x01\x04\x30", 5);
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        for (size_t i = 0; i < sizeof(number); i++)
            number[i] = at[5 + 12 + i] ^ HIDE;
        CU_ASSERT_TRUE(count_in_memory(number, sizeof(number)) > 0); /* this test can see */
        CU_ASSERT_TRUE(count_in_memory(rolled, sizeof(rolled)) > 0);
    }
    pki_key_free(PKI_TAKE(key));
    CU_ASSERT_EQUAL(count_in_memory(number, sizeof(number)), 0);
    CU_ASSERT_EQUAL(count_in_memory(rolled, sizeof(rolled)), 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"octets and rolls give the key that Python computes",
         test_octets_and_rolls_give_the_key_that_python_computes},
        {"the same rolls never give the same key", test_the_same_rolls_never_give_the_same_key},
        {"other rolls give another key", test_other_rolls_give_another_key},
        {"RSA is refused by name", test_rsa_is_refused_by_name},
        {"what is no roll of dice is refused without being told",
         test_what_is_no_roll_of_dice_is_refused_without_being_told},
        {"nothing of key and rolls stays in memory", test_nothing_of_key_and_rolls_stays_in_memory},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "dice", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
