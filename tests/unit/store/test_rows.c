#include "store/reservations.h"

#include "store_fixture.h"
#include "test.h"

static void begin(struct fixture_store *fixture, struct pki_txn **txn)
{
    struct pki_error err = {0};

    EXPECT_OK(pki_store_begin(fixture->store, txn, &err), err);
}

static void test_keys_are_found_as_they_were_added(void)
{
    struct fixture_store fixture;
    struct pki_key_row row = fixture_key(7, "prod-tls-g1");
    struct pki_key_row back = {0};
    struct pki_key_rows all = {0};
    const uint8_t resealed[PKI_SHA256_SIZE] = {9};
    struct pki_error err = {0};
    int64_t id = 0;
    bool found = false;

    fixture_store_make(&fixture);
    {
        pki_auto(pki_txn) txn = NULL;
        begin(&fixture, &txn);
        EXPECT_OK(pki_store_add_key(txn, &row, &id, &err), err);
        EXPECT_OK(pki_store_add_key_file(txn, id, resealed, &err), err);
        fixture_commit(&txn, "key");
    }
    EXPECT_OK(pki_store_find_key(fixture.store, row.spki_sha256, &found, &back, &err), err);
    CU_ASSERT_TRUE(found && back.id == id && back.has_file);
    CU_ASSERT_STRING_EQUAL(back.name, "prod-tls-g1");
    CU_ASSERT_STRING_EQUAL(back.location, "file");
    CU_ASSERT_EQUAL(memcmp(back.key_id, row.key_id, sizeof(row.key_id)), 0);
    CU_ASSERT_EQUAL(memcmp(back.file_sha256, resealed, sizeof(resealed)), 0);
    EXPECT_OK(pki_store_key_by_name(fixture.store, "prod-tls-g1", &found, &back, &err), err);
    CU_ASSERT_TRUE(found);
    EXPECT_OK(pki_store_key_by_name(fixture.store, "prod-tls-g2", &found, &back, &err), err);
    CU_ASSERT_FALSE(found);
    EXPECT_OK(pki_store_list_keys(fixture.store, &all, &err), err);
    CU_ASSERT_EQUAL(all.n, 1);
    pki_key_rows_clear(&all);
    fixture_store_close(&fixture);
}

static size_t count_listed(const struct fixture_store *fixture)
{
    struct pki_key_rows keys = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_store_list_keys(fixture->store, &keys, &err), err);
    size_t n = keys.n;
    pki_key_rows_clear(&keys);
    return n;
}

static void test_the_keys_of_requests_are_not_listed(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_key_row row = fixture_key(77, "prod-tls-g1-513d9751dd7b1353");
    struct pki_error err = {0};
    int64_t id = 0;

    row.has_file = false;
    (void)snprintf(row.location, sizeof(row.location), "outside");
    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    size_t before = count_listed(&fixture);
    CU_ASSERT_TRUE(before > 0);
    pki_auto(pki_txn) txn = NULL;
    begin(&fixture, &txn);
    EXPECT_OK(pki_store_add_key(txn, &row, &id, &err), err);
    fixture_commit(&txn, "issue");
    CU_ASSERT_EQUAL(count_listed(&fixture), before);
    begin(&fixture, &txn);
    EXPECT_OK(pki_store_add_key_file(txn, id, row.file_sha256, &err), err);
    fixture_commit(&txn, "seal");
    CU_ASSERT_EQUAL(count_listed(&fixture), before + 1);
    fixture_store_close(&fixture);
}

static void test_a_public_key_is_added_once(void)
{
    struct fixture_store fixture;
    struct pki_key_row row = fixture_key(7, "a");
    struct pki_key_row same = fixture_key(7, "b");
    struct pki_key_row named = fixture_key(8, "a");
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    fixture_store_make(&fixture);
    begin(&fixture, &txn);
    EXPECT_OK(pki_store_add_key(txn, &row, &id, &err), err);
    EXPECT_FAILS(pki_store_add_key(txn, &same, &id, &err), err, PKI_E_STATE);
    EXPECT_TEXT("one key, one authority");
    EXPECT_FAILS(pki_store_add_key(txn, &named, &id, &err), err, PKI_E_STATE);
    EXPECT_TEXT("name");
    pki_txn_free(PKI_TAKE(txn));
    fixture_store_close(&fixture);
}

static void test_authorities_are_found_as_they_were_added(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_scope(pki_authority_row) row = {0};
    pki_scope(pki_authority_rows) all = {0};
    pki_scope(pki_authority_rows) line = {0};
    pki_scope(pki_authority_rows) roots = {0};
    struct pki_error err = {0};
    bool found = false;

    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    EXPECT_OK(
        pki_store_authority_by_name(fixture.store, "prod-code-signing-g2", &found, &row, &err),
        err);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_EQUAL(row.id, rows.next);
    CU_ASSERT_EQUAL(row.generation, 2);
    CU_ASSERT_EQUAL(row.state, PKI_STATE_NEXT);
    CU_ASSERT_EQUAL(row.state_since, FIXTURE_TIME);
    CU_ASSERT_EQUAL(row.issuer, rows.root);
    CU_ASSERT_STRING_EQUAL(row.environment, "prod");
    CU_ASSERT_STRING_EQUAL(row.purpose, "code-signing");
    CU_ASSERT_EQUAL(row.subject.size, 8);
    EXPECT_OK(pki_store_list_authorities(fixture.store, NULL, NULL, &all, &err), err);
    CU_ASSERT_EQUAL(all.n, 3);
    EXPECT_OK(pki_store_list_authorities(fixture.store, "prod", "code-signing", &line, &err), err);
    CU_ASSERT_EQUAL_FATAL(line.n, 2);
    CU_ASSERT_EQUAL(line.list[0].state, PKI_STATE_ACTIVE);
    EXPECT_OK(pki_store_list_authorities(fixture.store, "", NULL, &roots, &err), err);
    CU_ASSERT_EQUAL_FATAL(roots.n, 1);
    CU_ASSERT_EQUAL(roots.list[0].issuer, rows.root);
    CU_ASSERT_EQUAL(roots.list[0].certificate, rows.root_certificate);
    fixture_store_close(&fixture);
}

static void test_an_unknown_number_is_not_found(void)
{
    struct fixture_store fixture;
    struct pki_authority_row row = {0};
    struct pki_certificate_row certificate = {0};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    EXPECT_FAILS(pki_store_authority(fixture.store, 9, &row, &err), err, PKI_E_NOTFOUND);
    EXPECT_FAILS(pki_store_certificate(fixture.store, 9, &certificate, &err), err, PKI_E_NOTFOUND);
    fixture_store_close(&fixture);
}

static void test_a_line_has_one_active_authority(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    pki_auto(pki_txn) txn = NULL;
    pki_scope(pki_authority_row) row = {0};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    begin(&fixture, &txn);
    EXPECT_FAILS(pki_store_set_state(txn, rows.next, PKI_STATE_ACTIVE, FIXTURE_TIME, &err), err,
                 PKI_E_STATE);
    EXPECT_TEXT("active");
    EXPECT_OK(pki_store_set_state(txn, rows.active, PKI_STATE_RETIRING, FIXTURE_TIME + 5, &err),
              err);
    EXPECT_OK(pki_store_set_state(txn, rows.next, PKI_STATE_ACTIVE, FIXTURE_TIME + 5, &err), err);
    fixture_commit(&txn, "rotate");
    EXPECT_OK(pki_store_authority(fixture.store, rows.next, &row, &err), err);
    CU_ASSERT_EQUAL(row.state, PKI_STATE_ACTIVE);
    CU_ASSERT_EQUAL(row.state_since, FIXTURE_TIME + 5);
    fixture_store_close(&fixture);
}

/* What may follow what; by the order of enum pki_authority_state. */
static const bool legal[PKI_STATES][PKI_STATES] = {
    [PKI_STATE_NEXT] = {[PKI_STATE_ACTIVE] = true, [PKI_STATE_REVOKED] = true},
    [PKI_STATE_ACTIVE] =
        {[PKI_STATE_NEXT] = true, [PKI_STATE_RETIRING] = true, [PKI_STATE_REVOKED] = true},
    [PKI_STATE_RETIRING] =
        {[PKI_STATE_ACTIVE] = true, [PKI_STATE_RETIRED] = true, [PKI_STATE_REVOKED] = true},
    [PKI_STATE_RETIRED] = {[PKI_STATE_REVOKED] = true},
};

static void check_transition(struct fixture_store *fixture, uint8_t seed,
                             enum pki_authority_state from, enum pki_authority_state to)
{
    pki_auto(pki_txn) txn = NULL;
    char name[32];
    struct pki_error err = {0};
    int64_t key = 0;
    int64_t id = 0;

    (void)snprintf(name, sizeof(name), "root-g%d", seed);
    struct pki_key_row key_row = fixture_key(seed, name);
    begin(fixture, &txn);
    EXPECT_OK(pki_store_add_key(txn, &key_row, &key, &err), err);
    struct pki_authority_row row = fixture_authority(seed, name, key);
    row.state = from;
    EXPECT_OK(pki_store_add_authority(txn, &row, FIXTURE_TIME, &id, &err), err);
    if (legal[from][to])
        EXPECT_OK(pki_store_set_state(txn, id, to, FIXTURE_TIME, &err), err);
    else
        EXPECT_FAILS(pki_store_set_state(txn, id, to, FIXTURE_TIME, &err), err, PKI_E_STATE);
}

static void test_states_follow_the_lifecycle_only(void)
{
    struct fixture_store fixture;
    uint8_t seed = 20;

    fixture_store_make(&fixture);
    for (enum pki_authority_state from = 0; from < PKI_STATES; from++)
        for (enum pki_authority_state to = 0; to < PKI_STATES; to++)
            check_transition(&fixture, seed++, from, to);
    CU_ASSERT_STRING_EQUAL(pki_state_name(PKI_STATE_RETIRING), "retiring");
    fixture_store_close(&fixture);
}

static void expect_authority_refused(struct pki_txn *txn, const struct pki_authority_row *row,
                                     const char *part)
{
    struct pki_error err = {0};
    int64_t id = 0;

    EXPECT_FAILS(pki_store_add_authority(txn, row, FIXTURE_TIME, &id, &err), err, PKI_E_STATE);
    EXPECT_TEXT(part);
}

static void test_name_key_and_subject_belong_to_one_authority(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_key_row key_row = fixture_key(50, "fresh");
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t key = 0;

    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    begin(&fixture, &txn);
    EXPECT_OK(pki_store_add_key(txn, &key_row, &key, &err), err);

    struct pki_authority_row name = fixture_authority(50, "root-g1", key);
    struct pki_authority_row subject = fixture_authority(1, "root-g9", key);
    struct pki_authority_row taken = fixture_authority(50, "root-g9", 1);
    expect_authority_refused(txn, &name, "name");
    expect_authority_refused(txn, &subject, "subject");
    expect_authority_refused(txn, &taken, "key");
    pki_txn_free(PKI_TAKE(txn));
    fixture_store_close(&fixture);
}

static bool count_one(void *context, const struct pki_certificate_row *row, struct pki_error *err)
{
    int64_t *seen = context;

    if (row->der.size == 0)
        return pki_fail(err, PKI_E_INTEGRITY, "certificate %lld is empty", (long long)row->id);
    if (*seen < 0)
        return pki_fail(err, PKI_E_CANCELLED, "stopped");
    *seen = *seen * 10 + row->id;
    return true;
}

static void test_certificates_are_found_as_they_were_added(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_certificate_row as_added = fixture_certificate(4, 0, 0);
    pki_scope(pki_certificate_row) row = {0};
    pki_scope(pki_certificate_row) by_serial = {0};
    pki_scope(pki_certificate_row) leaf = {0};
    pki_scope(pki_certificate_rows) all = {0};
    struct pki_error err = {0};
    int64_t count = 0;
    bool found = false;

    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    EXPECT_OK(pki_store_find_fingerprint(fixture.store, as_added.fingerprint, &found, &row, &err),
              err);
    CU_ASSERT_TRUE_FATAL(found);
    CU_ASSERT_EQUAL(row.id, rows.leaf);
    CU_ASSERT_EQUAL(row.issuer, rows.active);
    CU_ASSERT_EQUAL(row.authority, 0);
    CU_ASSERT_EQUAL(row.companion, rows.active);
    CU_ASSERT_STRING_EQUAL(row.profile, "code-signing");
    CU_ASSERT_EQUAL(row.not_after, FIXTURE_TIME + 3600);
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&row.der), pki_buf_view(&as_added.der)));
    EXPECT_OK(pki_store_find_serial(fixture.store, as_added.serial, &found, &by_serial, &err), err);
    CU_ASSERT_TRUE(found && by_serial.id == rows.leaf);
    EXPECT_OK(pki_store_find_companion(fixture.store, rows.active, &found, &leaf, &err), err);
    CU_ASSERT_TRUE(found && leaf.id == rows.leaf);
    EXPECT_OK(pki_store_find_companion(fixture.store, rows.next, &found, &leaf, &err), err);
    CU_ASSERT_FALSE(found);
    EXPECT_OK(pki_store_list_certificates(fixture.store, &all, &err), err);
    CU_ASSERT_EQUAL(all.n, 4);
    EXPECT_OK(pki_store_each_certificate(fixture.store, count_one, &count, &err), err);
    CU_ASSERT_EQUAL(count, 1234);
    count = -1;
    EXPECT_FAILS(pki_store_each_certificate(fixture.store, count_one, &count, &err), err,
                 PKI_E_CANCELLED);
    fixture_store_close(&fixture);
}

static void test_a_serial_is_used_once(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_reservation_row reserved = fixture_reservation(0x11); /* reserved before */
    struct pki_reservation_row issued = fixture_reservation(4);      /* the leaf's */
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    struct pki_certificate_row serial = fixture_certificate(4, rows.active, 4);
    struct pki_certificate_row fingerprint = fixture_certificate(4, rows.active, 4);
    memset(serial.fingerprint, 99, sizeof(serial.fingerprint));
    memset(fingerprint.serial, 99, sizeof(fingerprint.serial));
    begin(&fixture, &txn);
    EXPECT_FAILS(pki_store_reserve(txn, &reserved, &id, &err), err, PKI_E_STATE);
    EXPECT_TEXT("serial number was used");
    EXPECT_FAILS(pki_store_reserve(txn, &issued, &id, &err), err, PKI_E_STATE);
    EXPECT_TEXT("serial number was used");
    EXPECT_FAILS(pki_store_add_certificate(txn, &serial, &id, &err), err, PKI_E_STATE);
    EXPECT_TEXT("serial number was used");
    EXPECT_FAILS(pki_store_add_certificate(txn, &fingerprint, &id, &err), err, PKI_E_STATE);
    EXPECT_TEXT("in the inventory already");
    pki_txn_free(PKI_TAKE(txn));
    fixture_store_close(&fixture);
}

static void test_a_reservation_is_finished_once(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_reservation_rows open = {0};
    struct pki_reservation_row seal = fixture_reservation(0);
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    (void)snprintf(seal.kind, sizeof(seal.kind), "seal");
    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    EXPECT_OK(pki_store_list_open(fixture.store, &open, &err), err);
    CU_ASSERT_EQUAL_FATAL(open.n, 1);
    CU_ASSERT_EQUAL(open.list[0].id, rows.open);
    CU_ASSERT_STRING_EQUAL(open.list[0].outcome, "open");
    CU_ASSERT_EQUAL(open.list[0].serial[19], 0x12);
    pki_reservation_rows_clear(&open);
    begin(&fixture, &txn);
    EXPECT_OK(pki_store_finish(txn, rows.open, "abandoned", FIXTURE_TIME, &err), err);
    EXPECT_FAILS(pki_store_finish(txn, rows.open, "done", FIXTURE_TIME, &err), err, PKI_E_STATE);
    EXPECT_TEXT("finished already");
    EXPECT_FAILS(pki_store_finish(txn, 77, "done", FIXTURE_TIME, &err), err, PKI_E_STATE);
    EXPECT_FAILS(pki_store_finish(txn, rows.open, "lost", FIXTURE_TIME, &err), err, PKI_E_STATE);
    EXPECT_OK(pki_store_reserve(txn, &seal, &id, &err), err);
    EXPECT_OK(pki_store_reserve(txn, &seal, &id, &err), err); /* two at once */
    fixture_commit(&txn, "abandon");
    EXPECT_OK(pki_store_list_open(fixture.store, &open, &err), err);
    CU_ASSERT_EQUAL(open.n, 2);
    pki_reservation_rows_clear(&open);
    /* Begun again, it takes the place of what was cut off. */
    begin(&fixture, &txn);
    EXPECT_OK(pki_store_reserve(txn, &seal, &id, &err), err);
    fixture_commit(&txn, "reserve");
    EXPECT_OK(pki_store_list_open(fixture.store, &open, &err), err);
    CU_ASSERT_EQUAL_FATAL(open.n, 1);
    CU_ASSERT_EQUAL(open.list[0].id, id);
    pki_reservation_rows_clear(&open);
    fixture_store_close(&fixture);
}

/* The next list of one key says nothing of the list of another that was cut off. */
static void test_a_list_of_another_key_stays_open(void)
{
    struct fixture_store fixture;
    struct pki_reservation_rows open = {0};
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    fixture_store_make(&fixture);
    for (uint8_t key = 1; key <= 2; key++) {
        struct pki_reservation_row list = fixture_reservation(key);

        (void)snprintf(list.kind, sizeof(list.kind), "crl");
        memset(list.serial, 0, sizeof(list.serial));
        begin(&fixture, &txn);
        EXPECT_OK(pki_store_reserve(txn, &list, &id, &err), err);
        fixture_commit(&txn, "reserve");
    }
    EXPECT_OK(pki_store_list_open(fixture.store, &open, &err), err);
    CU_ASSERT_EQUAL(open.n, 2);
    pki_reservation_rows_clear(&open);
    fixture_store_close(&fixture);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"keys are found as they were added", test_keys_are_found_as_they_were_added},
        {"the keys of requests are not listed", test_the_keys_of_requests_are_not_listed},
        {"a public key is added once", test_a_public_key_is_added_once},
        {"authorities are found as they were added", test_authorities_are_found_as_they_were_added},
        {"an unknown number is not found", test_an_unknown_number_is_not_found},
        {"a line has one active authority", test_a_line_has_one_active_authority},
        {"states follow the lifecycle only", test_states_follow_the_lifecycle_only},
        {"name, key and subject belong to one authority",
         test_name_key_and_subject_belong_to_one_authority},
        {"certificates are found as they were added",
         test_certificates_are_found_as_they_were_added},
        {"a serial is used once", test_a_serial_is_used_once},
        {"a reservation is finished once", test_a_reservation_is_finished_once},
        {"a list of another key stays open", test_a_list_of_another_key_stays_open},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "rows", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
