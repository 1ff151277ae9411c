#include "base/text.h"

#include "pki/session.h"

#include "test.h"

/* NOLINTBEGIN(misc-misleading-bidirectional): that is what is tested */
static const struct {
    const char *name;
    const char *text;
    const char *safe;
    const char *tame;
} cases[] = {
    {"ASCII", "CN=a \\, \"b\"", "CN=a \\, \"b\"", "CN=a \\, \"b\""},
    {"letters", "\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x8c\xb1", "\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x8c\xb1",
     "\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x8c\xb1"},
    {"escape", "\x1b[2J", "\\1B[2J", "?[2J"},
    {"line end", "a\r\nb", "a\\0D\\0Ab", "a??b"},
    {"delete", "\x7f", "\\7F", "?"},
    {"C1", "\xc2\x9b", "\\C2\\9B", "??"},
    {"override", "\xe2\x80\xae", "\\E2\\80\\AE", "???"},
    {"isolate", "\xe2\x81\xa6", "\\E2\\81\\A6", "???"},
    {"zero width", "\xe2\x80\x8b", "\\E2\\80\\8B", "???"},
    {"line separator", "\xe2\x80\xa8", "\\E2\\80\\A8", "???"},
    {"soft hyphen", "\xc2\xad", "\\C2\\AD", "??"},
    {"private use", "\xee\x80\x80", "\\EE\\80\\80", "???"},
    {"tag", "\xf3\xa0\x81\x81", "\\F3\\A0\\81\\81", "????"},
    {"bare continuation", "\x80", "\\80", "?"},
    {"overlong slash", "\xc0\xaf", "\\C0\\AF", "??"},
    {"overlong in three", "\xe0\x80\xaf", "\\E0\\80\\AF", "???"},
    {"surrogate", "\xed\xa0\x80", "\\ED\\A0\\80", "???"},
    {"too high", "\xf4\x90\x80\x80", "\\F4\\90\\80\\80", "????"},
    {"cut off", "a\xe2\x82", "a\\E2\\82", "a??"},
    {"broken, then good", "\xe2\xc3\xa4", "\\E2\xc3\xa4", "?\xc3\xa4"},
};
/* NOLINTEND(misc-misleading-bidirectional) */

static void test_text_unsafe_bytes_are_escaped(void)
{
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) safe = {0};
        struct pki_error err = {0};
        char *text = NULL;

        pki_text_safe(&safe,
                      (struct pki_bytes){(const uint8_t *)cases[i].text, strlen(cases[i].text)});
        EXPECT_OK(pki_buf_take_text(&safe, &text, &err), err);
        if (strcmp(text, cases[i].safe) != 0)
            fprintf(stderr, "\n%s: %s\n", cases[i].name, text);
        CU_ASSERT_STRING_EQUAL(text, cases[i].safe);
        free(text);
    }
}

static void test_text_nul_is_escaped(void)
{
    pki_scope(pki_buf) safe = {0};

    pki_text_safe(&safe, (struct pki_bytes){(const uint8_t *)"a\0b", 3});
    CU_ASSERT_TRUE(
        pki_bytes_equal(pki_buf_view(&safe), (struct pki_bytes){(const uint8_t *)"a\\00b", 5}));
}

static void test_text_tame_replaces_in_place(void)
{
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        char text[32];

        (void)snprintf(text, sizeof(text), "%s", cases[i].text);
        pki_text_tame(text);
        CU_ASSERT_STRING_EQUAL(text, cases[i].tame);
    }
}

static void test_text_words_are_quoted_for_a_shell(void)
{
    static const struct {
        const char *word, *typed;
    } words[] = {
        {"/media/stick-1/a_b.c", "/media/stick-1/a_b.c"},
        {"", "''"},
        {"a b", "'a b'"},
        {"it's", "'it'\\''s'"},
        {"$(x)", "'$(x)'"},
        {"a;b", "'a;b'"},
        {"~", "'~'"},
        {"\xc3\xa4", "'\xc3\xa4'"},
    };

    for (size_t i = 0; i < PKI_COUNT(words); i++) {
        pki_scope(pki_buf) typed = {0};
        struct pki_error err = {0};
        char *text = NULL;

        pki_text_shell(&typed, words[i].word);
        EXPECT_OK(pki_buf_take_text(&typed, &text, &err), err);
        CU_ASSERT_STRING_EQUAL(text, words[i].typed);
        free(text);
    }
}

static void test_a_command_is_cut_where_there_is_more_than_room_for(void)
{
    static const char *const words[] = {"prod", "it's", "a b"};
    char line[40];

    pki_command_line("cellar-crl", 3, words, line, sizeof(line));
    CU_ASSERT_STRING_EQUAL(line, "cellar-crl prod 'it'\\''s' 'a b'");
    pki_command_line("cellar-crl", 3, words, line, 32);
    CU_ASSERT_STRING_EQUAL(line, "cellar-crl prod 'it'\\''s' 'a b'");
    pki_command_line("cellar-crl", 3, words, line, 30);
    CU_ASSERT_STRING_EQUAL(line, "cellar-crl prod 'it'\\''s'" PKI_COMMAND_CUT);
    pki_command_line("cellar-crl", 0, NULL, line, sizeof(line));
    CU_ASSERT_STRING_EQUAL(line, "cellar-crl");
}

static void test_text_names_are_plain(void)
{
    static const char *const good[] = {
        "a", "0", "prod", "code-signing", "a--b", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"};
    static const char *const bad[] = {"",
                                      "-",
                                      "-a",
                                      "a-",
                                      "A",
                                      "a_b",
                                      "a.b",
                                      "../a",
                                      "a/b",
                                      "a ",
                                      "\xc3\xa4",
                                      "a\n",
                                      "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddde"};

    for (size_t i = 0; i < PKI_COUNT(good); i++)
        CU_ASSERT_TRUE(pki_text_is_name(good[i]));
    for (size_t i = 0; i < PKI_COUNT(bad); i++)
        CU_ASSERT_FALSE(pki_text_is_name(bad[i]));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"unsafe bytes are escaped", test_text_unsafe_bytes_are_escaped},
        {"a NUL is escaped", test_text_nul_is_escaped},
        {"taming replaces in place", test_text_tame_replaces_in_place},
        {"words are quoted for a shell", test_text_words_are_quoted_for_a_shell},
        {"a command is cut where there is more than room for",
         test_a_command_is_cut_where_there_is_more_than_room_for},
        {"names are plain", test_text_names_are_plain},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "text", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
