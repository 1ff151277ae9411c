#include "ceremony/shamir.h"

#include "share_fixture.h"

/* --- Shamir's scheme, every threshold ----------------------------------------------------------
 */

static void join(struct pki_secret **made, unsigned from, unsigned threshold, unsigned count,
                 struct pki_secret *expected)
{
    struct pki_points points = {.n = 0};
    pki_auto(pki_secret) joined = NULL;
    struct pki_error err = {0};

    for (unsigned i = 0; i < threshold; i++) {
        unsigned x = (from + i) % count;
        pki_points_add(&points, x, made[x]);
    }
    EXPECT_OK(pki_shamir_join(&points, &joined, &err), err);
    CU_ASSERT_TRUE(pki_secret_equal(joined, expected));
}

static void test_any_threshold_of_the_points_gives_the_secret(void)
{
    for (unsigned count = 1; count <= PKI_SHAMIR_MAX; count++) {
        for (unsigned threshold = 1; threshold <= count; threshold++) {
            pki_auto(pki_secret) secret = fixture_secret(fixture_octets, 16);
            struct pki_secret *made[PKI_SHAMIR_MAX] = {NULL};
            struct pki_error err = {0};

            EXPECT_OK(pki_shamir_split(secret, threshold, count, made, &err), err);
            for (unsigned from = 0; from < count; from++)
                join(made, from, threshold, count, secret);
            for (unsigned i = 0; i < count; i++)
                pki_secret_free(made[i]);
        }
    }
}

/* --- combine -----------------------------------------------------------------------------------
 */

static bool combine(const struct pki_shares *shares, const char *passphrase,
                    struct pki_secret **secret, struct pki_error *err)
{
    pki_auto(pki_secret) typed = passphrase ? fixture_text(passphrase) : NULL;

    return pki_share_combine(shares, typed, secret, err);
}

/* The shares of a list with these places, in this order. */
static bool combine_some(const char *const *list, const char *places, const char *passphrase,
                         struct pki_secret **secret, struct pki_error *err)
{
    pki_scope(pki_shares) shares = {.n = 0};

    for (; *places; places++)
        if (!fixture_add(&shares, list[*places - '0'], err))
            return false;
    return combine(&shares, passphrase, secret, err);
}

static void gives(const char *const *list, const char *places, const char *passphrase, size_t size)
{
    pki_auto(pki_secret) secret = NULL;
    struct pki_error err = {0};

    EXPECT_OK(combine_some(list, places, passphrase, &secret, &err), err);
    CU_ASSERT_TRUE(fixture_is(secret, fixture_octets, size));
}

static void test_shares_of_others_combine_in_any_order(void)
{
    static const char *const threes[] = {"012", "013", "014", "023", "024", "034",
                                         "123", "124", "134", "234", "420", "312"};

    for (size_t i = 0; i < PKI_COUNT(threes); i++)
        gives(fixture_three_of_five, threes[i], NULL, 32);
    gives(fixture_foreign, "421", NULL, 32);
    gives(fixture_old, "01", NULL, 16);
    gives(fixture_old, "20", "", 16);
    gives(fixture_groups, "012", FIXTURE_GROUPS_PASSPHRASE, 32);
    gives(fixture_groups, "4650", FIXTURE_GROUPS_PASSPHRASE, 32);
    gives(fixture_groups, "43561", FIXTURE_GROUPS_PASSPHRASE, 32);
}

static void test_wrong_passphrase_gives_another_secret(void)
{
    pki_auto(pki_secret) secret = NULL;
    struct pki_error err = {0};

    EXPECT_OK(combine_some(fixture_groups, "012", "TREZOR", &secret, &err), err);
    CU_ASSERT_FALSE(fixture_is(secret, fixture_octets, 32));
}

static bool refuse(const char *const *list, const char *places, struct pki_error *err)
{
    pki_auto(pki_secret) secret = NULL;
    bool done = combine_some(list, places, NULL, &secret, err);

    CU_ASSERT_PTR_NULL(secret);
    return done;
}

static void test_what_is_not_a_set_is_refused_with_the_reason(void)
{
    const char *mixed[] = {fixture_three_of_five[0], fixture_foreign[1],      fixture_forged,
                           fixture_three_of_five[2], fixture_other_threshold, fixture_old[0]};
    struct pki_error err = {0};

    EXPECT_FAILS(refuse(mixed, "01", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("another set");
    EXPECT_FAILS(refuse(mixed, "05", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("another set");
    EXPECT_FAILS(refuse(mixed, "00", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("group 1, share 1 is given twice");
    EXPECT_FAILS(refuse(mixed, "04", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("group 1 needs 3 shares by one share and 2 by another");
    EXPECT_FAILS(refuse(mixed, "023", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("do not fit each other");
    EXPECT_FAILS(refuse(mixed, "0", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("needed: 2 more shares");
    EXPECT_FAILS(refuse(mixed, "03", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("needed: 1 more share");
    EXPECT_FAILS(refuse(fixture_three_of_five, "0123", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("group 1 is complete with 3 shares");
    EXPECT_FAILS(refuse(fixture_groups, "014", &err), err, PKI_E_INVALID);
    EXPECT_TEXT("group 3 is not needed");
    EXPECT_FAILS(refuse(fixture_groups, "", &err), err, PKI_E_INVALID);
}

static void expect_missing(const struct pki_shares *shares, size_t n, const char *lacking)
{
    pki_scope(pki_buf) text = {0};

    CU_ASSERT_EQUAL(pki_shares_missing(shares), n);
    pki_shares_lacking(shares, &text);
    pki_buf_byte(&text, 0);
    CU_ASSERT_STRING_EQUAL((const char *)text.data, lacking);
}

static void test_missing_shares_are_counted(void)
{
    pki_scope(pki_shares) shares = {.n = 0};
    struct pki_error err = {0};

    expect_missing(&shares, 1, "1 more share");
    EXPECT_OK(fixture_add(&shares, fixture_groups[4], &err), err); /* of group 3, which needs 3 */
    expect_missing(&shares, 3, "2 more shares of group 3 and 1 more group");
    EXPECT_OK(fixture_add(&shares, fixture_groups[1], &err), err); /* of group 2, which needs 2 */
    expect_missing(&shares, 3, "1 more share of group 2 and 2 more shares of group 3");
    EXPECT_OK(fixture_add(&shares, fixture_groups[3], &err), err);
    EXPECT_OK(fixture_add(&shares, fixture_groups[5], &err), err);
    expect_missing(&shares, 1, "1 more share of group 3");
    EXPECT_OK(fixture_add(&shares, fixture_groups[6], &err), err);
    expect_missing(&shares, 0, "");
}

/* --- split -------------------------------------------------------------------------------------
 */

static void add_copy(struct pki_shares *to, const struct pki_share *share)
{
    struct pki_error err = {0};
    char *words = fixture_words(share);

    EXPECT_OK(fixture_add(to, words, &err), err);
    free(words);
}

/* From the end backwards, what is still needed. */
static void test_split_gives_sets_that_combine(void)
{
    static const struct pki_share_plan plans[] = {
        {.groups = {{1, 1}}, .n_groups = 1, .threshold = 1},
        {.groups = {{3, 5}}, .n_groups = 1, .threshold = 1},
        {.groups = {{16, 16}}, .n_groups = 1, .threshold = 1, .exponent = 1},
        {.groups = {{1, 1}, {1, 1}}, .n_groups = 2, .threshold = 1, .not_extendable = true},
        {.groups = {{1, 1}, {2, 3}, {3, 5}, {2, 16}}, .n_groups = 4, .threshold = 3},
    };

    for (size_t i = 0; i < PKI_COUNT(plans); i++) {
        pki_auto(pki_secret) secret = fixture_secret(fixture_octets, 32);
        pki_auto(pki_secret) passphrase = fixture_text("a passphrase");
        pki_auto(pki_secret) back = NULL;
        pki_scope(pki_shares) shares = {.n = 0};
        pki_scope(pki_shares) some = {.n = 0};
        struct pki_error err = {0};

        EXPECT_OK(pki_share_split(secret, &plans[i], passphrase, &shares, &err), err);
        for (size_t k = shares.n; k-- > 0 && pki_shares_missing(&some) > 0;) {
            struct pki_error surplus = {0};
            char *words = fixture_words(shares.list[k]);
            (void)fixture_add(&some, words, &surplus); /* more than a group needs: refused */
            free(words);
        }
        CU_ASSERT_EQUAL(pki_shares_missing(&some), 0);
        EXPECT_OK(pki_share_combine(&some, passphrase, &back, &err), err);
        CU_ASSERT_TRUE(pki_secret_equal(back, secret));
        CU_ASSERT_EQUAL(some.list[0]->set.extendable, !plans[i].not_extendable);
    }
}

static void test_every_share_of_a_split_is_itself(void)
{
    static const struct pki_share_plan plan = {.groups = {{3, 5}}, .n_groups = 1, .threshold = 1};
    pki_auto(pki_secret) secret = fixture_secret(fixture_octets, 32);
    pki_scope(pki_shares) shares = {.n = 0};
    pki_scope(pki_shares) again = {.n = 0};
    struct pki_error err = {0};

    EXPECT_OK(pki_share_split(secret, &plan, NULL, &shares, &err), err);
    CU_ASSERT_EQUAL_FATAL(shares.n, 5);
    for (size_t i = 0; i < 3; i++) {
        add_copy(&again, shares.list[i]);
        for (size_t k = 0; k < shares.n; k++)
            CU_ASSERT_EQUAL(pki_share_equal(again.list[i], shares.list[k]), i == k);
    }
}

static void test_splits_that_cannot_be_are_refused(void)
{
    static const struct {
        struct pki_share_plan plan;
        const char *reason;
    } bad[] = {
        {{.n_groups = 0, .threshold = 1}, "0 groups"},
        {{.n_groups = 17, .threshold = 1}, "17 groups"},
        {{.groups = {{3, 5}}, .n_groups = 1, .threshold = 0}, "0 of 1 groups"},
        {{.groups = {{3, 5}}, .n_groups = 1, .threshold = 2}, "2 of 1 groups"},
        {{.groups = {{3, 2}}, .n_groups = 1, .threshold = 1}, "3 of 2"},
        {{.groups = {{0, 2}}, .n_groups = 1, .threshold = 1}, "0 of 2"},
        {{.groups = {{2, 17}}, .n_groups = 1, .threshold = 1}, "2 of 17"},
        {{.groups = {{1, 2}}, .n_groups = 1, .threshold = 1}, "give copies"},
        {{.groups = {{1, 1}}, .n_groups = 1, .threshold = 1, .exponent = 11}, "exponent 11"},
    };
    pki_auto(pki_secret) secret = fixture_secret(fixture_octets, 32);

    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        pki_scope(pki_shares) shares = {.n = 0};
        struct pki_error err = {0};
        EXPECT_FAILS(pki_share_split(secret, &bad[i].plan, NULL, &shares, &err), err, PKI_E_USAGE);
        EXPECT_TEXT(bad[i].reason);
        CU_ASSERT_EQUAL(shares.n, 0);
    }
}

static void test_secrets_and_passphrases_that_cannot_be_are_refused(void)
{
    static const struct pki_share_plan plan = {.groups = {{1, 1}}, .n_groups = 1, .threshold = 1};
    static const size_t sizes[] = {0, 14, 17, 66};
    pki_auto(pki_secret) secret = fixture_secret(fixture_octets, 32);
    pki_auto(pki_secret) umlaut = fixture_text("Gr\xc3\xbc\xc3\x9f"
                                               "e");
    pki_scope(pki_shares) shares = {.n = 0};
    struct pki_error err = {0};
    uint8_t zeros[66] = {0};

    for (size_t i = 0; i < PKI_COUNT(sizes); i++) {
        pki_auto(pki_secret) odd = fixture_secret(zeros, sizes[i]);
        EXPECT_FAILS(pki_share_split(odd, &plan, NULL, &shares, &err), err, PKI_E_USAGE);
        EXPECT_TEXT("octets is not shared");
    }
    EXPECT_FAILS(pki_share_split(secret, &plan, umlaut, &shares, &err), err, PKI_E_PASSPHRASE);
    EXPECT_TEXT("printable ASCII");
    EXPECT_FAILS(combine_some(fixture_old, "01", "\xc3\xbc", &(struct pki_secret *){NULL}, &err),
                 err, PKI_E_PASSPHRASE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"any threshold of the points gives the secret",
         test_any_threshold_of_the_points_gives_the_secret},
        {"shares of others combine in any order", test_shares_of_others_combine_in_any_order},
        {"a wrong passphrase gives another secret", test_wrong_passphrase_gives_another_secret},
        {"what is not a set is refused with the reason",
         test_what_is_not_a_set_is_refused_with_the_reason},
        {"missing shares are counted", test_missing_shares_are_counted},
        {"a split gives sets that combine", test_split_gives_sets_that_combine},
        {"every share of a split is itself", test_every_share_of_a_split_is_itself},
        {"splits that cannot be are refused", test_splits_that_cannot_be_are_refused},
        {"secrets and passphrases that cannot be are refused",
         test_secrets_and_passphrases_that_cannot_be_are_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "share set", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
