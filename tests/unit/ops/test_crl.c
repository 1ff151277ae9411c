#include "life_fixture.h"

#include <fcntl.h>

#include "base/file.h"
#include "ops/crl_due.h"
#include "ops/crl_file.h"
#include "store/reservations.h"
#include "x509/cert.h"
#include "x509/crl.h"

#define TLS "prod-tls-g1"
#define DAY (INT64_C(24) * 3600)

static const char *tls_cellar(const char *name)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    fixture_line(cellar, "prod", "tls");
    return cellar;
}

/* The last CRL of an authority, read and verified. */
static void expect_crl(struct pki_session *session, const char *authority, size_t entries)
{
    struct pki_crl_row row = life_last_crl(session, authority);
    pki_scope(pki_authority_row) issuer = {0};
    pki_scope(pki_certificate_row) own = {0};
    pki_auto(pki_cert) cert = NULL;
    struct pki_bytes der = {0};
    struct pki_crl crl;
    struct pki_crl_entry entry;
    struct pki_error err = {0};
    bool found = false;

    EXPECT_OK(pki_crl_file_map(session, authority, &row, &der, &err), err);
    EXPECT_OK(pki_crl_parse(der, &crl, &err), err);
    EXPECT_OK(pki_store_authority(session->store, row.issuer, &issuer, &err), err);
    EXPECT_OK(pki_store_certificate(session->store, issuer.certificate, &own, &err), err);
    EXPECT_OK(pki_cert_parse(pki_buf_view(&own.der), &cert, &err), err);
    EXPECT_OK(pki_crl_verify_signature(&crl, cert->spki, &err), err);
    CU_ASSERT_EQUAL(crl.this_update, row.this_update);
    CU_ASSERT_EQUAL(crl.next_update, row.next_update);
    size_t n = 0;
    for (struct pki_bytes rest = crl.entries; rest.size > 0; n++)
        EXPECT_OK(pki_crl_next(&rest, &entry, &err), err);
    CU_ASSERT_EQUAL(n, entries);
    CU_ASSERT_EQUAL(row.entries, (int64_t)entries);
    EXPECT_OK(pki_crl_find(&crl, cert->serial, NULL, &found, &entry, &err), err);
    CU_ASSERT_FALSE(found);
    pki_file_unmap(&der);
}

static void test_numbers_and_dates_only_grow(void)
{
    const char *cellar = tls_cellar("grow");
    pki_auto(pki_session) session = fixture_open(cellar);

    life_crl(session, "root-g1");
    struct pki_crl_row first = life_last_crl(session, "root-g1");
    CU_ASSERT_EQUAL(first.number, FIXTURE_NOW - 300);
    CU_ASSERT_EQUAL(first.this_update, FIXTURE_NOW - 300);
    CU_ASSERT_EQUAL(first.next_update, FIXTURE_NOW - 300 + 180 * DAY);
    expect_crl(session, "root-g1", 0);
    life_crl(session, "root-g1");
    struct pki_crl_row second = life_last_crl(session, "root-g1");
    CU_ASSERT_EQUAL(second.number, first.number + 1);
    CU_ASSERT_EQUAL(second.this_update, first.this_update + 1);
    fixture_room.now += DAY;
    life_crl(session, "root-g1");
    CU_ASSERT_EQUAL(life_last_crl(session, "root-g1").number, fixture_room.now - 300);
    fixture_room_reset();
}

static void test_revoked_is_listed_and_stays(void)
{
    const char *cellar = tls_cellar("listed");
    pki_auto(pki_session) session = fixture_open(cellar);
    const struct pki_revoke_request revoke = {.what = life_serial(session, TLS),
                                              .reason = "superseded"};
    pki_auto(pki_draft) draft = NULL;
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    life_crl(session, "root-g1");
    life_revoke(session, &revoke);
    EXPECT_OK(pki_crl_prepare(session, "root-g1", &draft, &err), err);
    CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "Example Corp Root CA");
    EXPECT_OK(pki_draft_describe(draft, report, &err), err);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "+1 since number 1798761300"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Example Corp Prod TLS CA G1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "superseded"));
    free(text);
    life_crl(session, "root-g1");
    expect_crl(session, "root-g1", 1);
    CU_ASSERT_EQUAL(life_last_crl(session, "root-g1").covers, 1);
    fixture_room.now += 400 * DAY;
    life_crl(session, "root-g1");
    expect_crl(session, "root-g1", 1);
    fixture_room_reset();
    fixture_room.now = FIXTURE_NOW + 400 * DAY;
    EXPECT_FAILS(pki_draft_sign(session, PKI_TAKE(draft), report, &err), err, PKI_E_STATE);
    EXPECT_TEXT("the cellar has moved on since this draft");
    fixture_room_reset();
}

/* A list that does not hold what the last one held is never signed. */
static void test_last_list_must_be_there_unchanged(void)
{
    const char *cellar = tls_cellar("superset");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};
    pki_scope_fd int dir = -1;

    life_crl(session, "root-g1");
    EXPECT_OK(pki_crl_directory(session, &dir, &err), err);
    int fd = openat(dir, "root-g1-1798761300.crl", O_WRONLY | O_APPEND | O_CLOEXEC);
    CU_ASSERT_EQUAL(write(fd, "x", 1), 1);
    close(fd);
    EXPECT_FAILS(pki_crl_prepare(session, "root-g1", &draft, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("crls/root-g1-1798761300.crl differs from the record");
    CU_ASSERT_EQUAL(unlinkat(dir, "root-g1-1798761300.crl", 0), 0);
    EXPECT_FAILS(pki_crl_prepare(session, "root-g1", &draft, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("restore it from a backup");
}

static void flip(int dir, const char *name, off_t at)
{
    uint8_t octet = 0;
    int fd = openat(dir, name, O_RDWR | O_CLOEXEC);

    CU_ASSERT_EQUAL(pread(fd, &octet, 1, at), 1);
    octet ^= 1; /* a digit stays one */
    CU_ASSERT_EQUAL(pwrite(fd, &octet, 1, at), 1);
    close(fd);
}

/* Of the last list of root-g1. */
static off_t signature_size(struct pki_session *session)
{
    const struct pki_crl_row row = life_last_crl(session, "root-g1");
    struct pki_error err = {0};
    struct pki_bytes der = {0};
    struct pki_crl crl = {0};

    EXPECT_OK(pki_crl_file_map(session, "root-g1", &row, &der, &err), err);
    EXPECT_OK(pki_crl_parse(der, &crl, &err), err);
    off_t size = (off_t)crl.signature.size;
    pki_file_unmap(&der);
    return size;
}

/* Wherever it is damaged, also where that was found by reading it: it is told as damaged. But for
   its signature: nothing of the next list comes from that, and whoever takes the file sees it. */
static void test_damage_of_the_last_list_is_told_as_that(void)
{
    const char *cellar = tls_cellar("damaged");
    pki_auto(pki_session) session = fixture_open(cellar);
    const struct pki_revoke_request revoke = {.what = life_serial(session, TLS),
                                              .reason = "superseded"};
    pki_scope_fd int dir = -1;
    struct pki_error none = {0};

    life_revoke(session, &revoke);
    life_crl(session, "root-g1");
    EXPECT_OK(pki_crl_directory(session, &dir, &none), none);
    const off_t signature = life_last_crl(session, "root-g1").size - signature_size(session);
    for (off_t at = 0; at < signature; at++) {
        pki_auto(pki_draft) draft = NULL;
        struct pki_error err = {0};

        flip(dir, "root-g1-1798761300.crl", at);
        EXPECT_FAILS(pki_crl_prepare(session, "root-g1", &draft, &err), err, PKI_E_INTEGRITY);
        EXPECT_TEXT("crls/root-g1-1798761300.crl differs from the record");
        flip(dir, "root-g1-1798761300.crl", at);
    }
    life_crl(session, "root-g1");
}

/* What a signing that was cut off left under the same name is in nobody's way. */
static void test_unrecorded_file_is_replaced(void)
{
    const char *cellar = tls_cellar("orphan");
    pki_auto(pki_session) session = fixture_open(cellar);
    struct pki_error err = {0};
    pki_scope_fd int dir = -1;

    EXPECT_OK(pki_crl_directory(session, &dir, &err), err);
    EXPECT_OK(pki_file_write_new(dir, "root-g1-1798761300.crl", 0600,
                                 (struct pki_bytes){(const uint8_t *)"torn", 4}, &err),
              err);
    life_crl(session, "root-g1");
    expect_crl(session, "root-g1", 0);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
}

static struct pki_reservation_row reservation_of(int64_t number)
{
    struct pki_reservation_row row = {.kind = "crl", .reserved_at = FIXTURE_NOW};

    if (number != 0) {
        pki_crl_reservation_name("root-g1", number, row.subject, sizeof(row.subject));
        return row;
    }
    (void)snprintf(row.kind, sizeof(row.kind), "certificate");
    (void)snprintf(row.subject, sizeof(row.subject), "prod-tls-g9");
    memset(row.serial, 0x41, sizeof(row.serial));
    return row;
}

/* For root-g1's key, by a duty that is cut off then; number 0: a certificate. */
static void reserve(struct pki_session *session, const int64_t *numbers, size_t n)
{
    pki_scope(pki_authority_row) root = {0};
    pki_scope(pki_certificate_row) own = {0};
    pki_auto(pki_cert) cert = NULL;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    const struct pki_journal_entry entry = {.at = FIXTURE_NOW,
                                            .action = "reserve",
                                            .subject = "root-g1",
                                            .detail = "lists",
                                            .actor = "cellar-test",
                                            .prepares = true};
    bool found = false;
    int64_t id = 0;

    EXPECT_OK(pki_store_authority_by_name(session->store, "root-g1", &found, &root, &err), err);
    EXPECT_OK(pki_store_certificate(session->store, root.certificate, &own, &err), err);
    EXPECT_OK(pki_cert_parse(pki_buf_view(&own.der), &cert, &err), err);
    EXPECT_OK(pki_store_begin(session->store, &txn, &err), err);
    for (size_t i = 0; i < n; i++) {
        struct pki_reservation_row row = reservation_of(numbers[i]);
        memcpy(row.signer, cert->spki_sha256, sizeof(row.signer));
        EXPECT_OK(pki_store_reserve(txn, &row, &id, &err), err);
    }
    EXPECT_OK(pki_journal_append(txn, &entry, &err), err);
    EXPECT_OK(pki_txn_commit(&txn, &err), err);
}

static void put_torn(int dir, int64_t number)
{
    char name[PKI_CRL_FILE_MAX];
    struct pki_error err = {0};

    pki_crl_file_name("root-g1", number, name);
    EXPECT_OK(
        pki_file_write_new(dir, name, 0600, (struct pki_bytes){(const uint8_t *)"torn", 4}, &err),
        err);
}

static bool is_there(int dir, int64_t number)
{
    char name[PKI_CRL_FILE_MAX];

    pki_crl_file_name("root-g1", number, name);
    return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A list that was reserved and cut off may have been signed, and seen: its number is spent,
   whatever was reserved after it, and its file goes. */
static void test_number_that_was_reserved_is_skipped(void)
{
    const char *cellar = tls_cellar("skipped");
    pki_auto(pki_session) session = fixture_open(cellar);
    const int64_t numbers[] = {FIXTURE_NOW + 7, FIXTURE_NOW + 6, 0};
    struct pki_error err = {0};
    pki_scope_fd int dir = -1;

    EXPECT_OK(pki_crl_directory(session, &dir, &err), err);
    reserve(session, numbers, PKI_COUNT(numbers));
    put_torn(dir, numbers[0]);
    put_torn(dir, numbers[1]);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 3);
    life_crl(session, "root-g1");
    CU_ASSERT_EQUAL(life_last_crl(session, "root-g1").number, FIXTURE_NOW + 8);
    CU_ASSERT_FALSE(is_there(dir, FIXTURE_NOW + 7));
    CU_ASSERT_FALSE(is_there(dir, FIXTURE_NOW + 6));
    life_crl(session, "root-g1");
    CU_ASSERT_EQUAL(life_last_crl(session, "root-g1").number, FIXTURE_NOW + 9);
}

/* One that failed once it was signed may have been seen as well. */
static void test_number_that_was_abandoned_is_skipped(void)
{
    const char *cellar = tls_cellar("abandoned");
    pki_auto(pki_session) session = fixture_open(cellar);
    const int64_t numbers[] = {FIXTURE_NOW + 7, FIXTURE_NOW + 6}; /* the later one ends the first */

    reserve(session, numbers, 1);
    reserve(session, numbers + 1, 1);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 1);
    life_crl(session, "root-g1");
    CU_ASSERT_EQUAL(life_last_crl(session, "root-g1").number, FIXTURE_NOW + 8);
}

/* However far its date is set back. */
static void test_list_begins_with_its_issuer(void)
{
    const char *cellar = tls_cellar("begins");
    pki_auto(pki_session) session = fixture_open(cellar);

    fixture_room.now = FIXTURE_NOW - 299;
    life_crl(session, "root-g1");
    CU_ASSERT_EQUAL(life_last_crl(session, "root-g1").this_update, FIXTURE_NOW - 300);
    fixture_room_reset();
}

static void test_list_ends_with_its_issuer(void)
{
    const char *cellar = tls_cellar("ends");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_room.now = FIXTURE_NOW + 5 * 365 * DAY;
    life_crl(session, TLS);
    CU_ASSERT_EQUAL(life_last_crl(session, TLS).next_update, INT64_C(1956527999));
    fixture_room.now = INT64_C(1956528000);
    EXPECT_FAILS(pki_crl_prepare(session, TLS, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("outside the validity of prod-tls-g1");
    EXPECT_FAILS(pki_crl_prepare(session, "prod-tls-g9", &draft, &err), err, PKI_E_NOTFOUND);
    fixture_room_reset();
}

static struct pki_crl_debt debt_of(struct pki_session *session, const char *authority)
{
    pki_scope(pki_crl_debts) debts = {0};
    struct pki_crl_debt debt = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_crl_debts_load(session, &debts, &err), err);
    for (size_t i = 0; i < debts.n; i++)
        if (strcmp(debts.list[i].name, authority) == 0)
            debt = debts.list[i];
    return debt;
}

static void test_lists_are_due_in_time(void)
{
    const char *cellar = tls_cellar("due");
    pki_auto(pki_session) session = fixture_open(cellar);
    const struct pki_revoke_request revoke = {.what = life_serial(session, "prod-tls-g2"),
                                              .reason = "cessationOfOperation"};

    /* A root that has issued; an active authority, whose key may sign elsewhere; not a next one. */
    CU_ASSERT_TRUE(debt_of(session, "root-g1").owed);
    CU_ASSERT_EQUAL(debt_of(session, "root-g1").when, FIXTURE_NOW + DAY);
    CU_ASSERT_TRUE(debt_of(session, TLS).owed);
    CU_ASSERT_EQUAL(debt_of(session, TLS).when, FIXTURE_NOW + DAY);
    CU_ASSERT_FALSE(debt_of(session, "prod-tls-g2").owed);
    life_crl(session, "root-g1");
    struct pki_crl_debt debt = debt_of(session, "root-g1");
    CU_ASSERT_EQUAL(debt.when, FIXTURE_NOW - 300 + 180 * DAY);
    CU_ASSERT_FALSE(pki_crl_debt_is_due(&debt, FIXTURE_NOW, 365 * DAY));
    CU_ASSERT_TRUE(pki_crl_debt_is_due(&debt, FIXTURE_NOW + 160 * DAY, 30 * DAY));
    life_revoke(session, &revoke);
    debt = debt_of(session, "root-g1");
    CU_ASSERT_EQUAL(debt.when, FIXTURE_NOW - 300 + DAY);
    CU_ASSERT_TRUE(pki_crl_debt_is_due(&debt, FIXTURE_NOW, 0));
    life_crl(session, "root-g1");
    debt = debt_of(session, "root-g1");
    CU_ASSERT_FALSE(pki_crl_debt_is_due(&debt, FIXTURE_NOW, 30 * DAY));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"numbers and dates only grow", test_numbers_and_dates_only_grow},
        {"what is revoked is listed and stays", test_revoked_is_listed_and_stays},
        {"the last list must be there unchanged", test_last_list_must_be_there_unchanged},
        {"damage of the last list is told as that", test_damage_of_the_last_list_is_told_as_that},
        {"an unrecorded file is replaced", test_unrecorded_file_is_replaced},
        {"a number that was reserved is skipped", test_number_that_was_reserved_is_skipped},
        {"a number that was abandoned is skipped", test_number_that_was_abandoned_is_skipped},
        {"a list begins with its issuer", test_list_begins_with_its_issuer},
        {"a list ends with its issuer", test_list_ends_with_its_issuer},
        {"lists are due in time", test_lists_are_due_in_time},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "crl", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
