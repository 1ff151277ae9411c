#include "fault.h"
#include "share_fixture.h"

static const struct pki_share_plan plan = {
    .groups = {{1, 1}, {2, 3}},
    .n_groups = 2,
    .threshold = 2,
};

static void test_split_is_whole_or_refused_at_every_failure(void)
{
    pki_auto(pki_secret) secret = fixture_secret(fixture_octets, 32);
    int rounds = 0;

    FAULT_EACH (nth) {
        pki_scope(pki_shares) shares = {.n = 0};
        struct pki_error err = {0};

        fault_start(nth);
        bool done = pki_share_split(secret, &plan, NULL, &shares, &err);
        fault_stop();
        CU_ASSERT_EQUAL(done, !fault_happened());
        CU_ASSERT_EQUAL(err.code, done ? PKI_OK : PKI_E_MEMORY);
        CU_ASSERT_EQUAL(shares.n, done ? 4 : 0);
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 10);
}

static bool combine(struct pki_secret **secret, struct pki_error *err)
{
    pki_scope(pki_shares) shares = {.n = 0};

    for (size_t i = 0; i < 3; i++) {
        pki_auto(pki_share) share = NULL;
        pki_auto(pki_secret) words = NULL;
        const char *text = fixture_three_of_five[i];
        if (!pki_secret_copy(text, strlen(text), &words, err) ||
            !pki_share_parse(words, &share, err) || !pki_shares_add(&shares, PKI_TAKE(share), err))
            return false;
    }
    return pki_share_combine(&shares, NULL, secret, err);
}

static void test_secret_is_right_or_none_at_every_failure(void)
{
    int rounds = 0;

    FAULT_EACH (nth) {
        pki_auto(pki_secret) secret = NULL;
        struct pki_error err = {0};

        fault_start(nth);
        bool done = combine(&secret, &err);
        fault_stop();
        CU_ASSERT_EQUAL(done, !fault_happened());
        CU_ASSERT_EQUAL(err.code, done ? PKI_OK : PKI_E_MEMORY);
        CU_ASSERT_EQUAL(secret != NULL, done);
        CU_ASSERT_TRUE(!done || fixture_is(secret, fixture_octets, 32));
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 15);
}

static void test_words_are_whole_or_none_at_every_failure(void)
{
    pki_auto(pki_share) share = fixture_share(fixture_old[0]);

    FAULT_EACH (nth) {
        pki_auto(pki_secret) words = NULL;
        struct pki_error err = {0};

        fault_start(nth);
        bool done = pki_share_write(share, &words, &err);
        fault_stop();
        CU_ASSERT_EQUAL(done, !fault_happened());
        CU_ASSERT_EQUAL(err.code, done ? PKI_OK : PKI_E_MEMORY);
        CU_ASSERT_EQUAL(words != NULL, done);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a split is whole or refused", test_split_is_whole_or_refused_at_every_failure},
        {"a secret is right or none", test_secret_is_right_or_none_at_every_failure},
        {"words are whole or none", test_words_are_whole_or_none_at_every_failure},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "share faults", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
