#include "pki/describe.h"

#include "chain_fixture.h"
#include "x509/describe.h"

/* The report on a file, as text; freed by the caller. */
static char *describe(const char *path, int64_t now)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    char *text = NULL;

    EXPECT_OK(pki_describe_file(path, now, report, &err), err);
    EXPECT_OK(pki_report_to_text(report, NULL, &text, &err), err);
    return text;
}

/* Every part stands in the text, each behind the one before. */
static void expect_parts(const char *path, int64_t now, const char *const *parts)
{
    char *text = describe(path, now);
    const char *at = text;

    for (; *parts; parts++) {
        const char *found = strstr(at, *parts);
        if (!found)
            fprintf(stderr, "\n\"%s\" is not (any more) in:\n%s\n", *parts, text);
        CU_ASSERT_PTR_NOT_NULL(found);
        at = found ? found : at;
    }
    free(text);
}
#define EXPECT_PARTS(path, now, ...) \
    expect_parts(path, now, (const char *const[]){__VA_ARGS__, NULL})

static void test_a_certificate_is_described(void)
{
    EXPECT_PARTS(chain_path("all.pem"), FIXTURE_NOW, "certificate", "end entity", "CN=All",
                 "CN=Sub", "2025-01-01T00:00:00Z", "2045-01-01T00:00:00Z", "valid, 6759 days left",
                 "ECDSA P-256", "ECDSA with SHA-256", "digitalSignature, contentCommitment",
                 "codeSigning", "1.3.6.1.4.1.32473.9", "DNS a.example", "IP 192.0.2.1",
                 "IP 2001:db8::1", "e-mail a@example.com", "URI https://x.example/",
                 "directory name CN=Inside", "http://pki.example.com/sub.crl",
                 "http://pki.example.com/sub.cer");
    EXPECT_PARTS(chain_path("all.pem"), FIXTURE_NOW, "2.5.29.32", "certificate policies",
                 "1.3.6.1.4.1.32473.1", "unknown", "Subject key id", "Authority key id", "SHA-256",
                 "Key SHA-256");
    EXPECT_PARTS(chain_path("critical.pem"), FIXTURE_NOW, "1.3.6.1.4.1.32473.1", "yes", "2");
}

static void test_roles_and_days_are_told(void)
{
    EXPECT_PARTS(chain_path("root.pem"), FIXTURE_NOW, "root", "yes, any path length");
    EXPECT_PARTS(chain_path("sub.pem"), FIXTURE_NOW, "intermediate", "yes, path length 0");
    EXPECT_PARTS(chain_path("leaf-expired.pem"), FIXTURE_NOW, "expired 181 days ago");
    EXPECT_PARTS(chain_path("leaf-future.pem"), FIXTURE_NOW, "not valid for another 4932 days");
}

static void test_hostile_names_cannot_paint(void)
{
    char *text = describe(chain_path("hostile.pem"), FIXTURE_NOW);

    CU_ASSERT_PTR_NULL(strchr(text, '\033'));
    CU_ASSERT_PTR_NULL(strstr(text, "\xc2\x85"));
    CU_ASSERT_PTR_NULL(strstr(text, "\xe2\x80\xae"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Evil\\1B[31m"));
    free(text);
}

static void test_a_list_is_described(void)
{
    EXPECT_PARTS(chain_path("root-revoked.crl.pem"), FIXTURE_NOW, "revocation list", "CN=Root",
                 "2026-06-01T00:00:00Z", "current, 6393 days left", "Revoked certificates", "1",
                 "keyCompromise");
    EXPECT_PARTS(chain_path("sub-stale.crl.pem"), FIXTURE_NOW, "out of date for 21 days", "0");
    EXPECT_PARTS(chain_path("sub-delta.crl.pem"), FIXTURE_NOW, "delta, which is not processed");
    EXPECT_PARTS(chain_path("sub-unknown.crl.pem"), FIXTURE_NOW, "the list must not be used");
    EXPECT_PARTS(chain_path("sub-indirect.crl.pem"), FIXTURE_NOW, "issuing distribution point");
}

/* A file of the test's own from the bytes of fixtures. */
static const char *write_file(const char *name, const void *data, size_t size)
{
    static char path[600];

    snprintf(path, sizeof(path), "%s/%s", test_directory(), name);
    FILE *file = fopen(path, "wb");
    CU_ASSERT_FATAL(file != NULL);
    CU_ASSERT_EQUAL(fwrite(data, 1, size, file), size);
    fclose(file);
    return path;
}

static const char *join(const char *name, const char *const *files)
{
    static uint8_t all[1 << 16];
    size_t used = 0;

    for (; *files; files++) {
        size_t size = 0;
        uint8_t *data = test_load(chain_path(*files), &size);
        CU_ASSERT_FATAL(used + size < sizeof(all));
        memcpy(all + used, data, size);
        used += size;
        free(data);
    }
    return write_file(name, all, used);
}
#define JOIN(name, ...) join(name, (const char *const[]){__VA_ARGS__, NULL})

static void test_bundles_say_their_order(void)
{
    EXPECT_PARTS(JOIN("chain.pem", "leaf.pem", "sub.pem", "root.pem"), FIXTURE_NOW, "bundle of 3",
                 "each certificate is signed by the next", "end entity", "intermediate", "root");
    EXPECT_PARTS(JOIN("shuffled.pem", "root.pem", "leaf.pem"), FIXTURE_NOW, "bundle of 2",
                 "found the root first");
    EXPECT_PARTS(JOIN("mixed.pem", "root.pem", "root-good.crl.pem"), FIXTURE_NOW, "bundle of 2",
                 "certificate", "revocation list");
}

static void test_der_is_recognised(void)
{
    struct pki_certs certs = chain_certs("leaf");
    pki_scope(pki_buf) crl = chain_crl("sub-good");

    EXPECT_PARTS(write_file("leaf.cer", certs.list[0]->der.data, certs.list[0]->der.size),
                 FIXTURE_NOW, "end entity", "CN=Leaf");
    EXPECT_PARTS(write_file("sub.crl", crl.data, crl.size), FIXTURE_NOW, "revocation list");
    pki_certs_clear(&certs);
}

static void test_requests_and_keys_are_described(void)
{
    EXPECT_PARTS(FIXTURES "/cert/request.pem", FIXTURE_NOW, "certification request",
                 "Proof of possession", "good");
    EXPECT_PARTS(FIXTURES "/keys/ecdsa-p384.key", FIXTURE_NOW, "private key", "PBES2");
}

static void test_other_files_are_refused(void)
{
    static const struct {
        const char *name;
        const char *content;
        const char *text;
    } cases[] = {
        {"text", "hello\n", "neither PEM nor DER"},
        {"sequence", "\x30\x03\x02\x01\x01", "neither PEM nor DER"},
        {"label", "-----BEGIN PARROT-----\nAAAA\n-----END PARROT-----\n",
         "\"PARROT\" is not a kind"},
        {"torn", "-----BEGIN CERTIFICATE-----\nMAA\n-----END CERTIFICATE-----\n", "torn: "},
        {"empty", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "empty: "},
    };
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        const char *path = write_file(cases[i].name, cases[i].content, strlen(cases[i].content));
        EXPECT_FAILS(pki_describe_file(path, FIXTURE_NOW, report, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT(cases[i].text);
    }
    EXPECT_FAILS(pki_describe_file("/nonexistent", FIXTURE_NOW, report, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_describe_file(test_directory(), FIXTURE_NOW, report, &err), err, PKI_E_USAGE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a certificate is described in full", test_a_certificate_is_described},
        {"roles and days left are told", test_roles_and_days_are_told},
        {"hostile names cannot paint the terminal", test_hostile_names_cannot_paint},
        {"a revocation list is described", test_a_list_is_described},
        {"a bundle says whether it is one chain", test_bundles_say_their_order},
        {"DER is recognised by its content", test_der_is_recognised},
        {"requests and key files are described", test_requests_and_keys_are_described},
        {"other files are refused", test_other_files_are_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "describe", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
