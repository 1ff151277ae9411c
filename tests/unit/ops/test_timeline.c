#include "ops/timeline.h"

#include "test.h"

#define DAY       INT64_C(86400)
#define MARCH     INT64_C(1772323200) /* 2026-03-01 */
#define NEVER     INT64_MAX
#define ROW(text) ("    g1 active       " text "\n")

static struct pki_timeline laid(int64_t now, int64_t until)
{
    struct pki_timeline timeline = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_timeline_lay(&timeline, now, MARCH, until, &err), err);
    return timeline;
}

static void expect_row(const struct pki_timeline *timeline, struct pki_timeline_row row,
                       const char *expected)
{
    pki_scope(pki_buf) out = {0};
    struct pki_error err = {0};
    char *text = NULL;

    (void)snprintf(row.label, sizeof(row.label), "    g1 active");
    pki_timeline_row(timeline, &row, &out);
    EXPECT_OK(pki_buf_take_text(&out, &text, &err), err);
    CU_ASSERT_STRING_EQUAL(text, expected);
    free(text);
}

static void test_axis_names_years_and_months(void)
{
    const struct pki_timeline timeline = laid(MARCH, MARCH + 300 * DAY);
    pki_scope(pki_buf) out = {0};
    struct pki_error err = {0};
    char *text = NULL;

    CU_ASSERT_EQUAL(timeline.months, 12);
    pki_timeline_axis(&timeline, &out);
    EXPECT_OK(pki_buf_take_text(&out, &text, &err), err);
    CU_ASSERT_STRING_EQUAL(
        text, "                    2026                                              2027\n"
              "                    Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec  Jan  Feb\n");
    free(text);
}

static void test_window_shows_its_phases_and_marks(void)
{
    const struct pki_timeline timeline = laid(MARCH + 62 * DAY, MARCH + 300 * DAY);
    const struct pki_timeline_row row = {
        .from = MARCH,
        .until = MARCH + 213 * DAY, /* 30 September */
        .used_from = MARCH + 31 * DAY,
        .used_until = MARCH + 122 * DAY,
        .rotate_by = MARCH + 122 * DAY,
        .crl_by = MARCH + 92 * DAY,
    };

    expect_row(&timeline, row, ROW(".....=====|====C====R--------------"));
}

static void test_what_is_over_stands_at_today(void)
{
    const struct pki_timeline timeline = laid(MARCH + 62 * DAY, MARCH + 300 * DAY);
    struct pki_timeline_row row = {.from = MARCH, .until = NEVER, .used_until = NEVER};

    row.crl_by = MARCH;
    expect_row(&timeline, row, ROW("==========!================================================>"));
    row.crl_by = 0;
    row.rotate_by = MARCH + 61 * DAY;
    expect_row(&timeline, row, ROW("==========!================================================>"));
}

static void test_a_long_life_fits(void)
{
    CU_ASSERT_EQUAL(laid(MARCH, MARCH + 366 * DAY).months, 15);
    CU_ASSERT_EQUAL(laid(MARCH, MARCH + 20 * 366 * DAY).months, 60);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the axis names years and months", test_axis_names_years_and_months},
        {"a window shows its phases and marks", test_window_shows_its_phases_and_marks},
        {"what is over stands at today", test_what_is_over_stands_at_today},
        {"a long life fits", test_a_long_life_fits},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "timeline", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
