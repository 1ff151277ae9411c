#include "store/sql.h"

#include "store_fixture.h"
#include "test.h"

static const char *const tables[] = {
    "cellar",      "hierarchy",       "key",
    "key_file",    "authority",       "authority_event",
    "certificate", "certificate_der", "revocation",
    "reservation", "reservation_end", "publication",
    "crl",         "cutover",         "journal",
    "journal_row", "key_policy",      "share",
    "share_proof",
};

/* Our own connection, settings and all: what the tools could do to the rows. */
static int change(struct pki_store *store, const char *format, const char *table, char text[1024])
{
    char sql[512];

    store->committing = true; /* a change that gets through must fail this test, not abort it */
    (void)snprintf(sql, sizeof(sql), format, table, table, table);
    int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    (void)snprintf(text, 1024, "%s: %s", sql, sqlite3_errmsg(store->db));
    return result;
}

static void expect_refused(struct pki_store *store, const char *format, const char *table)
{
    char text[1024];
    int result = change(store, format, table, text);

    if (result != SQLITE_CONSTRAINT_TRIGGER)
        (void)fprintf(stderr, "\n%s (%d)\n", text, result);
    CU_ASSERT_EQUAL(result, SQLITE_CONSTRAINT_TRIGGER);
}

static void make_filled(struct fixture_store *fixture)
{
    struct fixture_rows rows;

    fixture_store_make(fixture);
    fixture_store_fill(fixture, &rows);
    fixture_store_live(fixture, &rows);
}

static void test_no_row_of_any_table_can_be_deleted(void)
{
    struct fixture_store fixture;

    make_filled(&fixture);
    for (size_t i = 0; i < PKI_COUNT(tables); i++)
        expect_refused(fixture.store, "DELETE FROM %s", tables[i]);
    fixture_store_close(&fixture);
}

/* Each column by name, and the row's number under all its names. */
static const char any_column[] = "SELECT 'UPDATE ' || ?1 || ' SET ' || name || ' = ' || name "
                                 "FROM pragma_table_info(?1)";

static void test_no_cell_of_any_table_can_be_updated(void)
{
    struct fixture_store fixture;
    sqlite3_stmt *columns = NULL;
    unsigned tried = 0;

    make_filled(&fixture);
    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(fixture.store->db, any_column, -1, &columns, NULL),
                          SQLITE_OK);
    for (size_t i = 0; i < PKI_COUNT(tables); i++) {
        (void)sqlite3_bind_text(columns, 1, tables[i], -1, SQLITE_STATIC);
        while (sqlite3_step(columns) == SQLITE_ROW) {
            char sql[256];
            (void)snprintf(sql, sizeof(sql), "%s", (const char *)sqlite3_column_text(columns, 0));
            bool follows = strstr(sql, "SET state") || strstr(sql, "authority SET state_since") ||
                           strcmp(sql, "UPDATE reservation SET outcome = outcome") == 0;
            if (follows && strncmp(sql, "UPDATE authority_event", 22) != 0)
                continue;
            expect_refused(fixture.store, "%s", sql);
            tried++;
        }
        (void)sqlite3_reset(columns);
    }
    CU_ASSERT_TRUE(tried > 85);
    (void)sqlite3_finalize(columns);
    fixture_store_close(&fixture);
}

static void test_the_row_number_cannot_be_updated_under_any_name(void)
{
    static const char *const names[] = {"id", "rowid", "oid", "_rowid_", "ROWID", "OID"};
    struct fixture_store fixture;
    char sql[128];

    make_filled(&fixture);
    for (size_t i = 0; i < PKI_COUNT(tables); i++) {
        if (strcmp(tables[i], "revocation") == 0 || strcmp(tables[i], "journal_row") == 0)
            continue; /* have none */
        for (size_t k = 0; k < PKI_COUNT(names); k++) {
            (void)snprintf(sql, sizeof(sql), "UPDATE %s SET %s = 1000", tables[i], names[k]);
            expect_refused(fixture.store, "%s", sql);
        }
    }
    fixture_store_close(&fixture);
}

static void test_no_row_can_be_replaced(void)
{
    struct fixture_store fixture;

    make_filled(&fixture);
    for (size_t i = 0; i < PKI_COUNT(tables); i++)
        expect_refused(fixture.store, "INSERT OR REPLACE INTO %s SELECT * FROM %s LIMIT 1",
                       tables[i]);
    /* by another unique key than the row's number */
    expect_refused(fixture.store,
                   "REPLACE INTO %s SELECT 99, name || 'x', algorithm, location, spki_sha256, "
                   "key_id FROM key LIMIT 1",
                   "key");
    expect_refused(fixture.store,
                   "UPDATE OR REPLACE %s SET name = 'root-g1' WHERE name <> 'root-g1'", "key");
    fixture_store_close(&fixture);
}

static void test_state_and_outcome_cannot_be_set_by_hand(void)
{
    struct fixture_store fixture;

    make_filled(&fixture);
    expect_refused(fixture.store, "UPDATE %s SET state = 'retired'", "authority");
    expect_refused(fixture.store, "UPDATE %s SET state_since = state_since + 1", "authority");
    expect_refused(fixture.store, "UPDATE %s SET outcome = 'done' WHERE outcome = 'open'",
                   "reservation");
    expect_refused(fixture.store, "UPDATE %s SET outcome = 'open' WHERE outcome = 'done'",
                   "reservation");
    fixture_store_close(&fixture);
}

static void test_the_schema_cannot_be_written_past_sqlite(void)
{
    struct fixture_store fixture;
    char text[1024];

    make_filled(&fixture);
    (void)change(fixture.store, "PRAGMA writable_schema = ON -- %s", "", text);
    CU_ASSERT_NOT_EQUAL(
        change(fixture.store, "DELETE FROM sqlite_schema WHERE type = 'trigger' -- %s", "", text),
        SQLITE_OK);
    fixture_store_close(&fixture);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"no row of any table can be deleted", test_no_row_of_any_table_can_be_deleted},
        {"no cell of any table can be updated", test_no_cell_of_any_table_can_be_updated},
        {"a row's number cannot be updated under any of its names",
         test_the_row_number_cannot_be_updated_under_any_name},
        {"no row can be replaced", test_no_row_can_be_replaced},
        {"state and outcome cannot be set by hand", test_state_and_outcome_cannot_be_set_by_hand},
        {"the schema cannot be written past SQLite", test_the_schema_cannot_be_written_past_sqlite},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "schema", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
