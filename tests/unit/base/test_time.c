#include "pki/time.h"

#include "test.h"

static int64_t at(const char *text)
{
    struct pki_error err = {0};
    int64_t seconds = 0;

    EXPECT_OK(pki_time_parse(text, &seconds, &err), err);
    return seconds;
}

static void test_time_parse_reads_the_three_forms(void)
{
    CU_ASSERT_EQUAL(at("1970-01-01T00:00:00Z"), 0);
    CU_ASSERT_EQUAL(at("2026-11-22T21:00:00Z"), 1795381200);
    CU_ASSERT_EQUAL(at("2000-02-29"), 951782400);
    CU_ASSERT_EQUAL(at("@0"), 0);
    CU_ASSERT_EQUAL(at("@1795381200"), 1795381200);
    CU_ASSERT_EQUAL(at("9999-12-31T23:59:59Z"), PKI_TIME_MAX);
}

static void test_time_parse_refuses_anything_else(void)
{
    static const char *const bad[] = {
        "",
        "tomorrow",
        "1969-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "2026-02-29",
        "1900-02-29",
        "2026-00-01",
        "2026-13-01",
        "2026-01-00",
        "2026-04-31",
        "2026-1-1",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00z",
        "2026-01-01T00:00:00+00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00.5Z",
        "2026-01-01T00:00:00Z ",
        " 2026-01-01",
        "@",
        "@-1",
        "@1x",
        "@253402300800",
        "@99999999999999999999999",
    };
    struct pki_error err = {0};
    int64_t seconds = 7;

    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        EXPECT_FAILS(pki_time_parse(bad[i], &seconds, &err), err, PKI_E_USAGE);
        CU_ASSERT_EQUAL(seconds, 7);
    }
}

static void test_time_format_agrees_with_the_c_library(void)
{
    const int64_t step = INT64_C(86399) * 97;

    for (int64_t seconds = 0; seconds <= PKI_TIME_MAX; seconds += step) {
        char text[PKI_TIME_TEXT];
        char expected[32];
        time_t clock = (time_t)seconds;
        struct tm broken = {0};

        CU_ASSERT_PTR_NOT_NULL_FATAL(gmtime_r(&clock, &broken));
        CU_ASSERT_EQUAL(strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", &broken), 20);
        CU_ASSERT_STRING_EQUAL_FATAL(pki_time_format(seconds, text), expected);
        CU_ASSERT_EQUAL_FATAL(at(text), seconds);
    }
}

static void test_time_format_writes_any_second(void)
{
    char text[PKI_TIME_TEXT];

    CU_ASSERT_STRING_EQUAL(pki_time_format(-1, text), "1969-12-31T23:59:59Z");
    CU_ASSERT_STRING_EQUAL(pki_time_format(PKI_TIME_MAX, text), "9999-12-31T23:59:59Z");
    CU_ASSERT_STRING_EQUAL(pki_time_format(INT64_MAX, text), "9999-12-31T23:59:59Z");
    CU_ASSERT_STRING_EQUAL(pki_time_format(INT64_MIN, text), "0000-03-01T00:00:00Z");
}

static void test_period_parse_reads_every_unit(void)
{
    static const struct {
        const char *text;
        int32_t months;
        int64_t seconds;
    } cases[] = {
        {"10m", 0, 600}, {"24h", 0, 86400}, {"14d", 0, 1209600}, {"15mo", 15, 0},
        {"20y", 240, 0}, {"100y", 1200, 0}, {"1200mo", 1200, 0}, {"36600d", 0, INT64_C(3162240000)},
    };
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_period period = {0};

        EXPECT_OK(pki_period_parse(cases[i].text, &period, &err), err);
        CU_ASSERT_EQUAL(period.months, cases[i].months);
        CU_ASSERT_EQUAL(period.seconds, cases[i].seconds);
    }
}

static void test_period_parse_refuses_anything_else(void)
{
    static const char *const bad[] = {"",     "1",      "d",      "-1d",  "0d",
                                      "1w",   "1 d",    "1.5y",   "1D",   "1mon",
                                      "101y", "1201mo", "36601d", "1d1h", "99999999999999999999y",
                                      "1s"};
    struct pki_error err = {0};
    struct pki_period period = {.months = 7};

    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        EXPECT_FAILS(pki_period_parse(bad[i], &period, &err), err, PKI_E_USAGE);
        CU_ASSERT_EQUAL(period.months, 7);
    }
}

static void test_period_counts_by_the_calendar(void)
{
    static const struct {
        const char *start;
        const char *period;
        const char *after;
    } cases[] = {
        {"2026-01-31T12:34:56Z", "1mo", "2026-02-28T12:34:56Z"},
        {"2024-01-31T00:00:00Z", "1mo", "2024-02-29T00:00:00Z"},
        {"2024-02-29T00:00:00Z", "1y", "2025-02-28T00:00:00Z"},
        {"2026-11-22T21:00:00Z", "15mo", "2028-02-22T21:00:00Z"},
        {"2026-12-31T00:00:00Z", "2mo", "2027-02-28T00:00:00Z"},
        {"2026-11-22T21:00:00Z", "14d", "2026-12-06T21:00:00Z"},
        {"2026-11-22T23:59:00Z", "1m", "2026-11-23T00:00:00Z"},
        {"9990-01-01T00:00:00Z", "20y", "9999-12-31T23:59:59Z"},
        {"9999-12-31T00:00:00Z", "2d", "9999-12-31T23:59:59Z"},
    };
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_period period = {0};
        char text[PKI_TIME_TEXT];

        EXPECT_OK(pki_period_parse(cases[i].period, &period, &err), err);
        int64_t after = pki_period_after(period, at(cases[i].start));
        CU_ASSERT_STRING_EQUAL(pki_time_format(after, text), cases[i].after);
    }
}

static void test_period_before_goes_back(void)
{
    const struct pki_period months = {.months = 3};
    const struct pki_period hours = {.seconds = 7200};
    const struct pki_period century = {.months = 1200};

    CU_ASSERT_EQUAL(pki_period_before(months, at("2026-05-31")), at("2026-02-28"));
    CU_ASSERT_EQUAL(pki_period_before(months, at("2026-01-15")), at("2025-10-15"));
    CU_ASSERT_EQUAL(pki_period_before(hours, at("2026-01-01T01:00:00Z")),
                    at("2025-12-31T23:00:00Z"));
    CU_ASSERT_EQUAL(pki_period_before(century, at("2026-01-01")), 0);
    CU_ASSERT_EQUAL(pki_period_before(hours, 10), 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the three forms are read", test_time_parse_reads_the_three_forms},
        {"what is no time is refused", test_time_parse_refuses_anything_else},
        {"all days agree with the C library", test_time_format_agrees_with_the_c_library},
        {"any second can be written", test_time_format_writes_any_second},
        {"every unit is read", test_period_parse_reads_every_unit},
        {"what is no length of time is refused", test_period_parse_refuses_anything_else},
        {"months and years follow the calendar", test_period_counts_by_the_calendar},
        {"going back follows it too", test_period_before_goes_back},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "time", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
