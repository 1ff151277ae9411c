#include "crypto/key.h"

#include "key_fixture.h"

static void test_good_keys_pass(void)
{
    static const char *const names[] = {"ecdsa-p256", "ecdsa-p384", "ecdsa-p521",
                                        "rsa-3072",   "rsa-4096",   "ed25519"};

    for (size_t i = 0; i < PKI_COUNT(names); i++) {
        pki_scope(pki_buf) spki = {0};
        struct pki_error err = {0};
        const struct pki_algorithm *algorithm = NULL;
        char name[64];

        (void)snprintf(name, sizeof(name), "%s.pub", names[i]);
        fixture_pem(name, &spki);
        EXPECT_OK(pki_spki_judge(pki_buf_view(&spki), &algorithm, &err), err);
        CU_ASSERT_STRING_EQUAL(algorithm->name, names[i]);
        EXPECT_OK(pki_spki_judge(pki_buf_view(&spki), NULL, &err), err);
    }
}

static void test_bad_keys_are_refused_with_their_rule(void)
{
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        {"ec-brainpool", "brainpoolP256r1"},
        {"ec-compressed", "not uncompressed"},
        {"ec-explicit", "explicit parameters"},
        {"ec-off-curve", "not on its curve"},
        {"ec-p192", "P-192"},
        {"ec-p224", "P-224"},
        {"ec-secp256k1", "secp256k1"},
        {"ed25519-identity", "small order"},
        {"ed25519-not-reduced", "not a point"},
        {"ed25519-off-curve", "not a point"},
        {"ed25519-order-2", "small order"},
        {"ed25519-order-4", "small order"},
        {"ed25519-order-8", "small order"},
        {"ed448", "Ed448"},
        {"rsa-2048", "2048 bits"},
        {"rsa-3071", "3071 bits"},
        {"rsa-8192", "8192 bits"},
        {"rsa-close-primes", "Fermat"},
        {"rsa-even", "even"},
        {"rsa-exponent-1", "below 65537"},
        {"rsa-exponent-3", "below 65537"},
        {"rsa-exponent-even", "exponent is even"},
        {"rsa-exponent-huge", "2^256"},
        {"rsa-pss", "RSASSA-PSS"},
        {"rsa-roca", "ROCA"},
        {"rsa-small-factor", "divisible by 751"},
        {"rsa-square", "power of a prime"},
        {"rsa-without-null", "exact form"},
        {"x25519", "X25519"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) spki = {0};
        struct pki_error err = {0};
        const struct pki_algorithm *algorithm = NULL;
        char name[64];

        (void)snprintf(name, sizeof(name), "refused/%s", cases[i].name);
        fixture_pem(name, &spki);
        EXPECT_FAILS(pki_spki_judge(pki_buf_view(&spki), &algorithm, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(cases[i].text);
        CU_ASSERT_PTR_NULL(algorithm);
    }
}

static void test_what_is_no_key_is_refused(void)
{
    static const char *const cases[] = {
        "3000",
        "0500",
        "300a300506032b6570030100", /* Ed25519 without octets */
        "300c300506032b6570030307abcd",
        "3014300d06092a864886f70d01010105000303000500", /* RSA, but no numbers */
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) spki = {0};
        struct pki_error err = {0};

        EXPECT_OK(pki_hex_parse(cases[i], &spki, &err), err);
        EXPECT_FAILS(pki_spki_judge(pki_buf_view(&spki), NULL, &err), err, PKI_E_FORMAT);
    }
}

/* Whatever octet is changed: judged one way or the other, and never a crash. */
static void test_no_damage_harms_the_judge(void)
{
    static const char *const names[] = {"ecdsa-p256.pub", "ed25519.pub"};

    for (size_t i = 0; i < PKI_COUNT(names); i++) {
        pki_scope(pki_buf) spki = {0};
        const struct pki_algorithm *algorithm = NULL;

        fixture_pem(names[i], &spki);
        for (size_t at = 0; at < spki.size; at++) {
            struct pki_error err = {0};
            spki.data[at] ^= 0x20;
            bool good = pki_spki_judge(pki_buf_view(&spki), &algorithm, &err);
            CU_ASSERT_EQUAL(good, err.code == PKI_OK);
            spki.data[at] ^= 0x20;
        }
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"good keys pass", test_good_keys_pass},
        {"bad keys are refused with their rule", test_bad_keys_are_refused_with_their_rule},
        {"what is no key is refused", test_what_is_no_key_is_refused},
        {"no damage harms the judge", test_no_damage_harms_the_judge},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "judge", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
