#include "fault.h"
#include "fault_vfs.h"

#include "base/file.h"
#include "life_fixture.h"
#include "ops/crl_file.h"

static const char *revoked_cellar(void)
{
    const char *cellar = fixture_cellar("faults");

    fixture_root(cellar);
    fixture_line(cellar, "prod", "tls");
    pki_auto(pki_session) session = fixture_open(cellar);
    const struct pki_revoke_request revoke = {.what = life_serial(session, "prod-tls-g1"),
                                              .reason = "superseded"};
    life_crl(session, "root-g1");
    life_revoke(session, &revoke);
    return cellar;
}

/* The last list as recorded, its file as it was recorded. */
static int64_t last_number(struct pki_session *session)
{
    const struct pki_crl_row row = life_last_crl(session, "root-g1");
    struct pki_bytes der = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_crl_file_map(session, "root-g1", &row, &der, &err), err);
    pki_file_unmap(&der);
    return row.number;
}

/* One try; whether nothing was left to fail. A list that is recorded keeps its file, also where the
   medium did not confirm the record. */
static bool sign_with_fault(const char *cellar, int nth)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};
    const int64_t before = last_number(session);
    const size_t open = fixture_reserved(cellar);

    EXPECT_OK(pki_crl_prepare(session, "root-g1", &draft, &err), err);
    fault_start(nth);
    bool done = pki_draft_sign(session, draft, report, &err);
    bool failed = fault_happened();
    fault_stop();
    bool recorded = last_number(session) > before;
    CU_ASSERT_EQUAL(err.code == PKI_OK, done);
    CU_ASSERT_TRUE(recorded || !done);
    /* Only what failed while it was told is there although an error was told. */
    CU_ASSERT_TRUE(done || failed);
    /* Given up, unless already the reservation was not confirmed. */
    CU_ASSERT_TRUE(fixture_reserved(cellar) <= open || strstr(err.text, "did not confirm"));
    return done && !failed;
}

static void test_list_is_recorded_with_its_file_or_not_at_all(void)
{
    const char *cellar = revoked_cellar();
    int nth = 1;

    while (!sign_with_fault(cellar, nth))
        nth++;
    CU_ASSERT_TRUE(nth > 20);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
}

/* One try to prepare; whether it worked. */
static bool prepare_with_fault(const char *cellar, int nth)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fault_start(nth);
    bool done = pki_crl_prepare(session, "root-g1", &draft, &err);
    bool failed = fault_happened();
    fault_stop();
    CU_ASSERT_EQUAL(err.code == PKI_OK, done);
    CU_ASSERT_EQUAL(draft != NULL, done);
    CU_ASSERT_TRUE(done || failed);
    return done && !failed;
}

static void test_draft_is_whole_or_none(void)
{
    const char *cellar = fixture_cellar("drafts");
    int nth = 1;

    fixture_root(cellar);
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        life_crl(session, "root-g1");
    }
    while (!prepare_with_fault(cellar, nth))
        nth++;
    CU_ASSERT_TRUE(nth > 20);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a list is recorded with its file or not at all",
         test_list_is_recorded_with_its_file_or_not_at_all},
        {"a draft is whole or none", test_draft_is_whole_or_none},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "crl under faults", .pTests = tests}, CU_SUITE_INFO_NULL};

    fault_vfs_install();
    return test_run(suites);
}
