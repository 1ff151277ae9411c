#include "store/sql.h"

#include "store_fixture.h"
#include "test.h"

/* The inventory as it was before each attack. */
struct before {
    struct fixture_store fixture;
    uint8_t *bytes;
    size_t size;
};

static const char *const covered[] = {
    "cellar",      "hierarchy",       "key",
    "key_file",    "authority",       "authority_event",
    "certificate", "certificate_der", "revocation",
    "reservation", "reservation_end", "publication",
    "crl",         "cutover",
};

static void begin(struct before *before)
{
    struct fixture_rows rows;

    fixture_store_make(&before->fixture);
    fixture_store_fill(&before->fixture, &rows);
    fixture_store_live(&before->fixture, &rows);
    pki_store_free(PKI_TAKE(before->fixture.store));
    before->bytes = test_load(before->fixture.file, &before->size);
}

static void end(struct before *before)
{
    free(before->bytes);
    fixture_store_close(&before->fixture);
}

static void restore(const struct before *before)
{
    FILE *file = fopen(before->fixture.file, "wb");

    CU_ASSERT_EQUAL_FATAL(fwrite(before->bytes, 1, before->size, file), before->size);
    (void)fclose(file);
}

/* As somebody with a program of their own would: no triggers, no checks, no foreign keys. */
static void attack(const struct before *before, const char *sql)
{
    sqlite3 *raw = NULL;
    char *text = NULL;

    restore(before);
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(before->fixture.file, &raw), SQLITE_OK);
    (void)sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    (void)sqlite3_exec(raw, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL);
    if (sqlite3_exec(raw, sql, NULL, NULL, &text) != SQLITE_OK)
        (void)fprintf(stderr, "\n%s: %s\n", sql, text);
    CU_ASSERT_PTR_NULL(text);
    CU_ASSERT_TRUE(sqlite3_total_changes(raw) > 0 || strncmp(sql, "DROP", 4) == 0 ||
                   strncmp(sql, "CREATE", 6) == 0);
    (void)sqlite3_close(raw);
}

static bool holds(const char *text, const char *first, const char *second)
{
    return strstr(text, first) && strstr(text, second);
}

/* Audits, and expects a finding in which both words stand. */
static void expect_finding(struct before *before, const char *sql, const char *first,
                           const char *second)
{
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};
    bool named = false;

    attack(before, sql);
    EXPECT_OK(pki_store_open(before->fixture.dir, PKI_STORE_AUDIT, &fixture_opener,
                             &before->fixture.store, &err),
              err);
    EXPECT_OK(pki_store_audit(before->fixture.store, &findings, &err), err);
    for (size_t i = 0; i < findings.n; i++)
        named = named || holds(findings.list[i], first, second);
    if (!named)
        (void)fprintf(stderr, "\n%s: no \"%s\" with \"%s\" (%zu findings, %s)\n", sql, first,
                      second, findings.n, findings.n > 0 ? findings.list[0] : "none");
    CU_ASSERT_TRUE(named);
    pki_store_findings_clear(&findings);
    pki_store_free(PKI_TAKE(before->fixture.store));
}

static void test_an_untouched_store_has_no_findings(void)
{
    struct before before;
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};

    begin(&before);
    fixture_store_reopen(&before.fixture, PKI_STORE_AUDIT);
    EXPECT_OK(pki_store_audit(before.fixture.store, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    CU_ASSERT_EQUAL(findings.entries, 4);
    CU_ASSERT_EQUAL(findings.rows, 35);
    pki_store_findings_clear(&findings);
    end(&before);
}

/* Another value of the cell's own type. */
static const char changes[] =
    "SELECT name, 'UPDATE ' || ?1 || ' SET ' || name || ' = CASE typeof(' || name || ')"
    " WHEN ''integer'' THEN ' || name || ' + 1000 WHEN ''text'' THEN ' || name || ' || ''x'''"
    " || ' WHEN ''blob'' THEN CAST(x''ff'' || substr(' || name || ', 2) AS BLOB)"
    " WHEN ''null'' THEN ' || iif(type = 'INTEGER', '7', 'zeroblob(20)') || ' END"
    " WHERE id = (SELECT max(id) FROM ' || ?1 || ')' FROM pragma_table_info(?1)";

/* The two columns that follow from other rows are found by comparing with those. */
static bool follows(const char *table, const char *name)
{
    return (strcmp(table, "authority") == 0 && strncmp(name, "state", 5) == 0) ||
           (strcmp(table, "reservation") == 0 && strcmp(name, "outcome") == 0);
}

/* How many cells of the table's last row were changed. */
static unsigned change_each_cell(struct before *before, sqlite3 *raw, const char *table)
{
    sqlite3_stmt *columns = NULL;
    unsigned n = 0;

    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(raw, changes, -1, &columns, NULL), SQLITE_OK);
    (void)sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC);
    while (sqlite3_step(columns) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(columns, 0);
        const char *sql = (const char *)sqlite3_column_text(columns, 1);
        char expected[64];
        (void)snprintf(expected, sizeof(expected),
                       follows(table, name) ? "%s" : ": %s is not what journal entry", name);
        expect_finding(before, sql, table, strcmp(name, "id") == 0 ? "is missing" : expected);
        n++;
    }
    (void)sqlite3_finalize(columns);
    return n;
}

static void test_a_change_of_any_covered_cell_is_named(void)
{
    struct before before;
    pki_auto(pki_store) blank = NULL;
    struct pki_error err = {0};
    unsigned n = 0;

    begin(&before);
    EXPECT_OK(pki_store_blank(&blank, &err), err);
    for (size_t i = 0; i < PKI_COUNT(covered); i++)
        n += change_each_cell(&before, blank->db, covered[i]);
    CU_ASSERT_EQUAL(n, 86);
    end(&before);
}

static void test_a_change_of_any_journal_cell_is_named(void)
{
    struct before before;
    pki_auto(pki_store) blank = NULL;
    sqlite3_stmt *columns = NULL;
    struct pki_error err = {0};

    begin(&before);
    EXPECT_OK(pki_store_blank(&blank, &err), err);
    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(blank->db, changes, -1, &columns, NULL), SQLITE_OK);
    (void)sqlite3_bind_text(columns, 1, "journal", -1, SQLITE_STATIC);
    while (sqlite3_step(columns) == SQLITE_ROW)
        expect_finding(&before, (const char *)sqlite3_column_text(columns, 1), "journal entry 4",
                       "");
    (void)sqlite3_finalize(columns);
    end(&before);
}

static void test_null_is_not_zero(void)
{
    struct before before;

    begin(&before);
    expect_finding(&before, "UPDATE certificate SET authority = 0 WHERE id = 4", "certificate 4",
                   ": authority is not what");
    expect_finding(&before, "UPDATE authority SET issuer = 0 WHERE id = 1", "authority 1",
                   ": issuer is not what");
    end(&before);
}

static void test_a_missing_or_added_row_is_named(void)
{
    static const struct {
        const char *sql;
        const char *first;
        const char *second;
    } attacks[] = {
        {"DELETE FROM certificate WHERE id = 2", "certificate 2", "is missing"},
        {"DELETE FROM certificate WHERE id = 4", "certificate 4", "is missing"},
        {"DELETE FROM publication", "publication 1", "is missing"},
        {"INSERT INTO hierarchy VALUES (2, zeroblob(32), x'00')", "hierarchy 2",
         "in no journal entry"},
        {"INSERT INTO hierarchy VALUES (-5, zeroblob(32), x'00')", "hierarchy -5",
         "in no journal entry"},
        {"INSERT INTO revocation VALUES (2, x'01', 1, 4, NULL, 'end', 2)", "revocation 2",
         "in no journal entry"},
        {"DELETE FROM revocation", "revocation 1", "is missing"},
        {"DELETE FROM crl", "crl 1", "is missing"},
        {"INSERT INTO crl VALUES (2, 2, 9, 9, 99, 0, 0, 1, zeroblob(32))", "crl 2",
         "in no journal entry"},
        {"DELETE FROM cutover", "cutover 1", "is missing"},
        {"INSERT INTO cutover VALUES (2, 3, 1, 1, NULL)", "cutover 2", "in no journal entry"},
        {"DELETE FROM journal WHERE id = 2", "journal entry 2", "missing"},
        {"DELETE FROM journal WHERE id = 3", "rows of journal entry 3", ""},
        {"DELETE FROM journal_row WHERE entry = 2 AND position = 3", "journal entry 2",
         "was changed"},
        {"DELETE FROM journal WHERE id = 3; DELETE FROM journal_row WHERE entry = 3",
         "publication 1", "in no journal entry"},
        {"UPDATE journal_row SET row = 99 WHERE relation = 'publication'", "publication 99",
         "is missing"},
        {"UPDATE journal_row SET relation = 'elsewhere' WHERE entry = 3", "unknown table", ""},
        {"UPDATE journal_row SET version = 2 WHERE entry = 3", "unknown table", ""},
        {"UPDATE journal_row SET position = 9 WHERE entry = 3", "journal entry 3", "was changed"},
        {"UPDATE journal_row SET digests = zeroblob(52) WHERE entry = 3", "publication 1", ""},
        {"UPDATE journal_row SET digests = x'' WHERE entry = 3", "publication 1", ""},
        {"INSERT INTO journal_row VALUES (3, 1, 'key', 1, 1, x'')", "covers key 1", "comes next"},
        {"UPDATE journal SET hash = x'00' WHERE id = 2", "journal entry 2", "was changed"},
        {"UPDATE journal SET previous = zeroblob(32) WHERE id = 3", "journal entry 3",
         "does not follow entry 2"},
    };
    struct before before;

    begin(&before);
    for (size_t i = 0; i < PKI_COUNT(attacks); i++)
        expect_finding(&before, attacks[i].sql, attacks[i].first, attacks[i].second);
    end(&before);
}

/* Before anything is asked of it: a view may never end. */
static void expect_refused(struct before *before, const char *sql, const char *text)
{
    static const enum pki_store_mode modes[] = {PKI_STORE_READ, PKI_STORE_WRITE, PKI_STORE_AUDIT,
                                                PKI_STORE_COPY};
    struct pki_error err = {0};

    attack(before, sql);
    for (size_t i = 0; i < PKI_COUNT(modes); i++) {
        EXPECT_FAILS(pki_store_open(before->fixture.dir, modes[i], &fixture_opener,
                                    &before->fixture.store, &err),
                     err, PKI_E_INTEGRITY);
        EXPECT_TEXT(text);
        err = (struct pki_error){0};
    }
}

static void test_a_changed_schema_is_named_and_refused(void)
{
    struct before before;

    begin(&before);
    expect_refused(&before, "DROP TRIGGER certificate_delete",
                   "schema: trigger certificate_delete is missing: restore");
    expect_refused(&before, "DROP INDEX authority_one_active",
                   "schema: index authority_one_active is missing: restore");
    expect_refused(&before, "DROP TABLE publication",
                   "publication_environment is missing, and more");
    expect_refused(&before, "DROP INDEX key_file_key; CREATE INDEX key_file_key ON key_file (id)",
                   "schema: index key_file_key was changed: restore");
    expect_refused(&before,
                   "DROP INDEX share_proof_share; CREATE INDEX share_proof_sharf ON share_proof "
                   "(share, id)",
                   "schema: index share_proof_share is missing, and more");
    expect_refused(&before,
                   "DROP TABLE cutover; CREATE VIEW cutover AS WITH RECURSIVE n (i) AS (SELECT 1 "
                   "UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n WHERE i < 0",
                   "schema: table cutover is missing, and more");
    expect_refused(&before,
                   "DROP TABLE journal; CREATE VIEW journal AS WITH RECURSIVE n (i) AS (SELECT 1 "
                   "UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n WHERE i < 0",
                   "schema: index journal_safety is missing, and more");
    expect_refused(&before, "CREATE VIEW zz AS SELECT 1",
                   "schema: view zz does not belong here: restore");
    expect_refused(&before, "CREATE TRIGGER zz AFTER INSERT ON key BEGIN DELETE FROM key_file; END",
                   "schema: trigger zz does not belong here: restore");
    expect_finding(&before,
                   "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET tbl_name = 'Key_file' "
                   "WHERE name = 'key_file_key'",
                   "index key_file_key", "changed");
    end(&before);
}

static void test_a_row_that_refers_to_nothing_is_named(void)
{
    struct before before;

    begin(&before);
    expect_finding(&before, "UPDATE certificate SET key = 77 WHERE id = 4", "certificate 4",
                   "missing key");
    end(&before);
}

static void test_a_damaged_page_is_a_finding(void)
{
    struct before before;
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};

    begin(&before);
    memset(before.bytes + before.size - 4096, 0xff, 4096);
    restore(&before);
    EXPECT_OK(pki_store_open(before.fixture.dir, PKI_STORE_AUDIT, &fixture_opener,
                             &before.fixture.store, &err),
              err);
    EXPECT_OK(pki_store_audit(before.fixture.store, &findings, &err), err);
    CU_ASSERT_TRUE_FATAL(findings.n > 0);
    CU_ASSERT_EQUAL(strncmp(findings.list[0], "storage: ", 9), 0);
    pki_store_free(PKI_TAKE(before.fixture.store));
    pki_store_findings_clear(&findings);
    end(&before);
}

static void test_findings_are_bounded_and_safe_to_print(void)
{
    struct before before;
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};

    begin(&before);
    attack(&before, "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) INSERT INTO "
                    "journal_row SELECT 9, i, char(27) || '[2J', i, 1, x'' FROM n;"
                    "UPDATE authority SET state = 'next', name = char(27) || '[2J' WHERE id = 2");
    EXPECT_OK(pki_store_open(before.fixture.dir, PKI_STORE_AUDIT, &fixture_opener,
                             &before.fixture.store, &err),
              err);
    EXPECT_OK(pki_store_audit(before.fixture.store, &findings, &err), err);
    CU_ASSERT_EQUAL_FATAL(findings.n, 200);
    CU_ASSERT_PTR_NOT_NULL(strstr(findings.list[199], "more is wrong"));
    for (size_t i = 0; i < findings.n; i++)
        CU_ASSERT_PTR_NULL(strchr(findings.list[i], 27));
    pki_store_findings_clear(&findings);
    end(&before);
}

/* Who looks, and says stop at the second look: the first is told as the work begins. */
static bool look_once(void *context, const struct pki_work *work)
{
    int *looks = context;

    CU_ASSERT_EQUAL(work->done, 0); /* no row of the journal was come to */
    return ++*looks < 2;
}

static void end_looking(void *context)
{
    (void)context;
}

static void test_a_stop_ends_the_check_of_the_storage(void)
{
    int looks = 0;
    const struct pki_progress progress = {&looks, look_once, end_looking};
    struct fixture_store fixture;
    struct pki_store_findings found = {0};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    for (int i = 0; i < 200; i++) {
        pki_auto(pki_txn) txn = NULL;
        EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
        fixture_commit(&txn, "nothing");
    }
    pki_store_watch(fixture.store, &progress);
    EXPECT_FAILS(pki_store_audit(fixture.store, &found, &err), err, PKI_E_CANCELLED);
    CU_ASSERT_STRING_EQUAL(test_last.text,
                           "stopped by the operator while verifying the inventory; run it again");
    CU_ASSERT_EQUAL(looks, 2);
    pki_store_watch(fixture.store, NULL);
    EXPECT_OK(pki_store_audit(fixture.store, &found, &err), err);
    CU_ASSERT_EQUAL(found.n, 0);
    pki_store_findings_clear(&found);
    fixture_store_close(&fixture);
}

/* What an entry hashes is held in part only: here it is longer than that part. */
static void test_an_entry_of_many_rows_is_hashed_whole(void)
{
    struct before before;
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};
    static const uint8_t text[] = "hierarchy: 1\n";

    fixture_store_make(&before.fixture);
    pki_auto(pki_txn) txn = NULL;
    EXPECT_OK(pki_store_begin(before.fixture.store, &txn, &err), err);
    for (int i = 0; i < 300; i++)
        EXPECT_OK(pki_store_add_hierarchy(txn, (struct pki_bytes){text, sizeof(text) - 1}, &err),
                  err);
    fixture_commit(&txn, "many");
    fixture_store_reopen(&before.fixture, PKI_STORE_AUDIT);
    EXPECT_OK(pki_store_audit(before.fixture.store, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    CU_ASSERT_EQUAL(findings.rows, 302);
    pki_store_findings_clear(&findings);
    pki_store_free(PKI_TAKE(before.fixture.store));
    before.bytes = test_load(before.fixture.file, &before.size);
    expect_finding(&before,
                   "UPDATE journal_row SET digests = zeroblob(length(digests)) "
                   "WHERE position = 7 AND entry = 2",
                   "journal entry 2", "hash does not match");
    end(&before);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an untouched store has no findings", test_an_untouched_store_has_no_findings},
        {"a change of any covered cell is named", test_a_change_of_any_covered_cell_is_named},
        {"a change of any cell of the journal is named",
         test_a_change_of_any_journal_cell_is_named},
        {"NULL is not zero", test_null_is_not_zero},
        {"a missing or added row is named", test_a_missing_or_added_row_is_named},
        {"a changed schema is named", test_a_changed_schema_is_named_and_refused},
        {"a row that refers to nothing is named", test_a_row_that_refers_to_nothing_is_named},
        {"a damaged page is a finding", test_a_damaged_page_is_a_finding},
        {"a stop ends the check of the storage", test_a_stop_ends_the_check_of_the_storage},
        {"an entry of many rows is hashed whole", test_an_entry_of_many_rows_is_hashed_whole},
        {"findings are bounded and safe to print", test_findings_are_bounded_and_safe_to_print},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "audit", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
