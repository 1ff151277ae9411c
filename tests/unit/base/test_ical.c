#include "base/ical.h"

#include "test.h"

static void expect(struct pki_buf *out, const char *expected)
{
    struct pki_error err = {0};
    char *text = NULL;

    EXPECT_OK(pki_buf_take_text(out, &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, expected);
    free(text);
}

static void test_text_is_escaped(void)
{
    pki_scope(pki_buf) out = {0};

    pki_ical_text(&out, "SUMMARY", "a, b; c\\d\ne\rBEGIN:VEVENT\x1b[31m\x7f");
    expect(&out, "SUMMARY:a\\, b\\; c\\\\d\\ne?BEGIN:VEVENT?[31m?\r\n");
}

/* 75 octets stay on one line, the 76th goes to the next; there are 74 beside the blank. */
static void test_lines_are_folded_at_75_octets(void)
{
    pki_scope(pki_buf) out = {0};
    char value[200] = "";

    memset(value, 'x', 73);
    pki_ical_plain(&out, "X", value);
    CU_ASSERT_EQUAL(out.size, 77);
    pki_buf_clear(&out);

    memset(value, 'x', 74 + 74);
    pki_ical_plain(&out, "X", value);
    CU_ASSERT_EQUAL(memcmp(out.data + 75, "\r\n x", 4), 0);
    CU_ASSERT_EQUAL(memcmp(out.data + 75 + 2 + 75, "\r\n x\r\n", 6), 0);
    CU_ASSERT_EQUAL(out.size, 75 + 2 + 75 + 2 + 4);
}

/* A character of three octets that would cross the edge goes to the next line as a whole. */
static void test_a_character_is_never_cut(void)
{
    pki_scope(pki_buf) out = {0};
    char value[100] = "";

    memset(value, 'x', 72);
    memcpy(value + 72, "\xe2\x82\xac!", 5);
    pki_ical_text(&out, "X", value);
    CU_ASSERT_EQUAL(memcmp(out.data + 74, "\r\n \xe2\x82\xac!\r\n", 9), 0);
}

static void test_a_time_is_utc(void)
{
    pki_scope(pki_buf) out = {0};

    pki_ical_time(&out, "DTSTART", 1772366400);
    expect(&out, "DTSTART:20260301T120000Z\r\n");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"text is escaped", test_text_is_escaped},
        {"lines are folded at 75 octets", test_lines_are_folded_at_75_octets},
        {"a character is never cut", test_a_character_is_never_cut},
        {"a time is UTC", test_a_time_is_utc},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "ical", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
