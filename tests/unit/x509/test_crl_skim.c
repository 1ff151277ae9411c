#include "x509/crl_skim.h"

#include "base/file.h"
#include "crl_fixture.h"
#include "x509/crl_draft.h"

static void write_entry(struct pki_buf *out, size_t number)
{
    uint8_t room[20];
    struct pki_crl_line line = crl_line(number, room);

    pki_crl_line_write(out, &line);
}

/* What the whole reader takes, the quick one takes too, and says the same of it. */
static void expect_agreement(struct pki_bytes bytes)
{
    struct pki_bytes slow = bytes;
    struct pki_bytes quick = bytes;
    struct pki_bytes serial = {0};
    struct pki_crl_entry entry;
    struct pki_error err = {0};
    bool critical = false;

    if (!pki_crl_next(&slow, &entry, &err))
        return;
    EXPECT_OK(pki_crl_skim(&quick, &serial, &critical, &err), err);
    CU_ASSERT_PTR_EQUAL(slow.data, quick.data);
    CU_ASSERT_EQUAL(slow.size, quick.size);
    CU_ASSERT_PTR_EQUAL(serial.data, entry.serial.data);
    CU_ASSERT_EQUAL(serial.size, entry.serial.size);
    CU_ASSERT_EQUAL(critical, entry.has_unknown_critical);
}

/* What is taken as usual is what the writer would write for it, so no other encoding passes. */
static void expect_canonical(struct pki_bytes bytes)
{
    pki_scope(pki_buf) again = {0};
    struct pki_bytes rest = bytes;
    struct pki_crl_entry entry;

    if (!pki_crl_take_usual(&rest, &entry) || entry.reason == 0)
        return;
    pki_crl_line_write(&again, &(struct pki_crl_line){.serial = entry.serial,
                                                      .revoked_at = entry.revoked_at,
                                                      .reason = entry.reason});
    bytes.size -= rest.size;
    CU_ASSERT_TRUE(pki_bytes_equal(bytes, pki_buf_view(&again)));
}

/* With and without reason and invalidity date, every octet changed in many ways. */
static void test_both_readers_agree_on_every_changed_octet(void)
{
    for (size_t number = 1; number <= 9; number++) {
        pki_scope(pki_buf) entry = {0};
        write_entry(&entry, number);
        write_entry(&entry, number + 1);
        expect_agreement(pki_buf_view(&entry));
        for (size_t i = 0; i < entry.size * 8; i++) {
            entry.data[i / 8] ^= (uint8_t)(1u << i % 8);
            expect_agreement(pki_buf_view(&entry));
            expect_canonical(pki_buf_view(&entry));
            entry.data[i / 8] ^= (uint8_t)(1u << i % 8);
        }
    }
}

static void test_what_is_cut_off_is_refused(void)
{
    for (size_t number = 1; number <= 9; number++) {
        pki_scope(pki_buf) entry = {0};
        write_entry(&entry, number);
        for (size_t size = 0; size < entry.size; size++) {
            struct pki_error err = {0};
            struct pki_bytes serial = {0};
            bool critical = false;
            uint8_t *cut = malloc(size + 1); /* of its own, so that reading on shows */
            if (!cut)
                continue;
            memcpy(cut, entry.data, size);
            struct pki_bytes rest = {cut, size};
            EXPECT_FAILS(pki_crl_skim(&rest, &serial, &critical, &err), err, PKI_E_FORMAT);
            free(cut);
        }
    }
}

/* A reader who goes past entries has digested the list when it comes to its end. */
static void test_a_pass_digests_all_that_it_goes_past(void)
{
    struct crl_maker maker;
    struct crl_lines lines = {.n = 15000}; /* over two windows */
    pki_auto(pki_crl_draft) draft = NULL;
    pki_scope(pki_crl_view) view = {0};
    pki_auto(pki_hash) hash = NULL;
    struct pki_error err = {0};
    struct pki_crl crl;
    struct pki_crl_entry entry;
    uint8_t expected[PKI_SHA256_SIZE];
    uint8_t found[PKI_SHA256_SIZE];
    struct pki_sum sum = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    EXPECT_OK(crl_build(&maker, &lines, "pass.crl", &draft, &err), err);
    EXPECT_OK(pki_crl_draft_view(draft, &view, &err), err);
    CU_ASSERT_TRUE_FATAL(view.der.size > 2 * PKI_FILE_WINDOW);
    pki_sha256(view.der, expected);
    pki_sum_add(&sum, view.der);
    EXPECT_OK(pki_crl_parse_body(view.der, &crl, &err), err);
    crl.mapped = true;
    EXPECT_OK(pki_hash_begin(PKI_SHA256, &hash, &err), err);
    struct pki_crl_pass pass = pki_crl_pass_begin(&crl, hash);
    for (struct pki_bytes rest = crl.entries; rest.size > 0;) {
        EXPECT_OK(pki_crl_next(&rest, &entry, &err), err);
        pki_crl_pass_reach(&pass, rest.data);
    }
    CU_ASSERT_TRUE(pass.rest.size < PKI_FILE_WINDOW + view.der.size - crl.entries.size);
    EXPECT_OK(pki_crl_pass_end(&pass, &err), err);
    pki_hash_end(&hash, found);
    CU_ASSERT_EQUAL(memcmp(found, expected, sizeof(found)), 0);
    CU_ASSERT_EQUAL(pki_sum_end(&pass.sum), pki_sum_end(&sum));
    crl_maker_clear(&maker);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"both readers agree on every changed octet",
         test_both_readers_agree_on_every_changed_octet},
        {"what is cut off is refused", test_what_is_cut_off_is_refused},
        {"a pass digests all that it goes past", test_a_pass_digests_all_that_it_goes_past},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "crl skim", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
