#include "asn1/der.h"
#include "x509/cert.h"
#include "x509/crl.h"

#include "chain_fixture.h"

static void test_a_list_is_read(void)
{
    pki_scope(pki_buf) list = chain_crl("root-revoked");
    struct pki_bytes der = pki_buf_view(&list);
    struct pki_error err = {0};
    struct pki_crl crl;
    struct pki_crl_entry entry;

    EXPECT_OK(pki_crl_parse(der, &crl, &err), err);
    CU_ASSERT_EQUAL(crl.version, 2);
    CU_ASSERT_EQUAL(crl.this_update, INT64_C(1780272000)); /* 2026-06-01 */
    CU_ASSERT_TRUE(crl.has_next_update);
    CU_ASSERT_TRUE(crl.has_number && crl.number.size == 1 && crl.number.data[0] == 7);
    CU_ASSERT_EQUAL(crl.authority_key_id.size, 20);
    CU_ASSERT_FALSE(crl.is_delta || crl.has_unknown_critical);
    CU_ASSERT_EQUAL(crl.distribution.size, 0);
    struct pki_bytes rest = crl.entries;
    EXPECT_OK(pki_crl_next(&rest, &entry, &err), err);
    CU_ASSERT_EQUAL(rest.size, 0);
    CU_ASSERT_EQUAL(entry.reason, 1);
    CU_ASSERT_EQUAL(entry.revoked_at, INT64_C(1772323200));
    CU_ASSERT_TRUE(entry.has_invalidity);
    CU_ASSERT_EQUAL(pki_crl_entry_since(&entry), INT64_C(1769904000));
    /* a leaked key without such a date: since ever; any other reason: since it was revoked */
    entry.has_invalidity = false;
    CU_ASSERT_EQUAL(pki_crl_entry_since(&entry), INT64_MIN);
    entry.reason = 4;
    CU_ASSERT_EQUAL(pki_crl_entry_since(&entry), INT64_C(1772323200));
    EXPECT_FAILS(pki_crl_next(&rest, &entry, &err), err, PKI_E_FORMAT);
}

static void test_kinds_are_told(void)
{
    static const struct {
        const char *name;
        bool delta, distribution, unknown;
    } cases[] = {
        {"sub-delta", .delta = true},
        {"sub-indirect", .distribution = true},
        {"sub-unknown", .unknown = true},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) list = chain_crl(cases[i].name);
        struct pki_bytes der = pki_buf_view(&list);
        struct pki_error err = {0};
        struct pki_crl crl;
        EXPECT_OK(pki_crl_parse(der, &crl, &err), err);
        CU_ASSERT_EQUAL(crl.is_delta, cases[i].delta);
        CU_ASSERT_EQUAL(crl.distribution.size > 0, cases[i].distribution);
        CU_ASSERT_EQUAL(crl.has_unknown_critical, cases[i].unknown);
        CU_ASSERT_EQUAL(crl.unknown_critical.size > 0, cases[i].unknown);
    }
}

static void test_signatures_are_checked(void)
{
    struct pki_certs certs = chain_certs("sub other-root");
    pki_scope(pki_buf) list = chain_crl("sub-good");
    struct pki_bytes der = pki_buf_view(&list);
    struct pki_error err = {0};
    struct pki_crl crl;

    EXPECT_OK(pki_crl_parse(der, &crl, &err), err);
    EXPECT_OK(pki_crl_verify_signature(&crl, certs.list[0]->spki, &err), err);
    EXPECT_FAILS(pki_crl_verify_signature(&crl, certs.list[1]->spki, &err), err, PKI_E_INVALID);
    crl.tbs_signature.size--;
    EXPECT_FAILS(pki_crl_verify_signature(&crl, certs.list[0]->spki, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("two signature algorithms");
    pki_certs_clear(&certs);
}

/* Reads all of it, as a verifier would. */
static bool read_all(struct pki_bytes der, struct pki_error *err)
{
    const struct pki_bytes serial = {(const uint8_t *)"\x01", 1};
    struct pki_crl_entry entry;
    struct pki_crl crl;
    bool found = false;

    return pki_crl_parse(der, &crl, err) && pki_crl_find(&crl, serial, NULL, &found, &entry, err);
}

static void test_a_list_cut_anywhere_is_refused(void)
{
    pki_scope(pki_buf) list = chain_crl("root-revoked");
    struct pki_bytes der = pki_buf_view(&list);

    for (size_t size = 0; size < der.size; size++) {
        struct pki_error err = {0};
        uint8_t *cut = malloc(size + 1); /* of its own, so that reading on shows */
        memcpy(cut, der.data, size);
        EXPECT_FAILS(read_all((struct pki_bytes){cut, size}, &err), err, PKI_E_FORMAT);
        free(cut);
    }
}

/* Any octet may be any other: read or refused, never beyond the end. */
static void test_a_list_with_any_octet_changed_is_survived(void)
{
    pki_scope(pki_buf) list = chain_crl("root-revoked");
    struct pki_bytes der = pki_buf_view(&list);
    uint8_t *copy = malloc(der.size);

    for (size_t i = 0; i < der.size * 4; i++) {
        static const uint8_t masks[] = {0xff, 0x80, 0x01, 0x20};
        struct pki_error err = {0};
        memcpy(copy, der.data, der.size);
        copy[i / 4] ^= masks[i % 4];
        if (!read_all((struct pki_bytes){copy, der.size}, &err))
            CU_ASSERT_TRUE(err.code == PKI_E_FORMAT || err.code == PKI_E_INVALID);
    }
    free(copy);
}

/* The list's own odd parts, as DER written by hand. */
enum oddity {
    PLAIN,
    EXTENDED_V1,
    TWO_NUMBERS,
    ODD_VERSION,
    NOT_A_TIME,
    CRITICAL_ENTRY,
    BEHIND
};

static void write_extension(struct pki_der *der, const char *oid, bool critical, uint8_t content)
{
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_oid(der, oid);
    if (critical)
        pki_der_boolean(der, true);
    pki_der_begin(der, PKI_DER_OCTET_STRING);
    pki_der_integer(der, content);
    pki_der_end(der);
    pki_der_end(der);
}

static void write_entry(struct pki_der *der, int64_t serial, bool critical)
{
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_integer(der, serial);
    pki_der_time(der, 1700000000 + serial);
    if (critical) {
        pki_der_begin(der, PKI_DER_SEQUENCE);
        write_extension(der, "2.5.29.29", true, 1);
        pki_der_end(der);
    }
    pki_der_end(der);
}

static void write_identifier(struct pki_der *der)
{
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_oid(der, "1.2.840.10045.4.3.2");
    pki_der_end(der);
}

static void write_dates(struct pki_der *der, enum oddity oddity)
{
    if (oddity == NOT_A_TIME)
        pki_der_text(der, PKI_DER_UTC_TIME, "261301000000Z");
    else
        pki_der_time(der, 1700000000);
    pki_der_time(der, 1800000000);
}

static void write_tbs(struct pki_der *der, enum oddity oddity, int64_t entries)
{
    pki_der_begin(der, PKI_DER_SEQUENCE);
    if (oddity != EXTENDED_V1)
        pki_der_integer(der, oddity == ODD_VERSION ? 2 : 1);
    write_identifier(der);
    pki_der_begin(der, PKI_DER_SEQUENCE); /* an issuer without a name */
    pki_der_end(der);
    write_dates(der, oddity);
    if (entries > 0) {
        pki_der_begin(der, PKI_DER_SEQUENCE);
        for (int64_t i = 1; i <= entries; i++)
            write_entry(der, i, oddity == CRITICAL_ENTRY && i == entries);
        pki_der_end(der);
    }
    pki_der_begin(der, PKI_DER_CONTEXT_CONSTRUCTED(0));
    pki_der_begin(der, PKI_DER_SEQUENCE);
    write_extension(der, "2.5.29.20", false, 7);
    if (oddity == TWO_NUMBERS)
        write_extension(der, "2.5.29.20", false, 8);
    pki_der_end(der);
    pki_der_end(der);
    pki_der_end(der);
}

static void write_list(struct pki_buf *out, enum oddity oddity, int64_t entries)
{
    struct pki_der der = {.out = out};

    pki_der_begin(&der, PKI_DER_SEQUENCE);
    write_tbs(&der, oddity, entries);
    write_identifier(&der);
    pki_der_bits(&der, (struct pki_bytes){(const uint8_t *)"x", 1});
    if (oddity == BEHIND)
        pki_der_null(&der);
    pki_der_end(&der);
}

static void test_odd_lists_are_refused(void)
{
    static const struct {
        enum oddity oddity;
        enum pki_code code;
        const char *text;
    } cases[] = {
        {EXTENDED_V1, PKI_E_FORMAT, "extensions in a list of version 1 (RFC 5280 5.1.2.1)"},
        {TWO_NUMBERS, PKI_E_FORMAT, "an extension twice"},
        {ODD_VERSION, PKI_E_FORMAT, "version is written 2, not 1"},
        {NOT_A_TIME, PKI_E_FORMAT, "a time is not"},
        {CRITICAL_ENTRY, PKI_E_INVALID, "entry 3 has a critical extension that is not processed"},
        {BEHIND, PKI_E_FORMAT, "after the signature"},
    };
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) list = {0};
        write_list(&list, cases[i].oddity, 3);
        EXPECT_FAILS(read_all(pki_buf_view(&list), &err), err, cases[i].code);
        EXPECT_TEXT(cases[i].text);
    }
    pki_scope(pki_buf) plain = {0};
    write_list(&plain, PLAIN, 0);
    EXPECT_OK(read_all(pki_buf_view(&plain), &err), err);
}

static void expect_found(const struct pki_crl *crl, struct pki_bytes serial, bool expected)
{
    struct pki_error err = {0};
    struct pki_crl_entry entry;
    bool found = !expected;

    EXPECT_OK(pki_crl_find(crl, serial, NULL, &found, &entry, &err), err);
    CU_ASSERT_EQUAL(found, expected);
    CU_ASSERT_TRUE(!found || pki_bytes_equal(entry.serial, serial));
}

static void test_any_entry_of_a_long_list_is_found(void)
{
    pki_scope(pki_buf) list = {0};
    struct pki_error err = {0};
    struct pki_crl crl;

    write_list(&list, PLAIN, 10000);
    EXPECT_OK(pki_crl_parse(pki_buf_view(&list), &crl, &err), err);
    expect_found(&crl, (struct pki_bytes){(const uint8_t *)"\x01", 1}, true);
    expect_found(&crl, (struct pki_bytes){(const uint8_t *)"\x13\x88", 2}, true);  /* 5000 */
    expect_found(&crl, (struct pki_bytes){(const uint8_t *)"\x27\x10", 2}, true);  /* 10000 */
    expect_found(&crl, (struct pki_bytes){(const uint8_t *)"\x27\x11", 2}, false); /* 10001 */
    expect_found(&crl, (struct pki_bytes){(const uint8_t *)"\x00\x01", 2}, false);
}

static void test_reasons_have_names(void)
{
    CU_ASSERT_STRING_EQUAL(pki_crl_reason_name(1), "keyCompromise");
    CU_ASSERT_STRING_EQUAL(pki_crl_reason_name(10), "aACompromise");
    CU_ASSERT_STRING_EQUAL(pki_crl_reason_name(7), "unknown");
    CU_ASSERT_STRING_EQUAL(pki_crl_reason_name(11), "unknown");
    CU_ASSERT_STRING_EQUAL(pki_crl_reason_name(-1), "unknown");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a list that OpenSSL wrote is read", test_a_list_is_read},
        {"delta, scope and unknown extensions are told", test_kinds_are_told},
        {"the signature is checked", test_signatures_are_checked},
        {"a list cut anywhere is refused", test_a_list_cut_anywhere_is_refused},
        {"a list with any octet changed is survived",
         test_a_list_with_any_octet_changed_is_survived},
        {"odd lists are refused with the reason", test_odd_lists_are_refused},
        {"any entry of a long list is found", test_any_entry_of_a_long_list_is_found},
        {"reasons have the names of RFC 5280", test_reasons_have_names},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "crl_read", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
