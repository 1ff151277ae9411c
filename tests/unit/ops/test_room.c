#include "ops_fixture.h"

static struct pki_buf check(const char *cellar, const char *override, struct pki_error *err)
{
    pki_auto(pki_session) session = fixture_open_with(cellar, override);
    struct pki_buf findings = {0};

    if (pki_session_check_room(session, &findings, err))
        pki_buf_byte(&findings, 0);
    return findings;
}

static void expect_refused(const char *cellar, const char *text)
{
    struct pki_error err = {0};
    struct pki_buf findings = check(cellar, NULL, &err);

    EXPECT_FAILS(err.code == PKI_OK, err, PKI_E_POLICY);
    EXPECT_TEXT(text);
    pki_buf_clear(&findings);
}

static void expect_found(const char *cellar, const char *override, const char *text)
{
    struct pki_error err = {0};
    struct pki_buf findings = check(cellar, override, &err);

    EXPECT_OK(err.code == PKI_OK, err);
    CU_ASSERT_EQUAL_FATAL(findings.size, strlen(text) + 1);
    CU_ASSERT_EQUAL(memcmp(findings.data, text, findings.size), 0);
    pki_buf_clear(&findings);
}

static void test_quiet_room_has_no_findings(void)
{
    expect_found(fixture_cellar("quiet"), NULL, "");
}

static void test_network_is_refused_under_enforce(void)
{
    const char *cellar = fixture_cellar("enforced");

    fixture_room.root = FIXTURE_WIRED;
    expect_refused(cellar, "network interface eth0 is up");
    EXPECT_TEXT("--override network-is-up");
    expect_found(cellar, PKI_OVERRIDE_NETWORK,
                 "network interface eth0 is up; overruled by network-is-up");
    fixture_room_reset();
}

static void test_network_is_noted_under_record(void)
{
    const char *cellar = fixture_cellar_with("recorded", "air_gap: enforce", "air_gap: record");

    fixture_room.root = FIXTURE_WIRED;
    expect_found(cellar, NULL, "network interface eth0 is up");
    fixture_room_reset();
}

static void test_clock_before_the_build_is_refused(void)
{
    const char *cellar = fixture_cellar("built");

    fixture_room.build_date = FIXTURE_NOW + 1;
    expect_refused(cellar, "before this tool was built (2027-01-01T00:00:01Z)");
    EXPECT_TEXT("--override clock-is-right");
    expect_found(cellar, PKI_OVERRIDE_CLOCK,
                 "the clock says 2027-01-01T00:00:00Z, before this tool was built "
                 "(2027-01-01T00:00:01Z); overruled by clock-is-right");
    fixture_room_reset();
}

static void test_clock_before_the_journal_is_refused(void)
{
    const char *cellar = fixture_cellar("journaled");

    fixture_room.now = FIXTURE_NOW - 1;
    expect_refused(cellar, "before the journal's newest entry");
    fixture_room_reset();
}

/* The words must be typed for what they overrule; a word for the one does not serve the other. */
static void test_words_do_not_stand_for_each_other(void)
{
    const char *cellar = fixture_cellar("words");
    struct pki_error err = {0};

    fixture_room.root = FIXTURE_WIRED;
    struct pki_buf findings = check(cellar, PKI_OVERRIDE_CLOCK, &err);
    EXPECT_FAILS(err.code == PKI_OK, err, PKI_E_POLICY);
    pki_buf_clear(&findings);
    fixture_room_reset();
}

/* What was overruled stands in the journal, and duties refuse as the room does. */
static void test_duties_look_at_the_room(void)
{
    const char *cellar = fixture_cellar("duty");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    fixture_room.root = FIXTURE_WIRED;
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_FAILS(pki_root_prepare(session, "main", &draft, &err), err, PKI_E_POLICY);
    }
    pki_auto(pki_session) session = fixture_open_with(cellar, PKI_OVERRIDE_NETWORK);
    EXPECT_OK(pki_root_prepare(session, "main", &draft, &err), err);
    EXPECT_OK(pki_draft_describe(draft, report, &err), err);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "overruled by network-is-up"));
    free(text);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    fixture_room_reset();
}

static void test_a_clock_that_jumps_a_year_is_asked_about(void)
{
    const char *cellar = fixture_cellar("jumped");

    fixture_room.now = FIXTURE_NOW + INT64_C(366) * 86400;
    expect_found(cellar, NULL, "");
    fixture_room.now++;
    expect_refused(cellar, "more than a year after the journal's newest entry");
    EXPECT_TEXT("--override clock-is-right");
    expect_found(cellar, PKI_OVERRIDE_CLOCK,
                 "the clock says 2028-01-02T00:00:01Z, more than a year after the journal's newest "
                 "entry (2027-01-01T00:00:00Z); overruled by clock-is-right");
    fixture_room_reset();
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a quiet room has no findings", test_quiet_room_has_no_findings},
        {"a network is refused under enforce", test_network_is_refused_under_enforce},
        {"a network is noted under record", test_network_is_noted_under_record},
        {"a clock before the build is refused", test_clock_before_the_build_is_refused},
        {"a clock before the journal is refused", test_clock_before_the_journal_is_refused},
        {"words do not stand for each other", test_words_do_not_stand_for_each_other},
        {"duties look at the room", test_duties_look_at_the_room},
        {"a clock that jumps a year is asked about", test_a_clock_that_jumps_a_year_is_asked_about},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "room", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
