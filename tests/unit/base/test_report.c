#include "pki/report.h"

#include <jansson.h>

#include "test.h"

static void expect_text(const struct pki_report *report, const struct pki_report_style *style,
                        const char *expected)
{
    struct pki_error err = {0};
    char *text = NULL;

    EXPECT_OK(pki_report_to_text(report, style, &text, &err), err);
    if (strcmp(text, expected) != 0)
        fprintf(stderr, "\n--- got\n%s--- expected\n%s---\n", text, expected);
    CU_ASSERT_STRING_EQUAL(text, expected);
    free(text);
}

static void expect_json(const struct pki_report *report, const char *expected)
{
    struct pki_error err = {0};
    json_error_t problem;
    char *text = NULL;

    EXPECT_OK(pki_report_to_json(report, &text, &err), err);
    json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    json_t *wanted = json_loads(expected, JSON_REJECT_DUPLICATES, &problem);
    CU_ASSERT_PTR_NOT_NULL(read);
    CU_ASSERT_PTR_NOT_NULL(wanted);
    if (!json_equal(read, wanted))
        fprintf(stderr, "\n--- got\n%s---\n", text);
    CU_ASSERT_TRUE(json_equal(read, wanted));
    json_decref(read);
    json_decref(wanted);
    free(text);
}

static void test_report_values_are_aligned(void)
{
    pki_auto(pki_report) report = pki_report_new();

    pki_report_text(report, "Subject", "CN=%s", "a");
    pki_report_time(report, "Not after", 0);
    pki_report_integer(report, "Path length", -1);
    pki_report_truth(report, "CA", true);
    pki_report_truth(report, "X.509 v1?", false);
    pki_report_octets(report, "Serial", (struct pki_bytes){(const uint8_t *)"\x01\x02\xab", 3});
    pki_report_text(report, "Empty", "%s", "");
    expect_text(report, NULL,
                "Subject      CN=a\n"
                "Not after    1970-01-01T00:00:00Z\n"
                "Path length  -1\n"
                "CA           yes\n"
                "X.509 v1?    no\n"
                "Serial       0102 ab\n"
                "Empty        none\n");
    expect_json(report, "{\"subject\": \"CN=a\", \"not_after\": \"1970-01-01T00:00:00Z\","
                        " \"path_length\": -1, \"ca\": true, \"x_509_v1\": false,"
                        " \"serial\": \"0102ab\", \"empty\": \"\"}");
}

static void test_report_long_values_wrap_below_themselves(void)
{
    const struct pki_report_style narrow = {.width = 30};
    pki_auto(pki_report) report = pki_report_new();

    pki_report_text(report, "Subject", "%s", "one two three four five six");
    pki_report_text(report, "Key", "%s", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
    pki_report_text(
        report, "Word", "%s",
        "a \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
        " \xe6\xbc\xa2\xe6\xbc\xa2");
    expect_text(
        report, &narrow,
        "Subject  one two three four\n"
        "         five six\n"
        "Key      abcdefghijklmnopqrstu\n"
        "         vwxyzabcdefghijklmnop\n"
        "         qrstuvwxyz\n"
        "Word     a \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\n"
        "         \xe6\xbc\xa2\xe6\xbc\xa2\n");
}

static void test_report_hostile_text_is_made_safe(void)
{
    pki_auto(pki_report) report = pki_report_new();

    pki_report_text(report, "Name", "%s", "a\x1b[31m\nIssuer  trusted");
    expect_text(report, NULL, "Name  a\\1B[31m\\0AIssuer  trusted\n");
    expect_json(report, "{\"name\": \"a\\\\1B[31m\\\\0AIssuer  trusted\"}");
}

static void test_report_fingerprint_is_hex_and_words(void)
{
    uint8_t digest[32];
    pki_auto(pki_report) report = pki_report_new();

    for (size_t i = 0; i < sizeof(digest); i++)
        digest[i] = (uint8_t)i;
    pki_report_fingerprint(report, "SHA-256", digest);
    expect_text(report, NULL,
                "SHA-256  0001 0203 0405 0607 0809 0a0b 0c0d 0e0f\n"
                "         1011 1213 1415 1617 1819 1a1b 1c1d 1e1f\n"
                "         aardvark adviser accrue aggregate adrift almighty afflict amusement\n"
                "         aimless applicant allow armistice ammo asteroid apple atmosphere assume\n"
                "         Babylon atlas barbecue baboon bifocals backward bookseller beaming\n"
                "         bottomless beehive bravado befriend breakaway berserk businessman\n");
    expect_json(report,
                "{\"sha_256\": "
                "\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
                "\"sha_256_words\": \"aardvark adviser accrue aggregate adrift almighty afflict "
                "amusement aimless applicant allow armistice ammo asteroid apple atmosphere assume "
                "Babylon atlas barbecue baboon bifocals backward bookseller beaming bottomless "
                "beehive bravado befriend breakaway berserk businessman\"}");
}

static void test_report_words_stand_for_the_hex_on_paper(void)
{
    uint8_t digest[32] = {0};
    struct pki_error err = {0};
    pki_auto(pki_report) report = pki_report_new();
    char *json = NULL;

    pki_report_words(report, "Head", digest);
    expect_text(report, NULL,
                "Head  aardvark adroitness aardvark adroitness aardvark adroitness aardvark\n"
                "      adroitness aardvark adroitness aardvark adroitness aardvark adroitness\n"
                "      aardvark adroitness aardvark adroitness aardvark adroitness aardvark\n"
                "      adroitness aardvark adroitness aardvark adroitness aardvark adroitness\n"
                "      aardvark adroitness aardvark adroitness\n");
    EXPECT_OK(pki_report_to_json(report, &json, &err), err);
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"head\": \"0000"));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"head_words\": \"aardvark"));
    free(json);
}

static void test_report_commands_are_never_broken(void)
{
    const struct pki_report_style narrow = {.width = 30};
    pki_auto(pki_report) report = pki_report_new();

    pki_report_next(report, "cellar %s", "root main");
    pki_report_next_here(report, "cellar issue");
    pki_report_at(report, "a/long/way/to/the/cellar");
    pki_report_next_here(report, "cellar issue");
    pki_report_next(report, "cellar verify it");
    pki_report_line(report, "Result", PKI_TONE_GOOD, "valid: exports/prod/tls/chain.pem");
    expect_text(report, &narrow,
                "Next: cellar root main\n"
                "Next: cellar issue\n"
                "Next:\n"
                "  cellar issue -C a/long/way/to/the/cellar\n"
                "Next: cellar verify it\n"
                "valid: exports/prod/tls/chain.pem\n");
    expect_json(report, "{\"next\": [\"Next: cellar root main\", \"Next: cellar issue\","
                        " \"Next: cellar issue -C a/long/way/to/the/cellar\","
                        " \"Next: cellar verify it\"],"
                        " \"result\": [\"valid: exports/prod/tls/chain.pem\"]}");
}

static void test_report_values_may_be_for_some_readers(void)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_report *table = pki_report_table(report, "Rows");
    struct pki_report *row = pki_report_row(table);

    pki_report_day(row, "Until", 86400);
    pki_report_readers(row, PKI_FOR_JSON);
    pki_report_text(row, "Role", "leaf");
    pki_report_readers(report, PKI_FOR_JSON);
    pki_report_text(report, "A very long label", "1");
    struct pki_report *block = pki_report_block(report, "Block");
    pki_report_text(block, "Inside", "2");
    pki_report_readers(report, PKI_FOR_PAPER);
    pki_report_text(report, "B", "3");
    pki_report_note(report, "Note", PKI_TONE_PLAIN, "On paper.");
    pki_report_readers(report, PKI_FOR_ALL);
    pki_report_note(report, "Note", PKI_TONE_PLAIN, "For all.");
    expect_text(report, NULL,
                "Rows\n"
                "  Until\n"
                "  1970-01-02\n"
                "\n"
                "B  3\n"
                "\n"
                "On paper.\n"
                "For all.\n");
    expect_json(report, "{\"rows\": [{\"until\": \"1970-01-02T00:00:00Z\", \"role\": \"leaf\"}],"
                        " \"a_very_long_label\": \"1\", \"block\": {\"inside\": \"2\"},"
                        " \"note\": [\"For all.\"]}");
}

static void test_report_numbers_stand_right_beside_empty_cells(void)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_report *table = pki_report_table(report, "T");
    struct pki_report *first = pki_report_row(table);
    struct pki_report *second = pki_report_row(table);

    pki_report_text(first, "Days", "%s", "");
    pki_report_text(first, "B", "x");
    pki_report_toned_integer(second, "Days", PKI_TONE_WARN, 7);
    pki_report_text(second, "B", "y");
    expect_text(report, NULL, "T\n  Days  B\n        x\n     7  y\n");
}

static void test_report_blocks_stand_apart_under_headings(void)
{
    pki_auto(pki_report) report = pki_report_new();

    pki_report_text(report, "First", "1");
    struct pki_report *issuer = pki_report_block(report, "Issuer");
    pki_report_text(issuer, "Name", "root");
    struct pki_report *key = pki_report_block(issuer, "Key");
    pki_report_text(key, "Algorithm", "ecdsa-p384");
    (void)pki_report_block(report, "Nothing");
    pki_report_text(report, "Last", "2");
    expect_text(report, NULL,
                "First  1\n"
                "\n"
                "Issuer\n"
                "  Name  root\n"
                "\n"
                "  Key\n"
                "    Algorithm  ecdsa-p384\n"
                "\n"
                "Nothing\n"
                "\n"
                "Last   2\n");
    expect_json(report, "{\"first\": \"1\", \"issuer\": {\"name\": \"root\","
                        " \"key\": {\"algorithm\": \"ecdsa-p384\"}}, \"nothing\": {},"
                        " \"last\": \"2\"}");
}

static void test_report_lists_hold_an_item_a_line(void)
{
    pki_auto(pki_report) report = pki_report_new();

    struct pki_report *names = pki_report_list(report, "Names");
    pki_report_item(names, "DNS:%s", "a.example");
    pki_report_item(names, "IP:%s", "::1");
    (void)pki_report_list(report, "Extensions");
    expect_text(report, NULL,
                "Names       DNS:a.example\n"
                "            IP:::1\n"
                "Extensions  none\n");
    expect_json(report, "{\"names\": [\"DNS:a.example\", \"IP:::1\"], \"extensions\": []}");
}

static void add_line(struct pki_report *table, const char *purpose, int64_t days,
                     const char *remark)
{
    struct pki_report *row = pki_report_row(table);

    pki_report_text(row, "Purpose", "%s", purpose);
    pki_report_integer(row, "Days left", days);
    pki_report_text(row, "Remark", "%s", remark);
}

static void test_report_tables_are_aligned(void)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_report *table = pki_report_table(report, "Lines");

    add_line(table, "code-signing", 7, "");
    add_line(table, "tls", 1000, "now");
    (void)pki_report_table(report, "None here");
    expect_text(report, NULL,
                "Lines\n"
                "  Purpose       Days left  Remark\n"
                "  code-signing          7\n"
                "  tls                1000  now\n"
                "\n"
                "None here\n"
                "  none\n");
    expect_json(report, "{\"lines\": [{\"purpose\": \"code-signing\", \"days_left\": 7,"
                        " \"remark\": \"\"}, {\"purpose\": \"tls\", \"days_left\": 1000,"
                        " \"remark\": \"now\"}], \"none_here\": []}");
}

static void test_report_tables_fit_the_width(void)
{
    const struct pki_report_style narrow = {.width = 40};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_report *table = pki_report_table(report, NULL);

    add_line(table, "code-signing", 7, "must be rotated before winter");
    add_line(table, "tls", 8, "fine");
    expect_text(report, &narrow,
                "Purpose       Days left  Remark\n"
                "code-signing          7  must be rotated\n"
                "                         before winter\n"
                "tls                   8  fine\n");
}

static void test_report_tables_that_do_not_fit_become_blocks(void)
{
    const struct pki_report_style narrow = {.width = 20};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_report *table = pki_report_table(report, "Lines");

    add_line(table, "code-signing", 7, "x");
    add_line(table, "tls", 8, "y");
    expect_text(report, &narrow,
                "Lines\n"
                "  Purpose    code-signing\n"
                "  Days left  7\n"
                "  Remark     x\n"
                "\n"
                "  Purpose    tls\n"
                "  Days left  8\n"
                "  Remark     y\n");
}

static void test_report_rows_may_differ_and_hold_lists(void)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_report *table = pki_report_table(report, "T");
    struct pki_report *first = pki_report_row(table);
    struct pki_report *second = pki_report_row(table);

    pki_report_text(first, "A", "1");
    struct pki_report *list = pki_report_list(second, "B");
    pki_report_item(list, "x");
    pki_report_item(list, "y");
    pki_report_text(second, "A", "2");
    expect_text(report, NULL, "T\n  A  B\n  1\n  2  x, y\n");
}

static void test_report_notes_are_sentences(void)
{
    pki_auto(pki_report) report = pki_report_new();

    pki_report_text(report, "State", "active");
    pki_report_note(report, "warning", PKI_TONE_WARN, "%s", "The CRL is due.");
    pki_report_note(report, "next", PKI_TONE_PLAIN, "Next: cellar crl");
    pki_report_note(report, "warning", PKI_TONE_WARN, "The root is offline.");
    expect_text(report, NULL,
                "State  active\n"
                "\n"
                "The CRL is due.\n"
                "Next: cellar crl\n"
                "The root is offline.\n");
    expect_json(report, "{\"state\": \"active\", \"warning\": [\"The CRL is due.\","
                        " \"The root is offline.\"], \"next\": [\"Next: cellar crl\"]}");
}

static void test_report_verbatim_is_printed_as_it_is(void)
{
    pki_auto(pki_report) report = pki_report_new();

    pki_report_text(report, "A", "1");
    pki_report_verbatim(report, "Example", "key:   value\n  deeper\n");
    expect_text(report, NULL, "A  1\nkey:   value\n  deeper\n");
    expect_json(report, "{\"a\": \"1\", \"example\": \"key:   value\\n  deeper\\n\"}");
}

static void test_report_colour_only_when_asked(void)
{
    const struct pki_report_style colour = {.colour = true};
    pki_auto(pki_report) report = pki_report_new();

    pki_report_toned(report, "Good", PKI_TONE_GOOD, "yes");
    pki_report_toned(report, "Warn", PKI_TONE_WARN, "soon");
    pki_report_toned(report, "Bad", PKI_TONE_BAD, "no");
    pki_report_toned(report, "Faint", PKI_TONE_FAINT, "n%s", "one");
    struct pki_report *table = pki_report_table(pki_report_block(report, "Block"), "T");
    pki_report_text(pki_report_row(table), "A", "x");
    expect_text(report, NULL,
                "Good   yes\nWarn   soon\nBad    no\nFaint  none\n\nBlock\n  T\n    A\n    x\n");
    expect_text(report, &colour,
                "Good   \033[32myes\033[0m\nWarn   \033[33msoon\033[0m\nBad    \033[31mno\033[0m\n"
                "Faint  \033[2mnone\033[0m\n\n\033[1mBlock\033[0m\n  \033[1mT\033[0m\n"
                "    \033[2mA\033[0m\n    x\n");
}

static void test_report_adding_to_null_is_harmless(void)
{
    const uint8_t digest[32] = {0};
    struct pki_error err = {0};

    pki_report_text(NULL, "a", "b");
    pki_report_toned(NULL, "a", PKI_TONE_GOOD, "b");
    pki_report_integer(NULL, "a", 1);
    pki_report_truth(NULL, "a", true);
    pki_report_time(NULL, "a", 1);
    pki_report_octets(NULL, "a", (struct pki_bytes){digest, 1});
    pki_report_fingerprint(NULL, "a", digest);
    pki_report_note(NULL, "a", PKI_TONE_BAD, "b");
    pki_report_words(NULL, "a", digest);
    pki_report_day(NULL, "a", 1);
    pki_report_toned_integer(NULL, "a", PKI_TONE_BAD, 1);
    pki_report_line(NULL, "a", PKI_TONE_BAD, "b");
    pki_report_next(NULL, "a");
    pki_report_next_here(NULL, "a");
    pki_report_at(NULL, "a");
    pki_report_readers(NULL, PKI_FOR_JSON);
    pki_report_item(NULL, "a");
    pki_report_verbatim(NULL, "a", "b");
    CU_ASSERT_PTR_NULL(pki_report_block(NULL, "a"));
    CU_ASSERT_PTR_NULL(pki_report_table(NULL, "a"));
    CU_ASSERT_PTR_NULL(pki_report_row(NULL));
    CU_ASSERT_PTR_NULL(pki_report_list(NULL, "a"));
    EXPECT_FAILS(pki_report_ok(NULL, &err), err, PKI_E_MEMORY);
    pki_report_free(NULL);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"values are aligned", test_report_values_are_aligned},
        {"long values wrap below themselves", test_report_long_values_wrap_below_themselves},
        {"hostile text is made safe", test_report_hostile_text_is_made_safe},
        {"a fingerprint is hex and words", test_report_fingerprint_is_hex_and_words},
        {"words stand for the hex on paper", test_report_words_stand_for_the_hex_on_paper},
        {"commands are never broken", test_report_commands_are_never_broken},
        {"values may be for some readers", test_report_values_may_be_for_some_readers},
        {"numbers stand right beside empty cells",
         test_report_numbers_stand_right_beside_empty_cells},
        {"blocks stand apart under headings", test_report_blocks_stand_apart_under_headings},
        {"lists hold an item a line", test_report_lists_hold_an_item_a_line},
        {"tables are aligned", test_report_tables_are_aligned},
        {"tables fit the width", test_report_tables_fit_the_width},
        {"tables that do not fit become blocks", test_report_tables_that_do_not_fit_become_blocks},
        {"rows may differ and hold lists", test_report_rows_may_differ_and_hold_lists},
        {"notes are sentences", test_report_notes_are_sentences},
        {"verbatim text is printed as it is", test_report_verbatim_is_printed_as_it_is},
        {"colour is used only when asked for", test_report_colour_only_when_asked},
        {"adding to NULL is harmless", test_report_adding_to_null_is_harmless},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "report", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
