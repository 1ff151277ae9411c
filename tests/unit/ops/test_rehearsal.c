#include "ops/trust.h"
#include "ops_fixture.h"
#include "x509/oids.h"

static const char *rehearsal(const char *name)
{
    static char path[500];
    char hierarchy_name[100];
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    (void)snprintf(path, sizeof(path), "%s/%s", test_directory(), name);
    (void)snprintf(hierarchy_name, sizeof(hierarchy_name), "%s.yaml", name);
    const struct pki_init_request request = {
        .hierarchy = fixture_file(hierarchy_name, fixture_hierarchy("", "")),
        .directory = path,
        .tool = "cellar-test",
        .rehearsal = true,
    };
    fixture_room_reset();
    EXPECT_OK(pki_init(&request, report, &err), err);
    return path;
}

static struct pki_session *open_at(const char *cellar, int64_t clock, struct pki_error *err)
{
    struct pki_session *session = NULL;
    const struct pki_session_request request = {
        .directory = cellar,
        .write = true,
        .prompts = fixture_prompts(),
        .tool = "cellar-test",
        .has_clock = clock != 0,
        .clock = clock,
    };

    return pki_session_open(&request, &session, err) ? session : NULL;
}

static void test_names_and_periods_are_a_rehearsals(void)
{
    pki_auto(pki_session) session = fixture_read(rehearsal("plan"));
    const struct pki_hierarchy *hierarchy = NULL;
    struct pki_error err = {0};

    CU_ASSERT_TRUE(pki_session_is_rehearsal(session));
    EXPECT_OK(pki_session_hierarchy(session, &hierarchy, &err), err);
    for (size_t i = 0; i < hierarchy->n_roots; i++) {
        CU_ASSERT_EQUAL(strncmp(hierarchy->roots[i].common_name, "REHEARSAL ", 10), 0);
        CU_ASSERT_EQUAL(hierarchy->roots[i].validity.seconds, 12 * 3600);
        CU_ASSERT_EQUAL(hierarchy->roots[i].validity.months, 0);
    }
    for (size_t i = 0; i < hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &hierarchy->lines[i];
        CU_ASSERT_EQUAL(strncmp(line->common_name, "REHEARSAL ", 10), 0);
        CU_ASSERT_EQUAL(2 * line->rotate_every.seconds + line->leaf_life.seconds +
                            line->slack.seconds,
                        line->validity.seconds);
        CU_ASSERT_TRUE(line->publish_lead.seconds < line->rotate_every.seconds);
        CU_ASSERT_TRUE(line->crl_period.seconds <= line->validity.seconds);
    }
}

static void test_the_clock_is_pretended_in_a_rehearsal_only(void)
{
    struct pki_error err = {0};
    const char *real = fixture_cellar("real-clock");
    pki_auto(pki_session) none = open_at(real, FIXTURE_NOW + 1, &err);

    CU_ASSERT_PTR_NULL(none);
    CU_ASSERT_EQUAL(err.code, PKI_E_POLICY);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is for rehearsals"));

    err = (struct pki_error){0};
    pki_auto(pki_session) session = open_at(rehearsal("clock"), FIXTURE_NOW + 77, &err);
    EXPECT_OK(session != NULL, err);
    CU_ASSERT_EQUAL(pki_session_now(session), FIXTURE_NOW + 77);
    CU_ASSERT_FALSE(pki_session_now(NULL) == FIXTURE_NOW + 77);
}

static void test_the_build_date_does_not_bind_a_pretended_clock(void)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) findings = {0};
    const char *cellar = rehearsal("built");

    fixture_room.build_date = FIXTURE_NOW + 1000;
    {
        pki_auto(pki_session) session = open_at(cellar, 0, &err);
        EXPECT_FAILS(pki_session_check_clock(session, &findings, &err), err, PKI_E_POLICY);
    }
    {
        pki_auto(pki_session) session = open_at(cellar, FIXTURE_NOW + 5, &err);
        EXPECT_OK(pki_session_check_clock(session, &findings, &err), err);
        CU_ASSERT_TRUE(findings.size > 0);
    }
    pki_auto(pki_session) before = open_at(cellar, FIXTURE_NOW - 5, &err);
    EXPECT_FAILS(pki_session_check_clock(before, &findings, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("newest entry");
}

static struct pki_cert *root_of(struct pki_session *session)
{
    pki_scope(pki_authority_rows) rows = {0};
    pki_scope(pki_certificate_row) row = {0};
    struct pki_cert *cert = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_store_list_authorities(session->store, "", NULL, &rows, &err), err);
    EXPECT_OK(pki_store_certificate(session->store, rows.list[0].certificate, &row, &err), err);
    EXPECT_OK(pki_cert_parse(pki_buf_view(&row.der), &cert, &err), err);
    return cert;
}

/* Whatever brings a certificate into an inventory, it is neither exported nor issued by there. */
static void test_neither_takes_what_the_other_made(void)
{
    const char *made[] = {rehearsal("marked"), fixture_cellar("unmarked")};
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(made); i++) {
        fixture_root(made[i]);
        pki_auto(pki_session) session = fixture_open(made[i]);
        pki_auto(pki_cert) root = root_of(session);
        pki_auto(pki_trust) trust = NULL;
        pki_auto(pki_draft) draft = NULL;
        const struct pki_issue_request issue = {.environment = "prod", .purpose = "code-signing"};

        CU_ASSERT_EQUAL(pki_cert_is_rehearsal(root), i == 0);
        EXPECT_OK(pki_session_takes(session, root, &err), err);
        session->rehearsal = !session->rehearsal; /* as if it had come from there */
        EXPECT_FAILS(pki_session_takes(session, root, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(PKI_OID_REHEARSAL);
        EXPECT_FAILS(pki_trust_load(session, "prod", FIXTURE_NOW, &trust, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(PKI_OID_REHEARSAL);
        EXPECT_FAILS(pki_issue_prepare(session, &issue, &draft, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(PKI_OID_REHEARSAL);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"names and periods are a rehearsal's", test_names_and_periods_are_a_rehearsals},
        {"the clock is pretended in a rehearsal only",
         test_the_clock_is_pretended_in_a_rehearsal_only},
        {"the build date does not bind a pretended clock",
         test_the_build_date_does_not_bind_a_pretended_clock},
        {"neither takes what the other made", test_neither_takes_what_the_other_made},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "rehearsal", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
