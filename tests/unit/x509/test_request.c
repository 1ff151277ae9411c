#include "x509/request.h"

#include "test.h"
#include "x509_fixture.h"

static struct pki_request *load(const char *name)
{
    pki_scope(pki_buf) text = fixture_text(name);
    struct pki_request *request = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_request_parse(name, pki_buf_view(&text), &request, &err), err);
    return request;
}

static void test_request_is_read_and_judged(void)
{
    pki_auto(pki_request) request = load("request.pem");
    pki_auto(pki_cert) leaf = fixture_cert("leaf.pem");
    struct pki_error err = {0};

    CU_ASSERT_TRUE(pki_bytes_equal(request->spki, leaf->spki));
    CU_ASSERT_EQUAL(memcmp(request->spki_sha256, leaf->spki_sha256, PKI_SHA256_SIZE), 0);
    CU_ASSERT_PTR_NULL(request->algorithm);
    EXPECT_OK(pki_request_judge(request, &err), err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(request->algorithm);
    CU_ASSERT_EQUAL(request->algorithm->id, PKI_KEY_ECDSA_P384);
}

static void test_der_is_read_too(void)
{
    pki_scope(pki_buf) der = fixture_der("request-plain.pem");
    pki_auto(pki_request) request = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_request_parse("x.der", pki_buf_view(&der), &request, &err), err);
    EXPECT_OK(pki_request_judge(request, &err), err);
}

static void test_unacceptable_requests_are_refused(void)
{
    static const struct {
        const char *file;
        const char *text;
    } cases[] = {
        {"request-sha1.pem", "SHA-1"},
        {"request-weak.pem", "1024"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_auto(pki_request) request = load(cases[i].file);
        struct pki_error err = {0};
        EXPECT_FAILS(pki_request_judge(request, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(cases[i].text);
        CU_ASSERT_PTR_NULL(request->algorithm);
    }
}

static void test_signature_by_another_key_is_refused(void)
{
    pki_scope(pki_buf) der = fixture_der("request.pem");
    pki_auto(pki_request) request = NULL;
    struct pki_error err = {0};

    der.data[der.size - 1] ^= 1;
    EXPECT_OK(pki_request_parse("x.der", pki_buf_view(&der), &request, &err), err);
    EXPECT_FAILS(pki_request_judge(request, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("does not prove possession");
}

static void test_malformed_is_refused(void)
{
    pki_scope(pki_buf) cert = fixture_text("root.pem");
    pki_scope(pki_buf) two = fixture_text("request.pem");
    pki_scope(pki_buf) again = fixture_text("request.pem");
    static uint8_t huge[65537];
    pki_auto(pki_request) request = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_request_parse("x", pki_buf_view(&cert), &request, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("CERTIFICATE");
    pki_buf_append_bytes(&two, pki_buf_view(&again));
    EXPECT_FAILS(pki_request_parse("x", pki_buf_view(&two), &request, &err), err, PKI_E_FORMAT);
    EXPECT_FAILS(pki_request_parse("x", (struct pki_bytes){0}, &request, &err), err, PKI_E_FORMAT);
    EXPECT_FAILS(pki_request_parse("x", (struct pki_bytes){huge, sizeof(huge)}, &request, &err),
                 err, PKI_E_FORMAT);
    CU_ASSERT_PTR_NULL(request);
}

static bool look_at(struct pki_bytes der, struct pki_error *err)
{
    pki_auto(pki_request) request = NULL;
    pki_auto(pki_report) report = pki_report_new();

    if (!pki_request_parse("x", der, &request, err))
        return false;
    pki_request_describe(request, report);
    return true;
}

static void test_cut_or_flipped_anywhere_never_crashes(void)
{
    pki_scope(pki_buf) der = fixture_der("request.pem");
    size_t refused = 0;

    for (size_t i = 0; i < der.size; i++) {
        struct pki_error err = {0};
        uint8_t *copy = malloc(i + (i == 0));
        memcpy(copy, der.data, i);
        refused += !look_at((struct pki_bytes){copy, i}, &err) && err.code == PKI_E_FORMAT;
        free(copy);

        struct pki_error flipped = {0};
        der.data[i] ^= 0xff;
        CU_ASSERT_TRUE(look_at(pki_buf_view(&der), &flipped) || flipped.code == PKI_E_FORMAT);
        der.data[i] ^= 0xff;
    }
    CU_ASSERT_EQUAL(refused, der.size);
}

static void test_what_it_asks_for_is_shown(void)
{
    pki_auto(pki_request) request = load("request.pem");
    pki_auto(pki_request) plain = load("request-plain.pem");
    pki_auto(pki_report) report = pki_report_new();
    pki_auto(pki_report) other = pki_report_new();
    struct pki_report_style style = {.width = 100};
    struct pki_error err = {0};
    char *text = NULL;

    EXPECT_OK(pki_request_judge(request, &err), err);
    pki_request_describe(request, report);
    EXPECT_OK(pki_report_to_text(report, &style, &text, &err), err);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "CN=Asker"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "2.5.29.17"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "2.5.29.19, critical"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "ECDSA P-384"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Nothing that a request asks for is copied"));
    free(text);
    pki_request_describe(plain, other);
    EXPECT_OK(pki_report_to_text(other, &style, &text, &err), err);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "asks for no extensions"));
    free(text);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a request is read and judged", test_request_is_read_and_judged},
        {"a request in DER is read too", test_der_is_read_too},
        {"SHA-1 and weak keys are refused", test_unacceptable_requests_are_refused},
        {"a signature that is not its own is refused", test_signature_by_another_key_is_refused},
        {"what is no request is refused", test_malformed_is_refused},
        {"a request cut or flipped anywhere never crashes",
         test_cut_or_flipped_anywhere_never_crashes},
        {"what it asks for is shown, as not copied", test_what_it_asks_for_is_shown},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "request", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
