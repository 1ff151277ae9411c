#include "store_fixture.h"
#include "test.h"

static void test_publications_tell_since_when(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_publication_row last = {0};
    struct pki_error err = {0};
    int64_t since = 0;
    bool found = false;

    fixture_store_make(&fixture);
    EXPECT_OK(pki_store_last_publication(fixture.store, "prod", &found, &last, &err), err);
    CU_ASSERT_FALSE(found);
    fixture_store_fill(&fixture, &rows);
    EXPECT_OK(pki_store_last_publication(fixture.store, "prod", &found, &last, &err), err);
    CU_ASSERT_TRUE(found);
    CU_ASSERT_STRING_EQUAL(last.environment, "prod");
    CU_ASSERT_EQUAL(last.counter, 2);
    CU_ASSERT_EQUAL(last.manifest_sha256[31], 0x44);
    EXPECT_OK(pki_store_was_published(fixture.store, "prod", last.manifest_sha256, &found, &err),
              err);
    CU_ASSERT_TRUE(found);
    EXPECT_OK(pki_store_was_published(fixture.store, "dev", last.manifest_sha256, &found, &err),
              err);
    CU_ASSERT_FALSE(found);
    EXPECT_OK(pki_store_published_since(fixture.store, rows.next, &found, &since, &err), err);
    CU_ASSERT_TRUE(found && since == FIXTURE_TIME + 10);
    EXPECT_OK(pki_store_published_since(fixture.store, rows.root, &found, &since, &err), err);
    CU_ASSERT_TRUE(found && since == FIXTURE_TIME + 10);
    fixture_store_close(&fixture);
}

static void test_what_came_after_a_publication_is_not_published(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_key_row key_row = fixture_key(60, "prod-tls-g1");
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t key = 0;
    int64_t id = 0;
    int64_t since = 0;
    bool found = true;

    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
    EXPECT_OK(pki_store_add_key(txn, &key_row, &key, &err), err);
    struct pki_authority_row row = fixture_authority(60, "prod-tls-g1", key);
    row.issuer = rows.root;
    (void)snprintf(row.environment, sizeof(row.environment), "prod");
    (void)snprintf(row.purpose, sizeof(row.purpose), "tls");
    EXPECT_OK(pki_store_add_authority(txn, &row, FIXTURE_TIME, &id, &err), err);
    fixture_commit(&txn, "issue");
    EXPECT_OK(pki_store_published_since(fixture.store, id, &found, &since, &err), err);
    CU_ASSERT_FALSE(found);
    fixture_store_close(&fixture);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"publications tell since when", test_publications_tell_since_when},
        {"what came after a publication is not published",
         test_what_came_after_a_publication_is_not_published},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "publications", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
