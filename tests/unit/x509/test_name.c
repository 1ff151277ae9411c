#include "x509/name.h"

#include "test.h"

static const struct pki_name full = {
    .country = "DE", .organization = "Example Corp", .common_name = "Example Corp Root CA"};

static void check_shown(const uint8_t *der, size_t size, const char *expected)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) text = {0};

    EXPECT_OK(pki_name_show((struct pki_bytes){der, size}, &text, &err), err);
    pki_buf_byte(&text, '\0');
    CU_ASSERT_STRING_EQUAL((const char *)text.data, expected);
}

#define SHOWN(expected, ...)                         \
    do {                                             \
        static const uint8_t der_[] = {__VA_ARGS__}; \
        check_shown(der_, sizeof(der_), expected);   \
    } while (0)

static void test_name_is_built_in_order_and_types(void)
{
    static const uint8_t expected[] = {0x30, 0x1e, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03,
                                       0x55, 0x04, 0x06, 0x13, 0x02, 'D',  'E',  0x31,
                                       0x0f, 0x30, 0x0d, 0x06, 0x03, 0x55, 0x04, 0x03,
                                       0x0c, 0x06, 'R',  'o',  'o',  't',  ' ',  '1'};
    const struct pki_name name = {.country = "DE", .common_name = "Root 1"};
    struct pki_error err = {0};
    pki_scope(pki_buf) der = {0};

    EXPECT_OK(pki_name_build(&name, &der, &err), err);
    CU_ASSERT(pki_bytes_equal(pki_buf_view(&der), (struct pki_bytes){expected, sizeof(expected)}));
}

static void test_empty_name_is_an_empty_sequence(void)
{
    const struct pki_name name = {.country = NULL};
    struct pki_error err = {0};
    pki_scope(pki_buf) der = {0};

    EXPECT_OK(pki_name_build(&name, &der, &err), err);
    CU_ASSERT_EQUAL(der.size, 2);
    check_shown(der.data, der.size, "");
}

static void test_name_shows_most_special_first(void)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) der = {0};

    EXPECT_OK(pki_name_build(&full, &der, &err), err);
    check_shown(der.data, der.size, "CN=Example Corp Root CA, O=Example Corp, C=DE");
}

static void test_bad_names_are_refused(void)
{
    static const struct {
        struct pki_name name;
        const char *text;
    } cases[] = {
        {{.common_name = ""}, "common name is empty"},
        {{.organization = ""}, "organization is empty"},
        {{.common_name = " A"}, "white space"},
        {{.common_name = "A\xC2\xA0"}, "white space"},
        {{.common_name = "A\xE3\x80\x80"}, "white space"},
        {{.common_name = "A\nB"}, "control"},
        {{.common_name = "A\x1b[2J"}, "control"},
        {{.common_name = "A\xE2\x80\xAE"
                         "B"},
         "bidirectional"},
        {{.common_name = "A\xC0\x80"}, "not UTF-8"},
        {{.common_name = "0123456789012345678901234567890123456789012345678901234567890123"
                         "4"},
         "65 characters"},
        {{.country = "de"}, "two capital letters"},
        {{.country = "D"}, "two capital letters"},
        {{.country = ""}, "two capital letters"},
        {{.country = "DEU"}, "two capital letters"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_error err = {0};
        pki_scope(pki_buf) der = {0};
        EXPECT_FAILS(pki_name_judge(&cases[i].name, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(cases[i].text);
        EXPECT_FAILS(pki_name_build(&cases[i].name, &der, &err), err, PKI_E_POLICY);
        CU_ASSERT_EQUAL(der.size, 0);
    }
}

static void test_length_counts_characters_not_octets(void)
{
    struct pki_error err = {0};
    char text[64 * 2 + 1] = "";

    for (size_t i = 0; i < 64; i++)
        memcpy(text + 2 * i, "\xC3\xA4", 2);
    EXPECT_OK(pki_name_judge(&(struct pki_name){.common_name = text}, &err), err);
}

static void test_hostile_names_are_shown_escaped(void)
{
    /* CN, UTF8String, with syntax, an escape sequence and a space at the end */
    SHOWN("CN=a\\,b\\+\\\\\\1B[\\ ", 0x30, 0x13, 0x31, 0x11, 0x30, 0x0f, 0x06, 0x03, 0x55, 0x04,
          0x03, 0x0c, 0x08, 'a', ',', 'b', '+', '\\', 0x1b, '[', ' ');
    SHOWN("CN=\\#\\00x", 0x30, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c,
          0x03, '#', 0x00, 'x');
}

static void test_unknown_types_and_values_are_shown_as_numbers_and_hex(void)
{
    SHOWN("2.5.4.99=x", 0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x63, 0x0c,
          0x01, 'x');
    SHOWN("CN=#1e020041", 0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x03, 0x1e,
          0x02, 0x00, 0x41);
}

static void test_parts_of_two_attributes_are_joined_by_plus(void)
{
    SHOWN("CN=x+C=DE", 0x30, 0x17, 0x31, 0x15, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01,
          'x', 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x06, 0x13, 0x02, 'D', 'E');
}

static void test_malformed_names_are_refused(void)
{
    static const uint8_t set_first[] = {0x31, 0x00};
    static const uint8_t trailing[] = {0x30, 0x00, 0x00};
    static const uint8_t empty_set[] = {0x30, 0x02, 0x31, 0x00};
    static const uint8_t no_value[] = {0x30, 0x09, 0x31, 0x07, 0x30, 0x05,
                                       0x06, 0x03, 0x55, 0x04, 0x03};
    static const uint8_t second[] = {0x30, 0x10, 0x31, 0x02, 0x05, 0x00, 0x31, 0x0a, 0x30,
                                     0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'x'};
    static const uint8_t extra[] = {0x30, 0x0e, 0x31, 0x0c, 0x30, 0x0a, 0x06, 0x03,
                                    0x55, 0x04, 0x03, 0x0c, 0x01, 'x',  0x05, 0x00};
    static const struct pki_bytes cases[] = {
        {set_first, sizeof(set_first)}, {trailing, sizeof(trailing)},
        {empty_set, sizeof(empty_set)}, {no_value, sizeof(no_value)},
        {second, sizeof(second)},       {extra, sizeof(extra)}};

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_error err = {0};
        pki_scope(pki_buf) text = {0};
        EXPECT_FAILS(pki_name_show(cases[i], &text, &err), err, PKI_E_FORMAT);
        CU_ASSERT_EQUAL(text.size, 0);
        EXPECT_FAILS(pki_name_attribute(cases[i], PKI_OID_COMMON_NAME, &text, &err), err,
                     PKI_E_FORMAT);
    }
}

static void test_attribute_gives_its_text_or_nothing(void)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) der = {0};
    pki_scope(pki_buf) text = {0};

    EXPECT_OK(pki_name_build(&full, &der, &err), err);
    EXPECT_OK(pki_name_attribute(pki_buf_view(&der), "2.5.4.11", &text, &err), err);
    CU_ASSERT_EQUAL(text.size, 0);
    EXPECT_OK(pki_name_attribute(pki_buf_view(&der), PKI_OID_ORGANIZATION, &text, &err), err);
    CU_ASSERT_EQUAL(text.size, strlen(full.organization));
    CU_ASSERT_EQUAL(memcmp(text.data, full.organization, text.size), 0);
}

static bool equal(const char *a, const char *b)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) left = {0};
    pki_scope(pki_buf) right = {0};

    EXPECT_OK(pki_name_build(&(struct pki_name){.common_name = a}, &left, &err), err);
    EXPECT_OK(pki_name_build(&(struct pki_name){.common_name = b}, &right, &err), err);
    return pki_name_equal(pki_buf_view(&left), pki_buf_view(&right));
}

static void test_names_are_compared_folded(void)
{
    CU_ASSERT_TRUE(equal("Root CA", "Root CA"));
    CU_ASSERT_TRUE(equal("Root CA", "ROOT   ca"));
    CU_ASSERT_FALSE(equal("Root CA", "RootCA"));
    CU_ASSERT_FALSE(equal("Root", "Root 2"));
    CU_ASSERT_FALSE(equal("\xC3\x84", "\xC3\xA4"));
}

static void test_string_types_are_equal_other_types_are_not(void)
{
    static const uint8_t printable[] = {0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06,
                                        0x03, 0x55, 0x04, 0x03, 0x13, 0x01, 'x'};
    static const uint8_t utf8[] = {0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06,
                                   0x03, 0x55, 0x04, 0x03, 0x0c, 0x01, 'X'};
    static const uint8_t organization[] = {0x30, 0x0c, 0x31, 0x0a, 0x30, 0x08, 0x06,
                                           0x03, 0x55, 0x04, 0x0a, 0x0c, 0x01, 'X'};
    static const uint8_t broken[] = {0x30, 0x01, 0x31};

    CU_ASSERT_TRUE(pki_name_equal((struct pki_bytes){printable, sizeof(printable)},
                                  (struct pki_bytes){utf8, sizeof(utf8)}));
    CU_ASSERT_FALSE(pki_name_equal((struct pki_bytes){utf8, sizeof(utf8)},
                                   (struct pki_bytes){organization, sizeof(organization)}));
    CU_ASSERT_FALSE(pki_name_equal((struct pki_bytes){utf8, sizeof(utf8)},
                                   (struct pki_bytes){broken, sizeof(broken)}));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a name is built as country, organization, common name",
         test_name_is_built_in_order_and_types},
        {"a name of nothing is an empty sequence", test_empty_name_is_an_empty_sequence},
        {"a name is shown from its common name down", test_name_shows_most_special_first},
        {"bad names are refused with the rule", test_bad_names_are_refused},
        {"64 characters may take 128 octets", test_length_counts_characters_not_octets},
        {"hostile names are shown escaped", test_hostile_names_are_shown_escaped},
        {"unknown types are numbers, unknown values hex",
         test_unknown_types_and_values_are_shown_as_numbers_and_hex},
        {"a part of two attributes is joined by plus",
         test_parts_of_two_attributes_are_joined_by_plus},
        {"malformed names are refused", test_malformed_names_are_refused},
        {"an attribute gives its text, or nothing", test_attribute_gives_its_text_or_nothing},
        {"names are compared with case and spaces folded", test_names_are_compared_folded},
        {"string types do not matter, attribute types do",
         test_string_types_are_equal_other_types_are_not},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "name", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
