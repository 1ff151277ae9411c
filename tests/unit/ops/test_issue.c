#include "ops/draft.h"
#include "ops_fixture.h"
#include "x509/chain.h"
#include "x509/oids.h"

static const struct pki_issue_request code_signing = {.environment = "prod",
                                                      .purpose = "code-signing"};
static const struct pki_issue_request time_stamping = {.environment = "prod",
                                                       .purpose = "time-stamping"};

static struct pki_authority_row authority(struct pki_session *session, const char *name)
{
    struct pki_authority_row row = {0};
    struct pki_error err = {0};
    bool found = false;

    EXPECT_OK(pki_store_authority_by_name(session->store, name, &found, &row, &err), err);
    CU_ASSERT_TRUE_FATAL(found);
    return row;
}

static struct pki_cert *certificate(struct pki_session *session, int64_t id)
{
    struct pki_certificate_row row = {0};
    struct pki_cert *cert = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_store_certificate(session->store, id, &row, &err), err);
    EXPECT_OK(pki_cert_parse(pki_buf_view(&row.der), &cert, &err), err);
    pki_certificate_row_clear(&row);
    return cert;
}

static struct pki_cert *certificate_of(struct pki_session *session, const char *name)
{
    struct pki_authority_row row = authority(session, name);
    struct pki_cert *cert = certificate(session, row.certificate);

    pki_authority_row_clear(&row);
    return cert;
}

static void expect_path(const struct pki_cert *leaf, struct pki_cert *above, struct pki_cert *root,
                        const char *usage)
{
    struct pki_cert *anchor_list[] = {root};
    struct pki_cert *untrusted_list[] = {above};
    const struct pki_certs anchors = {anchor_list, 1};
    const struct pki_certs untrusted = {untrusted_list, above ? 1 : 0};
    const struct pki_path_request request = {
        .leaf = leaf,
        .anchors = &anchors,
        .untrusted = &untrusted,
        .at = FIXTURE_NOW,
        .now = FIXTURE_NOW,
        .usage = usage,
    };
    struct pki_path path = {0};
    struct pki_path_finding finding = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_path_find(&request, &path, &finding, &err), err);
}

static void test_line_gets_an_active_and_a_next_generation(void)
{
    const char *cellar = fixture_cellar("line");
    struct pki_error err = {0};

    fixture_root(cellar);
    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    fixture_line(cellar, "prod", "code-signing");
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked,
                           "root-g1 prod-code-signing-g1+ prod-code-signing-g2+ ");

    pki_auto(pki_session) session = fixture_open(cellar);
    struct pki_authority_row first = authority(session, "prod-code-signing-g1");
    struct pki_authority_row second = authority(session, "prod-code-signing-g2");
    struct pki_authority_row root = authority(session, "root-g1");
    CU_ASSERT_EQUAL(first.state, PKI_STATE_ACTIVE);
    CU_ASSERT_EQUAL(second.state, PKI_STATE_NEXT);
    CU_ASSERT_EQUAL(second.generation, 2);
    CU_ASSERT_EQUAL(first.issuer, root.id);
    CU_ASSERT_NOT_EQUAL(first.key, second.key);

    pki_auto(pki_cert) cert = certificate(session, first.certificate);
    pki_auto(pki_cert) anchor = certificate(session, root.certificate);
    pki_scope(pki_buf) name = {0};
    EXPECT_OK(pki_name_attribute(cert->subject, PKI_OID_COMMON_NAME, &name, &err), err);
    pki_buf_byte(&name, 0);
    CU_ASSERT_STRING_EQUAL(name.data, "Example Corp Prod Code Signing CA G1");
    CU_ASSERT_TRUE(pki_bytes_equal(cert->issuer, anchor->subject));
    /* 2028-04-01T00:00:00Z less one second */
    CU_ASSERT_EQUAL(cert->not_after, INT64_C(1838159999));
    struct pki_bytes url;
    CU_ASSERT_TRUE_FATAL(pki_cert_crl_url(cert, 0, &url));
    CU_ASSERT_EQUAL(url.size, strlen("http://pki.example.com/root-g1.crl"));
    expect_path(cert, NULL, anchor, NULL);
    pki_authority_row_clear(&first);
    pki_authority_row_clear(&second);
    pki_authority_row_clear(&root);
}

static void test_time_stamping_generation_comes_with_its_leaf(void)
{
    const char *cellar = fixture_cellar("stamps");
    struct pki_certificate_row leaf = {0};
    struct pki_error err = {0};
    bool found = false;

    fixture_root(cellar);
    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    fixture_line(cellar, "prod", "time-stamping");
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked,
                           "root-g1 prod-time-stamping-g1+ prod-time-stamping-g1-tsa+ "
                           "prod-time-stamping-g2+ prod-time-stamping-g2-tsa+ ");

    pki_auto(pki_session) session = fixture_open(cellar);
    struct pki_authority_row first = authority(session, "prod-time-stamping-g1");
    EXPECT_OK(pki_store_find_companion(session->store, first.id, &found, &leaf, &err), err);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_EQUAL(leaf.authority, 0);
    CU_ASSERT_EQUAL(leaf.issuer, first.id);
    CU_ASSERT_EQUAL(leaf.companion, first.id);
    pki_auto(pki_cert) cert = certificate(session, leaf.id);
    pki_auto(pki_cert) above = certificate(session, first.certificate);
    pki_auto(pki_cert) anchor = certificate_of(session, "root-g1");
    CU_ASSERT_EQUAL(cert->not_after, above->not_after);
    expect_path(cert, above, anchor, PKI_OID_TIME_STAMPING);
    pki_scope(pki_buf) name = {0};
    EXPECT_OK(pki_name_attribute(cert->subject, PKI_OID_COMMON_NAME, &name, &err), err);
    pki_buf_byte(&name, 0);
    CU_ASSERT_STRING_EQUAL(name.data, "Example Corp Prod Time Stamping CA G1 TSA");
    pki_authority_row_clear(&first);
    pki_certificate_row_clear(&leaf);
}

static void test_next_command_is_the_next_line_then_the_export(void)
{
    const char *cellar = fixture_cellar("next");
    pki_auto(pki_draft) draft = NULL;
    pki_auto(pki_draft) last = NULL;
    const struct pki_issue_request tls = {.environment = "prod", .purpose = "tls"};
    struct pki_error err = {0};

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_OK(pki_issue_prepare(session, &tls, &draft, &err), err);
        CU_ASSERT_STRING_EQUAL(draft->next, "cellar issue prod time-stamping");
    }
    fixture_line(cellar, "prod", "time-stamping");
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_issue_prepare(session, &tls, &last, &err), err);
    CU_ASSERT_STRING_EQUAL(last->next, "cellar export prod");
}

static void test_requests_give_the_keys(void)
{
    const char *cellar = fixture_cellar("requests");
    const char *csrs[] = {fixture_request("fulcio-g1", "ecdsa-p384"),
                          fixture_request("fulcio-g2", "ecdsa-p384")};
    struct pki_issue_request request = code_signing;
    struct pki_key_row key;
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};
    bool found = false;

    fixture_root(cellar);
    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    request.csrs = csrs;
    request.n_csrs = 2;
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    EXPECT_OK(pki_issue_prepare(session, &request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "root-g1 ");
    EXPECT_OK(pki_store_key_by_name(session->store, "prod-code-signing-g1", &found, &key, &err),
              err);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_FALSE(key.has_file);
    CU_ASSERT_STRING_EQUAL(key.location, "outside");
}

static void test_time_stamping_requests_are_for_the_leaves(void)
{
    const char *cellar = fixture_cellar("hsm");
    const char *csrs[] = {fixture_request("tsa-g1", "ecdsa-p256")};
    struct pki_issue_request request = time_stamping;
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_root(cellar);
    request.csrs = csrs;
    request.n_csrs = 1;
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_issue_prepare(session, &request, &draft, &err), err);
    CU_ASSERT_EQUAL_FATAL(draft->n, 4);
    CU_ASSERT_PTR_NOT_NULL(draft->items[0].key);
    CU_ASSERT_PTR_NULL(draft->items[1].key);
    CU_ASSERT_PTR_NOT_NULL(draft->items[3].key);
}

static void test_request_that_does_not_fit_is_refused(void)
{
    const char *cellar = fixture_cellar("unfit");
    const char *known = fixture_request("known", "ecdsa-p384");
    const char *other = fixture_request("other", "ecdsa-p256");
    const char *torn = fixture_file("torn.csr", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n");
    const char *twice[] = {known, known, known};
    const char *wrong[] = {other};
    const char *broken[] = {torn};
    const char *missing[] = {"/nonexistent/key.csr"};
    struct pki_issue_request request = code_signing;
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    request.csrs = twice;
    request.n_csrs = 3;
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_USAGE);
    request.n_csrs = 2;
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("the same key was given for prod-code-signing-g1");
    request.n_csrs = 1;
    request.csrs = wrong;
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("the hierarchy says ecdsa-p384");
    request.csrs = broken;
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_FORMAT);
    request.csrs = missing;
    EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_USAGE);
}

static void test_line_without_root_or_twice_is_refused(void)
{
    const char *cellar = fixture_cellar("order");
    pki_auto(pki_draft) draft = NULL;
    struct pki_issue_request request = code_signing;
    struct pki_error err = {0};

    {
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_STATE);
        EXPECT_TEXT("cellar root main");
        request.purpose = "mail";
        EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_NOTFOUND);
        request = code_signing;
        request.common_name = "me";
        EXPECT_FAILS(pki_issue_prepare(session, &request, &draft, &err), err, PKI_E_USAGE);
    }
    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_FAILS(pki_issue_prepare(session, &code_signing, &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("issue prod code-signing: ");
    EXPECT_TEXT("prod-code-signing-g1");
}

/* Late in a root's life a generation is cut short, as long as it still serves; then refused. */
static void test_root_that_ends_soon_shortens_then_refuses(void)
{
    const char *cellar = fixture_cellar("late");
    pki_auto(pki_draft) draft = NULL;
    pki_auto(pki_draft) late = NULL;
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    fixture_room.now = INT64_C(2429913600) - INT64_C(300) * 86400;
    EXPECT_OK(pki_issue_prepare(session, &code_signing, &draft, &err), err);
    CU_ASSERT_TRUE(draft->items[0].shortened);
    CU_ASSERT_EQUAL(draft->items[0].not_after, INT64_C(2429913599));
    fixture_room.now = INT64_C(2429913600) - INT64_C(90) * 86400;
    EXPECT_FAILS(pki_issue_prepare(session, &code_signing, &late, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("make its successor first, cellar root main --succeed");
    fixture_room.now = INT64_C(2429913600);
    EXPECT_FAILS(pki_issue_prepare(session, &code_signing, &late, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("outside the validity of root-g1");
    fixture_room_reset();
}

/* The word for the clock is for its other sides: what would be signed is refused by everybody. */
static void test_clock_before_the_root_is_refused_whatever_is_typed(void)
{
    const char *cellar = fixture_cellar("early");
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open_with(cellar, PKI_OVERRIDE_CLOCK);
    fixture_room.now = FIXTURE_NOW - PKI_DRAFT_SET_BACK - 1;
    EXPECT_FAILS(pki_issue_prepare(session, &code_signing, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("outside the validity of root-g1");
    fixture_room.now++;
    EXPECT_OK(pki_issue_prepare(session, &code_signing, &draft, &err), err);
    fixture_room_reset();
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a line gets an active and a next generation",
         test_line_gets_an_active_and_a_next_generation},
        {"a time-stamping generation comes with its leaf",
         test_time_stamping_generation_comes_with_its_leaf},
        {"the next command is the next line, then the export",
         test_next_command_is_the_next_line_then_the_export},
        {"requests give the keys", test_requests_give_the_keys},
        {"time-stamping requests are for the leaves",
         test_time_stamping_requests_are_for_the_leaves},
        {"a request that does not fit is refused", test_request_that_does_not_fit_is_refused},
        {"a line without a root, or a second time, is refused",
         test_line_without_root_or_twice_is_refused},
        {"a root that ends soon shortens, then refuses",
         test_root_that_ends_soon_shortens_then_refuses},
        {"a clock before the root is refused, whatever is typed",
         test_clock_before_the_root_is_refused_whatever_is_typed},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "issue", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
