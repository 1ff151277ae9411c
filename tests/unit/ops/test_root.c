#include <sys/stat.h>

#include "ops/draft.h"
#include "ops_fixture.h"

static void test_root_is_made_recorded_and_told(void)
{
    const char *cellar = fixture_cellar("made");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_authority_row row = {0};
    struct pki_certificate_row certificate = {0};
    pki_auto(pki_cert) cert = NULL;
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};
    bool found = false;

    EXPECT_OK(pki_root_prepare(session, "main", &draft, &err), err);
    CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "Example Corp Root CA");
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "root-g1+ ");

    EXPECT_OK(pki_store_authority_by_name(session->store, "root-g1", &found, &row, &err), err);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_EQUAL(row.state, PKI_STATE_ACTIVE);
    CU_ASSERT_EQUAL(row.issuer, row.id);
    CU_ASSERT_EQUAL(row.generation, 1);
    CU_ASSERT_STRING_EQUAL(row.root, "main");
    EXPECT_OK(pki_store_certificate(session->store, row.certificate, &certificate, &err), err);
    EXPECT_OK(pki_cert_parse(pki_buf_view(&certificate.der), &cert, &err), err);
    CU_ASSERT_EQUAL(cert->not_before, FIXTURE_NOW - 300);
    /* 2047-01-01T00:00:00Z less one second: the last valid one */
    CU_ASSERT_EQUAL(cert->not_after, INT64_C(2429913599));
    CU_ASSERT_TRUE(pki_cert_is_self_issued(cert));
    EXPECT_OK(pki_cert_verify_signature(cert, cert->spki, &err), err);

    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "keys/root-g1.key"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Next: cellar issue prod code-signing"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Head"));
    free(text);
    pki_authority_row_clear(&row);
    pki_certificate_row_clear(&certificate);
}

static void test_key_file_is_for_its_owner_and_opens(void)
{
    const char *cellar = fixture_cellar("opens");
    struct pki_error err = {0};
    struct stat status;
    struct pki_key_row row;
    bool found = false;
    char path[4096];

    fixture_root(cellar);
    snprintf(path, sizeof(path), "%s/keys/root-g1.key", cellar);
    CU_ASSERT_EQUAL_FATAL(stat(path, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);

    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_key) key = NULL;
    EXPECT_OK(pki_store_key_by_name(session->store, "root-g1", &found, &row, &err), err);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_TRUE(row.has_file);
    EXPECT_OK(pki_session_open_key(session, row.id, &key, &err), err);
}

static void test_root_that_exists_is_refused(void)
{
    const char *cellar = fixture_cellar("exists");
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_FAILS(pki_root_prepare(session, "main", &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("root-g1");
}

static void test_unknown_root_is_refused(void)
{
    const char *cellar = fixture_cellar("unknown");
    pki_auto(pki_session) session = fixture_open(cellar);
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_root_prepare(session, "other", &draft, &err), err, PKI_E_NOTFOUND);
    EXPECT_TEXT("root other: ");
}

static void test_second_root_carries_its_name(void)
{
    const char *cellar = fixture_cellar_with("two", "roots:\n",
                                             "roots:\n"
                                             "  old:\n"
                                             "    common_name: Example Corp Old Root CA\n"
                                             "    key: rsa-3072\n"
                                             "    validity: 10y\n"
                                             "    crl_period: 180d\n");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_root_prepare(session, "main", &draft, &err), err);
    CU_ASSERT_STRING_EQUAL(draft->subject, "root-main-g1");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a root is made, recorded and told", test_root_is_made_recorded_and_told},
        {"its key file is for its owner and opens", test_key_file_is_for_its_owner_and_opens},
        {"a root that exists is refused", test_root_that_exists_is_refused},
        {"an unknown root is refused", test_unknown_root_is_refused},
        {"one of two roots carries its name", test_second_root_carries_its_name},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "root", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
