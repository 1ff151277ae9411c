#include "store/sql.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "store_fixture.h"
#include "test.h"

#define BACKUP "cellar.db.v1.bak"

/* Every version that there was before this one, and how many entries its journal has. */
static const struct old {
    const char *dump, *backup;
    int64_t version;
    int64_t entries;
} olds[] = {
    {FIXTURES "/stores/v1.sql", BACKUP, 1, 3},
    {FIXTURES "/stores/v2.sql", "cellar.db.v2.bak", 2, 4},
    {FIXTURES "/stores/v3.sql", "cellar.db.v3.bak", 3, 5},
    {FIXTURES "/stores/v4.sql", "cellar.db.v4.bak", 4, 7},
};

static void run_raw(const struct fixture_store *fixture, const char *sql)
{
    sqlite3 *raw = NULL;

    CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture->file, &raw), SQLITE_OK);
    (void)sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(raw);
}

/* A closed store as a program of an older version left it. */
static void make_version(struct fixture_store *fixture, const struct old *old)
{
    size_t size = 0;
    char *dump = (char *)test_load(old->dump, &size);

    fixture_store_make(fixture);
    pki_store_free(PKI_TAKE(fixture->store));
    (void)fclose(fopen(fixture->file, "w")); /* emptied, with its mode */
    run_raw(fixture, dump);
    free(dump);
}

static void make_old(struct fixture_store *fixture)
{
    make_version(fixture, &olds[0]);
}

static bool there(const struct fixture_store *fixture, const char *name)
{
    return faccessat(fixture->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void put(const struct fixture_store *fixture, const char *name, const uint8_t *bytes,
                size_t size)
{
    int fd = openat(fixture->dir, name, O_CREAT | O_WRONLY | O_TRUNC, 0600);

    CU_ASSERT_EQUAL(write(fd, bytes, size), (ssize_t)size);
    (void)close(fd);
}

static bool same_file(const struct fixture_store *fixture, const char *name, const uint8_t *bytes,
                      size_t size)
{
    char path[128];
    size_t found = 0;

    (void)snprintf(path, sizeof(path), "%s/%s", fixture->path, name);
    uint8_t *file = test_load(path, &found);
    bool same = found == size && memcmp(file, bytes, size) == 0;
    free(file);
    return same;
}

static void append_schema(struct pki_store *store, struct pki_buf *text)
{
    pki_scope(pki_statement) query = {0};
    struct pki_error err = {0};
    bool row = false;

    EXPECT_OK(pki_statement_begin(store, PKI_QUERY_SCHEMA, &query, &err), err);
    EXPECT_OK(pki_statement_step(&query, &row, &err), err);
    while (row) {
        (void)pki_column_view(&query);
        (void)pki_column_view(&query);
        struct pki_bytes sql = pki_column_view(&query);
        pki_buf_append_bytes(text, sql);
        pki_buf_text(text, sql.size > 0 ? ";\n" : "");
        EXPECT_OK(pki_statement_step(&query, &row, &err), err);
    }
    pki_buf_byte(text, 0);
}

static void expect_snapshot(struct pki_store *store)
{
    pki_scope(pki_buf) text = {0};
    size_t size = 0;
    char *snapshot = (char *)test_load(SCHEMA "/snapshot.sql", &size);
    char *first = strchr(snapshot, '\n') + 1; /* after the comment */

    append_schema(store, &text);
    CU_ASSERT_STRING_EQUAL((const char *)text.data, first);
    free(snapshot);
}

static void test_the_migrations_lead_to_the_snapshot(void)
{
    pki_auto(pki_store) store = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_store_blank(&store, &err), err);
    expect_snapshot(store);
}

static void test_there_is_a_fixture_of_every_version(void)
{
    CU_ASSERT_EQUAL(PKI_COUNT(olds), PKI_SCHEMA_VERSION - 1);
}

/* Each migration is an entry of the journal. */
static int64_t entries_after(const struct old *old)
{
    return old->entries + PKI_SCHEMA_VERSION - old->version;
}

static void expect_sound(struct fixture_store *fixture, int64_t entries)
{
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_store_audit(fixture->store, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    CU_ASSERT_EQUAL(findings.entries, entries);
    pki_store_findings_clear(&findings);
}

static void test_an_old_store_is_migrated_and_passes_its_audit(void)
{
    for (size_t i = 0; i < PKI_COUNT(olds); i++) {
        struct fixture_store fixture;
        struct pki_error err = {0};
        int64_t version = 0;

        make_version(&fixture, &olds[i]);
        fixture_store_reopen(&fixture, PKI_STORE_WRITE);
        expect_snapshot(fixture.store);
        EXPECT_OK(pki_query_integer(fixture.store, PKI_QUERY_USER_VERSION, &version, &err), err);
        CU_ASSERT_EQUAL(version, PKI_SCHEMA_VERSION);
        CU_ASSERT_TRUE(there(&fixture, olds[i].backup));
        fixture_store_reopen(&fixture, PKI_STORE_READ);
        expect_sound(&fixture, entries_after(&olds[i]));
        fixture_store_close(&fixture);
    }
}

static void test_a_migrated_store_takes_the_rows_of_its_version(void)
{
    struct fixture_store fixture;
    const struct fixture_rows rows = {.root = 1, .active = 2, .next = 3};

    make_old(&fixture);
    fixture_store_reopen(&fixture, PKI_STORE_WRITE);
    fixture_store_live(&fixture, &rows);
    expect_sound(&fixture, entries_after(&olds[0]) + 1);
    fixture_store_close(&fixture);
}

/* Whatever the clock says, which nobody has judged yet: its time is the newest entry's. */
static void expect_migration(int64_t at, const char *text)
{
    const struct pki_store_opener by = {.at = at, .actor = "cellar-crl 0.1.0"};
    struct fixture_store fixture;
    struct pki_error err = {0};
    struct pki_journal_head head = {0};
    sqlite3_stmt *entry = NULL;

    make_version(&fixture, &olds[1]);
    EXPECT_OK(pki_store_open(fixture.dir, PKI_STORE_WRITE, &by, &fixture.store, &err), err);
    EXPECT_OK(pki_journal_get_head(fixture.store, &head, &err), err);
    CU_ASSERT_EQUAL(head.counter, entries_after(&olds[1]));
    CU_ASSERT_EQUAL(head.at, FIXTURE_TIME);
    CU_ASSERT_EQUAL(pki_store_recorded(fixture.store), 0); /* decided nothing */
    CU_ASSERT_EQUAL_FATAL(
        sqlite3_prepare_v2(fixture.store->db,
                           "SELECT action || ': ' || detail || ': ' || actor FROM journal "
                           "WHERE id = (SELECT max(id) FROM journal)",
                           -1, &entry, NULL),
        SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_step(entry), SQLITE_ROW);
    CU_ASSERT_STRING_EQUAL((const char *)sqlite3_column_text(entry, 0), text);
    (void)sqlite3_finalize(entry);
    fixture_store_close(&fixture);
}

static void test_a_migration_is_in_the_journal(void)
{
    expect_migration(5, "migrate: from version 4 to 5, the clock said 1970-01-01T00:00:05Z: "
                        "cellar-crl 0.1.0");
    expect_migration(FIXTURE_TIME + INT64_C(3652) * 86400,
                     "migrate: from version 4 to 5, the clock said 2033-11-13T22:13:20Z: "
                     "cellar-crl 0.1.0");
}

static void test_the_store_is_kept_as_it_was(void)
{
    struct fixture_store fixture;
    struct stat status;
    size_t size = 0;

    make_old(&fixture);
    uint8_t *old = test_load(fixture.file, &size);
    fixture_store_reopen(&fixture, PKI_STORE_WRITE);
    CU_ASSERT_TRUE(same_file(&fixture, BACKUP, old, size));
    CU_ASSERT_EQUAL(fstatat(fixture.dir, BACKUP, &status, 0), 0);
    CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
    CU_ASSERT_FALSE(same_file(&fixture, PKI_STORE_FILE, old, size));
    free(old);
    fixture_store_close(&fixture);
}

static void test_a_store_of_this_version_is_not_kept(void)
{
    struct fixture_store fixture;

    fixture_store_make(&fixture);
    fixture_store_reopen(&fixture, PKI_STORE_WRITE);
    CU_ASSERT_FALSE(there(&fixture, "cellar.db.v4.bak"));
    fixture_store_close(&fixture);
}

static void test_a_migration_that_was_cut_off_goes_on(void)
{
    struct fixture_store fixture;
    size_t size = 0;

    make_old(&fixture);
    uint8_t *old = test_load(fixture.file, &size);
    put(&fixture, BACKUP, old, size);
    fixture_store_reopen(&fixture, PKI_STORE_WRITE);
    expect_snapshot(fixture.store);
    CU_ASSERT_TRUE(same_file(&fixture, BACKUP, old, size));
    free(old);
    fixture_store_close(&fixture);
}

static void expect_refused(struct fixture_store *fixture, enum pki_store_mode mode,
                           enum pki_code code, const char *part)
{
    struct pki_error err = {0};
    size_t size = 0;
    uint8_t *old = test_load(fixture->file, &size);

    EXPECT_FAILS(pki_store_open(fixture->dir, mode, &fixture_opener, &fixture->store, &err), err,
                 code);
    EXPECT_TEXT(part);
    CU_ASSERT_TRUE(same_file(fixture, PKI_STORE_FILE, old, size));
    free(old);
}

static void test_reading_migrates_nothing_and_names_what_does(void)
{
    struct fixture_store fixture;

    make_old(&fixture);
    expect_refused(&fixture, PKI_STORE_READ, PKI_E_STORE, "cellar init --update");
    expect_refused(&fixture, PKI_STORE_AUDIT, PKI_E_STORE, "version 1");
    CU_ASSERT_FALSE(there(&fixture, BACKUP));
    fixture_store_close(&fixture);
}

static void test_another_copy_is_never_overwritten(void)
{
    static const uint8_t other[] = "of another cellar";
    struct fixture_store fixture;
    size_t size = 0;

    make_old(&fixture);
    put(&fixture, BACKUP, other, sizeof(other));
    expect_refused(&fixture, PKI_STORE_WRITE, PKI_E_STORE, BACKUP " is in the way");
    CU_ASSERT_TRUE(same_file(&fixture, BACKUP, other, sizeof(other)));

    uint8_t *old = test_load(fixture.file, &size);
    old[size - 1] ^= 1; /* of the same size */
    put(&fixture, BACKUP, old, size);
    expect_refused(&fixture, PKI_STORE_WRITE, PKI_E_STORE, BACKUP " is in the way");
    free(old);
    CU_ASSERT_EQUAL(unlinkat(fixture.dir, BACKUP, 0), 0);
    CU_ASSERT_EQUAL(symlinkat("elsewhere", fixture.dir, BACKUP), 0);
    expect_refused(&fixture, PKI_STORE_WRITE, PKI_E_STORE, BACKUP " is in the way");
    CU_ASSERT_FALSE(there(&fixture, "elsewhere"));
    fixture_store_close(&fixture);
}

static void test_a_changed_store_is_not_migrated(void)
{
    struct fixture_store fixture;

    make_old(&fixture);
    run_raw(&fixture, "UPDATE journal SET detail = 'nothing'");
    expect_refused(&fixture, PKI_STORE_WRITE, PKI_E_INTEGRITY, "journal entry 3 was changed");
    CU_ASSERT_FALSE(there(&fixture, BACKUP));
    fixture_store_close(&fixture);
}

static void test_a_changed_schema_is_not_migrated(void)
{
    struct fixture_store fixture;

    make_old(&fixture);
    run_raw(&fixture, "DROP TRIGGER authority_event_insert");
    expect_refused(&fixture, PKI_STORE_WRITE, PKI_E_INTEGRITY,
                   "schema: trigger authority_event_insert is missing");
    fixture_store_close(&fixture);

    make_old(&fixture);
    run_raw(&fixture, "CREATE TABLE cutover (id INTEGER PRIMARY KEY)"); /* of the next version */
    expect_refused(&fixture, PKI_STORE_WRITE, PKI_E_INTEGRITY,
                   "schema: table cutover does not belong here");
    fixture_store_close(&fixture);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the migrations lead to the snapshot", test_the_migrations_lead_to_the_snapshot},
        {"there is a fixture of every version", test_there_is_a_fixture_of_every_version},
        {"an old store is migrated and passes its audit",
         test_an_old_store_is_migrated_and_passes_its_audit},
        {"a migration is in the journal", test_a_migration_is_in_the_journal},
        {"a migrated store takes the rows of its version",
         test_a_migrated_store_takes_the_rows_of_its_version},
        {"the store is kept as it was", test_the_store_is_kept_as_it_was},
        {"a store of this version is not kept", test_a_store_of_this_version_is_not_kept},
        {"a migration that was cut off goes on", test_a_migration_that_was_cut_off_goes_on},
        {"reading migrates nothing and names what does",
         test_reading_migrates_nothing_and_names_what_does},
        {"another copy is never overwritten", test_another_copy_is_never_overwritten},
        {"a changed store is not migrated", test_a_changed_store_is_not_migrated},
        {"a changed schema is not migrated", test_a_changed_schema_is_not_migrated},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "migrate", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
