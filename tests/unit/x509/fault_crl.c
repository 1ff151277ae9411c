#include <dirent.h>

#include "crl_fixture.h"
#include "fault.h"
#include "x509/crl.h"

/* Names in the directory, temporary ones too. */
static int names(void)
{
    int count = 0;
    DIR *stream = opendir(test_directory());

    if (!stream)
        return -1;
    while (readdir(stream))
        count++;
    (void)closedir(stream);
    return count - 2;
}

static void expect_whole(const struct crl_maker *maker, size_t n)
{
    struct pki_error err = {0};
    struct pki_bytes der = {0};
    struct pki_crl crl;
    struct pki_crl_entry entry;
    size_t seen = 0;

    EXPECT_OK(pki_file_map(maker->dir, "list.crl", PKI_LIMIT_CRL, &der, &err), err);
    EXPECT_OK(pki_crl_parse(der, &crl, &err), err);
    EXPECT_OK(pki_crl_verify_signature(&crl, pki_key_spki(maker->key), &err), err);
    for (struct pki_bytes rest = crl.entries; rest.size > 0; seen++)
        EXPECT_OK(pki_crl_next(&rest, &entry, &err), err);
    CU_ASSERT_EQUAL(seen, n);
    pki_file_unmap(&der);
}

/* Long enough for several writes of entries and several moves. */
static void each_failure(enum pki_key_algorithm id, size_t n)
{
    struct crl_maker maker;
    int rounds = 0;

    crl_maker_init(&maker, id);
    FAULT_EACH (nth) {
        struct crl_lines lines = {.n = n};
        struct pki_error err = {0};

        fault_start(nth);
        bool done = crl_make(&maker, &lines, "list.crl", &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_EQUAL(names(), done ? 1 : 0);
        if (done)
            expect_whole(&maker, n);
        (void)unlinkat(maker.dir, "list.crl", 0);
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 25);
    crl_maker_clear(&maker);
}

static void test_a_list_is_whole_or_absent_at_every_failure(void)
{
    each_failure(PKI_KEY_ECDSA_P256, 4000);
    each_failure(PKI_KEY_ED25519, 10);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a list is whole or absent", test_a_list_is_whole_or_absent_at_every_failure},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "crl faults", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
