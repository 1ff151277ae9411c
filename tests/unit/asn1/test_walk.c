#include "asn1/walk.h"

#include "base/text.h"
#include "test.h"

static void test_good_encodings_pass(void)
{
    static const char *const good[] = {
        "0500",   "3000",     "30060201050101ff", "a003020102",
        "020100", "0202ff7f", "03020780",         "06092a864886f70d01010c",
    };

    for (size_t i = 0; i < PKI_COUNT(good); i++) {
        pki_scope(pki_buf) der = {0};
        struct pki_error err = {0};

        EXPECT_OK(pki_hex_parse(good[i], &der, &err), err);
        EXPECT_OK(pki_walk_scan(pki_buf_view(&der), &err), err);
    }
}

static void test_long_lengths_pass(void)
{
    static const uint8_t octets[3 + 128] = {0x04, 0x81, 0x80};
    static const uint8_t many[4 + 256] = {0x04, 0x82, 0x01, 0x00};
    struct pki_error err = {0};

    EXPECT_OK(pki_walk_scan((struct pki_bytes){octets, sizeof(octets)}, &err), err);
    EXPECT_OK(pki_walk_scan((struct pki_bytes){many, sizeof(many)}, &err), err);
}

static void test_what_der_does_not_have_is_refused(void)
{
    static const struct {
        const char *hex;
        const char *text;
    } bad[] = {
        {"30", "offset 0: cut off"},
        {"3005020105", "longer than what holds it"},
        {"30800201050000", "indefinite length"},
        {"308103020105", "length longer than needed"},
        {"30820003020105", "length longer than needed"},
        {"3085000000000302", "length over four octets"},
        {"3082", "cut off inside a length"},
        {"30030201050500", "offset 5: bytes after the end"},
        {"05000500", "bytes after the end"},
        {"0000", "end-of-contents"},
        {"30020000", "offset 2: end-of-contents"},
        {"1f8100", "tag number over 30"},
        {"010101", "BOOLEAN"},
        {"0100", "BOOLEAN"},
        {"02020001", "INTEGER longer than needed"},
        {"0202ffff", "INTEGER longer than needed"},
        {"0200", "INTEGER without octets"},
        {"0300", "BIT STRING without octets"},
        {"03020881", "impossible number"},
        {"030101", "impossible number"},
        {"03020101", "unused bits set"},
        {"050100", "NULL with content"},
        {"0600", "does not end"},
        {"06028680", "does not end"},
        {"0603808001", "longer than needed"},
        {"2403040100", "constructed encoding"},
        {"1000", "primitive encoding"},
        {"3003020201", "offset 2: element longer"},
    };

    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        pki_scope(pki_buf) der = {0};
        struct pki_error err = {0};

        EXPECT_OK(pki_hex_parse(bad[i].hex, &der, &err), err);
        EXPECT_FAILS(pki_walk_scan(pki_buf_view(&der), &err), err, PKI_E_FORMAT);
        EXPECT_TEXT(bad[i].text);
    }
}

static void test_nothing_is_refused(void)
{
    struct pki_error err = {0};

    EXPECT_FAILS(pki_walk_scan((struct pki_bytes){NULL, 0}, &err), err, PKI_E_FORMAT);
}

/* SEQUENCEs around each other; the innermost is empty. */
static void nest(struct pki_buf *der, unsigned depth)
{
    for (unsigned i = depth; i > 0; i--) {
        pki_buf_byte(der, 0x30);
        pki_buf_byte(der, (uint8_t)(2 * (i - 1)));
    }
}

static void test_nesting_has_a_limit(void)
{
    pki_scope(pki_buf) deepest = {0};
    pki_scope(pki_buf) deeper = {0};
    struct pki_error err = {0};

    nest(&deepest, 31);
    EXPECT_OK(pki_walk_scan(pki_buf_view(&deepest), &err), err);
    nest(&deeper, 33);
    EXPECT_FAILS(pki_walk_scan(pki_buf_view(&deeper), &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("nested");
}

static void test_elements_come_one_after_another(void)
{
    static const uint8_t der[] = {0x02, 0x01, 0x05, 0x04, 0x02, 0xab, 0xcd};
    struct pki_bytes rest = {der, sizeof(der)};
    struct pki_element element;
    struct pki_error err = {0};

    CU_ASSERT_EQUAL(pki_walk_peek(rest), 0x02);
    EXPECT_OK(pki_walk_next(&rest, &element, &err), err);
    CU_ASSERT_EQUAL(element.tag, 0x02);
    CU_ASSERT_PTR_EQUAL(element.whole.data, der);
    CU_ASSERT_EQUAL(element.whole.size, 3);
    EXPECT_FAILS(pki_walk_expect(&rest, 0x03, &element, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("tag 0x04 where 0x03 belongs");
    EXPECT_OK(pki_walk_expect(&rest, 0x04, &element, &err), err);
    CU_ASSERT_PTR_EQUAL(element.content.data, der + 5);
    CU_ASSERT_EQUAL(element.content.size, 2);
    CU_ASSERT_EQUAL(pki_walk_peek(rest), 0);
    EXPECT_FAILS(pki_walk_next(&rest, &element, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("missing at the end");
}

static void test_a_failure_leaves_its_arguments_alone(void)
{
    static const uint8_t der[] = {0x02, 0x05, 0x05};
    struct pki_bytes rest = {der, sizeof(der)};
    struct pki_element element = {.tag = 0x77};
    struct pki_error err = {0};

    EXPECT_FAILS(pki_walk_next(&rest, &element, &err), err, PKI_E_FORMAT);
    CU_ASSERT_PTR_EQUAL(rest.data, der);
    CU_ASSERT_EQUAL(rest.size, sizeof(der));
    CU_ASSERT_EQUAL(element.tag, 0x77);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"good encodings pass", test_good_encodings_pass},
        {"long lengths pass", test_long_lengths_pass},
        {"what DER does not have is refused", test_what_der_does_not_have_is_refused},
        {"nothing is refused", test_nothing_is_refused},
        {"nesting has a limit", test_nesting_has_a_limit},
        {"elements come one after another", test_elements_come_one_after_another},
        {"a failure leaves its arguments alone", test_a_failure_leaves_its_arguments_alone},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "walk", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
