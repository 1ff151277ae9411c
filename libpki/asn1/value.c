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

/* Two digits; -1 when they are not. */
static int pair(const uint8_t *at)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return -1;
    return (at[0] - '0') * 10 + (at[1] - '0');
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Days since 1970-01-01. Years are counted from 1 March, so that a leap day is a year's last. */
static int64_t days_since_epoch(int year, int month, int day)
{
    int64_t from_march = (month + 9) % 12;
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t leap_days = shifted / 4 - shifted / 100 + shifted / 400;

    return shifted * 365 + leap_days + (153 * from_march + 2) / 5 + day - 1 - 719468;
}

/* MMDDHHMMSSZ of a year */
static bool read_rest(const uint8_t *at, int year, int64_t *seconds)
{
    int month = pair(at);
    int day = pair(at + 2);
    int hour = pair(at + 4);
    int minute = pair(at + 6);
    int second = pair(at + 8);

    if (at[10] != 'Z' || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
        return false;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *seconds = days_since_epoch(year, month, day) * 86400 + hour * INT64_C(3600) +
               minute * INT64_C(60) + second;
    return true;
}

bool pki_value_time(uint8_t tag, struct pki_bytes content, int64_t *seconds, struct pki_error *err)
{
    bool utc = tag == TAG_UTC_TIME && content.size == sizeof("YYMMDDHHMMSSZ") - 1;
    bool generalized = tag == TAG_GENERALIZED_TIME && content.size == sizeof("YYYYMMDDHHMMSSZ") - 1;
    int year = -1;

    if (utc) {
        year = pair(content.data);
        year += year < 0 ? 0 : year < 50 ? 2000 : 1900; /* RFC 5280 4.1.2.5.1 */
    } else if (generalized && pair(content.data) >= 0 && pair(content.data + 2) >= 0) {
        year = pair(content.data) * 100 + pair(content.data + 2);
    }
    /* the year 0 has no 1 January in the count from March */
    if (year < 1 || !read_rest(content.data + (utc ? 2 : 4), year, seconds))
        return pki_fail(err, PKI_E_FORMAT,
                        "a time is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280 4.1.2.5)");
    return true;
}
