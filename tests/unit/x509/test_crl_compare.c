#include "x509/crl_compare.h"

#include "asn1/der.h"
#include "crl_fixture.h"
#include "x509/crl_draft.h"

/* A list in memory: its entries, in the order given, as DER. */
struct list {
    struct pki_buf der;
    struct pki_crl crl;
};

static void list_clear(struct list *list)
{
    pki_buf_clear(&list->der);
}

enum oddity {
    NONE = 0,
    CRITICAL = 1,
    TORN = 2,
};

/* The entries with these numbers of crl_fixture.h; 0 ends. */
static void make_list(struct list *list, const size_t *numbers, enum oddity oddity)
{
    struct pki_der der = {.out = &list->der};
    uint8_t room[20];

    for (; *numbers > 0; numbers++) {
        struct pki_crl_line line = crl_line(*numbers, room);
        pki_der_begin(&der, PKI_DER_SEQUENCE);
        pki_der_primitive(&der, PKI_DER_INTEGER, line.serial);
        pki_der_time(&der, line.revoked_at);
        if (oddity == CRITICAL) {
            pki_der_begin(&der, PKI_DER_SEQUENCE);
            pki_der_begin(&der, PKI_DER_SEQUENCE);
            pki_der_oid(&der, "2.5.29.29");
            pki_der_boolean(&der, true);
            pki_der_octets(&der, line.serial);
            pki_der_end(&der);
            pki_der_end(&der);
        }
        pki_der_end(&der);
    }
    list->crl.entries = pki_buf_view(&list->der);
    if (oddity == TORN)
        list->crl.entries.size--;
}

static size_t count(const size_t *numbers)
{
    size_t n = 0;

    while (numbers[n] > 0)
        n++;
    return n;
}

/* Changes as text: "+3 -4 ~5". */
static bool note(void *of, const struct pki_crl_change *change, struct pki_error *err)
{
    static const char signs[] = {
        [PKI_CRL_ADDED] = '+', [PKI_CRL_REMOVED] = '-', [PKI_CRL_CHANGED] = '~'};
    struct pki_buf *text = of;
    struct pki_bytes serial =
        change->kind == PKI_CRL_ADDED ? change->after.serial : change->before.serial;

    pki_buf_printf(text, "%s%c%u", text->size > 0 ? " " : "", signs[change->kind],
                   (unsigned)serial.data[8]);
    return pki_buf_ok(text, err);
}

struct compared {
    struct pki_buf text;
    struct pki_crl_difference difference;
};

static void compared_clear(struct compared *compared)
{
    pki_buf_clear(&compared->text);
}

#define scope(type) __attribute__((__cleanup__(type##_clear))) struct type

/* Whoever reads the later list has each of its entries compared. */
static bool compare_all(const struct pki_crl *before, const struct pki_crl *after,
                        const struct pki_crl_sink *sink, struct pki_crl_difference *difference,
                        struct pki_error *err)
{
    struct pki_crl_comparison comparison = pki_crl_comparison_begin(before, sink);
    struct pki_crl_entry entry;

    for (struct pki_bytes rest = after->entries; rest.size > 0;) {
        struct pki_bytes der = rest;
        if (!pki_crl_next(&rest, &entry, err))
            return false;
        der.size -= rest.size;
        if (!pki_crl_comparison_take(&comparison, &entry, der, err))
            return false;
    }
    return pki_crl_comparison_end(&comparison, difference, err);
}

static void compare(const struct pki_crl *before, const struct pki_crl *after,
                    struct compared *compared)
{
    struct pki_error err = {0};
    const struct pki_crl_sink sink = {note, &compared->text};

    EXPECT_OK(compare_all(before, after, &sink, &compared->difference, &err), err);
    pki_buf_byte(&compared->text, 0);
    CU_ASSERT_FALSE_FATAL(compared->text.failed);
}

static void test_changes_are_told_in_order_of_serials(void)
{
    static const struct {
        size_t before[8], after[8];
        const char *text;
    } cases[] = {
        {{0}, {0}, ""},
        {{1, 2, 3, 0}, {1, 2, 3, 0}, ""},
        {{0}, {1, 2, 0}, "+1 +2"},
        {{1, 2, 0}, {0}, "-1 -2"},
        {{1, 3, 5, 0}, {1, 2, 3, 4, 5, 6, 0}, "+2 +4 +6"},
        {{1, 2, 3, 4, 0}, {2, 4, 5, 0}, "-1 -3 +5"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        scope(list) before = {0};
        scope(list) after = {0};
        scope(compared) compared = {0};

        make_list(&before, cases[i].before, NONE);
        make_list(&after, cases[i].after, NONE);
        compare(&before.crl, &after.crl, &compared);
        CU_ASSERT_STRING_EQUAL(compared.text.data, cases[i].text);
        CU_ASSERT_EQUAL(compared.difference.before, count(cases[i].before));
        CU_ASSERT_EQUAL(compared.difference.after, count(cases[i].after));
    }
}

static void test_without_a_list_before_everything_is_added(void)
{
    scope(list) after = {0};
    scope(compared) compared = {0};

    make_list(&after, (const size_t[]){1, 2, 0}, NONE);
    compare(NULL, &after.crl, &compared);
    CU_ASSERT_STRING_EQUAL(compared.text.data, "+1 +2");
    CU_ASSERT_EQUAL(compared.difference.before, 0);
    CU_ASSERT_EQUAL(compared.difference.after, 2);
}

static void write_entry(struct list *list, const struct pki_crl_line *line)
{
    pki_crl_line_write(&list->der, line);
    list->crl.entries = pki_buf_view(&list->der);
}

static void test_another_date_or_reason_is_a_change(void)
{
    static const struct {
        int64_t invalid_before, later;
        int reason;
        int64_t invalid_after; /* 0: none */
        const char *text;
    } cases[] = {
        {0, 0, 0, 0, ""},   {0, 1, 0, 0, "~1"}, {0, 0, 4, 0, "~1"},  {9, 0, 0, 9, ""},
        {0, 0, 0, 9, "~1"}, {9, 0, 0, 0, "~1"}, {9, 0, 0, 10, "~1"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        uint8_t room[20];
        struct pki_crl_line line = crl_line(1, room);
        scope(list) before = {0};
        scope(list) after = {0};
        scope(compared) compared = {0};

        line.reason = 0;
        line.has_invalidity = cases[i].invalid_before > 0;
        line.invalidity_at = cases[i].invalid_before;
        write_entry(&before, &line);
        line.revoked_at += cases[i].later;
        line.reason = cases[i].reason;
        line.has_invalidity = cases[i].invalid_after > 0;
        line.invalidity_at = cases[i].invalid_after;
        write_entry(&after, &line);
        compare(&before.crl, &after.crl, &compared);
        CU_ASSERT_STRING_EQUAL(compared.text.data, cases[i].text);
        CU_ASSERT_EQUAL(compared.difference.changed, cases[i].text[0] != 0);
    }
}

/* Of either list; of the earlier one where it is read, as the later one has another entry there. */
static void test_lists_that_must_not_be_used_are_refused(void)
{
    static const struct {
        size_t numbers[4], others[4];
        enum oddity oddity;
        bool earlier;
        enum pki_code code;
        const char *text;
    } cases[] = {
        {{1, 1, 0}, {0}, NONE, false, PKI_E_INVALID, "later revocation list: entry 2: its serial"},
        {{1, 3, 2, 0}, {0}, NONE, false, PKI_E_INVALID, "entry 3: its serial number does not come"},
        {{1, 3, 2, 0}, {1, 2, 3, 0}, NONE, false, PKI_E_INVALID, "later revocation list: entry 3"},
        {{1, 2, 0}, {0}, CRITICAL, false, PKI_E_INVALID, "entry 1: a critical extension"},
        {{1, 1, 0}, {1, 2, 0}, NONE, true, PKI_E_INVALID, "earlier revocation list: entry 2: its"},
        {{2, 1, 0}, {0}, NONE, true, PKI_E_INVALID, "earlier revocation list: entry 2: its serial"},
        {{1, 3, 2, 0}, {1, 4, 0}, NONE, true, PKI_E_INVALID, "earlier revocation list: entry 3"},
        {{1, 2, 0}, {3, 0}, CRITICAL, true, PKI_E_INVALID, "earlier revocation list: entry 1: a"},
        {{1, 2, 0}, {1, 2, 3, 0}, TORN, true, PKI_E_FORMAT, ""},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        scope(list) odd = {0};
        scope(list) other = {0};
        struct pki_crl_difference difference = {.added = 77};
        struct pki_error err = {0};

        make_list(&odd, cases[i].numbers, cases[i].oddity);
        make_list(&other, cases[i].others, NONE);
        EXPECT_FAILS(compare_all(cases[i].earlier ? &odd.crl : &other.crl,
                                 cases[i].earlier ? &other.crl : &odd.crl, NULL, &difference, &err),
                     err, cases[i].code);
        EXPECT_TEXT(cases[i].text);
        CU_ASSERT_EQUAL(difference.added, 77);
    }
}

static bool stop(void *of, const struct pki_crl_change *change, struct pki_error *err)
{
    size_t *told = of;

    (void)change;
    ++*told;
    return pki_fail(err, PKI_E_INTEGRITY, "serial number vanished");
}

static void test_a_sink_can_end_it(void)
{
    scope(list) before = {0};
    scope(list) after = {0};
    struct pki_crl_difference difference = {0};
    struct pki_error err = {0};
    size_t told = 0;

    make_list(&before, (const size_t[]){1, 2, 0}, NONE);
    EXPECT_FAILS(compare_all(&before.crl, &after.crl, &(struct pki_crl_sink){stop, &told},
                             &difference, &err),
                 err, PKI_E_INTEGRITY);
    CU_ASSERT_EQUAL(told, 1);
}

static const uint8_t octets[] = {0x00, 0xff, 0x01, 0x00, 0x80};

static struct pki_crl head(struct pki_bytes number, int64_t this_update)
{
    return (struct pki_crl){
        .issuer = {octets, 2},
        .authority_key_id = {octets, 3},
        .has_number = number.size > 0,
        .number = number,
        .this_update = this_update,
    };
}

static void test_numbers_and_dates_only_grow(void)
{
    static const struct {
        struct pki_bytes before, after;
        int64_t later;
        const char *text; /* NULL: may follow */
    } cases[] = {
        {{octets, 2}, {octets + 2, 2}, 1, NULL}, /* 255, 256 */
        {{octets, 2}, {octets + 2, 2}, 0, NULL},
        {{octets, 1}, {octets + 2, 1}, 0, NULL}, /* 0, 1 */
        {{octets + 2, 2}, {octets, 2}, 1, "number does not grow"},
        {{octets + 2, 2}, {octets + 2, 2}, 1, "number does not grow"},
        {{octets, 1}, {octets, 1}, 1, "number does not grow"},
        {{octets, 2}, {octets + 2, 2}, -1, "thisUpdate goes back"},
        {{octets, 0}, {octets + 2, 2}, 1, "one has no CRL number"},
        {{octets, 2}, {octets + 4, 1}, 1, "one has no CRL number"}, /* negative */
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_crl before = head(cases[i].before, CRL_TIME);
        struct pki_crl after = head(cases[i].after, CRL_TIME + cases[i].later);
        struct pki_error err = {0};

        if (!cases[i].text) {
            EXPECT_OK(pki_crl_may_follow(&before, &after, &err), err);
            continue;
        }
        EXPECT_FAILS(pki_crl_may_follow(&before, &after, &err), err, PKI_E_INTEGRITY);
        EXPECT_TEXT(cases[i].text);
    }
}

static void test_only_the_same_issuer_follows(void)
{
    struct pki_crl before = head((struct pki_bytes){octets, 1}, CRL_TIME);
    struct pki_crl after = head((struct pki_bytes){octets + 2, 1}, CRL_TIME);
    struct pki_error err = {0};

    after.issuer.size = 1;
    EXPECT_FAILS(pki_crl_may_follow(&before, &after, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("their issuers have other names");
    after.issuer.size = 2;
    after.authority_key_id.size = 1;
    EXPECT_FAILS(pki_crl_may_follow(&before, &after, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("their issuers have other keys");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"changes are told in order of serials", test_changes_are_told_in_order_of_serials},
        {"without a list before everything is added",
         test_without_a_list_before_everything_is_added},
        {"another date or reason is a change", test_another_date_or_reason_is_a_change},
        {"lists that must not be used are refused", test_lists_that_must_not_be_used_are_refused},
        {"a sink can end it", test_a_sink_can_end_it},
        {"numbers and dates only grow", test_numbers_and_dates_only_grow},
        {"only the same issuer follows", test_only_the_same_issuer_follows},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "crl compare", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
