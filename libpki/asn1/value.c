#include "asn1/value.h"

#include <endian.h>

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

/* ".N" behind the text, or nothing at all where there is no room. printf would be most of what it
   costs to read a certificate's identifiers. */
static bool put_arc(char text[PKI_OID_TEXT], size_t *used, uint64_t arc)
{
    char digits[20]; /* of 2^64 - 1 */
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + arc % 10);
        arc /= 10;
    } while (arc > 0);
    if (*used + 1 + n >= PKI_OID_TEXT)
        return false;
    text[(*used)++] = '.';
    while (n > 0)
        text[(*used)++] = digits[--n];
    return true;
}

bool pki_value_oid(struct pki_bytes content, char oid[PKI_OID_TEXT], struct pki_error *err)
{
    uint64_t arc = 0;

    if (!take_arc(&content, &arc))
        return pki_fail(err, PKI_E_FORMAT, "an object identifier is malformed (X.690 8.19)");

    uint64_t root = arc < 80 ? arc / 40 : 2; /* X.690 8.19.4 */
    char text[PKI_OID_TEXT] = {(char)('0' + root)};
    size_t used = 1;
    bool fits = put_arc(text, &used, arc - root * 40);
    while (fits && content.size > 0) {
        if (!take_arc(&content, &arc))
            return pki_fail(err, PKI_E_FORMAT, "an object identifier is malformed (X.690 8.19)");
        fits = put_arc(text, &used, arc);
    }
    if (!fits)
        return pki_fail(err, PKI_E_FORMAT, "an object identifier is over %d characters long",
                        PKI_OID_TEXT - 1);
    text[used] = 0;
    memcpy(oid, text, used + 1);
    return true;
}

/* Eight digits as four pairs of 16 bits, the first one the lowest: all at once, as a CRL has a date
   an entry. Each octet is judged and counted in its own eight bits. */
static bool read_pairs(const uint8_t *at, uint64_t *pairs)
{
    uint64_t text = 0;

    memcpy(&text, at, sizeof(text));
    const uint64_t digits = le64toh(text) ^ UINT64_C(0x3030303030303030);
    const uint64_t over_nine = digits | (digits + UINT64_C(0x7676767676767676));
    *pairs = (digits * 10 + (digits >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    return (over_nine & UINT64_C(0x8080808080808080)) == 0;
}

static unsigned pair(uint64_t pairs, unsigned n)
{
    return (unsigned)(pairs >> 16 * n & 0xff);
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

/* DDHHMMSS of a month */
static bool read_rest(unsigned year, unsigned month, uint64_t pairs, int64_t *seconds)
{
    const unsigned day = pair(pairs, 0);
    const unsigned hour = pair(pairs, 1);
    const unsigned minute = pair(pairs, 2);
    const unsigned second = pair(pairs, 3);

    if (!is_day(year, month, day) || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds =
        days_since_epoch(year, month, day) * 86400 + (int64_t)(hour * 3600 + minute * 60 + second);
    return true;
}

/* 0 when it has none: the year 0 has no 1 January in the count from March. */
static unsigned year_of(bool utc, uint64_t pairs)
{
    const unsigned first = pair(pairs, 0);

    if (!utc)
        return 100 * first + pair(pairs, 1);
    return first < 50 ? 2000 + first : 1900 + first; /* RFC 5280 4.1.2.5.1 */
}

bool pki_value_is_time(uint8_t tag, struct pki_bytes content, int64_t *seconds)
{
    const bool utc = tag == TAG_UTC_TIME && content.size == sizeof("YYMMDDHHMMSSZ") - 1;
    const bool generalized =
        tag == TAG_GENERALIZED_TIME && content.size == sizeof("YYYYMMDDHHMMSSZ") - 1;
    uint64_t first = 0; /* YYMMDDHH or YYYYMMDD */
    uint64_t rest = 0;  /* DDHHMMSS, part of it once more */

    if ((!utc && !generalized) || content.data[content.size - 1] != 'Z' ||
        !read_pairs(content.data, &first) ||
        !read_pairs(content.data + content.size - sizeof("DDHHMMSS"), &rest))
        return false;
    const unsigned year = year_of(utc, first);
    return year > 0 && read_rest(year, pair(first, utc ? 1 : 2), rest, seconds);
}

bool pki_value_time(uint8_t tag, struct pki_bytes content, int64_t *seconds, struct pki_error *err)
{
    return pki_value_is_time(tag, content, seconds) ||
           pki_fail(err, PKI_E_FORMAT,
                    "a time is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280 4.1.2.5)");
}
