#include "store/copy.h"

#include "store_fixture.h"
#include "test.h"

static void test_the_cellar_is_as_it_was_made(void)
{
    struct fixture_store fixture;
    struct pki_cellar_row cellar = {0};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    EXPECT_OK(pki_store_cellar(fixture.store, &cellar, &err), err);
    CU_ASSERT_EQUAL(cellar.id[2], 3);
    CU_ASSERT_EQUAL(cellar.created_at, FIXTURE_TIME);
    CU_ASSERT_STRING_EQUAL(cellar.tool, "cellar-init 0.1.0");
    fixture_store_close(&fixture);
}

static void test_the_latest_hierarchy_is_in_force(void)
{
    static const char fresh[] = "hierarchy: 1\norganization: Example\n";
    struct fixture_store fixture;
    pki_auto(pki_txn) txn = NULL;
    pki_scope(pki_buf) text = {0};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    EXPECT_OK(pki_store_hierarchy(fixture.store, &text, &err), err);
    CU_ASSERT_EQUAL(text.size, strlen("hierarchy: 1\n"));
    EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
    EXPECT_OK(pki_store_add_hierarchy(
                  txn, (struct pki_bytes){(const uint8_t *)fresh, strlen(fresh)}, &err),
              err);
    fixture_commit(&txn, "update");
    EXPECT_OK(pki_store_hierarchy(fixture.store, &text, &err), err);
    CU_ASSERT_EQUAL_FATAL(text.size, strlen(fresh));
    CU_ASSERT_EQUAL(memcmp(text.data, fresh, text.size), 0);
    fixture_store_close(&fixture);
}

static void test_what_is_not_committed_is_gone(void)
{
    struct fixture_store fixture;
    struct pki_key_row row = fixture_key(7, "a");
    struct pki_error err = {0};
    int64_t id = 0;
    bool found = true;

    fixture_store_make(&fixture);
    {
        pki_auto(pki_txn) txn = NULL;
        EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
        EXPECT_OK(pki_store_add_key(txn, &row, &id, &err), err);
    }
    EXPECT_OK(pki_store_key_by_name(fixture.store, "a", &found, &row, &err), err);
    CU_ASSERT_FALSE(found);
    fixture_store_close(&fixture);
}

static void add_key(struct pki_store *store, uint8_t number, const char *name)
{
    struct pki_key_row row = fixture_key(number, name);
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    EXPECT_OK(pki_store_begin(store, &txn, &err), err);
    EXPECT_OK(pki_store_add_key(txn, &row, &id, &err), err);
    fixture_commit(&txn, name);
}

static bool has_key(struct pki_store *store, const char *name)
{
    struct pki_key_row row = {0};
    struct pki_error err = {0};
    bool found = false;

    EXPECT_OK(pki_store_key_by_name(store, name, &found, &row, &err), err);
    return found;
}

/* Also of an inventory that is open for reading alone. */
static void test_a_twin_has_what_was_there_and_goes_its_own_way(void)
{
    static const enum pki_store_mode modes[] = {PKI_STORE_WRITE, PKI_STORE_READ};

    for (size_t i = 0; i < PKI_COUNT(modes); i++) {
        struct fixture_store fixture;
        pki_auto(pki_store) twin = NULL;
        struct pki_error err = {0};

        fixture_store_make(&fixture);
        add_key(fixture.store, 7, "a");
        fixture_store_reopen(&fixture, modes[i]);
        EXPECT_OK(pki_store_twin(fixture.store, &twin, &err), err);
        CU_ASSERT_TRUE(has_key(twin, "a"));
        add_key(twin, 8, "b");
        CU_ASSERT_TRUE(has_key(twin, "b"));
        CU_ASSERT_FALSE(has_key(fixture.store, "b"));
        fixture_store_close(&fixture);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the cellar is as it was made", test_the_cellar_is_as_it_was_made},
        {"the latest hierarchy is in force", test_the_latest_hierarchy_is_in_force},
        {"what is not committed is gone", test_what_is_not_committed_is_gone},
        {"a twin has what was there and goes its own way",
         test_a_twin_has_what_was_there_and_goes_its_own_way},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "cellar", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
