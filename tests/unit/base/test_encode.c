#include "base/text.h"
#include "test.h"

static struct pki_bytes bytes_of(const char *text)
{
    return (struct pki_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

static bool holds(const struct pki_buf *buf, const char *text)
{
    return pki_bytes_equal(pki_buf_view(buf), bytes_of(text));
}

static void test_hex_is_lower_case(void)
{
    pki_scope(pki_buf) plain = {0};
    pki_scope(pki_buf) grouped = {0};
    const struct pki_bytes octets = {(const uint8_t *)"\x00\xab\x0c\xff\x10", 5};

    pki_hex(&plain, octets);
    pki_hex_grouped(&grouped, octets);
    CU_ASSERT_TRUE(holds(&plain, "00ab0cff10"));
    CU_ASSERT_TRUE(holds(&grouped, "00ab 0cff 10"));
}

static void test_hex_parse_takes_separators(void)
{
    static const char *const spellings[] = {"414243", "41:42:43", "41 42 43", "4142 43", "41:4243"};
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(spellings); i++) {
        pki_scope(pki_buf) bytes = {0};

        EXPECT_OK(pki_hex_parse(spellings[i], &bytes, &err), err);
        CU_ASSERT_TRUE(holds(&bytes, "ABC"));
    }
    pki_scope(pki_buf) mixed = {0};
    EXPECT_OK(pki_hex_parse("aBCd", &mixed, &err), err);
    CU_ASSERT_TRUE(holds(&mixed, "\xab\xcd"));
}

static void test_hex_parse_refuses_anything_else(void)
{
    static const char *const bad[] = {
        "", "4", "414", "4g", ":41", "41:", "41 ", "4:142", "41::42", "0x41", "41-42"};
    struct pki_error err = {0};
    pki_scope(pki_buf) bytes = {0};

    pki_buf_text(&bytes, "kept");
    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        EXPECT_FAILS(pki_hex_parse(bad[i], &bytes, &err), err, PKI_E_USAGE);
        CU_ASSERT_TRUE(holds(&bytes, "kept"));
    }
}

/* RFC 4648 10 */
static const struct {
    const char *plain;
    const char *encoded;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xef\xff", "++//"},
};

static void test_base64_agrees_with_the_vectors(void)
{
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(vectors); i++) {
        pki_scope(pki_buf) encoded = {0};
        pki_scope(pki_buf) decoded = {0};

        pki_base64(&encoded, bytes_of(vectors[i].plain));
        CU_ASSERT_TRUE(holds(&encoded, vectors[i].encoded));
        EXPECT_OK(pki_base64_parse(bytes_of(vectors[i].encoded), &decoded, &err), err);
        CU_ASSERT_TRUE(holds(&decoded, vectors[i].plain));
    }
}

static void test_base64_parse_is_strict(void)
{
    static const char *const bad[] = {
        "Z",     "Zg",    "Zg=",  "Zg==Zg==", "Zh==", "Zm9=", "Z===",      "====",
        "Zm9v ", "Zm\n=", "Zm9-", "Zm9_",     "Z=g=", "=Zm9", "Zm9v\nZm9v"};
    struct pki_error err = {0};
    pki_scope(pki_buf) bytes = {0};

    pki_buf_text(&bytes, "kept");
    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        EXPECT_FAILS(pki_base64_parse(bytes_of(bad[i]), &bytes, &err), err, PKI_E_FORMAT);
        CU_ASSERT_TRUE(holds(&bytes, "kept"));
    }
}

static void test_base32_agrees_with_the_vectors_and_is_strict(void)
{
    static const char *const coded[] = {"",        "MY",       "MZXQ",      "MZXW6",
                                        "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"};
    static const char *const bad[] = {"M",  "MZX",      "MZXW6Y", "mzxw6",
                                      "MZ", "MY======", "M1XQ",   "MY "};
    struct pki_error err = {0};
    pki_scope(pki_buf) bytes = {0};

    for (size_t i = 0; i < PKI_COUNT(coded); i++) {
        pki_scope(pki_buf) encoded = {0};
        pki_scope(pki_buf) decoded = {0};
        pki_base32(&encoded, bytes_of(vectors[i].plain));
        CU_ASSERT_TRUE(holds(&encoded, coded[i]));
        EXPECT_OK(pki_base32_parse(bytes_of(coded[i]), &decoded, &err), err);
        CU_ASSERT_TRUE(holds(&decoded, vectors[i].plain));
    }
    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        EXPECT_FAILS(pki_base32_parse(bytes_of(bad[i]), &bytes, &err), err, PKI_E_FORMAT);
        CU_ASSERT_EQUAL(bytes.size, 0);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"hex is lower case, grouped by four", test_hex_is_lower_case},
        {"hex is read with separators", test_hex_parse_takes_separators},
        {"what is no hex is refused", test_hex_parse_refuses_anything_else},
        {"base64 agrees with the RFC's vectors", test_base64_agrees_with_the_vectors},
        {"base64 is read strictly", test_base64_parse_is_strict},
        {"base32 agrees with the RFC's vectors, and is read strictly",
         test_base32_agrees_with_the_vectors_and_is_strict},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "encode", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
