#include "asn1/value.h"

#define TAG_UTC_TIME         0x17
#define TAG_GENERALIZED_TIME 0x18

bool pki_value_integer(struct pki_bytes content, int64_t *value, struct pki_error *err)
{
    if (content.size == 0 || content.size > sizeof(*value))
        return pki_fail(err, PKI_E_FORMAT, "an integer of %zu octets where a small one belongs",
                        content.size);
    if (content.size > 1 && (content.data[0] == 0x00 || content.data[0] == 0xff) &&
        content.data[0] >> 7 == content.data[1] >> 7)
        return pki_fail(err, PKI_E_FORMAT, "an integer is longer than needed (X.690 8.3.2)");

    uint64_t bits = content.data[0] >= 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < content.size; i++)
        bits = bits << 8 | content.data[i];
    *value = (int64_t)bits;
    return true;
}

bool pki_value_truth(struct pki_bytes content, bool *value, struct pki_error *err)
{
    if (content.size != 1 || (content.data[0] != 0x00 && content.data[0] != 0xff))
        return pki_fail(err, PKI_E_FORMAT, "a BOOLEAN is neither 00 nor FF (X.690 11.1)");
    *value = content.data[0] == 0xff;
    return true;
}

/* X.690 8.19.2; moves on. False when it does not end or does not fit. */
static bool take_arc(struct pki_bytes *rest, uint64_t *arc)
{
    *arc = 0;
    while (rest->size > 0) {
        uint8_t octet = *rest->data;
        if (*arc > UINT64_MAX >> 7 || (*arc == 0 && octet == 0x80))
            return false;
        *arc = *arc << 7 | (octet & 0x7f);
        rest->data++;
        rest->size--;
        if (octet < 0x80)
            return true;
    }
    return false;
}

bool pki_value_oid(struct pki_bytes content, char oid[PKI_OID_TEXT], struct pki_error *err)
{
    uint64_t arc = 0;

    if (!take_arc(&content, &arc))
        return pki_fail(err, PKI_E_FORMAT, "an object identifier is malformed (X.690 8.19)");

    uint64_t root = arc < 80 ? arc / 40 : 2; /* X.690 8.19.4 */
    char text[PKI_OID_TEXT];
    int used = snprintf(text, sizeof(text), "%llu.%llu", (unsigned long long)root,
                        (unsigned long long)(arc - root * 40));
    while (content.size > 0) {
        if (!take_arc(&content, &arc))
            return pki_fail(err, PKI_E_FORMAT, "an object identifier is malformed (X.690 8.19)");
        used +=
            snprintf(text + used, sizeof(text) - (size_t)used, ".%llu", (unsigned long long)arc);
        if (used >= (int)sizeof(text))
            return pki_fail(err, PKI_E_FORMAT, "an object identifier is over %d characters long",
                            PKI_OID_TEXT - 1);
    }
    memcpy(oid, text, (size_t)used + 1);
    return true;
}

/* Two digits; 100 or more when they are not. */
static unsigned pair(const uint8_t *at)
{
    unsigned tens = at[0] - (unsigned)'0';
    unsigned ones = at[1] - (unsigned)'0';

    return tens > 9 || ones > 9 ? 100 : 10 * tens + ones;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01. Years are counted from 1 March, so that a leap day is a year's last. */
static int64_t days_since_epoch(unsigned year, unsigned month, unsigned day)
{
    static const uint16_t before[] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
    unsigned shifted = month <= 2 ? year - 1 : year;
    unsigned leap_days = shifted / 4 - shifted / 100 + shifted / 400;

    return (int64_t)(shifted * 365 + leap_days + before[month - 1] + day) - 719469;
}

static bool is_day(unsigned year, unsigned month, unsigned day)
{
    static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    return day < 29 || month != 2 || is_leap(year);
}

/* MMDDHHMMSSZ of a year */
static bool read_rest(const uint8_t *at, unsigned year, int64_t *seconds)
{
    unsigned month = pair(at);
    unsigned day = pair(at + 2);
    unsigned hour = pair(at + 4);
    unsigned minute = pair(at + 6);
    unsigned second = pair(at + 8);

    if (at[10] != 'Z' || !is_day(year, month, day) || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds =
        days_since_epoch(year, month, day) * 86400 + (int64_t)(hour * 3600 + minute * 60 + second);
    return true;
}

/* 0 when it has none: the year 0 has no 1 January in the count from March. */
static unsigned read_year(bool utc, const uint8_t *at)
{
    unsigned first = pair(at);
    unsigned second = utc ? 0 : pair(at + 2);

    if (first > 99 || second > 99)
        return 0;
    if (!utc)
        return 100 * first + second;
    return first < 50 ? 2000 + first : 1900 + first; /* RFC 5280 4.1.2.5.1 */
}

bool pki_value_is_time(uint8_t tag, struct pki_bytes content, int64_t *seconds)
{
    bool utc = tag == TAG_UTC_TIME && content.size == sizeof("YYMMDDHHMMSSZ") - 1;
    bool generalized = tag == TAG_GENERALIZED_TIME && content.size == sizeof("YYYYMMDDHHMMSSZ") - 1;
    unsigned year = utc || generalized ? read_year(utc, content.data) : 0;

    return year > 0 && read_rest(content.data + (utc ? 2 : 4), year, seconds);
}

bool pki_value_time(uint8_t tag, struct pki_bytes content, int64_t *seconds, struct pki_error *err)
{
    return pki_value_is_time(tag, content, seconds) ||
           pki_fail(err, PKI_E_FORMAT,
                    "a time is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280 4.1.2.5)");
}
