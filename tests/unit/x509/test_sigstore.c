#include "x509/sigstore.h"

#include <assert.h>

#include "test.h"
#include "x509/pem.h"

#define START INT64_C(1767225600) /* 2026-01-01T00:00:00Z, notBefore of all fixtures */
#define DAY   86400

enum file {
    ROOT,
    CODE_SIGNING_CA,
    TIME_STAMPING_CA,
    TIME_STAMPING,
    FILES
};

static const char *const paths[FILES] = {
    FIXTURES "/x509/root.pem",
    FIXTURES "/x509/code-signing-ca.pem",
    FIXTURES "/x509/time-stamping-ca.pem",
    FIXTURES "/x509/time-stamping.pem",
};

static struct pki_buf files[FILES];

static void load(enum file which)
{
    struct pki_error err = {0};
    pki_scope(pki_pem) pem = {0};
    size_t size = 0;
    uint8_t *text = test_load(paths[which], &size);

    bool read = pki_pem_parse((struct pki_bytes){text, size}, &pem, &err);
    assert(read); /* CUnit asserts in tests only, not in what prepares them */
    files[which] = pem.blocks[0].der;
    pem.blocks[0].der = (struct pki_buf){0};
    free(text);
}

static int load_all(void)
{
    for (unsigned i = 0; i < FILES; i++)
        load((enum file)i);
    return 0;
}

static int free_all(void)
{
    for (unsigned i = 0; i < FILES; i++)
        pki_buf_clear(&files[i]);
    return 0;
}

static struct pki_trust_entry authority(int64_t start)
{
    return (struct pki_trust_entry){
        .organization = "Example Corp",
        .common_name = "Example Corp Root CA",
        .uri = "https://fulcio.example.com",
        .certificates = {pki_buf_view(&files[CODE_SIGNING_CA]), pki_buf_view(&files[ROOT])},
        .n_certificates = 2,
        .start = start,
    };
}

static struct pki_trust_entry timestamp(void)
{
    struct pki_trust_entry entry = authority(START);

    entry.uri = "https://tsa.example.com";
    entry.certificates[0] = pki_buf_view(&files[TIME_STAMPING]);
    entry.certificates[1] = pki_buf_view(&files[TIME_STAMPING_CA]);
    entry.certificates[2] = pki_buf_view(&files[ROOT]);
    entry.n_certificates = 3;
    return entry;
}

/* NUL-terminated, though the NUL does not count. */
static const char *text_of(struct pki_buf *buf)
{
    pki_buf_byte(buf, '\0');
    buf->size--;
    return (const char *)buf->data;
}

static void expect_golden(struct pki_buf *json, const char *path)
{
    size_t size = 0;

    if (getenv("GOLDEN_UPDATE")) {
        FILE *file = fopen(path, "wb");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        CU_ASSERT_EQUAL(fwrite(json->data, 1, json->size, file), json->size);
        CU_ASSERT_EQUAL(fclose(file), 0);
    }
    uint8_t *expected = test_load(path, &size);
    CU_ASSERT_STRING_EQUAL(text_of(json), (const char *)expected);
    free(expected);
}

static const char logs[] =
    "{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\","
    "\"certificateAuthorities\":[],"
    "\"ctlogs\":[{\"logId\":{\"keyId\":\"AAEC\"},"
    "\"publicKey\":{\"validFor\":{\"end\":\"2031-01-01T00:00:00Z\","
    "\"start\":\"2026-01-01T00:00:00Z\"},\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\","
    "\"rawBytes\":\"AAEC\"},\"hashAlgorithm\":\"SHA2_256\",\"baseUrl\":\"https://"
    "ct.example.com\"}],"
    "\"tlogs\":[{\"baseUrl\":\"https://rekor.example.com\",\"hashAlgorithm\":\"SHA2_256\","
    "\"publicKey\":{\"rawBytes\":\"AAEC\",\"keyDetails\":\"PKIX_ED25519\","
    "\"validFor\":{\"start\":\"2026-01-01T00:00:00.123Z\"}},\"logId\":{\"keyId\":\"AAEC\"},"
    "\"checkpointKeyId\":{\"keyId\":\"AAECAw==\"},\"operator\":\"example.com\"}]}";

static void test_a_trusted_root_equals_its_golden_file(void)
{
    struct pki_trust_entry authorities[] = {authority(START), authority(START + DAY)};
    struct pki_trust_entry timestamps[] = {timestamp()};
    struct pki_error err = {0};
    pki_scope(pki_buf) json = {0};
    const struct pki_trusted_root root = {authorities, 2, timestamps, 1, logs};

    authorities[0].has_end = true;
    authorities[0].end = START + 30 * DAY;
    EXPECT_OK(pki_trusted_root_check_logs(logs, &err), err);
    EXPECT_OK(pki_trusted_root_write(&root, &json, &err), err);
    expect_golden(&json, GOLDEN "/trusted_root.json");
    EXPECT_OK(pki_trusted_root_check(pki_buf_view(&json), &err), err);
}

static void test_without_logs_the_arrays_are_empty(void)
{
    struct pki_trust_entry authorities[] = {authority(START)};
    struct pki_error err = {0};
    pki_scope(pki_buf) json = {0};
    pki_scope(pki_buf) again = {0};
    const struct pki_trusted_root root = {authorities, 1, NULL, 0, NULL};

    EXPECT_OK(pki_trusted_root_write(&root, &json, &err), err);
    EXPECT_OK(pki_trusted_root_write(&root, &again, &err), err);
    CU_ASSERT(pki_bytes_equal(pki_buf_view(&json), pki_buf_view(&again)));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_of(&json), "\"tlogs\": []"));
    EXPECT_OK(pki_trusted_root_check(pki_buf_view(&json), &err), err);
}

/* What stands in `logs` replaced once by something wrong, and what is then said. */
struct replacement {
    const char *part;
    const char *by;
    const char *why;
};

static void replace(const char *text, const struct replacement *replacement, struct pki_buf *out)
{
    const char *at = strstr(text, replacement->part);

    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    pki_buf_append(out, text, (size_t)(at - text));
    pki_buf_text(out, replacement->by);
    pki_buf_text(out, at + strlen(replacement->part));
    pki_buf_byte(out, '\0');
    out->size--;
}

static void test_bad_logs_are_refused(void)
{
    static const struct replacement cases[] = {
        {"{", "[", "line 1"},
        {"\"mediaType\"", "\"media\"", "unknown field \"media\""},
        {"\"mediaType\"", "\"tlogs\":[],\"tlogs\"", "uplicate"},
        {"\"ctlogs\":[", "\"ctlogs\":{\"a\":[", "line 1"},
        {"\"logId\":{\"keyId\":\"AAEC\"}", "\"logId\":{\"keyId\":\"AAE\"}", "base64"},
        {"\"logId\":{\"keyId\"", "\"logId\":{\"key\"", "unknown field \"key\""},
        {"\"logId\":{", "\"logid\":{", "unknown field \"logid\""},
        {"\"logId\":{\"keyId\":\"AAEC\"},", "", "\"logId\" is missing"},
        {"\"end\"", "\"until\"", "unknown field \"until\""},
        {"\"2031-01-01T00:00:00Z\"", "\"2025-01-01T00:00:00Z\"", "ends before it starts"},
        {"\"2031-01-01T00:00:00Z\"", "\"2031-01-01\"", "RFC 3339"},
        {"\"2031-01-01T00:00:00Z\"", "\"2031-01-01T00:00:00+01:00\"", "RFC 3339"},
        {"\"2031-01-01T00:00:00Z\"", "\"2031-13-01T00:00:00Z\"", "RFC 3339"},
        {"\"2031-01-01T00:00:00Z\"", "\"@1767225600767225600\"", "RFC 3339"},
        {"\"2031-01-01T00:00:00Z\"", "7", "\"end\" is missing, or not a text"},
        {"00.123Z", "00.Z", "RFC 3339"},
        {"00.123Z", "00.1234567890Z", "RFC 3339"},
        {"\"SHA2_256\"", "\"sha256\"", "not the name of a value"},
        {"\"PKIX_ED25519\"", "7", "\"keyDetails\" is missing, or not a text"},
        {"\"https://ct.example.com\"", "\"\"", "\"baseUrl\" is missing"},
        {"\"operator\":\"example.com\"", "\"operator\":7", "operator"},
        {"\"checkpointKeyId\":{", "\"checkpointKeyId\":{\"x\":1,", "unknown field \"x\""},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_error err = {0};
        pki_scope(pki_buf) text = {0};
        pki_scope(pki_buf) json = {0};
        replace(logs, &cases[i], &text);
        const struct pki_trusted_root root = {.logs = (const char *)text.data};
        EXPECT_FAILS(pki_trusted_root_write(&root, &json, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT(cases[i].why);
        CU_ASSERT_EQUAL(json.size, 0);
    }
}

static void test_a_file_without_logs_is_no_file_of_logs(void)
{
    static const char *const cases[] = {
        "{}", "{\"tlogs\":[],\"ctlogs\":[]}", "{\"tlogs\":{}}", "[]", "7", ""};

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_error err = {0};
        pki_scope(pki_buf) json = {0};
        const struct pki_trusted_root root = {.logs = cases[i]};
        struct pki_error checked = {0};

        EXPECT_FAILS(pki_trusted_root_check_logs(cases[i], &checked), checked, PKI_E_FORMAT);
        EXPECT_FAILS(pki_trusted_root_write(&root, &json, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT("trusted root with the logs");
    }
}

static void test_a_spoilt_trusted_root_is_refused(void)
{
    static const struct replacement cases[] = {
        {"version=0.1", "version=0.2", "mediaType"},
        {"\"mediaType\"", "\"mediatype\"", "unknown field"},
        {"\"uri\"", "\"url\"", "unknown field \"url\""},
        {"\"uri\": \"https://fulcio.example.com\"", "\"uri\": 7", "\"uri\""},
        {"\"subject\"", "\"operator\": \"x\", \"subject\"", "unknown field \"operator\""},
        {"Example Corp Root CA", "Example Corp", "is not the root's"},
        {"\"organization\": \"Example Corp\"", "\"organization\": \"Example\"",
         "is not the root's"},
        {"\"rawBytes\": \"MII", "\"rawBytes\": \"NII", "certificate 1"},
        {"\"rawBytes\": \"MII", "\"rawBytes\": \"M", "certificate 1"},
        {"\"certificates\"", "\"certs\"", "unknown field \"certs\""},
        {"\"start\": \"2026-01-01T00:00:00Z\"", "\"start\": \"2025-12-31T23:59:59Z\"",
         "reaches beyond the validity of certificate 1"},
        {"\"start\": \"2026-01-01T00:00:00Z\"",
         "\"start\": \"2026-01-01T00:00:00Z\", \"end\": \"2040-01-01T00:00:00Z\"",
         "reaches beyond the validity of certificate 1"},
    };
    struct pki_trust_entry authorities[] = {authority(START)};
    const struct pki_trusted_root root = {authorities, 1, NULL, 0, NULL};
    struct pki_error err = {0};
    pki_scope(pki_buf) good = {0};

    EXPECT_OK(pki_trusted_root_write(&root, &good, &err), err);
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) json = {0};
        replace(text_of(&good), &cases[i], &json);
        EXPECT_FAILS(pki_trusted_root_check(pki_buf_view(&json), &err), err, PKI_E_FORMAT);
        EXPECT_TEXT(cases[i].why);
    }
}

static void expect_refused(const struct pki_trusted_root *root, const char *why)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) json = {0};

    EXPECT_OK(pki_trusted_root_write(root, &json, &err), err);
    EXPECT_FAILS(pki_trusted_root_check(pki_buf_view(&json), &err), err, PKI_E_FORMAT);
    EXPECT_TEXT(why);
}

static void test_entries_of_the_wrong_shape_are_refused(void)
{
    struct pki_trust_entry entry = authority(START);
    struct pki_trust_entry stamp = timestamp();
    const struct pki_trusted_root as_authority = {&entry, 1, NULL, 0, NULL};
    const struct pki_trusted_root as_timestamp = {NULL, 0, &stamp, 1, NULL};

    entry.n_certificates = 1;
    expect_refused(&as_authority, "not a root");
    entry.certificates[0] = pki_buf_view(&files[ROOT]);
    entry.certificates[1] = pki_buf_view(&files[CODE_SIGNING_CA]);
    entry.n_certificates = 2;
    expect_refused(&as_authority, "not a root");
    entry = authority(START);
    entry.certificates[0] = pki_buf_view(&files[TIME_STAMPING]);
    expect_refused(&as_authority, "is no authority");
    stamp.certificates[0] = pki_buf_view(&files[TIME_STAMPING_CA]);
    stamp.certificates[1] = pki_buf_view(&files[ROOT]);
    stamp.n_certificates = 2;
    expect_refused(&as_timestamp, "is an authority");
    stamp = timestamp();
    stamp.certificates[1] = pki_buf_view(&files[CODE_SIGNING_CA]);
    expect_refused(&as_timestamp, "certChain");
}

static void test_entries_out_of_order_are_refused(void)
{
    static const struct replacement later = {"2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", ""};
    struct pki_trust_entry authorities[] = {authority(START), authority(START + DAY)};
    const struct pki_trusted_root root = {authorities, 2, NULL, 0, NULL};
    struct pki_error err = {0};
    pki_scope(pki_buf) good = {0};
    pki_scope(pki_buf) json = {0};

    EXPECT_OK(pki_trusted_root_write(&root, &good, &err), err);
    replace(text_of(&good), &later, &json);
    EXPECT_FAILS(pki_trusted_root_check(pki_buf_view(&json), &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("the oldest comes first");
}

static void test_a_signing_config_equals_its_golden_file(void)
{
    const struct pki_signing_config config = {.fulcio = "https://fulcio.example.com",
                                              .oidc = "http://127.0.0.1:8080",
                                              .tsa = "https://tsa.example.com/api/v1/timestamp",
                                              .start = START};
    struct pki_error err = {0};
    pki_scope(pki_buf) json = {0};

    EXPECT_OK(pki_signing_config_write(&config, &json, &err), err);
    expect_golden(&json, GOLDEN "/signing_config.v0.2.json");
}

static void test_services_that_are_not_given_are_left_out(void)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) json = {0};

    EXPECT_OK(
        pki_signing_config_write(
            &(struct pki_signing_config){.fulcio = "https://fulcio.example.com"}, &json, &err),
        err);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_of(&json), "caUrls"));
    CU_ASSERT_PTR_NULL(strstr(text_of(&json), "tsa"));
    CU_ASSERT_PTR_NULL(strstr(text_of(&json), "oidc"));
    CU_ASSERT_PTR_NULL(strstr(text_of(&json), "rekor"));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a trusted root equals its golden file", test_a_trusted_root_equals_its_golden_file},
        {"without logs their arrays are empty", test_without_logs_the_arrays_are_empty},
        {"bad logs are refused", test_bad_logs_are_refused},
        {"a file without logs is refused", test_a_file_without_logs_is_no_file_of_logs},
        {"a spoilt trusted root is refused", test_a_spoilt_trusted_root_is_refused},
        {"entries of the wrong shape are refused", test_entries_of_the_wrong_shape_are_refused},
        {"entries out of order are refused", test_entries_out_of_order_are_refused},
        {"a signing config equals its golden file", test_a_signing_config_equals_its_golden_file},
        {"services that are not given are left out", test_services_that_are_not_given_are_left_out},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {
        {.pName = "sigstore", .pInitFunc = load_all, .pCleanupFunc = free_all, .pTests = tests},
        CU_SUITE_INFO_NULL};

    return test_run(suites);
}
