#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gnutls/x509.h>

#include "crl_fixture.h"
#include "x509/crl.h"
#include "x509/lint.h"
#include "x509/pem.h"

#define MIB ((size_t)1024 * 1024)

static bool exists(const struct crl_maker *maker, const char *name)
{
    struct stat status;

    return fstatat(maker->dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static void expect_line(const struct pki_crl_entry *entry, size_t number)
{
    uint8_t room[20];
    struct pki_crl_line line = crl_line(number, room);

    CU_ASSERT_TRUE_FATAL(pki_bytes_equal(entry->serial, line.serial));
    CU_ASSERT_EQUAL_FATAL(entry->revoked_at, line.revoked_at);
    CU_ASSERT_EQUAL_FATAL(entry->reason, line.reason);
    CU_ASSERT_EQUAL_FATAL(entry->has_invalidity, line.has_invalidity);
    if (line.has_invalidity)
        CU_ASSERT_EQUAL_FATAL(entry->invalidity_at, line.invalidity_at);
}

static void expect_facts(const struct pki_crl *crl, const struct crl_maker *maker)
{
    CU_ASSERT_EQUAL(crl->version, 2);
    CU_ASSERT_TRUE(pki_bytes_equal(crl->issuer, maker->facts.issuer));
    CU_ASSERT_EQUAL(crl->this_update, maker->facts.this_update);
    CU_ASSERT_EQUAL(crl->next_update, maker->facts.next_update);
    CU_ASSERT_TRUE(pki_bytes_equal(crl->authority_key_id, maker->facts.authority_key_id));
    CU_ASSERT_TRUE(crl->has_number && crl->number.size == 4);
    CU_ASSERT_FALSE(crl->is_delta || crl->has_unknown_critical || crl->distribution.size > 0);
}

static void expect_entries(const struct pki_crl *crl, size_t n)
{
    struct pki_bytes rest = crl->entries;
    struct pki_crl_entry entry;
    struct pki_error err = {0};
    size_t seen = 0;

    while (rest.size > 0) {
        EXPECT_OK(pki_crl_next(&rest, &entry, &err), err);
        expect_line(&entry, ++seen);
    }
    CU_ASSERT_EQUAL(seen, n);
}

/* Another implementation reads what ours wrote; small lists only, as its time is quadratic. */
static void expect_gnutls_agrees(struct pki_bytes der, size_t n)
{
    const gnutls_datum_t datum = {(unsigned char *)der.data, (unsigned)der.size};
    gnutls_x509_crl_t crl = NULL;
    uint8_t number[20];
    size_t size = sizeof(number);
    unsigned critical = 1;

    CU_ASSERT_EQUAL_FATAL(gnutls_x509_crl_init(&crl), 0);
    CU_ASSERT_EQUAL_FATAL(gnutls_x509_crl_import(crl, &datum, GNUTLS_X509_FMT_DER), 0);
    CU_ASSERT_EQUAL(gnutls_x509_crl_get_version(crl), 2);
    CU_ASSERT_EQUAL(gnutls_x509_crl_get_crt_count(crl), (int)n);
    CU_ASSERT_EQUAL(gnutls_x509_crl_get_this_update(crl), CRL_TIME);
    CU_ASSERT_EQUAL(gnutls_x509_crl_get_number(crl, number, &size, &critical), 0);
    CU_ASSERT_EQUAL(critical, 0);
    size = sizeof(number);
    CU_ASSERT_EQUAL(gnutls_x509_crl_get_authority_key_id(crl, number, &size, &critical), 0);
    CU_ASSERT_EQUAL(size, 20);
    gnutls_x509_crl_deinit(crl);
}

static void expect_list(const struct crl_maker *maker, const char *name, size_t n)
{
    struct pki_error err = {0};
    struct pki_bytes der = {0};
    struct pki_crl crl;

    EXPECT_OK(pki_file_map(maker->dir, name, PKI_LIMIT_CRL, &der, &err), err);
    EXPECT_OK(pki_crl_parse(der, &crl, &err), err);
    EXPECT_OK(pki_crl_verify_signature(&crl, pki_key_spki(maker->key), &err), err);
    expect_facts(&crl, maker);
    expect_entries(&crl, n);
    if (n <= 100)
        expect_gnutls_agrees(der, n);
    pki_file_unmap(&der);
}

static void test_lists_of_every_algorithm_are_read_back(void)
{
    for (int id = 0; id < PKI_KEY_ALGORITHMS; id++) {
        struct crl_maker maker;
        struct crl_lines lines = {.n = 40};
        struct pki_error err = {0};

        if (id == PKI_KEY_RSA_4096) /* takes long to generate and does what 3072 does */
            continue;
        crl_maker_init(&maker, (enum pki_key_algorithm)id);
        EXPECT_OK(crl_make(&maker, &lines, "each.crl", &err), err);
        expect_list(&maker, "each.crl", lines.n);
        CU_ASSERT_EQUAL(unlinkat(maker.dir, "each.crl", 0), 0);
        crl_maker_clear(&maker);
    }
}

/* Where lengths begin to take another octet, in the outer headers and the inner one. */
static void test_lists_of_every_length_are_read_back(void)
{
    struct crl_maker maker;

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    for (size_t n = 0; n < 12; n++) {
        struct crl_lines lines = {.n = n};
        struct pki_error err = {0};
        EXPECT_OK(crl_make(&maker, &lines, "short.crl", &err), err);
        expect_list(&maker, "short.crl", n);
        CU_ASSERT_EQUAL(unlinkat(maker.dir, "short.crl", 0), 0);
    }
    for (size_t n = 1150; n < 1250; n += 7) { /* about 64 KiB */
        struct crl_lines lines = {.n = n};
        struct pki_error err = {0};
        EXPECT_OK(crl_make(&maker, &lines, "long.crl", &err), err);
        expect_list(&maker, "long.crl", n);
        CU_ASSERT_EQUAL(unlinkat(maker.dir, "long.crl", 0), 0);
    }
    crl_maker_clear(&maker);
}

static void test_the_octets_are_those_of_the_standard(void)
{
    struct crl_maker maker;
    struct crl_lines lines = {.n = 3};
    pki_auto(pki_crl_draft) draft = NULL;
    pki_scope(pki_crl_view) view = {0};
    struct pki_error err = {0};
    size_t size = 0;
    uint8_t *expected = test_load_hex(FIXTURES "/x509/crl-body.hex", &size);

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    EXPECT_OK(crl_build(&maker, &lines, "octets.crl", &draft, &err), err);
    EXPECT_OK(pki_crl_draft_view(draft, &view, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(view.der, (struct pki_bytes){expected, size}));
    free(expected);
    crl_maker_clear(&maker);
}

static void test_a_body_is_known_before_it_is_signed(void)
{
    struct crl_maker maker;
    struct crl_lines lines = {.n = 5};
    pki_auto(pki_crl_draft) draft = NULL;
    struct pki_crl_view view = {0};
    struct pki_error err = {0};
    struct pki_digest_state state;
    uint8_t digest[PKI_DIGEST_MAX];
    struct pki_crl crl;

    crl_maker_init(&maker, PKI_KEY_ECDSA_P384);
    EXPECT_OK(crl_build(&maker, &lines, "body.crl", &draft, &err), err);
    const struct pki_crl_body *body = pki_crl_draft_body(draft);
    CU_ASSERT_EQUAL(body->entries, 5);
    CU_ASSERT_EQUAL(body->digest_kind, PKI_SHA384);
    EXPECT_OK(pki_crl_draft_view(draft, &view, &err), err);
    CU_ASSERT_EQUAL(view.der.size, body->size);
    pki_digest_begin(&state, PKI_SHA384);
    pki_digest_add(&state, view.der);
    pki_digest_end(&state, digest);
    EXPECT_OK(pki_crl_parse_body(view.der, &crl, &err), err);
    expect_facts(&crl, &maker);
    expect_entries(&crl, 5);
    pki_crl_view_clear(&view);

    EXPECT_OK(crl_sign(draft, maker.key, &err), err);
    EXPECT_OK(pki_crl_draft_view(draft, &view, &err), err);
    EXPECT_OK(pki_crl_parse(view.der, &crl, &err), err);
    EXPECT_OK(pki_crl_verify_digest(&crl, pki_key_spki(maker.key),
                                    (struct pki_bytes){digest, pki_digest_size(PKI_SHA384)}, &err),
              err);
    digest[0] ^= 1;
    EXPECT_FAILS(pki_crl_verify_digest(&crl, pki_key_spki(maker.key),
                                       (struct pki_bytes){digest, pki_digest_size(PKI_SHA384)},
                                       &err),
                 err, PKI_E_INVALID);
    pki_crl_view_clear(&view);
    CU_ASSERT_FALSE(exists(&maker, "body.crl"));
    crl_maker_clear(&maker);
}

static void test_lint_finds_no_fault_with_a_body(void)
{
    struct crl_maker maker;
    struct crl_lines lines = {.n = 50};
    pki_auto(pki_crl_draft) draft = NULL;
    pki_scope(pki_crl_view) view = {0};
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_error err = {0};
    struct pki_crl crl;
    const struct pki_lint_subject subject = {.kind = PKI_LINT_CRL, .crl = &crl};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P384);
    EXPECT_OK(crl_build(&maker, &lines, "lint.crl", &draft, &err), err);
    EXPECT_OK(pki_crl_draft_view(draft, &view, &err), err);
    EXPECT_OK(pki_crl_parse_body(view.der, &crl, &err), err);
    EXPECT_OK(pki_lint_run(&subject, NULL, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    crl_maker_clear(&maker);
}

static void test_a_list_as_pem_is_the_one_that_is_written_at_once(void)
{
    struct crl_maker maker;
    struct crl_lines lines = {.n = 3000}; /* over one chunk of lines */
    struct pki_bytes der = {0};
    struct pki_bytes text = {0};
    pki_auto(pki_file) file = NULL;
    pki_scope(pki_buf) expected = {0};
    struct pki_error err = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    EXPECT_OK(crl_make(&maker, &lines, "der.crl", &err), err);
    EXPECT_OK(pki_file_map(maker.dir, "der.crl", PKI_LIMIT_CRL, &der, &err), err);
    EXPECT_OK(pki_file_create(maker.dir, "pem.crl", 0644, &file, &err), err);
    EXPECT_OK(pki_pem_put(file, PKI_PEM_CRL, der, &err), err);
    EXPECT_OK(pki_file_commit(&file, &err), err);
    pki_pem_write(&expected, PKI_PEM_CRL, der);
    EXPECT_OK(pki_file_map(maker.dir, "pem.crl", PKI_LIMIT_CRL, &text, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(text, pki_buf_view(&expected)));
    pki_file_unmap(&text);
    pki_file_unmap(&der);
    crl_maker_clear(&maker);
}

static long peak_kib(void)
{
    struct rusage usage;

    CU_ASSERT_EQUAL_FATAL(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void test_memory_stays_flat_at_any_length(void)
{
    struct crl_maker maker;
    struct crl_lines few = {.n = 1000};
    struct crl_lines many = {.n = 100000};
    struct pki_error err = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P384);
    EXPECT_OK(crl_make(&maker, &few, "few.crl", &err), err);
    long before = peak_kib();
    EXPECT_OK(crl_make(&maker, &many, "many.crl", &err), err);
    CU_ASSERT_TRUE((size_t)(peak_kib() - before) * 1024 < 2 * MIB);
    expect_list(&maker, "many.crl", many.n);
    crl_maker_clear(&maker);
}

static void test_facts_that_are_no_list_are_refused(void)
{
    static const uint8_t no_name[] = {0x30, 0x00};
    static const struct {
        struct pki_crl_facts wrong; /* what is set here replaces what is right */
        const char *text;
    } cases[] = {
        {{.issuer = {no_name, 2}}, "issuer has no name"},
        {{.number = -1}, "CRL number is negative"},
        {{.this_update = -1}, "nextUpdate is not after thisUpdate"},
        {{.next_update = CRL_TIME}, "nextUpdate is not after thisUpdate"},
        {{.next_update = INT64_C(253402300800)}, "nextUpdate is not after thisUpdate"},
        {{.authority_key_id = {no_name, 0}}, "no key identifier of the issuer"},
    };
    struct crl_maker maker;

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    const struct pki_crl_facts right = maker.facts;
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        const struct pki_crl_facts *wrong = &cases[i].wrong;
        struct crl_lines lines = {.n = 1};
        pki_auto(pki_crl_draft) draft = NULL;
        struct pki_error err = {0};

        maker.facts = right;
        if (wrong->issuer.data)
            maker.facts.issuer = wrong->issuer;
        if (wrong->authority_key_id.data)
            maker.facts.authority_key_id = wrong->authority_key_id;
        maker.facts.number += wrong->number * CRL_TIME * 2;
        maker.facts.this_update += wrong->this_update * CRL_TIME * 2;
        if (wrong->next_update != 0)
            maker.facts.next_update = wrong->next_update;
        EXPECT_FAILS(crl_build(&maker, &lines, "wrong.crl", &draft, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(cases[i].text);
        CU_ASSERT_PTR_NULL(draft);
        CU_ASSERT_EQUAL(lines.next, 0);
    }
    crl_maker_clear(&maker);
}

static void test_lines_that_are_no_entries_are_refused(void)
{
    static const uint8_t octets[] = {0x7f, 0x80, 0x00, 0x7f, 1,  2,  3,  4,  5,  6,  7,  8,
                                     9,    10,   11,   12,   13, 14, 15, 16, 17, 18, 19, 20};
    static const struct {
        struct pki_crl_line line;
        enum pki_code code;
        const char *text;
    } cases[] = {
        {{.serial = {octets, 0}}, PKI_E_POLICY, "serial number of 0 octets"},
        {{.serial = {octets, 21}}, PKI_E_POLICY, "serial number of 21 octets"},
        {{.serial = {octets + 1, 1}}, PKI_E_POLICY, "is negative"},
        {{.serial = {octets + 2, 2}}, PKI_E_POLICY, "zero octet too many"},
        {{.serial = {octets, 1}, .reason = 6}, PKI_E_POLICY, "reason code 6"},
        {{.serial = {octets, 1}, .reason = 7}, PKI_E_POLICY, "reason code 7"},
        {{.serial = {octets, 1}, .reason = 8}, PKI_E_POLICY, "reason code 8"},
        {{.serial = {octets, 1}, .reason = 11}, PKI_E_POLICY, "reason code 11"},
        {{.serial = {octets, 1}, .reason = -1}, PKI_E_POLICY, "reason code -1"},
        {{.serial = {octets, 1}, .revoked_at = -1}, PKI_E_POLICY, "a date outside"},
        {{.serial = {octets, 1}, .has_invalidity = true, .invalidity_at = INT64_MAX},
         PKI_E_POLICY,
         "a date outside"},
        {{.serial = {octets + 4, 1}}, PKI_E_INTEGRITY, "does not come after the last one"},
    };
    struct crl_maker maker;

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct crl_lines lines = {.n = 3, .odd_at = 2, .odd = cases[i].line};
        pki_auto(pki_crl_draft) draft = NULL;
        struct pki_error err = {0};

        EXPECT_FAILS(crl_build(&maker, &lines, "odd.crl", &draft, &err), err, cases[i].code);
        EXPECT_TEXT("revocation list: entry 2: ");
        EXPECT_TEXT(cases[i].text);
        CU_ASSERT_PTR_NULL(draft);
    }
    crl_maker_clear(&maker);
}

static void test_a_serial_twice_is_refused(void)
{
    uint8_t room[20];
    struct crl_maker maker;
    struct crl_lines lines = {.n = 3, .odd_at = 3, .odd = crl_line(2, room)};
    pki_auto(pki_crl_draft) draft = NULL;
    struct pki_error err = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    EXPECT_FAILS(crl_build(&maker, &lines, "twice.crl", &draft, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("entry 3: its serial number does not come after the last one");
    crl_maker_clear(&maker);
}

static void test_a_failing_source_ends_it(void)
{
    struct crl_maker maker;
    struct crl_lines lines = {.n = 5000, .fail_at = 4000};
    pki_auto(pki_crl_draft) draft = NULL;
    struct pki_error err = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    EXPECT_FAILS(crl_build(&maker, &lines, "interrupted.crl", &draft, &err), err, PKI_E_CANCELLED);
    CU_ASSERT_FALSE(exists(&maker, "interrupted.crl"));
    crl_maker_clear(&maker);
}

static void test_a_list_over_the_limit_is_refused(void)
{
    struct crl_maker maker;
    struct crl_lines lines = {.n = 5000};
    pki_auto(pki_crl_draft) draft = NULL;
    struct pki_error err = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    maker.facts.limit = 100000;
    EXPECT_FAILS(crl_build(&maker, &lines, "large.crl", &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("the list grows over the limit of 100000 octets");
    crl_maker_clear(&maker);
}

static void test_another_algorithm_does_not_sign(void)
{
    struct crl_maker maker;
    struct crl_maker other;
    struct crl_lines lines = {.n = 1};
    pki_auto(pki_crl_draft) draft = NULL;
    struct pki_error err = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    crl_maker_init(&other, PKI_KEY_ED25519);
    EXPECT_OK(crl_build(&maker, &lines, "other.crl", &draft, &err), err);
    EXPECT_FAILS(crl_sign(draft, other.key, &err), err, PKI_E_CRYPTO);
    EXPECT_TEXT("made for ECDSA P-256 key, not for Ed25519 key");
    EXPECT_OK(crl_sign(draft, maker.key, &err), err);
    EXPECT_FAILS(crl_sign(draft, maker.key, &err), err, PKI_E_STATE);
    crl_maker_clear(&maker);
    crl_maker_clear(&other);
}

static void test_only_a_signed_list_gets_a_name_and_only_a_free_one(void)
{
    struct crl_maker maker;
    struct crl_lines lines = {.n = 1};
    struct crl_lines again = {.n = 2};
    pki_auto(pki_crl_draft) draft = NULL;
    struct pki_error err = {0};

    crl_maker_init(&maker, PKI_KEY_ECDSA_P256);
    EXPECT_OK(crl_build(&maker, &lines, "unsigned.crl", &draft, &err), err);
    EXPECT_FAILS(pki_crl_draft_place(&draft, &err), err, PKI_E_STATE);
    CU_ASSERT_PTR_NULL(draft);
    CU_ASSERT_FALSE(exists(&maker, "unsigned.crl"));
    lines.next = 0;
    EXPECT_OK(crl_make(&maker, &lines, "taken.crl", &err), err);
    EXPECT_FAILS(crl_make(&maker, &again, "taken.crl", &err), err, PKI_E_EXISTS);
    expect_list(&maker, "taken.crl", 1);
    crl_maker_clear(&maker);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"lists of every algorithm are read back", test_lists_of_every_algorithm_are_read_back},
        {"lists of every length are read back", test_lists_of_every_length_are_read_back},
        {"the octets are those of the standard", test_the_octets_are_those_of_the_standard},
        {"a body is known before it is signed", test_a_body_is_known_before_it_is_signed},
        {"lint finds no fault with a body", test_lint_finds_no_fault_with_a_body},
        {"a list as PEM is the one that is written at once",
         test_a_list_as_pem_is_the_one_that_is_written_at_once},
        {"memory stays flat at any length", test_memory_stays_flat_at_any_length},
        {"facts that are no list are refused", test_facts_that_are_no_list_are_refused},
        {"lines that are no entries are refused", test_lines_that_are_no_entries_are_refused},
        {"a serial twice is refused", test_a_serial_twice_is_refused},
        {"a failing source ends it", test_a_failing_source_ends_it},
        {"a list over the limit is refused", test_a_list_over_the_limit_is_refused},
        {"another algorithm does not sign", test_another_algorithm_does_not_sign},
        {"only a signed list gets a name, and only a free one",
         test_only_a_signed_list_gets_a_name_and_only_a_free_one},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "crl build", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
