#include "crypto/key.h"

#include "test.h"

static const struct pki_bytes message = {(const uint8_t *)"what is signed", 14};

/* RSA takes seconds to generate: the fixture keys of test_envelope.c stand for it. */
static const enum pki_key_algorithm fast[] = {PKI_KEY_ECDSA_P256, PKI_KEY_ECDSA_P384,
                                              PKI_KEY_ECDSA_P521, PKI_KEY_ED25519};

static void test_a_new_key_signs_what_its_public_half_verifies(void)
{
    for (size_t i = 0; i < PKI_COUNT(fast); i++) {
        const struct pki_algorithm *algorithm = pki_algorithm_get(fast[i]);
        pki_auto(pki_key) key = NULL;
        pki_scope(pki_buf) signature = {0};
        struct pki_error err = {0};
        const struct pki_algorithm *judged = NULL;

        EXPECT_OK(pki_key_generate(algorithm, &key, &err), err);
        CU_ASSERT_PTR_EQUAL(pki_key_algorithm_of(key), algorithm);
        EXPECT_OK(pki_spki_judge(pki_key_spki(key), &judged, &err), err);
        CU_ASSERT_PTR_EQUAL(judged, algorithm);
        EXPECT_OK(pki_key_sign(key, message, &signature, &err), err);
        EXPECT_OK(pki_spki_verify(pki_key_spki(key), algorithm->signature, message,
                                  pki_buf_view(&signature), &err),
                  err);
    }
}

static void test_rsa_is_generated_in_the_size_asked_for(void)
{
    const struct pki_algorithm *algorithm = pki_algorithm_get(PKI_KEY_RSA_3072);
    pki_auto(pki_key) key = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_key_generate(algorithm, &key, &err), err);
    CU_ASSERT_PTR_EQUAL(pki_key_algorithm_of(key), algorithm);
}

static void test_signing_twice_gives_equal_signatures(void)
{
    for (size_t i = 0; i < PKI_COUNT(fast); i++) {
        pki_auto(pki_key) key = NULL;
        pki_scope(pki_buf) first = {0};
        pki_scope(pki_buf) second = {0};
        struct pki_error err = {0};

        EXPECT_OK(pki_key_generate(pki_algorithm_get(fast[i]), &key, &err), err);
        EXPECT_OK(pki_key_sign(key, message, &first, &err), err);
        EXPECT_OK(pki_key_sign(key, message, &second, &err), err);
        CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&first), pki_buf_view(&second)));
    }
}

static void test_two_keys_differ(void)
{
    pki_auto(pki_key) one = NULL;
    pki_auto(pki_key) other = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_key_generate(pki_algorithm_get(PKI_KEY_ECDSA_P256), &one, &err), err);
    EXPECT_OK(pki_key_generate(pki_algorithm_get(PKI_KEY_ECDSA_P256), &other, &err), err);
    CU_ASSERT_FALSE(pki_bytes_equal(pki_key_spki(one), pki_key_spki(other)));
}

static void test_signatures_are_appended(void)
{
    pki_auto(pki_key) key = NULL;
    pki_scope(pki_buf) signature = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_key_generate(pki_algorithm_get(PKI_KEY_ED25519), &key, &err), err);
    pki_buf_byte(&signature, 0);
    EXPECT_OK(pki_key_sign(key, message, &signature, &err), err);
    CU_ASSERT_EQUAL(signature.size, 1 + 64);
}

static void test_no_key_is_freed(void)
{
    pki_key_free(NULL);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a new key signs what its public half verifies",
         test_a_new_key_signs_what_its_public_half_verifies},
        {"RSA is generated in the size asked for", test_rsa_is_generated_in_the_size_asked_for},
        {"signing twice gives equal signatures", test_signing_twice_gives_equal_signatures},
        {"two keys differ", test_two_keys_differ},
        {"signatures are appended", test_signatures_are_appended},
        {"no key is freed without harm", test_no_key_is_freed},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "key", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
