#include "pki/verify.h"

#include "test.h"

#define NOW INT64_C(1782864000) /* 2026-07-01T00:00:00Z */

#define CHAINS FIXTURES "/chains/"

/* A file of the test's own, joined from fixtures named without their end. */
static const char *join(const char *name, const char *const *parts)
{
    static char paths[8][600];
    static unsigned next;
    char *path = paths[next++ % 8];
    char part[600];

    snprintf(path, sizeof(paths[0]), "%s/%s", test_directory(), name);
    FILE *file = fopen(path, "wb");
    CU_ASSERT_FATAL(file != NULL);
    for (; *parts; parts++) {
        size_t size = 0;
        snprintf(part, sizeof(part), CHAINS "%s.pem", *parts);
        uint8_t *data = test_load(part, &size);
        CU_ASSERT_EQUAL(fwrite(data, 1, size, file), size);
        free(data);
    }
    fclose(file);
    return path;
}
#define JOIN(name, ...) join(name, (const char *const[]){__VA_ARGS__, NULL})

/* What the report says, as text; freed by the caller. */
static char *verify(const struct pki_verify_request *request, struct pki_error *err)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error rendering = {0};
    char *text = NULL;

    (void)(pki_verify_file(request, report, err) || err->code != PKI_OK);
    EXPECT_OK(pki_report_to_text(report, NULL, &text, &rendering), rendering);
    return text;
}

static void expect_valid(const struct pki_verify_request *request)
{
    struct pki_error err = {0};
    char *text = verify(request, &err);

    if (err.code != PKI_OK)
        fprintf(stderr, "\n%s\n", err.text);
    CU_ASSERT_EQUAL(err.code, PKI_OK);
    CU_ASSERT_EQUAL(strncmp(text, "valid: ", 7), 0);
    CU_ASSERT_PTR_NULL(strstr(text, "not valid"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "anchor"));
    free(text);
}

static void expect_fails(const struct pki_verify_request *request, enum pki_code code,
                         const char *part)
{
    struct pki_error err = {0};
    char *text = verify(request, &err);

    EXPECT_FAILS(err.code == PKI_OK, err, code);
    EXPECT_TEXT(part);
    free(text);
}

static void test_good_chains_are_valid(void)
{
    const char *chain = JOIN("chain.pem", "leaf", "sub");
    const char *full = JOIN("full.pem", "leaf", "sub", "root");
    const char *lists[] = {CHAINS "root-good.crl.pem", CHAINS "sub-good.crl.pem"};

    expect_valid(&(struct pki_verify_request){
        .leaf = chain, .anchors = CHAINS "root.pem", .at = NOW, .now = NOW});
    expect_valid(&(struct pki_verify_request){
        .leaf = full, .anchors = CHAINS "root.pem", .at = NOW, .now = NOW});
    expect_valid(&(struct pki_verify_request){.leaf = CHAINS "leaf.pem",
                                              .anchors = CHAINS "root.pem",
                                              .untrusted = CHAINS "sub.pem",
                                              .crls = lists,
                                              .n_crls = 2,
                                              .purpose = "code-signing",
                                              .at = NOW,
                                              .now = NOW});
    expect_valid(&(struct pki_verify_request){.leaf = chain,
                                              .anchors = JOIN("two.pem", "other-root", "root"),
                                              .purpose = "any",
                                              .at = NOW,
                                              .now = NOW});
}

static void test_brief_reports_are_the_verdict_alone(void)
{
    struct pki_verify_request request = {.leaf = CHAINS "leaf.pem",
                                         .anchors = CHAINS "root.pem",
                                         .untrusted = CHAINS "sub.pem",
                                         .at = NOW,
                                         .now = NOW,
                                         .brief = true};
    struct pki_error err = {0};
    char *good = verify(&request, &err);

    EXPECT_OK(err.code == PKI_OK, err);
    CU_ASSERT_STRING_EQUAL(good, "valid: " CHAINS "leaf.pem\n");
    request.purpose = "tls-server";
    char *bad = verify(&request, &err);
    CU_ASSERT_STRING_EQUAL(bad, "not valid: " CHAINS "leaf.pem\n");
    EXPECT_FAILS(err.code == PKI_OK, err, PKI_E_INVALID);
    free(bad);
    free(good);
}

static void test_bad_chains_are_refused_with_the_reason(void)
{
    const char *one[] = {CHAINS "root-good.crl.pem"};
    const char *revoked[] = {CHAINS "root-good.crl.pem", CHAINS "sub-revoked.crl.pem"};
    const char *chain = JOIN("bad-chain.pem", "leaf", "sub");
    const struct {
        struct pki_verify_request request;
        const char *text;
    } cases[] = {
        {{.leaf = CHAINS "leaf.pem", .anchors = CHAINS "root.pem"},
         "no path: the issuer CN=Sub of certificate 1 (CN=Leaf)"},
        {{.leaf = chain, .anchors = CHAINS "other-root.pem"},
         "no path: the issuer CN=Root of certificate 2 (CN=Sub)"},
        {{.leaf = JOIN("shuffled.pem", "root", "sub", "leaf"), .anchors = CHAINS "root.pem"},
         "shuffled.pem: order: found the root first"},
        {{.leaf = JOIN("gap.pem", "leaf", "root"), .anchors = CHAINS "root.pem"},
         "belongs there: CN=Sub, which is not in the file"},
        {{.leaf = chain, .anchors = CHAINS "root.pem", .purpose = "tls-server"},
         "is not for serverAuth"},
        {{.leaf = chain, .anchors = CHAINS "root.pem", .crls = one, .n_crls = 1},
         "certificate 1 (CN=Leaf) cannot be checked for revocation: no list"},
        {{.leaf = chain, .anchors = CHAINS "root.pem", .crls = revoked, .n_crls = 2},
         "certificate 1 (CN=Leaf) was revoked"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_verify_request request = cases[i].request;
        request.at = NOW;
        request.now = NOW;
        expect_fails(&request, PKI_E_INVALID, cases[i].text);
    }
}

static void test_files_that_cannot_be_read_are_named(void)
{
    const char *no_list[] = {CHAINS "root.pem"};
    const struct {
        struct pki_verify_request request;
        enum pki_code code;
        const char *text;
    } cases[] = {
        {{.leaf = "/nonexistent", .anchors = CHAINS "root.pem"}, PKI_E_USAGE, "/nonexistent"},
        {{.leaf = CHAINS "leaf.pem", .anchors = "/nonexistent"}, PKI_E_USAGE, "/nonexistent"},
        {{.leaf = CHAINS "leaf.pem", .anchors = CHAINS "make.sh"}, PKI_E_FORMAT, "make.sh: "},
        {{.leaf = CHAINS "leaf.pem", .anchors = CHAINS "root.pem", .purpose = "tea"},
         PKI_E_USAGE,
         "unknown purpose \"tea\""},
        {{.leaf = CHAINS "leaf.pem", .anchors = CHAINS "root.pem", .crls = no_list, .n_crls = 1},
         PKI_E_FORMAT,
         "\"CERTIFICATE\" where only revocation lists belong"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_verify_request request = cases[i].request;
        request.at = NOW;
        request.now = NOW;
        expect_fails(&request, cases[i].code, cases[i].text);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"good chains are valid", test_good_chains_are_valid},
        {"brief reports are the verdict alone", test_brief_reports_are_the_verdict_alone},
        {"bad chains are refused with the reason", test_bad_chains_are_refused_with_the_reason},
        {"files that cannot be read are named", test_files_that_cannot_be_read_are_named},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "verify", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
