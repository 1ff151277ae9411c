#include "base/text.h"
#include "test.h"

/* The word list's published example. */
static const uint8_t octets[] = {0xE5, 0x82, 0x94, 0xF2, 0xE9, 0xA2, 0x27, 0x48, 0x6E, 0x8B,
                                 0x06, 0x1B, 0x31, 0xCC, 0x52, 0x8F, 0xD7, 0xFA, 0x3F, 0x19};
static const char spoken[] =
    "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa "
    "afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless";

static void test_words_agree_with_the_published_example(void)
{
    pki_scope(pki_buf) words = {0};
    struct pki_error err = {0};
    char *text = NULL;

    pki_words(&words, (struct pki_bytes){octets, sizeof(octets)});
    EXPECT_OK(pki_buf_take_text(&words, &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, spoken);
    free(text);
}

static void test_words_are_read_in_any_case_and_spacing(void)
{
    pki_scope(pki_buf) bytes = {0};
    pki_scope(pki_buf) loose = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_words_parse(spoken, &bytes, &err), err);
    CU_ASSERT_TRUE(
        pki_bytes_equal(pki_buf_view(&bytes), (struct pki_bytes){octets, sizeof(octets)}));
    EXPECT_OK(pki_words_parse("  TOPMOST\n\tistanbul\r\npluto ", &loose, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&loose), (struct pki_bytes){octets, 3}));
}

static void test_words_of_every_octet_read_back(void)
{
    uint8_t all[512];
    pki_scope(pki_buf) words = {0};
    pki_scope(pki_buf) back = {0};
    struct pki_error err = {0};

    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (uint8_t)(i / 2);
    pki_words(&words, (struct pki_bytes){all, sizeof(all)});
    pki_buf_byte(&words, 0);
    EXPECT_OK(pki_words_parse((const char *)words.data, &back, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&back), (struct pki_bytes){all, sizeof(all)}));
}

static void test_words_parse_names_the_wrong_word(void)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"topmost Istambul", "word 2, \"Istambul\", is not in"},
        {"topmost Pluto", "word 2, \"Pluto\", does not belong at this place"},
        {"topmost topmost", "word 2, \"topmost\", does not belong"},
        {"Istanbul", "word 1, \"Istanbul\", does not belong"},
        {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "word 1, \"xxx"},
        {"", "no words"},
        {" \n", "no words"},
    };
    struct pki_error err = {0};
    pki_scope(pki_buf) bytes = {0};

    pki_buf_text(&bytes, "kept");
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        EXPECT_FAILS(pki_words_parse(cases[i].text, &bytes, &err), err, PKI_E_USAGE);
        EXPECT_TEXT(cases[i].expected);
        CU_ASSERT_EQUAL(bytes.size, 4);
    }
}

static void test_a_sha256_is_read_from_words_or_hex(void)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"00:11", "2 octets are given; a SHA-256 has 32"},
        {"topmost Istanbul Pluto", "3 words are given; a SHA-256 has 32"},
        {"no such words", "word 1"},
        {"", "is not hex"},
    };
    uint8_t all[33];
    uint8_t read[33] = {0};
    struct pki_error err = {0};
    pki_scope(pki_buf) words = {0};
    pki_scope(pki_buf) hex = {0};

    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (uint8_t)(i * 8);
    pki_words(&words, (struct pki_bytes){all, 32});
    pki_buf_byte(&words, 0);
    pki_hex(&hex, (struct pki_bytes){all, 32});
    pki_buf_byte(&hex, 0);
    EXPECT_OK(pki_words_sha256((const char *)words.data, read, &err), err);
    CU_ASSERT_EQUAL(memcmp(read, all, 32), 0);
    memset(read, 0, sizeof(read));
    EXPECT_OK(pki_words_sha256((const char *)hex.data, read, &err), err);
    CU_ASSERT_EQUAL(memcmp(read, all, 32), 0);
    CU_ASSERT_EQUAL(read[32], 0);
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        EXPECT_FAILS(pki_words_sha256(cases[i].text, read, &err), err, PKI_E_USAGE);
        EXPECT_TEXT(cases[i].expected);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"words agree with the published example", test_words_agree_with_the_published_example},
        {"words are read in any case and spacing", test_words_are_read_in_any_case_and_spacing},
        {"every octet reads back", test_words_of_every_octet_read_back},
        {"the wrong word is named", test_words_parse_names_the_wrong_word},
        {"a SHA-256 is read from words, or from hex", test_a_sha256_is_read_from_words_or_hex},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "words", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
