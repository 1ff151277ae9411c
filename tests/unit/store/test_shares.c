#include "store/copies.h"
#include "store/shares.h"

#include "store_fixture.h"
#include "test.h"

static const uint8_t first[PKI_SHA256_SIZE] = {1};

static void make(struct fixture_store *fixture)
{
    struct fixture_rows rows;

    fixture_store_make(fixture);
    fixture_store_fill(fixture, &rows);
    fixture_store_live(fixture, &rows);
}

static enum pki_key_policy policy_of_key_1(const struct fixture_store *fixture)
{
    struct pki_key_rows keys = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_store_list_keys(fixture->store, &keys, &err), err);
    enum pki_key_policy policy = keys.list[0].policy;
    CU_ASSERT_EQUAL(keys.list[0].id, 1);
    CU_ASSERT_EQUAL(keys.list[1].policy, PKI_POLICY_PASSPHRASE);
    pki_key_rows_clear(&keys);
    return policy;
}

static void add_policy(const struct fixture_store *fixture, enum pki_key_policy policy)
{
    const struct pki_policy_row row = {
        .key = 1, .policy = policy, .share_set = 9, .made_at = FIXTURE_TIME + 20};
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    EXPECT_OK(pki_store_begin(fixture->store, &txn, &err), err);
    EXPECT_OK(pki_store_add_policy(txn, &row, &id, &err), err);
    fixture_commit(&txn, "policy");
}

static void test_the_latest_policy_counts(void)
{
    struct fixture_store fixture;
    struct pki_share_row row = {0};
    struct pki_error err = {0};
    bool found = false;

    make(&fixture);
    CU_ASSERT_EQUAL(policy_of_key_1(&fixture), PKI_POLICY_SHARES);
    EXPECT_OK(pki_store_find_share(fixture.store, first, &found, &row, &err), err);
    CU_ASSERT_TRUE(found && row.counts && row.id == 1 && row.group == 1 && row.number == 1);
    CU_ASSERT_STRING_EQUAL(row.key, "root-g1");
    add_policy(&fixture, PKI_POLICY_BOTH);
    CU_ASSERT_EQUAL(policy_of_key_1(&fixture), PKI_POLICY_BOTH);
    add_policy(&fixture, PKI_POLICY_PASSPHRASE);
    CU_ASSERT_EQUAL(policy_of_key_1(&fixture), PKI_POLICY_PASSPHRASE);
    EXPECT_OK(pki_store_find_share(fixture.store, first, &found, &row, &err), err);
    CU_ASSERT_TRUE(found && !row.counts);
    fixture_store_close(&fixture);
}

static void test_unknown_share_is_not_found(void)
{
    const uint8_t other[PKI_SHA256_SIZE] = {77};
    struct fixture_store fixture;
    struct pki_share_row row = {0};
    struct pki_error err = {0};
    bool found = true;

    make(&fixture);
    EXPECT_OK(pki_store_find_share(fixture.store, other, &found, &row, &err), err);
    CU_ASSERT_FALSE(found);
    fixture_store_close(&fixture);
}

static void test_same_share_is_refused_twice(void)
{
    const struct pki_share_row share = {.group = 2, .number = 1, .sha256 = {1}};
    struct fixture_store fixture;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};

    make(&fixture);
    EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
    EXPECT_FAILS(pki_store_add_share(txn, 1, &share, &err), err, PKI_E_STATE);
    pki_txn_free(PKI_TAKE(txn));
    fixture_store_close(&fixture);
}

/* When a share was shown last; -1: it does not count. */
static int64_t shown_at(const struct fixture_store *fixture, unsigned number)
{
    pki_scope(pki_drill_rows) rows = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_store_list_drills(fixture->store, &rows, &err), err);
    for (size_t i = 0; i < rows.n; i++) {
        CU_ASSERT_STRING_EQUAL(rows.list[i].key, "root-g1");
        CU_ASSERT_EQUAL(rows.list[i].made_at, FIXTURE_TIME + 7);
        if (rows.list[i].number == number)
            return rows.list[i].shown_at;
    }
    return -1;
}

static void show(const struct fixture_store *fixture, int64_t share, int64_t at)
{
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_store_begin(fixture->store, &txn, &err), err);
    EXPECT_OK(pki_store_add_share_proof(txn, share, at, &err), err);
    fixture_commit(&txn, "proof");
}

static void test_of_each_share_it_is_known_when_it_was_shown_last(void)
{
    struct fixture_store fixture;

    make(&fixture);
    CU_ASSERT_EQUAL(shown_at(&fixture, 2), 0);
    show(&fixture, 2, FIXTURE_TIME + 30);
    show(&fixture, 2, FIXTURE_TIME + 40);
    CU_ASSERT_EQUAL(shown_at(&fixture, 2), FIXTURE_TIME + 40);
    CU_ASSERT_EQUAL(shown_at(&fixture, 1), FIXTURE_TIME + 8);
    add_policy(&fixture, PKI_POLICY_PASSPHRASE);
    CU_ASSERT_EQUAL(shown_at(&fixture, 2), -1);
    fixture_store_close(&fixture);
}

static void test_a_destroyed_key_has_no_file_and_its_copies_are_known(void)
{
    static const uint8_t none[PKI_SHA256_SIZE];
    struct fixture_store fixture;
    pki_scope(pki_copy_rows) copies = {0};
    pki_auto(pki_txn) txn = NULL;
    struct pki_key_row key = {0};
    struct pki_error err = {0};
    bool found = false;

    make(&fixture);
    EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
    EXPECT_OK(pki_store_add_key_file(txn, 1, none, &err), err);
    fixture_commit(&txn, "destroy");
    EXPECT_OK(pki_store_key_by_name(fixture.store, "root-g1", &found, &key, &err), err);
    CU_ASSERT_TRUE(found && !key.has_file && key.destroyed);
    EXPECT_OK(pki_store_list_copies(fixture.store, &key, &copies, &err), err);
    CU_ASSERT_EQUAL_FATAL(copies.n, 2);
    for (size_t i = 0; i < copies.n; i++)
        CU_ASSERT_TRUE(strncmp(copies.list[i].copy, "share-", 6) == 0 && !copies.list[i].gone);
    pki_copy_rows_clear(&copies);
    EXPECT_OK(pki_store_list_copies(fixture.store, NULL, &copies, &err), err);
    CU_ASSERT_EQUAL_FATAL(copies.n, 2); /* of all that are destroyed: this one alone */
    CU_ASSERT_STRING_EQUAL(copies.list[0].key, "root-g1");
    fixture_store_close(&fixture);
}

static void test_a_line_is_known_to_have_had_shares(void)
{
    struct pki_authority_row next = {.root = "main", .generation = 2};
    struct fixture_store fixture;
    char name[PKI_NAME_MAX] = "none";
    struct pki_error err = {0};

    make(&fixture);
    EXPECT_OK(pki_store_shared_before(fixture.store, &next, name, &err), err);
    CU_ASSERT_STRING_EQUAL(name, "root-g1");
    next.generation = 1;
    (void)snprintf(name, sizeof(name), "none");
    EXPECT_OK(pki_store_shared_before(fixture.store, &next, name, &err), err);
    CU_ASSERT_STRING_EQUAL(name, "none");
    next.generation = 2;
    add_policy(&fixture, PKI_POLICY_PASSPHRASE);
    EXPECT_OK(pki_store_shared_before(fixture.store, &next, name, &err), err);
    CU_ASSERT_STRING_EQUAL(name, "");
    fixture_store_close(&fixture);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the latest policy counts", test_the_latest_policy_counts},
        {"an unknown share is not found", test_unknown_share_is_not_found},
        {"the same share is refused twice", test_same_share_is_refused_twice},
        {"of each share it is known when it was shown last",
         test_of_each_share_it_is_known_when_it_was_shown_last},
        {"a destroyed key has no file, and its copies are known",
         test_a_destroyed_key_has_no_file_and_its_copies_are_known},
        {"a line is known to have had shares", test_a_line_is_known_to_have_had_shares},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "shares", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
