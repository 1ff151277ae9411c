#include "asn1/der.h"

#include "base/text.h"
#include "test.h"

/* Every test writes into a buffer of its own and compares hex. */
#define WRITES(hex, ...)                        \
    do {                                        \
        pki_scope(pki_buf) out = {0};           \
        struct pki_der der = {.out = &out};     \
        __VA_ARGS__;                            \
        CU_ASSERT_EQUAL(der.depth, 0);          \
        pki_scope(pki_buf) text = {0};          \
        pki_hex(&text, pki_buf_view(&out));     \
        pki_buf_byte(&text, 0);                 \
        CU_ASSERT_FALSE_FATAL(text.failed);     \
        CU_ASSERT_STRING_EQUAL(text.data, hex); \
    } while (0)

static struct pki_bytes bytes(const char *text)
{
    return (struct pki_bytes){(const uint8_t *)text, strlen(text)};
}

static void test_integers_are_minimal(void)
{
    WRITES("020100", pki_der_integer(&der, 0));
    WRITES("02017f", pki_der_integer(&der, 127));
    WRITES("02020080", pki_der_integer(&der, 128));
    WRITES("020180", pki_der_integer(&der, -128));
    WRITES("0202ff7f", pki_der_integer(&der, -129));
    WRITES("0203010001", pki_der_integer(&der, 65537));
    WRITES("02087fffffffffffffff", pki_der_integer(&der, INT64_MAX));
    WRITES("02088000000000000000", pki_der_integer(&der, INT64_MIN));
}

static void test_unsigned_octets_stay_positive(void)
{
    static const uint8_t octets[] = {0x00, 0x00, 0x80, 0x01};

    WRITES("0203008001", pki_der_unsigned(&der, (struct pki_bytes){octets, 4}));
    WRITES("020101", pki_der_unsigned(&der, (struct pki_bytes){octets + 3, 1}));
    WRITES("020100", pki_der_unsigned(&der, (struct pki_bytes){octets, 2}));
    WRITES("020100", pki_der_unsigned(&der, (struct pki_bytes){NULL, 0}));
}

static void test_lengths_take_the_fewest_octets(void)
{
    static const struct {
        size_t size;
        const char *header;
    } cases[] = {
        {0, "0400"},       {127, "047f"},       {128, "048180"},       {255, "0481ff"},
        {256, "04820100"}, {65535, "0482ffff"}, {65536, "0483010000"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        uint8_t *content = calloc(1, cases[i].size + 1);
        pki_scope(pki_buf) flat = {0};
        pki_scope(pki_buf) nested = {0};
        pki_scope(pki_buf) text = {0};
        struct pki_der one = {.out = &flat};
        struct pki_der two = {.out = &nested};

        CU_ASSERT_PTR_NOT_NULL_FATAL(content);
        memset(content, 0xa5, cases[i].size);
        pki_der_octets(&one, (struct pki_bytes){content, cases[i].size});
        pki_der_begin(&two, PKI_DER_OCTET_STRING);
        pki_der_raw(&two, (struct pki_bytes){content, cases[i].size});
        pki_der_end(&two);
        CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&flat), pki_buf_view(&nested)));
        size_t header = strlen(cases[i].header) / 2;
        CU_ASSERT_EQUAL_FATAL(flat.size, header + cases[i].size);
        pki_hex(&text, (struct pki_bytes){flat.data, header});
        pki_buf_byte(&text, 0);
        CU_ASSERT_STRING_EQUAL(text.data, cases[i].header);
        CU_ASSERT_EQUAL(memcmp(flat.data + header, content, cases[i].size), 0);
        free(content);
    }
}

static void test_a_header_can_stand_alone(void)
{
    WRITES("3000", pki_der_header(&der, PKI_DER_SEQUENCE, 0));
    WRITES("30847fffffff", pki_der_header(&der, PKI_DER_SEQUENCE, 0x7fffffff));
}

static void test_elements_nest(void)
{
    WRITES("300c0603551d130101ff04023000", {
        pki_der_begin(&der, PKI_DER_SEQUENCE);
        pki_der_oid(&der, "2.5.29.19");
        pki_der_boolean(&der, true);
        pki_der_begin(&der, PKI_DER_OCTET_STRING);
        pki_der_begin(&der, PKI_DER_SEQUENCE);
        pki_der_end(&der);
        pki_der_end(&der);
        pki_der_end(&der);
    });
    WRITES("a303020101", {
        pki_der_begin(&der, PKI_DER_CONTEXT_CONSTRUCTED(3));
        pki_der_integer(&der, 1);
        pki_der_end(&der);
    });
    WRITES("030500020203e8", {
        pki_der_begin_bits(&der);
        pki_der_integer(&der, 1000);
        pki_der_end(&der);
    });
}

static void test_object_identifiers(void)
{
    WRITES("06032a0304", pki_der_oid(&der, "1.2.3.4"));
    WRITES("0603883703", pki_der_oid(&der, "2.999.3"));
    WRITES("06082a8648ce3d040303", pki_der_oid(&der, "1.2.840.10045.4.3.3"));
    WRITES("06092a864886f70d01010c", pki_der_oid(&der, "1.2.840.113549.1.1.12"));
    WRITES("06082b0601040181fd59", pki_der_oid(&der, "1.3.6.1.4.1.32473"));
    WRITES("06032b6570", pki_der_oid(&der, "1.3.101.112"));
}

static void test_named_bits_drop_trailing_zeros(void)
{
    WRITES("03020106", pki_der_named_bits(&der, 1u << 5 | 1u << 6)); /* keyCertSign, cRLSign */
    WRITES("03020780", pki_der_named_bits(&der, 1u << 0));
    WRITES("0303070080", pki_der_named_bits(&der, 1u << 8));
    WRITES("030100", pki_der_named_bits(&der, 0));
    WRITES("03050000000001", pki_der_named_bits(&der, 1u << 31));
}

static void put_generalized_time(struct pki_der *der, int64_t seconds)
{
    uint8_t octets[PKI_DER_TIME_MAX];

    pki_der_raw(der, (struct pki_bytes){octets, pki_der_put_generalized_time(octets, seconds)});
}

static void test_times_change_form_in_2050(void)
{
    WRITES("170d3439313233313233353935395a", pki_der_time(&der, INT64_C(2524607999)));
    WRITES("180f32303530303130313030303030305a", pki_der_time(&der, INT64_C(2524608000)));
    WRITES("170d3730303130313030303030305a", pki_der_time(&der, 0));
    WRITES("170d3530303130313030303030305a", pki_der_time(&der, INT64_C(-631152000)));
    WRITES("180f31393439313233313233353935395a", pki_der_time(&der, INT64_C(-631152001)));
    WRITES("180f39393939313233313233353935395a", pki_der_time(&der, INT64_C(253402300799)));
    WRITES("180f31393730303130313030303030305a", put_generalized_time(&der, 0));
}

static void test_simple_values(void)
{
    WRITES("010100", pki_der_boolean(&der, false));
    WRITES("0500", pki_der_null(&der));
    WRITES("13024445", pki_der_text(&der, PKI_DER_PRINTABLE_STRING, "DE"));
    WRITES("0303006162", pki_der_bits(&der, bytes("ab")));
    WRITES("86016b", pki_der_primitive(&der, PKI_DER_CONTEXT(6), bytes("k")));
}

static void test_out_of_memory_is_remembered(void)
{
    pki_scope(pki_buf) out = {.failed = true};
    struct pki_der der = {.out = &out};
    struct pki_error err = {0};

    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_oid(&der, "1.2.3");
    pki_der_end(&der);
    EXPECT_FAILS(pki_buf_ok(&out, &err), err, PKI_E_MEMORY);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"integers are minimal", test_integers_are_minimal},
        {"unsigned octets stay positive", test_unsigned_octets_stay_positive},
        {"lengths take the fewest octets", test_lengths_take_the_fewest_octets},
        {"elements nest", test_elements_nest},
        {"object identifiers are packed", test_object_identifiers},
        {"named bits drop trailing zeros", test_named_bits_drop_trailing_zeros},
        {"a header can stand alone", test_a_header_can_stand_alone},
        {"times change their form in 2050", test_times_change_form_in_2050},
        {"simple values", test_simple_values},
        {"out of memory is remembered", test_out_of_memory_is_remembered},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "der", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
