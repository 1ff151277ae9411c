#include "pki/time.h"

#define DAY           INT64_C(86400)
#define LONGEST_YEARS 100

struct civil {
    int year;
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
    int64_t second;
};

/*
 * The C library's gmtime_r reads the time zone database, which a date in UTC
 * does not need; so the proleptic Gregorian calendar is counted here, in eras of
 * 400 years that begin on 1 March, where a leap day is a year's last.
 */
#define ERA_DAYS   146097
#define EPOCH_DAYS 719468 /* from 0000-03-01 to 1970-01-01 */

static int64_t days_from(int year, int month, int day)
{
    int from_march = (month + 9) % 12;
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = shifted / 400;
    int64_t of_era = shifted % 400;
    int64_t day_of_year = (153 * from_march + 2) / 5 + day - 1;

    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - EPOCH_DAYS;
}

static int64_t clamp(int64_t seconds, int64_t first)
{
    if (seconds < first)
        return first;
    return seconds > PKI_TIME_MAX ? PKI_TIME_MAX : seconds;
}

/*
 * A CRL has a date an entry, so this one is quick: a year and a month come from one multiplication
 * each, whose upper part is the quotient and whose lower part leads to the remainder (Neri and
 * Schneider, Euclidean affine functions and their application to calendar algorithms, 2023).
 */
static struct civil civil_from(int64_t seconds)
{
    uint64_t since_era = (uint64_t)(clamp(seconds, -EPOCH_DAYS * DAY) + EPOCH_DAYS * DAY);
    uint32_t quarters = 4 * (uint32_t)(since_era / DAY) + 3; /* of a day */
    uint32_t of_century = quarters % ERA_DAYS / 4;
    uint64_t years = UINT64_C(2939745) * (4 * of_century + 3); /* 2^32 / 1461 each */
    uint32_t day_of_year = (uint32_t)years / 2939745 / 4;
    uint32_t months = 2141 * day_of_year + 197913; /* 2^16 each; from March, which is 3 */
    int next_year = day_of_year >= 306;            /* January and February */

    return (struct civil){
        .year = (int)(100 * (quarters / ERA_DAYS) + (uint32_t)(years >> 32)) + next_year,
        .month = (int)(months >> 16) - 12 * next_year,
        .day = (int)((months & 0xffff) / 2141) + 1,
        .second = (int64_t)(since_era % DAY),
    };
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Exactly `width` digits; moves on. */
static bool digits(const char **at, int width, int *value)
{
    *value = 0;
    for (int i = 0; i < width; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        *value = *value * 10 + (c - '0');
    }
    *at += width;
    return true;
}

static bool literal(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool parse_date(const char **at, int64_t *seconds)
{
    int year = 0;
    int month = 0;
    int day = 0;

    if (!digits(at, 4, &year) || !literal(at, '-') || !digits(at, 2, &month) || !literal(at, '-') ||
        !digits(at, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) || year < 1970)
        return false;
    *seconds = days_from(year, month, day) * DAY;
    return true;
}

static bool parse_clock(const char **at, int64_t *seconds)
{
    int hour = 0;
    int minute = 0;
    int second = 0;

    if (!literal(at, 'T') || !digits(at, 2, &hour) || !literal(at, ':') ||
        !digits(at, 2, &minute) || !literal(at, ':') || !digits(at, 2, &second) ||
        !literal(at, 'Z'))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = (hour * 60 + minute) * 60 + second;
    return true;
}

/* Digits only, at most PKI_TIME_MAX; moves on. */
static bool parse_number(const char **at, int64_t *value)
{
    const char *start = *at;

    *value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        *value = *value * 10 + (**at - '0');
        if (*value > PKI_TIME_MAX)
            return false;
    }
    return *at > start;
}

bool pki_time_parse(const char *text, int64_t *seconds, struct pki_error *err)
{
    const char *at = text;
    int64_t day = 0;
    int64_t clock = 0;
    bool good = false;

    if (literal(&at, '@'))
        good = parse_number(&at, &day);
    else
        good = parse_date(&at, &day) && (*at == 0 || parse_clock(&at, &clock));
    if (!good || *at != 0) {
        return pki_fail(err, PKI_E_USAGE,
                        "\"%.40s\" is not a time from 1970 to 9999: write 2026-11-22T21:00:00Z, "
                        "2026-11-22 or @SECONDS (RFC 3339, UTC)",
                        text);
    }
    *seconds = day + clock;
    return true;
}

static const char pairs[] = "0001020304050607080910111213141516171819"
                            "2021222324252627282930313233343536373839"
                            "4041424344454647484950515253545556575859"
                            "6061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

static void put_pair(char *text, uint32_t value)
{
    memcpy(text, &pairs[(size_t)2 * value], 2);
}

/* Certificates may name times before 1970 (UTCTime begins in 1950), so those are written too. */
void pki_time_digits(int64_t seconds, char digits[PKI_TIME_DIGITS])
{
    struct civil civil = civil_from(seconds);
    uint32_t year = (uint32_t)civil.year;
    uint32_t second = (uint32_t)civil.second;

    put_pair(digits, year / 100);
    put_pair(digits + 2, year % 100);
    put_pair(digits + 4, (uint32_t)civil.month);
    put_pair(digits + 6, (uint32_t)civil.day);
    put_pair(digits + 8, second / 3600);
    put_pair(digits + 10, second / 60 % 60);
    put_pair(digits + 12, second % 60);
    digits[14] = 'Z';
}

char *pki_time_format(int64_t seconds, char text[PKI_TIME_TEXT])
{
    char digits[PKI_TIME_DIGITS];

    pki_time_digits(seconds, digits);
    memcpy(text, "0000-00-00T00:00:00Z", PKI_TIME_TEXT);
    memcpy(text, digits, 4);
    for (size_t part = 0; part < 5; part++)
        memcpy(text + 5 + 3 * part, digits + 4 + 2 * part, 2);
    return text;
}

struct unit {
    const char *name;
    int32_t months;
    int64_t seconds;
};

static const struct unit units[] = {
    {"m", 0, 60}, {"h", 0, 3600}, {"d", 0, DAY}, {"mo", 1, 0}, {"y", 12, 0},
};

static const struct unit *find_unit(const char *name)
{
    for (size_t i = 0; i < PKI_COUNT(units); i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

bool pki_period_parse(const char *text, struct pki_period *period, struct pki_error *err)
{
    const char *at = text;
    const int64_t longest_months = INT64_C(12) * LONGEST_YEARS;
    const int64_t longest_seconds = INT64_C(366) * DAY * LONGEST_YEARS;
    int64_t count = 0;
    const struct unit *unit = parse_number(&at, &count) ? find_unit(at) : NULL;

    if (!unit || count == 0) {
        return pki_fail(err, PKI_E_USAGE,
                        "\"%.40s\" is not a length of time: write a number and m, h, d, mo or y, "
                        "as in 24h or 15mo",
                        text);
    }
    if (unit->months > 0 ? count > longest_months / unit->months
                         : count > longest_seconds / unit->seconds)
        return pki_fail(err, PKI_E_USAGE, "\"%.40s\" is longer than %d years", text, LONGEST_YEARS);
    period->months = (int32_t)count * unit->months;
    period->seconds = count * unit->seconds;
    return true;
}

static int64_t shift(int64_t from, int64_t months, int64_t seconds)
{
    struct civil civil = civil_from(clamp(from, 0));
    int64_t month = (int64_t)civil.year * 12 + civil.month - 1 + months;

    if (month < INT64_C(1970) * 12)
        return 0;
    if (month >= INT64_C(10000) * 12)
        return PKI_TIME_MAX;
    int year = (int)(month / 12);
    int of_year = (int)(month % 12) + 1;
    int last = month_days(year, of_year);
    int day = civil.day < last ? civil.day : last;

    return clamp(days_from(year, of_year, day) * DAY + civil.second + seconds, 0);
}

int64_t pki_period_after(struct pki_period period, int64_t start)
{
    return shift(start, period.months, period.seconds);
}

int64_t pki_period_before(struct pki_period period, int64_t end)
{
    return shift(end, -(int64_t)period.months, -period.seconds);
}
