#include "base/sum.h"

#include "test.h"

#define SIZE (3 * PKI_SUM_STEP + 5)

static uint64_t sum_of(const uint8_t *octets, size_t size)
{
    struct pki_sum sum = {0};

    pki_sum_add(&sum, (struct pki_bytes){octets, size});
    return pki_sum_end(&sum);
}

static void test_any_changed_bit_changes_it(void)
{
    uint8_t octets[SIZE] = {0};
    const uint64_t before = sum_of(octets, SIZE);

    for (size_t bit = 0; bit < 8 * SIZE; bit++) {
        octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CU_ASSERT_NOT_EQUAL(sum_of(octets, SIZE), before);
        octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    CU_ASSERT_EQUAL(sum_of(octets, SIZE), before);
}

static void test_length_and_order_change_it(void)
{
    uint8_t octets[SIZE] = {0};
    const uint64_t before = sum_of(octets, SIZE);

    CU_ASSERT_NOT_EQUAL(sum_of(octets, SIZE - 1), before);
    CU_ASSERT_NOT_EQUAL(sum_of(octets, 0), before);
    octets[0] = 1;
    const uint64_t in_front = sum_of(octets, SIZE);
    octets[0] = 0;
    octets[sizeof(uint64_t)] = 1;
    CU_ASSERT_NOT_EQUAL(sum_of(octets, SIZE), in_front);
    octets[sizeof(uint64_t)] = 0;
    octets[PKI_SUM_STEP] = 1;
    CU_ASSERT_NOT_EQUAL(sum_of(octets, SIZE), in_front);
}

static void test_pieces_have_the_sum_of_the_whole(void)
{
    uint8_t octets[SIZE];
    struct pki_sum sum = {0};

    for (size_t i = 0; i < SIZE; i++)
        octets[i] = (uint8_t)(i * 7);
    pki_sum_add(&sum, (struct pki_bytes){octets, PKI_SUM_STEP});
    pki_sum_add(&sum, (struct pki_bytes){0});
    pki_sum_add(&sum, (struct pki_bytes){octets + PKI_SUM_STEP, SIZE - PKI_SUM_STEP});
    CU_ASSERT_EQUAL(pki_sum_end(&sum), sum_of(octets, SIZE));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"any changed bit changes it", test_any_changed_bit_changes_it},
        {"length and order change it", test_length_and_order_change_it},
        {"pieces have the sum of the whole", test_pieces_have_the_sum_of_the_whole},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "sum", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
