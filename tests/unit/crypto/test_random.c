#include "crypto/random.h"

#include "test.h"

#define SERIALS 1000

static void test_serials_are_positive_and_of_full_length(void)
{
    struct pki_error err = {0};
    uint8_t serial[PKI_SERIAL_SIZE];
    uint8_t seen[PKI_SERIAL_SIZE] = {0};
    uint8_t always[PKI_SERIAL_SIZE];

    memset(always, 0xff, sizeof(always));
    for (unsigned i = 0; i < SERIALS; i++) {
        EXPECT_OK(pki_random_serial(serial, &err), err);
        CU_ASSERT_EQUAL(serial[0] & 0xc0, 0x40);
        for (size_t octet = 0; octet < sizeof(serial); octet++) {
            seen[octet] |= serial[octet];
            always[octet] &= serial[octet];
        }
    }
    /* 158 bits take both values; a bit that never did in 1,000 draws is not random */
    for (size_t octet = 0; octet < sizeof(serial); octet++) {
        CU_ASSERT_EQUAL(seen[octet], octet == 0 ? 0x7f : 0xff);
        CU_ASSERT_EQUAL(always[octet], octet == 0 ? 0x40 : 0x00);
    }
}

static void test_long_requests_are_filled_to_their_end(void)
{
    struct pki_error err = {0};
    static uint8_t data[100000];
    size_t zeros = 0;

    EXPECT_OK(pki_random(data, sizeof(data), &err), err);
    for (size_t i = sizeof(data) - 1000; i < sizeof(data); i++)
        zeros += data[i] == 0;
    CU_ASSERT_TRUE(zeros < 100);
    EXPECT_OK(pki_random(data, 0, &err), err);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"serials are positive and of full length", test_serials_are_positive_and_of_full_length},
        {"long requests are filled to their end", test_long_requests_are_filled_to_their_end},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "random", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
