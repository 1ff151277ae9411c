#include "asn1/value.h"

#include "base/text.h"
#include "test.h"

static void test_integers(void)
{
    static const struct {
        const char *hex;
        int64_t value;
    } good[] = {
        {"00", 0},         {"7f", 127},
        {"0080", 128},     {"ff", -1},
        {"010001", 65537}, {"7fffffffffffffff", INT64_MAX},
        {"80", -128},      {"8000000000000000", INT64_MIN},
    };
    static const char *const bad[] = {"", "0001", "ffff", "008000000000000000"};

    for (size_t i = 0; i < PKI_COUNT(good); i++) {
        pki_scope(pki_buf) content = {0};
        struct pki_error err = {0};
        int64_t value = 0;

        EXPECT_OK(pki_hex_parse(good[i].hex, &content, &err), err);
        EXPECT_OK(pki_value_integer(pki_buf_view(&content), &value, &err), err);
        CU_ASSERT_EQUAL(value, good[i].value);
    }
    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        pki_scope(pki_buf) content = {0};
        struct pki_error err = {0};
        int64_t value = 0;

        if (bad[i][0])
            EXPECT_OK(pki_hex_parse(bad[i], &content, &err), err);
        EXPECT_FAILS(pki_value_integer(pki_buf_view(&content), &value, &err), err, PKI_E_FORMAT);
    }
}

static void test_truth(void)
{
    struct pki_error err = {0};
    bool value = false;

    EXPECT_OK(pki_value_truth((struct pki_bytes){(const uint8_t *)"\xff", 1}, &value, &err), err);
    CU_ASSERT_TRUE(value);
    EXPECT_OK(pki_value_truth((struct pki_bytes){(const uint8_t *)"", 1}, &value, &err), err);
    CU_ASSERT_FALSE(value);
    EXPECT_FAILS(pki_value_truth((struct pki_bytes){(const uint8_t *)"\x01", 1}, &value, &err), err,
                 PKI_E_FORMAT);
}

static void test_object_identifiers(void)
{
    static const struct {
        const char *hex;
        const char *dotted;
    } good[] = {
        {"2a0304", "1.2.3.4"}, {"883703", "2.999.3"},
        {"00", "0.0"},         {"27", "0.39"},
        {"28", "1.0"},         {"4f", "1.39"},
        {"50", "2.0"},         {"2a864886f70d01010c", "1.2.840.113549.1.1.12"},
    };
    static const char *const bad[] = {"2a80", "2a8001", "2a818080808080808080808000",
                                      "8180808080808080808000"};

    for (size_t i = 0; i < PKI_COUNT(good); i++) {
        pki_scope(pki_buf) content = {0};
        struct pki_error err = {0};
        char oid[PKI_OID_TEXT];

        EXPECT_OK(pki_hex_parse(good[i].hex, &content, &err), err);
        EXPECT_OK(pki_value_oid(pki_buf_view(&content), oid, &err), err);
        CU_ASSERT_STRING_EQUAL(oid, good[i].dotted);
    }
    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        pki_scope(pki_buf) content = {0};
        struct pki_error err = {0};
        char oid[PKI_OID_TEXT];

        EXPECT_OK(pki_hex_parse(bad[i], &content, &err), err);
        EXPECT_FAILS(pki_value_oid(pki_buf_view(&content), oid, &err), err, PKI_E_FORMAT);
    }
}

static void test_a_long_object_identifier_does_not_overflow(void)
{
    struct pki_error err = {0};
    uint8_t arcs[80];
    char oid[PKI_OID_TEXT];

    memset(arcs, 0x2a, sizeof(arcs));
    EXPECT_OK(pki_value_oid((struct pki_bytes){arcs, 42}, oid, &err), err); /* 3 + 41 * 3 = 126 */
    CU_ASSERT_EQUAL(strlen(oid), 126);
    EXPECT_FAILS(pki_value_oid((struct pki_bytes){arcs, 43}, oid, &err), err, PKI_E_FORMAT);
    EXPECT_FAILS(pki_value_oid((struct pki_bytes){arcs, 80}, oid, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("over 127 characters");
}

static void test_times(void)
{
    static const struct {
        uint8_t tag;
        const char *text;
        int64_t seconds;
    } good[] = {
        {0x17, "700101000000Z", 0},
        {0x17, "491231235959Z", INT64_C(2524607999)},
        {0x17, "500101000000Z", INT64_C(-631152000)},
        {0x18, "20500101000000Z", INT64_C(2524608000)},
        {0x18, "20240229120000Z", INT64_C(1709208000)},
        {0x18, "99991231235959Z", INT64_C(253402300799)},
        {0x18, "00010101000000Z", INT64_C(-62135596800)},
        {0x18, "20000301000000Z", INT64_C(951868800)},
    };
    static const struct {
        uint8_t tag;
        const char *text;
    } bad[] = {
        {0x17, "7001010000Z"},       {0x17, "700101000000+"},
        {0x17, "700101000000Z0"},    {0x17, "701301000000Z"},
        {0x17, "700001000000Z"},     {0x17, "700100000000Z"},
        {0x17, "210229000000Z"},     {0x17, "700101240000Z"},
        {0x17, "700101006000Z"},     {0x17, "700101000060Z"},
        {0x17, "7o0101000000Z"},     {0x17, "7001 1000000Z"},
        {0x18, "20500101000000.5Z"}, {0x18, "20500101000000"},
        {0x18, "00000101000000Z"},   {0x18, "21000229000000Z"},
        {0x18, "700101000000Z"},     {0x17, "20500101000000Z"},
        {0x04, "700101000000Z"},     {0x17, ""},
    };
    struct pki_error err = {0};
    int64_t seconds = 0;

    for (size_t i = 0; i < PKI_COUNT(good); i++) {
        struct pki_bytes content = {(const uint8_t *)good[i].text, strlen(good[i].text)};
        EXPECT_OK(pki_value_time(good[i].tag, content, &seconds, &err), err);
        CU_ASSERT_EQUAL(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        struct pki_bytes content = {(const uint8_t *)bad[i].text, strlen(bad[i].text)};
        EXPECT_FAILS(pki_value_time(bad[i].tag, content, &seconds, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT("RFC 5280 4.1.2.5");
    }
}

/* Every octet in every place: what stays a time has a digit there, and says so. */
static void test_a_time_is_digits(void)
{
    uint8_t text[] = "20111111111111Z";
    struct pki_error err = {0};
    int64_t good = 0;

    EXPECT_OK(pki_value_time(0x18, (struct pki_bytes){text, 15}, &good, &err), err);
    for (size_t at = 0; at < 14; at++) {
        const uint8_t kept = text[at];
        for (unsigned octet = 0; octet < 256; octet++) {
            int64_t seconds = 0;
            int64_t utc = 0;
            text[at] = (uint8_t)octet;
            bool time = pki_value_is_time(0x18, (struct pki_bytes){text, 15}, &seconds);
            CU_ASSERT_TRUE(!time || (octet >= '0' && octet <= '9'));
            CU_ASSERT_TRUE(!time || (seconds == good) == (octet == kept));
            if (at < 3) /* of UTCTime these are the century, and what chooses it */
                continue;
            CU_ASSERT_EQUAL(pki_value_is_time(0x17, (struct pki_bytes){text + 2, 13}, &utc), time);
            CU_ASSERT_EQUAL(utc, seconds);
        }
        text[at] = kept;
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"integers are read and must be minimal", test_integers},
        {"truth is 00 or FF", test_truth},
        {"object identifiers are read as dotted text", test_object_identifiers},
        {"a long object identifier does not overflow",
         test_a_long_object_identifier_does_not_overflow},
        {"times are read by the calendar", test_times},
        {"a time is digits", test_a_time_is_digits},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "value", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
