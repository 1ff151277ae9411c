#include "crypto/algorithm.h"

#include "asn1/walk.h"
#include "base/text.h"
#include "test.h"

static void test_rows_are_found_by_number_and_name(void)
{
    for (int id = 0; id < PKI_KEY_ALGORITHMS; id++) {
        const struct pki_algorithm *row = pki_algorithm_get((enum pki_key_algorithm)id);
        CU_ASSERT_PTR_EQUAL(pki_algorithm_find(row->name), row);
    }
    CU_ASSERT_PTR_NULL(pki_algorithm_find("rsa-2048"));
    CU_ASSERT_PTR_NULL(pki_algorithm_find(""));
}

static void test_identifiers_are_der(void)
{
    for (int id = 0; id < PKI_KEY_ALGORITHMS; id++) {
        const struct pki_algorithm *row = pki_algorithm_get((enum pki_key_algorithm)id);
        struct pki_error err = {0};

        EXPECT_OK(pki_walk_scan(row->spki_algorithm, &err), err);
        EXPECT_OK(pki_walk_scan(row->signature, &err), err);
    }
}

static void test_each_key_signs_in_a_way_that_we_verify(void)
{
    for (int id = 0; id < PKI_KEY_ALGORITHMS; id++) {
        const struct pki_algorithm *row = pki_algorithm_get((enum pki_key_algorithm)id);
        const struct pki_signature *how = pki_algorithm_find_signature(row->signature);

        CU_ASSERT_PTR_NOT_NULL_FATAL(how);
        CU_ASSERT_STRING_EQUAL(how->family, row->family);
        CU_ASSERT_EQUAL(how->digest, row->digest);
    }
}

static void test_what_is_refused_has_a_name(void)
{
    static const struct {
        const char *hex;
        const char *name;
    } cases[] = {
        {"300d06092a864886f70d0101050500", "RSA with SHA-1"},
        {"300d06092a864886f70d0101040500", "RSA with MD5"},
        {"300906072a8648ce3d0401", "ECDSA with SHA-1"},
        {"301006072a8648ce3d020106052b8104000a", "elliptic curve secp256k1"},
        {"301306072a8648ce3d020106082a8648ce3d030101", "elliptic curve P-192"},
        {"300b06072a8648ce3d02013000", "elliptic curve with explicit parameters"},
        {"300906072a8648ce3d0201", "elliptic curve key without a curve"},
        {"300506032a0304", "1.2.3.4"},
        {"3003020101", "malformed algorithm identifier"},
        {"300b06092a864886f70d01010b", "RSA with SHA-256"}, /* known, but without its NULL */
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) der = {0};
        struct pki_error err = {0};
        char text[PKI_ALGORITHM_TEXT];

        EXPECT_OK(pki_hex_parse(cases[i].hex, &der, &err), err);
        CU_ASSERT_STRING_EQUAL(pki_algorithm_describe(pki_buf_view(&der), text), cases[i].name);
        CU_ASSERT_PTR_NULL(pki_algorithm_find_signature(pki_buf_view(&der)));
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"rows are found by number and by name", test_rows_are_found_by_number_and_name},
        {"identifiers are DER", test_identifiers_are_der},
        {"each key signs in a way that we verify", test_each_key_signs_in_a_way_that_we_verify},
        {"what is refused has a name", test_what_is_refused_has_a_name},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "algorithm", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
