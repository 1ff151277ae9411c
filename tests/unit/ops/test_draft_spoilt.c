/*
 * What goes wrong between the body and the record of a certificate: lint refuses
 * a body that is not as it should be, and what the key gave is looked at before
 * it counts.
 */
#include "crypto/key.h"
#include "ops_fixture.h"
#include "x509/build.h"

static const struct pki_issue_request tls = {.environment = "prod", .purpose = "tls"};

static enum {
    NOTHING,
    FACTS,
    SIGNATURE,
    BODY,
    KEY
} spoilt;

static bool is_body(struct pki_bytes bytes)
{
    return bytes.data[0] == 0x30; /* SEQUENCE; what a key is tried with begins otherwise */
}

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */
bool __real_pki_body_build(const struct pki_body *body, struct pki_buf *tbs, struct pki_error *err);
bool __wrap_pki_body_build(const struct pki_body *body, struct pki_buf *tbs, struct pki_error *err);
bool __real_pki_key_sign(const struct pki_key *key, struct pki_bytes bytes,
                         struct pki_buf *signature, struct pki_error *err);
bool __wrap_pki_key_sign(const struct pki_key *key, struct pki_bytes bytes,
                         struct pki_buf *signature, struct pki_error *err);
bool __real_pki_certificate_assemble(struct pki_bytes tbs, const struct pki_algorithm *algorithm,
                                     struct pki_bytes signature, struct pki_buf *der,
                                     struct pki_error *err);
bool __wrap_pki_certificate_assemble(struct pki_bytes tbs, const struct pki_algorithm *algorithm,
                                     struct pki_bytes signature, struct pki_buf *der,
                                     struct pki_error *err);

/* As if another key had issued it. */
bool __wrap_pki_body_build(const struct pki_body *body, struct pki_buf *tbs, struct pki_error *err)
{
    struct pki_body other = *body;

    if (spoilt == FACTS)
        other.authority_key_id = body->subject_key_id;
    return __real_pki_body_build(&other, tbs, err);
}

bool __wrap_pki_key_sign(const struct pki_key *key, struct pki_bytes bytes,
                         struct pki_buf *signature, struct pki_error *err)
{
    bool made = __real_pki_key_sign(key, bytes, signature, err);

    if (made && spoilt == (is_body(bytes) ? SIGNATURE : KEY))
        signature->data[signature->size - 1] ^= 1;
    return made;
}

/* Its last octet is of an address. */
bool __wrap_pki_certificate_assemble(struct pki_bytes tbs, const struct pki_algorithm *algorithm,
                                     struct pki_bytes signature, struct pki_buf *der,
                                     struct pki_error *err)
{
    pki_scope(pki_buf) body = {0};

    pki_buf_append_bytes(&body, tbs);
    if (spoilt == BODY)
        body.data[body.size - 1] ^= 1;
    return __real_pki_certificate_assemble(pki_buf_view(&body), algorithm, signature, der, err);
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */

static void test_body_that_lint_refuses_is_no_draft(void)
{
    const char *cellar = fixture_cellar("lint");
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    spoilt = FACTS;
    EXPECT_FAILS(pki_issue_prepare(session, &tls, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("lint refuses");
    spoilt = NOTHING;
}

static void test_what_was_not_made_as_linted_is_never_recorded(void)
{
    static const struct {
        const char *name;
        int spoilt;
        const char *text;
    } rows[] = {
        {"signature", SIGNATURE, "GnuTLS does not verify the certificate"},
        {"body", BODY, "the certificate does not hold the linted body"},
        {"key", KEY, "the key is damaged"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        const char *cellar = fixture_cellar(rows[i].name);
        pki_auto(pki_report) report = pki_report_new();
        struct pki_draft *draft = NULL;
        pki_scope(pki_authority_rows) lines = {0};
        struct pki_error err = {0};

        fixture_root(cellar);
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_OK(pki_issue_prepare(session, &tls, &draft, &err), err);
        spoilt = rows[i].spoilt;
        EXPECT_FAILS(pki_draft_sign(session, draft, report, &err), err, PKI_E_INTEGRITY);
        EXPECT_TEXT(rows[i].text);
        spoilt = NOTHING;
        EXPECT_OK(pki_store_list_authorities(session->store, "prod", NULL, &lines, &err), err);
        CU_ASSERT_EQUAL(lines.n, 0);
        CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a body that lint refuses is no draft", test_body_that_lint_refuses_is_no_draft},
        {"what was not made as linted is never recorded",
         test_what_was_not_made_as_linted_is_never_recorded},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "spoilt drafts", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
