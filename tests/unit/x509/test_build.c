#include "x509/build.h"

#include "body_fixture.h"
#include "test.h"

/* How a good body is spoilt, and what is then said. */
struct spoilt {
    enum pki_profile_id id;
    void (*spoil)(struct pki_body *body);
    const char *why;
};

static const struct pki_san wildcard = {PKI_SAN_DNS, "a*.prod.example"};
static const struct pki_san email = {PKI_SAN_EMAIL, "a@a.example"};
static const uint8_t empty_name[] = {0x30, 0x00};

static void clear_serial(struct pki_body *body)
{
    memset(body->serial, 0, sizeof(body->serial));
}

static void negate_serial(struct pki_body *body)
{
    body->serial[0] |= 0x80;
}

static void rename_root(struct pki_body *body)
{
    body->issuer = (struct pki_bytes){empty_name, sizeof(empty_name)};
}

static void issue_itself(struct pki_body *body)
{
    body->issuer = body->subject;
}

static void empty_subject(struct pki_body *body)
{
    body->subject = (struct pki_bytes){empty_name, sizeof(empty_name)};
}

static void live_a_second_too_long(struct pki_body *body)
{
    body->not_after++;
}

static void end_before_start(struct pki_body *body)
{
    body->not_after = body->not_before - 1;
}

static void end_after_9999(struct pki_body *body)
{
    body->not_after = INT64_C(253402300800);
}

static void drop_names(struct pki_body *body)
{
    body->n_names = 0;
}

static void name_too_many(struct pki_body *body)
{
    body->n_names = 1001; /* refused before any is looked at */
}

static void name_badly(struct pki_body *body)
{
    body->names = &wildcard;
    body->n_names = 1;
}

static void name_by_email(struct pki_body *body)
{
    body->names = &email;
    body->n_names = 1;
}

static void drop_subject_key_id(struct pki_body *body)
{
    body->subject_key_id.size = 0;
}

static void drop_authority_key_id(struct pki_body *body)
{
    body->authority_key_id.size = 0;
}

static void add_authority_key_id(struct pki_body *body)
{
    body->authority_key_id = body->subject_key_id;
}

static void drop_crl_url(struct pki_body *body)
{
    body->crl_url = NULL;
}

static void add_crl_url(struct pki_body *body)
{
    body->crl_url = "http://pki.example.com/root.crl";
}

static void https_crl_url(struct pki_body *body)
{
    body->crl_url = "https://pki.example.com/root.crl";
}

static void bad_issuer_url(struct pki_body *body)
{
    body->issuer_url = "http://pki example/root.cer";
}

static const struct spoilt spoilt[] = {
    {PKI_PROFILE_ROOT, clear_serial, "RFC 5280 4.1.2.2"},
    {PKI_PROFILE_ROOT, negate_serial, "RFC 5280 4.1.2.2"},
    {PKI_PROFILE_ROOT, rename_root, "issuer and subject differ"},
    {PKI_PROFILE_ROOT, add_authority_key_id, "takes no authority key identifier"},
    {PKI_PROFILE_ROOT, add_crl_url, "takes no CRL address"},
    {PKI_PROFILE_ROOT, live_a_second_too_long, "validity of 9133 days is over the 9132"},
    {PKI_PROFILE_TLS_CA, issue_itself, "are the same name"},
    {PKI_PROFILE_TLS_CA, empty_subject, "needs a subject"},
    {PKI_PROFILE_TLS_CA, end_before_start, "ends before it begins"},
    {PKI_PROFILE_TLS_CA, end_after_9999, "1970 to 9999"},
    {PKI_PROFILE_TLS_CA, drop_subject_key_id, "no subject key identifier"},
    {PKI_PROFILE_TLS_CA, drop_authority_key_id, "needs the issuer's key identifier"},
    {PKI_PROFILE_TLS_CA, drop_crl_url, "needs a CRL address"},
    {PKI_PROFILE_TLS_CA, https_crl_url, "not an http:// address"},
    {PKI_PROFILE_TLS_CA, bad_issuer_url, "certificate address"},
    {PKI_PROFILE_TLS_CA, name_by_email, "takes no alternative name"},
    {PKI_PROFILE_TLS_SERVER, drop_names, "needs an alternative name"},
    {PKI_PROFILE_TLS_SERVER, name_too_many, "1001 alternative names"},
    {PKI_PROFILE_TLS_SERVER, name_badly, "leftmost"},
    {PKI_PROFILE_TLS_SERVER, name_by_email, "takes no alternative name"},
};

static void test_what_a_profile_does_not_allow_is_refused(void)
{
    for (size_t i = 0; i < PKI_COUNT(spoilt); i++) {
        struct pki_error err = {0};
        struct body_fixture fixture;
        pki_scope(pki_buf) tbs = {0};
        body_fixture_init(&fixture, spoilt[i].id);
        spoilt[i].spoil(&fixture.body);
        EXPECT_FAILS(pki_body_build(&fixture.body, &tbs, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(spoilt[i].why);
        CU_ASSERT_EQUAL(tbs.size, 0);
        body_fixture_clear(&fixture);
    }
}

static void test_a_client_without_any_name_is_refused(void)
{
    struct pki_error err = {0};
    struct body_fixture fixture;
    pki_scope(pki_buf) tbs = {0};

    body_fixture_init(&fixture, PKI_PROFILE_TLS_CLIENT);
    fixture.body.n_names = 0;
    EXPECT_OK(pki_body_build(&fixture.body, &tbs, &err), err);
    empty_subject(&fixture.body);
    EXPECT_FAILS(pki_body_build(&fixture.body, &tbs, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("neither a subject nor");
    body_fixture_clear(&fixture);
}

static bool holds(const struct pki_buf *buf, const uint8_t *part, size_t size)
{
    return memmem(buf->data, buf->size, part, size) != NULL;
}

static void test_names_are_critical_only_where_the_subject_is_empty(void)
{
    static const uint8_t critical[] = {0x06, 0x03, 0x55, 0x1d, 0x11, 0x01, 0x01, 0xff};
    struct pki_error err = {0};
    struct body_fixture fixture;
    pki_scope(pki_buf) empty = {0};
    pki_scope(pki_buf) named = {0};

    body_fixture_init(&fixture, PKI_PROFILE_TLS_SERVER);
    EXPECT_OK(pki_body_build(&fixture.body, &empty, &err), err);
    CU_ASSERT_TRUE(holds(&empty, critical, sizeof(critical)));
    static const uint8_t subject[] = {0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06,
                                      0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'x'};
    fixture.body.subject = (struct pki_bytes){subject, sizeof(subject)};
    EXPECT_OK(pki_body_build(&fixture.body, &named, &err), err);
    CU_ASSERT_FALSE(holds(&named, critical, sizeof(critical)));
    CU_ASSERT_TRUE(holds(&named, critical, 5));
    body_fixture_clear(&fixture);
}

static void test_a_rehearsal_has_the_unknown_critical_extension(void)
{
    /* 1.3.6.1.4.1.32473.1, critical, NULL */
    static const uint8_t extension[] = {0x30, 0x13, 0x06, 0x0a, 0x2b, 0x06, 0x01,
                                        0x04, 0x01, 0x81, 0xfd, 0x59, 0x01};
    static const uint8_t tail[] = {0x01, 0x01, 0xff, 0x04, 0x02, 0x05, 0x00};

    for (unsigned id = 0; id < PKI_PROFILES; id++) {
        struct pki_error err = {0};
        struct body_fixture fixture;
        pki_scope(pki_buf) real = {0};
        pki_scope(pki_buf) rehearsal = {0};
        body_fixture_init(&fixture, (enum pki_profile_id)id);
        EXPECT_OK(pki_body_build(&fixture.body, &real, &err), err);
        fixture.body.rehearsal = true;
        EXPECT_OK(pki_body_build(&fixture.body, &rehearsal, &err), err);
        CU_ASSERT_FALSE(holds(&real, extension + 2, sizeof(extension) - 2));
        CU_ASSERT_TRUE(holds(&rehearsal, extension + 4, sizeof(extension) - 4));
        CU_ASSERT_TRUE(holds(&rehearsal, tail, sizeof(tail)));
        body_fixture_clear(&fixture);
    }
}

static void test_a_certificate_is_its_body_algorithm_and_signature(void)
{
    static const uint8_t tbs[] = {0x30, 0x03, 0x02, 0x01, 0x07};
    static const uint8_t signature[] = {0xaa, 0xbb};
    static const uint8_t expected[] = {0x30, 0x16, 0x30, 0x03, 0x02, 0x01, 0x07, 0x30,
                                       0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                       0x04, 0x03, 0x03, 0x03, 0x03, 0x00, 0xaa, 0xbb};
    struct pki_error err = {0};
    pki_scope(pki_buf) der = {0};

    EXPECT_OK(pki_certificate_assemble(
                  (struct pki_bytes){tbs, sizeof(tbs)}, pki_algorithm_get(PKI_KEY_ECDSA_P384),
                  (struct pki_bytes){signature, sizeof(signature)}, &der, &err),
              err);
    CU_ASSERT(pki_bytes_equal(pki_buf_view(&der), (struct pki_bytes){expected, sizeof(expected)}));
}

static void test_a_request_body_has_version_0_and_no_attributes(void)
{
    static const uint8_t spki[] = {0x30, 0x03, 0x02, 0x01, 0x07};
    static const uint8_t expected[] = {0x30, 0x0c, 0x02, 0x01, 0x00, 0x30, 0x00,
                                       0x30, 0x03, 0x02, 0x01, 0x07, 0xa0, 0x00};
    struct pki_error err = {0};
    pki_scope(pki_buf) body = {0};

    EXPECT_OK(pki_request_body_build((struct pki_bytes){empty_name, sizeof(empty_name)},
                                     (struct pki_bytes){spki, sizeof(spki)}, &body, &err),
              err);
    CU_ASSERT(pki_bytes_equal(pki_buf_view(&body), (struct pki_bytes){expected, sizeof(expected)}));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what a profile does not allow is refused", test_what_a_profile_does_not_allow_is_refused},
        {"a client without any name is refused", test_a_client_without_any_name_is_refused},
        {"alternative names are critical only where the subject is empty",
         test_names_are_critical_only_where_the_subject_is_empty},
        {"a rehearsal has the unknown critical extension",
         test_a_rehearsal_has_the_unknown_critical_extension},
        {"a certificate is body, algorithm and signature",
         test_a_certificate_is_its_body_algorithm_and_signature},
        {"a request body has version 0 and no attributes",
         test_a_request_body_has_version_0_and_no_attributes},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "build", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
