#include "store/scan.h"
#include "store/sql.h"

#include "store_fixture.h"
#include "test.h"

static void make(struct fixture_store *fixture, struct fixture_rows *rows, struct pki_txn **txn)
{
    struct pki_error err = {0};

    fixture_store_make(fixture);
    fixture_store_fill(fixture, rows);
    EXPECT_OK(pki_store_begin(fixture->store, txn, &err), err);
}

static struct pki_bytes serial_of(const struct pki_revocation_row *row)
{
    return (struct pki_bytes){row->serial, row->serial_size};
}

/* --- revocations ----------------------------------------------------------------------------- */

static void test_revocations_are_found_as_they_were_added(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_revocation_row back = {0};
    struct pki_error err = {0};
    int64_t id = 0;
    bool found = false;

    make(&fixture, &rows, &txn);
    struct pki_revocation_row plain = fixture_revocation(4, rows.active);
    struct pki_revocation_row full = fixture_revocation(0, rows.active);
    memset(full.serial, 0x7f, sizeof(full.serial));
    full.serial_size = sizeof(full.serial);
    full.reason = 1;
    full.has_invalidity = true; /* at second 0, which is not the same as none */
    (void)snprintf(full.treatment, sizeof(full.treatment), "drop");
    EXPECT_OK(pki_store_add_revocation(txn, &plain, &id, &err), err);
    CU_ASSERT_EQUAL(id, 1);
    EXPECT_OK(pki_store_add_revocation(txn, &full, &id, &err), err);
    CU_ASSERT_EQUAL(id, 2);
    fixture_commit(&txn, "revoke");

    EXPECT_OK(pki_store_find_revocation(fixture.store, rows.active, serial_of(&plain), &found,
                                        &back, &err),
              err);
    CU_ASSERT_TRUE(found && back.id == 1 && back.issuer == rows.active);
    CU_ASSERT_TRUE(back.serial_size == 1 && back.serial[0] == 4);
    CU_ASSERT_TRUE(back.revoked_at == FIXTURE_TIME + 4 && back.reason == 4);
    CU_ASSERT_FALSE(back.has_invalidity);
    CU_ASSERT_STRING_EQUAL(back.treatment, "end");
    EXPECT_OK(pki_store_find_revocation(fixture.store, rows.active, serial_of(&full), &found, &back,
                                        &err),
              err);
    CU_ASSERT_TRUE(found && back.id == 2 && back.serial_size == 20 && back.serial[19] == 0x7f);
    CU_ASSERT_TRUE(back.has_invalidity && back.invalidity_at == 0);
    CU_ASSERT_STRING_EQUAL(back.treatment, "drop");
    EXPECT_OK(
        pki_store_find_revocation(fixture.store, rows.next, serial_of(&plain), &found, &back, &err),
        err);
    CU_ASSERT_FALSE(found);
    fixture_store_close(&fixture);
}

static void test_revoking_twice_is_refused(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    make(&fixture, &rows, &txn);
    struct pki_revocation_row row = fixture_revocation(4, rows.active);
    struct pki_revocation_row other = fixture_revocation(4, rows.next);
    EXPECT_OK(pki_store_add_revocation(txn, &row, &id, &err), err);
    EXPECT_FAILS(pki_store_add_revocation(txn, &row, &id, &err), err, PKI_E_STATE);
    EXPECT_TEXT("is revoked already");
    EXPECT_OK(pki_store_add_revocation(txn, &other, &id, &err), err);
    CU_ASSERT_EQUAL(id, 2); /* what was refused left no gap */
    fixture_commit(&txn, "revoke");
    fixture_store_close(&fixture);
}

static void test_a_hold_is_no_revocation(void)
{
    static const int reasons[] = {-1, 6, 7, 8, 11};
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    make(&fixture, &rows, &txn);
    struct pki_revocation_row row = fixture_revocation(4, rows.active);
    for (size_t i = 0; i < PKI_COUNT(reasons); i++) {
        row.reason = reasons[i];
        EXPECT_FAILS(pki_store_add_revocation(txn, &row, &id, &err), err, PKI_E_STATE);
    }
    pki_txn_free(PKI_TAKE(txn));
    fixture_store_close(&fixture);
}

/* Serials that sort otherwise as numbers, as text or by when they were added. */
static const struct {
    uint8_t octets[3];
    size_t size;
} unsorted[] = {{{0xff}, 1}, {{0x02, 0x01}, 2}, {{0x02}, 1}, {{0x01, 0xff, 0xff}, 3}, {{0x61}, 1}};

static void add_unsorted(struct pki_txn *txn, int64_t issuer)
{
    struct pki_error err = {0};
    int64_t id = 0;

    for (size_t i = 0; i < PKI_COUNT(unsorted); i++) {
        struct pki_revocation_row row = fixture_revocation(0, issuer);
        memcpy(row.serial, unsorted[i].octets, unsorted[i].size);
        row.serial_size = unsorted[i].size;
        EXPECT_OK(pki_store_add_revocation(txn, &row, &id, &err), err);
    }
}

/* Which of the unsorted ones come, counted from 1, as decimal digits. */
static int64_t order_of(struct pki_store *store, int64_t issuer)
{
    pki_auto(pki_revocation_scan) scan = NULL;
    struct pki_revocation_line line;
    struct pki_error err = {0};
    bool more = true;
    int64_t order = 0;

    EXPECT_OK(pki_revocation_scan_open(store, issuer, &scan, &err), err);
    while (more) {
        EXPECT_OK(pki_revocation_scan_next(scan, &line, &more, &err), err);
        for (size_t i = 0; more && i < PKI_COUNT(unsorted); i++) {
            if (line.serial.size == unsorted[i].size &&
                memcmp(line.serial.data, unsorted[i].octets, line.serial.size) == 0)
                order = order * 10 + (int64_t)i + 1;
        }
    }
    return order;
}

/* Revoked at 0, 1, ... n - 1, under serials 0100, 0101, ... */
static void expect_run(struct pki_store *store, int64_t issuer, int n)
{
    pki_auto(pki_revocation_scan) scan = NULL;
    struct pki_revocation_line line;
    struct pki_error err = {0};
    bool more = true;

    EXPECT_OK(pki_revocation_scan_open(store, issuer, &scan, &err), err);
    for (int i = 0; i < n; i++) {
        EXPECT_OK(pki_revocation_scan_next(scan, &line, &more, &err), err);
        CU_ASSERT_TRUE_FATAL(more && line.serial.size == 2);
        CU_ASSERT_EQUAL(line.serial.data[0], 1 + i / 256);
        CU_ASSERT_EQUAL(line.serial.data[1], i % 256);
        CU_ASSERT_EQUAL(line.revoked_at, i);
        CU_ASSERT_EQUAL(line.has_invalidity, i % 3 == 0);
        CU_ASSERT_EQUAL(line.invalidity_at, i % 3 == 0 ? -i : 0);
    }
    EXPECT_OK(pki_revocation_scan_next(scan, &line, &more, &err), err);
    CU_ASSERT_FALSE(more);
    EXPECT_OK(pki_revocation_scan_next(scan, &line, &more, &err), err);
    CU_ASSERT_FALSE(more);
}

static void test_revocations_come_in_order_of_serial_octets(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t highest = 0;
    int64_t count = 0;

    make(&fixture, &rows, &txn);
    add_unsorted(txn, rows.active);
    add_unsorted(txn, rows.next);
    fixture_commit(&txn, "revoke");
    CU_ASSERT_EQUAL(order_of(fixture.store, rows.active), 43251);
    CU_ASSERT_EQUAL(order_of(fixture.store, rows.root), 0);

    EXPECT_OK(pki_store_count_revocations(fixture.store, rows.active, &highest, &count, &err), err);
    CU_ASSERT_TRUE(highest == 5 && count == 5);
    EXPECT_OK(pki_store_count_revocations(fixture.store, rows.next, &highest, &count, &err), err);
    CU_ASSERT_TRUE(highest == 10 && count == 5);
    EXPECT_OK(pki_store_count_revocations(fixture.store, rows.root, &highest, &count, &err), err);
    CU_ASSERT_TRUE(highest == 0 && count == 0);
    EXPECT_OK(pki_store_count_revocations(fixture.store, rows.next, &highest, NULL, &err), err);
    CU_ASSERT_EQUAL(highest, 10);
    fixture_store_close(&fixture);
}

/* Rows are taken some hundred at a time: none is lost or given twice, however many there are. */
static void test_a_long_scan_gives_every_revocation(void)
{
    enum {
        MANY = 1030,
        FEW = 256
    };
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    make(&fixture, &rows, &txn);
    for (int i = 0; i < MANY + FEW; i++) {
        struct pki_revocation_row row = fixture_revocation(0, i < MANY ? rows.active : rows.next);
        const int n = i < MANY ? i : i - MANY;
        row.serial[0] = (uint8_t)(1 + n / 256);
        row.serial[1] = (uint8_t)(n % 256);
        row.serial_size = 2;
        row.revoked_at = n;
        row.has_invalidity = n % 3 == 0;
        row.invalidity_at = -n;
        EXPECT_OK(pki_store_add_revocation(txn, &row, &id, &err), err);
    }
    fixture_commit(&txn, "revoke");
    expect_run(fixture.store, rows.active, MANY);
    expect_run(fixture.store, rows.next, FEW);
    expect_run(fixture.store, rows.root, 0);
    fixture_store_close(&fixture);
}

static void test_the_earliest_that_no_crl_covers_is_found(void)
{
    static const int64_t dates[] = {100, 300, 200};
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t earliest = -1;
    int64_t id = 0;

    make(&fixture, &rows, &txn);
    for (size_t i = 0; i < PKI_COUNT(dates); i++) {
        struct pki_revocation_row row = fixture_revocation((uint8_t)i, rows.active);
        row.revoked_at = dates[i];
        EXPECT_OK(pki_store_add_revocation(txn, &row, &id, &err), err);
    }
    fixture_commit(&txn, "revoke");
    EXPECT_OK(pki_store_earliest_unlisted(fixture.store, rows.active, id - 3, &earliest, &err),
              err);
    CU_ASSERT_EQUAL(earliest, 100);
    EXPECT_OK(pki_store_earliest_unlisted(fixture.store, rows.active, id - 2, &earliest, &err),
              err);
    CU_ASSERT_EQUAL(earliest, 200);
    EXPECT_OK(pki_store_earliest_unlisted(fixture.store, rows.active, id, &earliest, &err), err);
    CU_ASSERT_EQUAL(earliest, 0);
    EXPECT_OK(pki_store_earliest_unlisted(fixture.store, rows.next, 0, &earliest, &err), err);
    CU_ASSERT_EQUAL(earliest, 0);
    fixture_store_close(&fixture);
}

static void test_a_serial_of_the_wrong_size_is_damage(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    pki_auto(pki_revocation_scan) scan = NULL;
    struct pki_revocation_line line;
    sqlite3 *raw = NULL;
    bool more = false;

    make(&fixture, &rows, &txn);
    pki_txn_free(PKI_TAKE(txn));
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture.file, &raw), SQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(
        sqlite3_exec(raw,
                     "PRAGMA ignore_check_constraints = ON;"
                     "INSERT INTO revocation VALUES (2, zeroblob(21), 1, 4, NULL, 'end', 1)",
                     NULL, NULL, NULL),
        SQLITE_OK);
    (void)sqlite3_close(raw);
    EXPECT_OK(pki_revocation_scan_open(fixture.store, 2, &scan, &err), err);
    EXPECT_FAILS(pki_revocation_scan_next(scan, &line, &more, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("run cellar audit");
    pki_revocation_scan_free(PKI_TAKE(scan));
    fixture_store_close(&fixture);
}

/* --- CRLs ------------------------------------------------------------------------------------ */

static void test_crls_are_found_as_they_were_added(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    pki_scope(pki_crl_rows) all = {0};
    pki_scope(pki_crl_rows) own = {0};
    struct pki_crl_row last = {0};
    struct pki_error err = {0};
    int64_t id = 0;
    bool found = true;

    make(&fixture, &rows, &txn);
    EXPECT_OK(pki_store_last_crl(fixture.store, rows.active, &found, &last, &err), err);
    CU_ASSERT_FALSE(found);
    struct pki_crl_row first = fixture_crl(1, rows.active);
    struct pki_crl_row other = fixture_crl(9, rows.root);
    struct pki_crl_row second = fixture_crl(2, rows.active);
    second.entries = 3;
    second.covers = 7;
    EXPECT_OK(pki_store_add_crl(txn, &first, &id, &err), err);
    EXPECT_OK(pki_store_add_crl(txn, &other, &id, &err), err);
    EXPECT_OK(pki_store_add_crl(txn, &second, &id, &err), err);
    CU_ASSERT_EQUAL(id, 3);
    fixture_commit(&txn, "crl");

    EXPECT_OK(pki_store_last_crl(fixture.store, rows.active, &found, &last, &err), err);
    CU_ASSERT_TRUE(found && last.id == 3 && last.issuer == rows.active && last.number == 2);
    CU_ASSERT_TRUE(last.this_update == FIXTURE_TIME + 2 && last.next_update == FIXTURE_TIME + 3600);
    CU_ASSERT_TRUE(last.entries == 3 && last.covers == 7 && last.size == 200);
    CU_ASSERT_EQUAL(last.sha256[31], 2);
    EXPECT_OK(pki_store_list_crls(fixture.store, 0, &all, &err), err);
    CU_ASSERT_TRUE(all.n == 3 && all.list[1].issuer == rows.root);
    EXPECT_OK(pki_store_list_crls(fixture.store, rows.active, &own, &err), err);
    CU_ASSERT_TRUE(own.n == 2 && own.list[0].number == 1 && own.list[1].number == 2);
    fixture_store_close(&fixture);
}

static void test_numbers_and_times_of_crls_only_grow(void)
{
    /* beside a CRL of number 10, 10 seconds after the start, that covers 5 */
    static const struct {
        int64_t number, seconds, covers;
        bool good;
    } cases[] = {
        {10, 11, 5, false}, {9, 11, 5, false},  {11, 10, 5, false},
        {11, 9, 5, false},  {11, 11, 4, false}, {11, 11, 5, true},
    };
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    make(&fixture, &rows, &txn);
    struct pki_crl_row row = fixture_crl(10, rows.active);
    row.covers = 5;
    EXPECT_OK(pki_store_add_crl(txn, &row, &id, &err), err);
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        row.number = cases[i].number;
        row.this_update = FIXTURE_TIME + cases[i].seconds;
        row.covers = cases[i].covers;
        if (cases[i].good) {
            EXPECT_OK(pki_store_add_crl(txn, &row, &id, &err), err);
            continue;
        }
        EXPECT_FAILS(pki_store_add_crl(txn, &row, &id, &err), err, PKI_E_STATE);
        EXPECT_TEXT("a higher number and a later thisUpdate");
    }
    fixture_commit(&txn, "crl");
    fixture_store_close(&fixture);
}

/* --- cut-overs and states --------------------------------------------------------------------- */

static void test_the_latest_cutover_counts(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_cutover_row back = {0};
    struct pki_error err = {0};
    bool found = true;

    make(&fixture, &rows, &txn);
    EXPECT_OK(pki_store_find_cutover(fixture.store, rows.active, &found, &back, &err), err);
    CU_ASSERT_FALSE(found);
    struct pki_cutover_row row = {
        .authority = rows.active, .at = FIXTURE_TIME + 100, .recorded_at = FIXTURE_TIME + 200};
    EXPECT_OK(pki_store_add_cutover(txn, &row, &err), err);
    EXPECT_OK(pki_store_find_cutover(fixture.store, rows.active, &found, &back, &err), err);
    CU_ASSERT_TRUE(found && !back.has_proof && back.at == FIXTURE_TIME + 100);
    row.at = FIXTURE_TIME + 50; /* corrected */
    row.has_proof = true;
    memset(row.proof_sha256, 0x33, sizeof(row.proof_sha256));
    EXPECT_OK(pki_store_add_cutover(txn, &row, &err), err);
    fixture_commit(&txn, "cutover");
    EXPECT_OK(pki_store_find_cutover(fixture.store, rows.active, &found, &back, &err), err);
    CU_ASSERT_TRUE(found && back.authority == rows.active && back.at == FIXTURE_TIME + 50);
    CU_ASSERT_TRUE(back.recorded_at == FIXTURE_TIME + 200);
    CU_ASSERT_TRUE(back.has_proof && back.proof_sha256[31] == 0x33);
    EXPECT_OK(pki_store_find_cutover(fixture.store, rows.next, &found, &back, &err), err);
    CU_ASSERT_FALSE(found);
    fixture_store_close(&fixture);
}

static void test_rows_of_an_unknown_authority_are_refused(void)
{
    const struct pki_cutover_row cutover = {.authority = 99, .at = 1, .recorded_at = 1};
    const struct pki_revocation_row revocation = fixture_revocation(4, 99);
    const struct pki_crl_row crl = fixture_crl(1, 99);
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    make(&fixture, &rows, &txn);
    EXPECT_FAILS(pki_store_add_cutover(txn, &cutover, &err), err, PKI_E_STATE);
    EXPECT_FAILS(pki_store_add_revocation(txn, &revocation, &id, &err), err, PKI_E_STATE);
    EXPECT_FAILS(pki_store_add_crl(txn, &crl, &id, &err), err, PKI_E_STATE);
    pki_txn_free(PKI_TAKE(txn));
    fixture_store_close(&fixture);
}

static void expect_state(struct fixture_store *fixture, int64_t seconds,
                         enum pki_authority_state state, int64_t since)
{
    struct pki_state_row then = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_store_state_at(fixture->store, 2, FIXTURE_TIME + seconds, &then, &err), err);
    CU_ASSERT_TRUE(then.found);
    CU_ASSERT_EQUAL(then.state, state);
    CU_ASSERT_EQUAL(then.since, FIXTURE_TIME + since);
}

static void test_the_state_at_a_time_follows_from_the_events(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_state_row then = {.found = true};
    struct pki_error err = {0};

    make(&fixture, &rows, &txn);
    CU_ASSERT_EQUAL_FATAL(rows.active, 2);
    EXPECT_OK(pki_store_set_state(txn, 2, PKI_STATE_RETIRING, FIXTURE_TIME + 100, &err), err);
    EXPECT_OK(pki_store_set_state(txn, 2, PKI_STATE_ACTIVE, FIXTURE_TIME + 200, &err), err);
    /* the clock was ahead and is put right */
    EXPECT_OK(pki_store_set_state(txn, 2, PKI_STATE_REVOKED, FIXTURE_TIME + 150, &err), err);
    fixture_commit(&txn, "revoke");
    EXPECT_OK(pki_store_state_at(fixture.store, 2, FIXTURE_TIME - 1, &then, &err), err);
    CU_ASSERT_FALSE(then.found);
    expect_state(&fixture, 0, PKI_STATE_ACTIVE, 0);
    expect_state(&fixture, 99, PKI_STATE_ACTIVE, 0);
    expect_state(&fixture, 100, PKI_STATE_RETIRING, 100);
    expect_state(&fixture, 150, PKI_STATE_REVOKED, 150);
    expect_state(&fixture, 300, PKI_STATE_REVOKED, 150);
    fixture_store_close(&fixture);
}

static void test_a_rotation_can_be_taken_back(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};

    make(&fixture, &rows, &txn);
    EXPECT_OK(pki_store_set_state(txn, rows.active, PKI_STATE_RETIRING, FIXTURE_TIME, &err), err);
    EXPECT_OK(pki_store_set_state(txn, rows.next, PKI_STATE_ACTIVE, FIXTURE_TIME, &err), err);
    fixture_commit(&txn, "rotate");
    EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
    EXPECT_FAILS(pki_store_set_state(txn, rows.active, PKI_STATE_ACTIVE, FIXTURE_TIME, &err), err,
                 PKI_E_STATE); /* the other first: never two active */
    EXPECT_OK(pki_store_set_state(txn, rows.next, PKI_STATE_NEXT, FIXTURE_TIME, &err), err);
    EXPECT_OK(pki_store_set_state(txn, rows.active, PKI_STATE_ACTIVE, FIXTURE_TIME, &err), err);
    fixture_commit(&txn, "revert");
    EXPECT_OK(pki_store_audit(fixture.store, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    pki_store_findings_clear(&findings);
    fixture_store_close(&fixture);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"revocations are found as they were added", test_revocations_are_found_as_they_were_added},
        {"revoking twice is refused", test_revoking_twice_is_refused},
        {"a hold is no revocation", test_a_hold_is_no_revocation},
        {"revocations come in order of serial octets",
         test_revocations_come_in_order_of_serial_octets},
        {"a long scan gives every revocation", test_a_long_scan_gives_every_revocation},
        {"the earliest that no CRL covers is found", test_the_earliest_that_no_crl_covers_is_found},
        {"a serial of the wrong size is damage", test_a_serial_of_the_wrong_size_is_damage},
        {"CRLs are found as they were added", test_crls_are_found_as_they_were_added},
        {"numbers and times of CRLs only grow", test_numbers_and_times_of_crls_only_grow},
        {"the latest cut-over counts", test_the_latest_cutover_counts},
        {"rows of an unknown authority are refused", test_rows_of_an_unknown_authority_are_refused},
        {"the state at a time follows from the events",
         test_the_state_at_a_time_follows_from_the_events},
        {"a rotation can be taken back", test_a_rotation_can_be_taken_back},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "life", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
