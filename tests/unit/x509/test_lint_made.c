/*
 * What the makers build, every rule of the checkers accepts: two separate
 * paths that must agree on each profile.
 */
#include "body_fixture.h"
#include "test.h"
#include "x509/lint.h"

#define FIXTURE __attribute__((__cleanup__(body_fixture_clear))) struct body_fixture

static struct pki_cert *build(enum pki_profile_id id, bool rehearsal)
{
    FIXTURE fixture = {0};
    pki_scope(pki_buf) tbs = {0};
    struct pki_cert *body = NULL;
    struct pki_error err = {0};

    body_fixture_init(&fixture, id);
    fixture.body.rehearsal = rehearsal;
    EXPECT_OK(pki_body_build(&fixture.body, &tbs, &err), err);
    EXPECT_OK(pki_cert_parse_body(pki_buf_view(&tbs), &body, &err), err);
    return body;
}

static void lint(enum pki_profile_id id, bool rehearsal)
{
    pki_scope(pki_lint_findings) findings = {0};
    pki_auto(pki_cert) issuer =
        id == PKI_PROFILE_ROOT ? NULL : build(pki_profile_get(id)->issuer, rehearsal);
    pki_auto(pki_cert) body = build(id, rehearsal);
    struct pki_error err = {0};

    EXPECT_OK(pki_lint_body(body, issuer, pki_profile_get(id)->name, rehearsal, &findings, &err),
              err);
    for (size_t i = 0; i < findings.n; i++)
        fprintf(stderr, "\n%s: %s: %s\n", pki_profile_get(id)->name, findings.list[i].rule,
                findings.list[i].text);
    CU_ASSERT_EQUAL(findings.n, 0);
    CU_ASSERT_TRUE(findings.rules > 30);
}

static void test_every_profile_passes(void)
{
    for (int id = 0; id < PKI_PROFILES; id++)
        lint((enum pki_profile_id)id, false);
}

static void test_every_rehearsal_passes_as_one(void)
{
    for (int id = 0; id < PKI_PROFILES; id++)
        lint((enum pki_profile_id)id, true);
}

static void test_a_rehearsal_is_refused_elsewhere(void)
{
    for (int id = 0; id < PKI_PROFILES; id++) {
        pki_auto(pki_cert) body = build((enum pki_profile_id)id, true);
        pki_scope(pki_lint_findings) findings = {0};
        struct pki_error err = {0};
        EXPECT_FAILS(pki_lint_body(body, NULL, pki_profile_get((enum pki_profile_id)id)->name,
                                   false, &findings, &err),
                     err, PKI_E_POLICY);
        EXPECT_TEXT("extensions_critical_known");
    }
}

static void test_a_profile_is_not_another(void)
{
    pki_auto(pki_cert) body = build(PKI_PROFILE_CODE_SIGNING, false);
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_error err = {0};

    EXPECT_FAILS(pki_lint_body(body, NULL, "code-signing-ca", false, &findings, &err), err,
                 PKI_E_POLICY);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"every profile's body passes", test_every_profile_passes},
        {"every rehearsal passes as one", test_every_rehearsal_passes_as_one},
        {"a rehearsal is refused elsewhere", test_a_rehearsal_is_refused_elsewhere},
        {"a body of one profile is not of another", test_a_profile_is_not_another},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "lint_made", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
