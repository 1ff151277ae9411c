#include "base/buf.h"

#include "test.h"

static bool holds(const struct pki_buf *buf, const char *text)
{
    return pki_bytes_equal(pki_buf_view(buf),
                           (struct pki_bytes){(const uint8_t *)text, strlen(text)});
}

static void test_buf_appends_in_order(void)
{
    pki_scope(pki_buf) buf = {0};
    struct pki_error err = {0};

    pki_buf_text(&buf, "one");
    pki_buf_byte(&buf, ' ');
    pki_buf_printf(&buf, "%d %s", 2, "three");
    pki_buf_append(&buf, "!?", 1);
    pki_buf_append(&buf, NULL, 0);
    pki_buf_append_bytes(&buf, (struct pki_bytes){(const uint8_t *)"..", 2});
    EXPECT_OK(pki_buf_ok(&buf, &err), err);
    CU_ASSERT_TRUE(holds(&buf, "one 2 three!.."));
}

PKI_PRINTF(2, 3)
static void print_through(struct pki_buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    pki_buf_vprintf(buf, format, args);
    va_end(args);
}

static void test_buf_vprintf_prints_any_length(void)
{
    pki_scope(pki_buf) buf = {0};

    print_through(&buf, "%s%03d", "", 7);
    print_through(&buf, "%500s", "x");
    CU_ASSERT_EQUAL(buf.size, 503);
    CU_ASSERT_EQUAL(buf.data[502], 'x');
}

static void test_buf_grows_past_many_appends(void)
{
    pki_scope(pki_buf) buf = {0};

    for (int i = 0; i < 100000; i++)
        pki_buf_byte(&buf, (uint8_t)i);
    CU_ASSERT_EQUAL_FATAL(buf.size, 100000);
    for (size_t i = 0; i < buf.size; i += 997)
        CU_ASSERT_EQUAL(buf.data[i], (uint8_t)i);
}

static void test_buf_extend_gives_room_that_counts(void)
{
    pki_scope(pki_buf) buf = {0};

    uint8_t *room = pki_buf_extend(&buf, 3);
    CU_ASSERT_PTR_NOT_NULL_FATAL(room);
    if (room)
        memset(room, 'a', 3);
    CU_ASSERT_TRUE(holds(&buf, "aaa"));
    CU_ASSERT_PTR_NOT_NULL(pki_buf_extend(&buf, 0));
    CU_ASSERT_EQUAL(buf.size, 3);
}

static void test_buf_too_large_is_told_once_at_the_end(void)
{
    pki_scope(pki_buf) buf = {0};
    struct pki_error err = {0};
    char *text = NULL;

    pki_buf_text(&buf, "a");
    CU_ASSERT_PTR_NULL(pki_buf_extend(&buf, PKI_BUF_MAX));
    CU_ASSERT_PTR_NULL(pki_buf_extend(&buf, SIZE_MAX));
    pki_buf_text(&buf, "b");
    CU_ASSERT_TRUE(holds(&buf, "a"));
    EXPECT_FAILS(pki_buf_ok(&buf, &err), err, PKI_E_MEMORY);
    EXPECT_FAILS(pki_buf_take_text(&buf, &text, &err), err, PKI_E_MEMORY);
    CU_ASSERT_PTR_NULL(text);
}

static void test_buf_take_text_empties_the_buffer(void)
{
    pki_scope(pki_buf) buf = {0};
    struct pki_error err = {0};
    char *text = NULL;

    pki_buf_text(&buf, "abc");
    EXPECT_OK(pki_buf_take_text(&buf, &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "abc");
    free(text);
    CU_ASSERT_EQUAL(buf.size, 0);
    EXPECT_OK(pki_buf_take_text(&buf, &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, "");
    free(text);
}

static void test_buf_clear_makes_it_usable_again(void)
{
    pki_scope(pki_buf) buf = {0};

    (void)pki_buf_extend(&buf, SIZE_MAX);
    pki_buf_clear(&buf);
    pki_buf_text(&buf, "new");
    CU_ASSERT_TRUE(holds(&buf, "new"));
}

static void test_bytes_equal_compares_size_and_content(void)
{
    const struct pki_bytes none = {0};
    const struct pki_bytes ab = {(const uint8_t *)"ab", 2};

    CU_ASSERT_TRUE(pki_bytes_equal(none, none));
    CU_ASSERT_TRUE(pki_bytes_equal(ab, ab));
    CU_ASSERT_FALSE(pki_bytes_equal(ab, none));
    CU_ASSERT_FALSE(pki_bytes_equal(ab, (struct pki_bytes){(const uint8_t *)"ac", 2}));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"appends stand in order", test_buf_appends_in_order},
        {"formatted text has any length", test_buf_vprintf_prints_any_length},
        {"many appends grow it", test_buf_grows_past_many_appends},
        {"extending gives room that counts", test_buf_extend_gives_room_that_counts},
        {"too large is told once at the end", test_buf_too_large_is_told_once_at_the_end},
        {"taking the text empties it", test_buf_take_text_empties_the_buffer},
        {"clearing makes it usable again", test_buf_clear_makes_it_usable_again},
        {"bytes are equal in size and content", test_bytes_equal_compares_size_and_content},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "buf", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
