#include "ops/draft.h"
#include "ops_fixture.h"
#include "store/sql.h"
#include "x509/oids.h"

static const char *const names[] = {"a.example", "*.b.example"};
static const char *const addresses[] = {"::1"};

/* One cellar with its tls line for all tests here; each prepares against it. */
static const char *made(void)
{
    static const char *cellar;

    if (!cellar) {
        cellar = fixture_cellar("leaves");
        fixture_root(cellar);
        fixture_line(cellar, "prod", "tls");
        fixture_line(cellar, "prod", "code-signing");
        fixture_line(cellar, "prod", "time-stamping");
    }
    return cellar;
}

static struct pki_issue_request server(const char *const *csr)
{
    return (struct pki_issue_request){
        .environment = "prod",
        .purpose = "tls",
        .csrs = csr,
        .n_csrs = 1,
        .leaf = "tls-server",
        .dns = names,
        .n_dns = 2,
        .ip = addresses,
        .n_ip = 1,
    };
}

static void test_end_entity_is_issued_with_typed_names_only(void)
{
    const char *csr = fixture_request("web", "ecdsa-p256");
    const struct pki_issue_request request = server(&csr);
    pki_auto(pki_session) session = fixture_open(made());
    pki_auto(pki_report) report = pki_report_new();
    pki_auto(pki_cert) cert = NULL;
    struct pki_certificate_row row = {0};
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};
    uint8_t serial[PKI_SERIAL_SIZE];
    bool found = false;

    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    EXPECT_OK(pki_issue_prepare(session, &request, &draft, &err), err);
    CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "a.example");
    EXPECT_OK(pki_draft_describe(draft, report, &err), err);
    memcpy(serial, draft->items[0].serial, sizeof(serial));
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "prod-tls-g1 ");

    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "DNS *.b.example"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "IP ::1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Next: cellar export --leaf"));
    free(text);

    EXPECT_OK(pki_store_find_serial(session->store, serial, &found, &row, &err), err);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_EQUAL(row.authority, 0);
    CU_ASSERT_EQUAL(row.companion, 0);
    pki_certificate_row_clear(&row);
    EXPECT_OK(pki_store_find_serial(session->store, serial, &found, &row, &err), err);
    int64_t id = row.id;
    pki_certificate_row_clear(&row);
    EXPECT_OK(pki_store_certificate(session->store, id, &row, &err), err);
    EXPECT_OK(pki_cert_parse(pki_buf_view(&row.der), &cert, &err), err);
    pki_certificate_row_clear(&row);
    /* The request's common name "web" is not copied; 90 days, the last second included. */
    pki_scope(pki_buf) name = {0};
    EXPECT_OK(pki_name_attribute(cert->subject, PKI_OID_COMMON_NAME, &name, &err), err);
    CU_ASSERT_EQUAL(name.size, 0);
    CU_ASSERT_EQUAL(cert->not_after, FIXTURE_NOW + INT64_C(90) * 86400 - 1);
    struct pki_bytes url;
    CU_ASSERT_TRUE_FATAL(pki_cert_crl_url(cert, 0, &url));
    CU_ASSERT_EQUAL(url.size, strlen("http://pki.example.com/prod-tls-g1.crl"));
}

static void test_known_key_is_refused_with_whose_it_is(void)
{
    const char *csr = fixture_request("known-key", "ecdsa-p256");
    const struct pki_issue_request request = server(&csr);
    pki_auto(pki_session) session = fixture_open(made());
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_issue_prepare(session, &request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("already that of prod-tls-g1-");
}

static void test_validity_is_bounded_by_the_line(void)
{
    const char *csr = fixture_request("validity", "ecdsa-p256");
    struct pki_issue_request request = server(&csr);
    pki_auto(pki_session) session = fixture_open(made());
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    request.validity = "91d";
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("leaf_life");
    request.validity = "soon";
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_USAGE);
    request.validity = NULL;
    fixture_room.now = INT64_C(1956528000) - 86400; /* a day before its authority ends */
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("outlive prod-tls-g1");
    request.validity = "12h";
    EXPECT_OK(pki_issue_prepare(session, &request, &draft, &err), err);
    CU_ASSERT_EQUAL(draft->items[0].not_after, fixture_room.now + INT64_C(12) * 3600 - 1);
    fixture_room_reset();
}

static void test_what_is_typed_is_judged(void)
{
    const char *csr = fixture_request("typed", "ecdsa-p256");
    const char *const bad[] = {"a..example"};
    const char *const twice[] = {"a.example", "a.example"};
    const char *const email[] = {"me@a.example"};
    struct {
        struct pki_issue_request request;
        enum pki_code code;
        const char *text;
    } rows[8];
    pki_auto(pki_session) session = fixture_open(made());
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(rows); i++)
        rows[i].request = server(&csr);
    rows[0].request.dns = bad;
    rows[0].request.n_dns = 1;
    rows[0].code = PKI_E_USAGE;
    rows[0].text = "a..example";
    rows[1].request.dns = twice;
    rows[1].code = PKI_E_USAGE;
    rows[1].text = "given twice";
    rows[2].request.email = email;
    rows[2].request.n_email = 1;
    rows[2].code = PKI_E_POLICY;
    rows[2].text = "takes no --email";
    rows[3].request.n_dns = 0;
    rows[3].request.n_ip = 0;
    rows[3].code = PKI_E_POLICY;
    rows[3].text = "needs an alternative name";
    rows[4].request.n_csrs = 0;
    rows[4].code = PKI_E_USAGE;
    rows[4].text = "--csr";
    rows[5].request.leaf = "code-signing";
    rows[5].code = PKI_E_POLICY;
    rows[5].text = "but: tls-server";
    rows[6].request.leaf = "tls-ca";
    rows[6].code = PKI_E_POLICY;
    rows[6].text = "does not issue";
    rows[7].request.leaf = "time-stamping";
    rows[7].request.purpose = "time-stamping";
    rows[7].code = PKI_E_POLICY;
    rows[7].text = "together with its generation";
    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        EXPECT_FAILS(pki_issue_prepare(session, &rows[i].request, &draft, &err), err, rows[i].code);
        EXPECT_TEXT(rows[i].text);
    }
}

/* Short-lived, as Fulcio's: the line's leaf_life is the default. */
static void test_code_signer_lives_as_the_line_says(void)
{
    const char *csr = fixture_request("signer", "ecdsa-p256");
    const struct pki_issue_request request = {
        .environment = "prod",
        .purpose = "code-signing",
        .csrs = &csr,
        .n_csrs = 1,
        .leaf = "code-signing",
        .common_name = "Release Signer",
    };
    pki_auto(pki_session) session = fixture_open(made());
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_issue_prepare(session, &request, &draft, &err), err);
    CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "Release Signer");
    CU_ASSERT_EQUAL(draft->items[0].not_after, FIXTURE_NOW + 600 - 1);
}

static void test_line_without_authority_or_key_cannot_issue(void)
{
    const char *cellar = fixture_cellar("bare");
    const char *csr = fixture_request("early", "ecdsa-p256");
    const char *outside = fixture_request("outside", "ecdsa-p256");
    const struct pki_issue_request line = {
        .environment = "prod", .purpose = "tls", .csrs = &outside, .n_csrs = 1};
    struct pki_issue_request request = server(&csr);
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("cellar issue prod tls");
    EXPECT_OK(pki_root_prepare(session, "main", &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    EXPECT_OK(pki_issue_prepare(session, &line, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("it issues where its key is");
}

/* How many rows an issuance reads by going through a table, in all its statements. */
static int rows_passed(int nth)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "among-many-%d", nth);
    const char *csr = fixture_request(name, "ecdsa-p256");
    const struct pki_issue_request request = server(&csr);
    pki_auto(pki_session) session = fixture_open(made());
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};
    int rows = 0;

    EXPECT_OK(pki_issue_prepare(session, &request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    for (size_t i = 0; i < PKI_QUERIES; i++) {
        sqlite3_stmt *statement = session->store->statements[i];
        if (statement)
            rows += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
    }
    return rows;
}

static void test_issuing_goes_through_nothing_that_grows(void)
{
    int first = rows_passed(0);

    for (int i = 1; i < 3; i++)
        CU_ASSERT_EQUAL(rows_passed(i), first);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an end entity is issued with typed names only",
         test_end_entity_is_issued_with_typed_names_only},
        {"a known key is refused with whose it is", test_known_key_is_refused_with_whose_it_is},
        {"validity is bounded by the line", test_validity_is_bounded_by_the_line},
        {"what is typed is judged", test_what_is_typed_is_judged},
        {"a code signer lives as the line says", test_code_signer_lives_as_the_line_says},
        {"a line without an authority or its key cannot issue",
         test_line_without_authority_or_key_cannot_issue},
        {"issuing goes through nothing that grows", test_issuing_goes_through_nothing_that_grows},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "leaf", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
