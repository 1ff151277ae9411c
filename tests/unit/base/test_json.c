#include "base/json.h"

#include <jansson.h>

#include "test.h"

static void test_json_is_written_as_laid_out(void)
{
    static const char expected[] = "{\n"
                                   "  \"text\": \"a\",\n"
                                   "  \"list\": [\n"
                                   "    1,\n"
                                   "    -9223372036854775808,\n"
                                   "    {}\n"
                                   "  ],\n"
                                   "  \"none\": [],\n"
                                   "  \"inner\": {\n"
                                   "    \"yes\": true,\n"
                                   "    \"no\": false,\n"
                                   "    \"nothing\": null\n"
                                   "  },\n"
                                   "  \"base64\": \"AP8=\",\n"
                                   "  \"hex\": \"00ff\",\n"
                                   "  \"time\": \"1970-01-01T00:00:00Z\"\n"
                                   "}\n";
    const struct pki_bytes octets = {(const uint8_t *)"\x00\xff", 2};
    pki_scope(pki_buf) out = {0};
    struct pki_json json = {.out = &out};

    pki_json_object(&json, NULL);
    pki_json_text(&json, "text", "a");
    pki_json_array(&json, "list");
    pki_json_integer(&json, NULL, 1);
    pki_json_integer(&json, NULL, INT64_MIN);
    pki_json_object(&json, NULL);
    pki_json_end_object(&json);
    pki_json_end_array(&json);
    pki_json_array(&json, "none");
    pki_json_end_array(&json);
    pki_json_object(&json, "inner");
    pki_json_truth(&json, "yes", true);
    pki_json_truth(&json, "no", false);
    pki_json_null(&json, "nothing");
    pki_json_end_object(&json);
    pki_json_base64(&json, "base64", octets);
    pki_json_hex(&json, "hex", octets);
    pki_json_time(&json, "time", 0);
    pki_json_end_object(&json);
    CU_ASSERT_TRUE(pki_bytes_equal(
        pki_buf_view(&out), (struct pki_bytes){(const uint8_t *)expected, strlen(expected)}));
}

static void test_json_text_is_escaped(void)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"\"\\/", "\"\\\"\\\\/\"\n"},
        {"\n\t\x1b\x7f", "\"\\u000a\\u0009\\u001b\\u007f\"\n"},
        {"\xc3\xa4", "\"\xc3\xa4\"\n"},
        /* NOLINTNEXTLINE(misc-misleading-bidirectional): that is what is tested */
        {"\xe2\x80\xae", "\"\\u202e\"\n"},
        {"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\"\n"},
        {"\xff", "\"\\ufffd\"\n"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) out = {0};
        struct pki_json json = {.out = &out};
        json_error_t problem;

        pki_json_text(&json, NULL, cases[i].text);
        CU_ASSERT_TRUE(pki_bytes_equal(
            pki_buf_view(&out),
            (struct pki_bytes){(const uint8_t *)cases[i].expected, strlen(cases[i].expected)}));
        json_t *read = json_loadb((const char *)out.data, out.size, JSON_DECODE_ANY, &problem);
        CU_ASSERT_PTR_NOT_NULL_FATAL(read);
        if (cases[i].text[0] != '\xff')
            CU_ASSERT_STRING_EQUAL(json_string_value(read), cases[i].text);
        json_decref(read);
    }
}

static void test_one_line_is_the_same_on_one_line(void)
{
    static const char expected[] = "{\"a\": [1, 2], \"b\": {}, \"c\": {\"d\": true}}\n";
    pki_scope(pki_buf) out = {0};
    struct pki_json json = {.out = &out, .one_line = true};

    pki_json_object(&json, NULL);
    pki_json_array(&json, "a");
    pki_json_integer(&json, NULL, 1);
    pki_json_integer(&json, NULL, 2);
    pki_json_end_array(&json);
    pki_json_object(&json, "b");
    pki_json_end_object(&json);
    pki_json_object(&json, "c");
    pki_json_truth(&json, "d", true);
    pki_json_end_object(&json);
    pki_json_end_object(&json);
    CU_ASSERT_EQUAL_FATAL(out.size, sizeof(expected) - 1);
    CU_ASSERT_EQUAL(memcmp(out.data, expected, out.size), 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"JSON is written as laid out", test_json_is_written_as_laid_out},
        {"text is escaped and reads back", test_json_text_is_escaped},
        {"one line is the same on one line", test_one_line_is_the_same_on_one_line},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "json", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
