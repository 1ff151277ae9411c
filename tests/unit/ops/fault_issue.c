#include "fault.h"
#include "ops_fixture.h"

static const struct pki_issue_request tls = {.environment = "prod", .purpose = "tls"};

static size_t recorded(struct pki_session *session)
{
    struct pki_authority_rows rows = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_store_list_authorities(session->store, "prod", "tls", &rows, &err), err);
    size_t n = rows.n;
    pki_authority_rows_clear(&rows);
    return n;
}

/* One try on a cellar that has seen all the failures before; whether the line is there now. */
static bool issue_with_fault(const char *cellar, int nth)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    EXPECT_OK(pki_issue_prepare(session, &tls, &draft, &err), err);
    fault_start(nth);
    bool done = pki_draft_sign(session, draft, report, &err);
    bool failed = fault_happened();
    fault_stop();
    size_t n = recorded(session);
    CU_ASSERT_EQUAL(err.code == PKI_OK, done);
    CU_ASSERT_TRUE(n == 0 || n == 2);
    CU_ASSERT_TRUE(n == 2 || !done);
    /* Only what failed while it was told is there although an error was told. */
    CU_ASSERT_TRUE(done || failed);
    return n == 2;
}

static void test_line_is_there_whole_or_not_at_all(void)
{
    const char *cellar = fixture_cellar("faults");
    bool there = false;
    int nth = 1;

    fixture_root(cellar);
    for (; !there; nth++) {
        there = issue_with_fault(cellar, nth);
        CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
    }
    CU_ASSERT_TRUE(nth > 20);

    pki_auto(pki_session) session = fixture_read(cellar);
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};
    EXPECT_OK(pki_store_audit(session->store, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    pki_store_findings_clear(&findings);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a line is there whole or not at all", test_line_is_there_whole_or_not_at_all},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "issue under faults", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
