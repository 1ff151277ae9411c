#include "crypto/hash.h"

#include "test.h"

#define SIZE 1000

/* Two libraries, one standard; crypto/digest is tested against its examples. */
static void test_it_gives_what_the_other_library_gives(void)
{
    static const enum pki_digest kinds[] = {PKI_SHA256, PKI_SHA384, PKI_SHA512};
    uint8_t message[SIZE];

    for (size_t i = 0; i < SIZE; i++)
        message[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < PKI_COUNT(kinds); i++) {
        struct pki_error err = {0};
        pki_auto(pki_hash) hash = NULL;
        struct pki_digest_state state;
        uint8_t expected[PKI_DIGEST_MAX];
        uint8_t digest[PKI_DIGEST_MAX];

        pki_digest_begin(&state, kinds[i]);
        pki_digest_add(&state, (struct pki_bytes){message, SIZE});
        pki_digest_end(&state, expected);
        EXPECT_OK(pki_hash_begin(kinds[i], &hash, &err), err);
        EXPECT_OK(pki_hash_add(hash, (struct pki_bytes){message, 1}, &err), err);
        EXPECT_OK(pki_hash_add(hash, (struct pki_bytes){message + 1, SIZE - 1}, &err), err);
        pki_hash_end(&hash, digest);
        CU_ASSERT_PTR_NULL(hash);
        CU_ASSERT_EQUAL(memcmp(digest, expected, pki_digest_size(kinds[i])), 0);
    }
}

static void test_one_that_was_not_ended_is_freed(void)
{
    struct pki_error err = {0};
    pki_auto(pki_hash) hash = NULL;

    EXPECT_OK(pki_hash_begin(PKI_SHA256, &hash, &err), err);
    pki_hash_free(NULL);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"it gives what the other library gives", test_it_gives_what_the_other_library_gives},
        {"one that was not ended is freed", test_one_that_was_not_ended_is_freed},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "hash", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
