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

static const uint8_t nobody[20] = {0x7f};

static size_t skip(struct pki_bytes *rest)
{
    return pki_crl_skip(rest, (struct pki_bytes){nobody, sizeof(nobody)});
}

/* An entry that the whole reader takes, the quick one goes past or leaves to it: never into it,
   never past one that is looked for or has a critical extension. */
static void expect_agreement(struct pki_bytes bytes)
{
    struct pki_bytes slow = bytes;
    struct pki_crl_entry entry;
    struct pki_error err = {0};

    if (!pki_crl_next(&slow, &entry, &err))
        return;
    struct pki_bytes quick = {bytes.data, bytes.size - slow.size};
    struct pki_bytes same = quick;
    CU_ASSERT_EQUAL(pki_crl_skip(&same, entry.serial), 0);
    CU_ASSERT_PTR_EQUAL(same.data, bytes.data);
    if (skip(&quick) == 0) {
        CU_ASSERT_PTR_EQUAL(quick.data, bytes.data);
        return;
    }
    CU_ASSERT_EQUAL(quick.size, 0);
    CU_ASSERT_FALSE(entry.has_unknown_critical);
    CU_ASSERT_FALSE(entry.has_invalidity);
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
            struct pki_crl_entry read;
            uint8_t *cut = malloc(size + 1); /* of its own, so that reading on shows */
            if (!cut)
                continue;
            memcpy(cut, entry.data, size);
            struct pki_bytes rest = {cut, size};
            CU_ASSERT_EQUAL(skip(&rest), 0);
            EXPECT_FAILS(pki_crl_next(&rest, &read, &err), err, PKI_E_FORMAT);
            free(cut);
        }
    }
}

/* Up to the one that is looked for, and window by window. */
static void test_usual_entries_are_gone_past(void)
{
    pki_scope(pki_buf) list = {0};
    uint8_t room[20];
    size_t n = 0;

    while (list.size < 2 * PKI_FILE_WINDOW) {
        struct pki_crl_line line = crl_line(++n, room);
        line.has_invalidity = false;
        pki_crl_line_write(&list, &line);
    }
    struct pki_bytes rest = pki_buf_view(&list);
    CU_ASSERT_EQUAL(pki_crl_skip(&rest, crl_line(9, room).serial), 8);
    CU_ASSERT_EQUAL(pki_crl_skip(&rest, crl_line(9, room).serial), 0);
    size_t skipped = skip(&rest);
    CU_ASSERT_TRUE(skipped > 0 && list.size - rest.size < 2 * PKI_FILE_WINDOW);
    while (rest.size > 0)
        skipped += skip(&rest);
    CU_ASSERT_EQUAL(skipped, n - 8);
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
    struct pki_sum passed = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    EXPECT_OK(crl_build(&maker, &lines, "pass.crl", &draft, &err), err);
    EXPECT_OK(pki_crl_draft_view(draft, &view, &err), err);
    CU_ASSERT_TRUE_FATAL(view.der.size > 2 * PKI_FILE_WINDOW);
    pki_sha256(view.der, expected);
    pki_sum_add(&sum, view.der);
    EXPECT_OK(pki_crl_parse_body(view.der, &crl, &err), err);
    crl.mapped = true;
    EXPECT_OK(pki_hash_begin(PKI_SHA256, &hash, &err), err);
    struct pki_crl_pass pass = pki_crl_pass_begin(&crl, hash, &passed);
    for (struct pki_bytes rest = crl.entries; rest.size > 0;) {
        EXPECT_OK(pki_crl_next(&rest, &entry, &err), err);
        pki_crl_pass_reach(&pass, rest.data);
    }
    CU_ASSERT_TRUE(pass.rest.size < PKI_FILE_WINDOW + view.der.size - crl.entries.size);
    EXPECT_OK(pki_crl_pass_end(&pass, &err), err);
    pki_hash_end(&hash, found);
    CU_ASSERT_EQUAL(memcmp(found, expected, sizeof(found)), 0);
    CU_ASSERT_EQUAL(pki_sum_end(&passed), pki_sum_end(&sum));
    crl_maker_clear(&maker);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"both readers agree on every changed octet",
         test_both_readers_agree_on_every_changed_octet},
        {"usual entries are gone past", test_usual_entries_are_gone_past},
        {"what is cut off is refused", test_what_is_cut_off_is_refused},
        {"a pass digests all that it goes past", test_a_pass_digests_all_that_it_goes_past},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "crl skim", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
