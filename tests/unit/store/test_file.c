#include "store/sql.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store_fixture.h"
#include "test.h"

static void run_raw(const struct fixture_store *fixture, const char *sql)
{
    sqlite3 *raw = NULL;

    CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture->file, &raw), SQLITE_OK);
    (void)sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    CU_ASSERT_EQUAL_FATAL(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(sqlite3_close(raw), SQLITE_OK);
}

static void write_text(const struct fixture_store *fixture, const char *text)
{
    FILE *file = fopen(fixture->file, "wb");

    (void)fputs(text, file);
    (void)fclose(file);
}

static void make_text(const struct fixture_store *fixture)
{
    write_text(fixture, "this is a text file, and longer than the header of a database file: "
                        "0123456789 0123456789 0123456789 0123456789 0123456789\n");
}

static void make_empty(const struct fixture_store *fixture)
{
    write_text(fixture, "");
}

static void make_foreign(const struct fixture_store *fixture)
{
    make_empty(fixture);
    run_raw(fixture, "CREATE TABLE note (text)");
}

static void make_newer(const struct fixture_store *fixture)
{
    run_raw(fixture, "PRAGMA user_version = 99");
}

static void make_unversioned(const struct fixture_store *fixture)
{
    run_raw(fixture, "PRAGMA user_version = 0");
}

static void make_truncated(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(truncate(fixture->file, 8192), 0);
}

static void make_missing(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(unlink(fixture->file), 0);
}

static void make_link(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(renameat(fixture->dir, PKI_STORE_FILE, fixture->dir, "elsewhere"), 0);
    CU_ASSERT_EQUAL(symlinkat("elsewhere", fixture->dir, PKI_STORE_FILE), 0);
}

static void make_hard_link(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(linkat(fixture->dir, PKI_STORE_FILE, fixture->dir, "second", 0), 0);
}

static void make_fifo(const struct fixture_store *fixture)
{
    make_missing(fixture);
    CU_ASSERT_EQUAL(mkfifo(fixture->file, 0600), 0);
}

static void make_writable(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(chmod(fixture->file, 0660), 0);
}

static void make_directory_writable(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(chmod(fixture->path, 0777), 0);
}

static void make_log(const struct fixture_store *fixture)
{
    int fd = openat(fixture->dir, PKI_STORE_FILE "-wal", O_CREAT | O_WRONLY, 0600);

    CU_ASSERT_TRUE(fd >= 0);
    (void)close(fd);
}

static void make_logged(const struct fixture_store *fixture)
{
    run_raw(fixture, "PRAGMA journal_mode = WAL");
}

static void make_half_logged(const struct fixture_store *fixture)
{
    FILE *file = fopen(fixture->file, "r+b");

    CU_ASSERT_EQUAL(fseek(file, 18, SEEK_SET), 0); /* the version for who writes, alone */
    (void)fputc(2, file);
    (void)fclose(file);
}

static void make_fifo_of_journal(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(mkfifoat(fixture->dir, PKI_STORE_JOURNAL, 0600), 0);
}

static void make_directory_of_journal(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(mkdirat(fixture->dir, PKI_STORE_JOURNAL, 0700), 0);
}

static void make_link_of_journal(const struct fixture_store *fixture)
{
    CU_ASSERT_EQUAL(symlinkat("elsewhere", fixture->dir, PKI_STORE_JOURNAL), 0);
}

/* A journal without pages, and at its end the name of the journal of several databases: file
   format, 3, and its section on super-journals. */
static void write_journal(const struct fixture_store *fixture, const char *name)
{
    static const uint8_t magic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    uint8_t header[512] = {[18] = 0, [19] = 1, [22] = 2, [26] = 0x10}; /* sector 512, page 4096 */
    uint8_t tail[16] = {[3] = (uint8_t)strlen(name)};
    unsigned sum = 0;
    FILE *file = fdopen(openat(fixture->dir, PKI_STORE_JOURNAL, O_CREAT | O_WRONLY, 0600), "wb");
    struct stat status;

    CU_ASSERT_EQUAL(stat(fixture->file, &status), 0);
    header[19] = (uint8_t)(status.st_size / 4096);
    memcpy(header, magic, sizeof(magic));
    for (const char *c = name; *c; c++)
        sum += (unsigned char)*c;
    tail[6] = (uint8_t)(sum >> 8);
    tail[7] = (uint8_t)sum;
    memcpy(tail + 8, magic, sizeof(magic));
    (void)fwrite(header, sizeof(header), 1, file);
    (void)fwrite("\0\4\0\1", 4, 1, file);
    (void)fputs(name, file);
    (void)fwrite(tail, sizeof(tail), 1, file);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

static void make_journal_of_several(const struct fixture_store *fixture)
{
    char precious[sizeof(fixture->path) + 16];

    (void)snprintf(precious, sizeof(precious), "%s/elsewhere", fixture->path);
    (void)close(openat(fixture->dir, "elsewhere", O_CREAT | O_WRONLY, 0600));
    write_journal(fixture, precious);
}

static void make_second_name_of_journal(const struct fixture_store *fixture)
{
    write_journal(fixture, "x");
    CU_ASSERT_EQUAL(linkat(fixture->dir, PKI_STORE_JOURNAL, fixture->dir, "second", 0), 0);
}

static void make_writable_journal(const struct fixture_store *fixture)
{
    write_journal(fixture, "x");
    CU_ASSERT_EQUAL(fchmodat(fixture->dir, PKI_STORE_JOURNAL, 0666, 0), 0);
}

static void make_headless(const struct fixture_store *fixture)
{
    run_raw(fixture, "UPDATE journal SET detail = 'nothing'");
}

static void make_without_journal(const struct fixture_store *fixture)
{
    run_raw(fixture, "DELETE FROM journal");
}

static const struct {
    const char *name;
    void (*mutate)(const struct fixture_store *fixture);
    enum pki_code code;
    const char *text;
} cases[] = {
    {"text", make_text, PKI_E_STORE, "is not an inventory"},
    {"empty", make_empty, PKI_E_STORE, "another program"},
    {"foreign", make_foreign, PKI_E_STORE, "another program"},
    {"newer", make_newer, PKI_E_STORE, "newer Root Cellar (version 99"},
    {"unversioned", make_unversioned, PKI_E_STORE, "no version 0"},
    {"truncated", make_truncated, PKI_E_STORE, "restore the cellar from its backup"},
    {"missing", make_missing, PKI_E_STORE, "no cellar here"},
    {"symbolic link", make_link, PKI_E_STORE, "not a regular file"},
    {"hard link", make_hard_link, PKI_E_STORE, "second name"},
    {"fifo", make_fifo, PKI_E_STORE, "not a regular file"},
    {"writable by others", make_writable, PKI_E_STORE, "chmod go-w"},
    {"directory writable by others", make_directory_writable, PKI_E_STORE, "chmod go-w"},
    {"write-ahead log", make_log, PKI_E_STORE, "-wal"},
    {"write-ahead log in the header", make_logged, PKI_E_STORE, "journal_mode = delete"},
    {"half of one", make_half_logged, PKI_E_STORE, "journal_mode = delete"},
    {"journal: fifo", make_fifo_of_journal, PKI_E_STORE, "not what a transaction leaves"},
    {"journal: directory", make_directory_of_journal, PKI_E_STORE, "not what a transaction leaves"},
    {"journal: link", make_link_of_journal, PKI_E_STORE, "not what a transaction leaves"},
    {"journal: two names", make_second_name_of_journal, PKI_E_STORE, "what a transaction leaves"},
    {"journal: writable by others", make_writable_journal, PKI_E_STORE, "chmod go-w"},
    {"journal: of several", make_journal_of_several, PKI_E_STORE, "several databases"},
    {"head changed", make_headless, PKI_E_INTEGRITY, "journal entry 1 was changed"},
    {"no journal", make_without_journal, PKI_E_INTEGRITY, "the journal is empty"},
};

static void check_refused(size_t i, enum pki_store_mode mode)
{
    struct fixture_store fixture;
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    pki_store_free(PKI_TAKE(fixture.store));
    cases[i].mutate(&fixture);
    EXPECT_FAILS(pki_store_open(fixture.dir, mode, &fixture_opener, &fixture.store, &err), err,
                 cases[i].code);
    EXPECT_TEXT(cases[i].text);
    CU_ASSERT_PTR_NULL(fixture.store);
    fixture_store_close(&fixture);
}

static void test_what_is_no_cellar_is_refused_with_what_to_do(void)
{
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        check_refused(i, PKI_STORE_READ);
        check_refused(i, PKI_STORE_WRITE);
    }
}

static void test_a_new_cellar_is_for_its_owner_alone(void)
{
    struct fixture_store fixture;
    struct stat status;

    fixture_store_make(&fixture);
    CU_ASSERT_EQUAL(stat(fixture.file, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
    fixture_store_close(&fixture);
}

static void test_a_cellar_is_never_made_over_something(void)
{
    static const char *const names[] = {PKI_STORE_FILE, PKI_STORE_FILE "-journal",
                                        PKI_STORE_FILE "-wal"};
    const struct pki_cellar_row cellar = {.created_at = FIXTURE_TIME, .tool = "test"};
    struct fixture_store fixture;
    struct pki_store *second = NULL;
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    for (size_t i = 0; i < PKI_COUNT(names); i++) {
        CU_ASSERT_EQUAL(
            renameat(fixture.dir, i > 0 ? names[i - 1] : PKI_STORE_FILE, fixture.dir, names[i]), 0);
        EXPECT_FAILS(pki_store_create(fixture.dir, &cellar, (struct pki_bytes){0}, &second, &err),
                     err, PKI_E_EXISTS);
        EXPECT_TEXT(names[i]);
    }
    fixture_store_close(&fixture);
}

static unsigned count_files(const struct fixture_store *fixture)
{
    DIR *dir = opendir(fixture->path);
    unsigned n = 0;

    while (dir && readdir(dir))
        n++;
    if (dir)
        (void)closedir(dir);
    return n - 2; /* . and .. */
}

static void test_reading_makes_no_file_and_changes_none(void)
{
    struct fixture_store fixture;
    struct pki_cellar_row cellar = {0};
    struct pki_error err = {0};
    size_t before = 0;
    size_t after = 0;

    fixture_store_make(&fixture);
    uint8_t *first = test_load(fixture.file, &before);
    CU_ASSERT_EQUAL(chmod(fixture.path, 0500), 0);
    fixture_store_reopen(&fixture, PKI_STORE_READ);
    EXPECT_OK(pki_store_cellar(fixture.store, &cellar, &err), err);
    CU_ASSERT_EQUAL(count_files(&fixture), 1);
    uint8_t *second = test_load(fixture.file, &after);
    CU_ASSERT_TRUE(before == after && memcmp(first, second, before) == 0);
    CU_ASSERT_EQUAL(chmod(fixture.path, 0700), 0);
    free(first);
    free(second);
    fixture_store_close(&fixture);
}

static void test_a_second_writer_is_told_that_the_cellar_is_locked(void)
{
    struct fixture_store fixture;
    pki_auto(pki_store) other = NULL;
    pki_auto(pki_txn) first = NULL;
    pki_auto(pki_txn) second = NULL;
    struct pki_cellar_row cellar = {0};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    EXPECT_OK(pki_store_open(fixture.dir, PKI_STORE_WRITE, &fixture_opener, &other, &err), err);
    (void)sqlite3_busy_timeout(other->db, 0);
    EXPECT_OK(pki_store_begin(fixture.store, &first, &err), err);
    EXPECT_FAILS(pki_store_begin(other, &second, &err), err, PKI_E_LOCKED);
    EXPECT_TEXT("another process");
    EXPECT_OK(pki_store_cellar(other, &cellar, &err), err); /* reading goes on */
    pki_txn_free(PKI_TAKE(first));
    EXPECT_OK(pki_store_begin(other, &second, &err), err);
    fixture_store_close(&fixture);
}

static void test_a_commit_that_a_reader_blocks_is_rolled_back(void)
{
    struct fixture_store fixture;
    pki_auto(pki_store) other = NULL;
    pki_auto(pki_txn) txn = NULL;
    struct pki_key_row row = fixture_key(7, "a");
    struct pki_journal_entry entry = fixture_entry("key");
    struct pki_error err = {0};
    int64_t id = 0;
    bool found = true;
    bool any = false;

    fixture_store_make(&fixture);
    EXPECT_OK(pki_store_open(fixture.dir, PKI_STORE_READ, &fixture_opener, &other, &err), err);
    (void)sqlite3_busy_timeout(fixture.store->db, 0);
    EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
    EXPECT_OK(pki_store_add_key(txn, &row, &id, &err), err);
    EXPECT_OK(pki_journal_append(txn, &entry, &err), err);
    {
        pki_scope(pki_statement) reading = {0};
        EXPECT_OK(pki_statement_begin(other, PKI_QUERY_CELLAR, &reading, &err), err);
        EXPECT_OK(pki_statement_step(&reading, &any, &err), err);
        EXPECT_FAILS(pki_txn_commit(&txn, &err), err, PKI_E_LOCKED);
        CU_ASSERT_PTR_NULL(txn);
    }
    EXPECT_OK(pki_store_key_by_name(fixture.store, "a", &found, &row, &err), err);
    CU_ASSERT_FALSE(found);
    EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err); /* and the next one works */
    fixture_store_close(&fixture);
}

/* Dies in the middle of a transaction whose pages have reached the file. */
static void die_writing(const struct fixture_store *fixture)
{
    pid_t child = fork();

    if (child == 0) {
        sqlite3 *raw = NULL;
        (void)sqlite3_open(fixture->file, &raw);
        (void)sqlite3_exec(raw,
                           "PRAGMA cache_size = 1; BEGIN IMMEDIATE;"
                           "WITH n (i) AS (SELECT 9 UNION ALL SELECT i + 1 FROM n LIMIT 300) "
                           "INSERT INTO hierarchy SELECT i, zeroblob(32), zeroblob(2000) FROM n",
                           NULL, NULL, NULL);
        _exit(0);
    }
    CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
}

static void test_a_transaction_that_was_cut_off_is_rolled_back_also_for_a_reader(void)
{
    struct fixture_store fixture;
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    pki_store_free(PKI_TAKE(fixture.store));
    die_writing(&fixture);
    CU_ASSERT_EQUAL_FATAL(count_files(&fixture), 2); /* the journal is there: this test tests */
    fixture_store_reopen(&fixture, PKI_STORE_READ);
    EXPECT_OK(pki_store_audit(fixture.store, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    CU_ASSERT_EQUAL(count_files(&fixture), 1);
    pki_store_findings_clear(&findings);
    fixture_store_close(&fixture);
}

/* SQLite would delete the file that such a journal names, wherever it lies. */
static void check_named(const char *name, enum pki_code code)
{
    struct fixture_store fixture;
    char precious[sizeof(fixture.path) + 32];
    struct pki_error err = {0};
    size_t before = 0;
    size_t after = 0;

    fixture_store_make(&fixture);
    pki_store_free(PKI_TAKE(fixture.store));
    (void)snprintf(precious, sizeof(precious), "%s/below/%s", fixture.path, name);
    CU_ASSERT_EQUAL(mkdirat(fixture.dir, "below", 0700), 0);
    FILE *file = fopen(precious, "wb");
    (void)fputs("my thesis", file);
    (void)fclose(file);
    write_journal(&fixture, precious);
    uint8_t *first = test_load(fixture.file, &before);
    EXPECT_FAILS(pki_store_open(fixture.dir, PKI_STORE_READ, &fixture_opener, &fixture.store, &err),
                 err, code);
    EXPECT_TEXT("several databases");
    uint8_t *second = test_load(fixture.file, &after);
    CU_ASSERT_TRUE(before == after && memcmp(first, second, before) == 0);
    CU_ASSERT_EQUAL(faccessat(AT_FDCWD, precious, F_OK, 0), 0);
    free(first);
    free(second);
    fixture_store_close(&fixture);
}

static void test_a_journal_that_names_a_file_deletes_none(void)
{
    check_named("precious", PKI_E_STORE);
    check_named(PKI_STORE_JOURNAL, PKI_E_STORE); /* that of another cellar */
    check_named("cellar.db-wal", PKI_E_STORE);
}

static void test_a_copy_has_no_journal_beside_it(void)
{
    struct fixture_store fixture;
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    pki_store_free(PKI_TAKE(fixture.store));
    die_writing(&fixture);
    EXPECT_FAILS(pki_store_open(fixture.dir, PKI_STORE_COPY, &fixture_opener, &fixture.store, &err),
                 err, PKI_E_STORE);
    EXPECT_TEXT("does not belong beside a copy");
    CU_ASSERT_EQUAL(count_files(&fixture), 2); /* and nothing was rolled back */
    fixture_store_close(&fixture);
}

/* A writer's settings, as SQLite itself reports them. */
static void test_a_writer_is_durable_and_defensive(void)
{
    static const struct {
        const char *sql;
        int expected;
    } settings[] = {
        {"PRAGMA synchronous", 3},     {"PRAGMA foreign_keys", 1},
        {"PRAGMA trusted_schema", 0},  {"PRAGMA secure_delete", 1},
        {"PRAGMA cell_size_check", 1}, {"PRAGMA recursive_triggers", 1},
    };
    struct fixture_store fixture;

    fixture_store_make(&fixture);
    for (size_t i = 0; i < PKI_COUNT(settings); i++) {
        sqlite3_stmt *stmt = NULL;
        CU_ASSERT_EQUAL_FATAL(
            sqlite3_prepare_v2(fixture.store->db, settings[i].sql, -1, &stmt, NULL), SQLITE_OK);
        CU_ASSERT_EQUAL(sqlite3_step(stmt), SQLITE_ROW);
        CU_ASSERT_EQUAL(sqlite3_column_int(stmt, 0), settings[i].expected);
        (void)sqlite3_finalize(stmt);
    }
    fixture_store_close(&fixture);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what is no cellar is refused with what to do",
         test_what_is_no_cellar_is_refused_with_what_to_do},
        {"a new cellar is for its owner alone", test_a_new_cellar_is_for_its_owner_alone},
        {"a cellar is never made over something", test_a_cellar_is_never_made_over_something},
        {"reading makes no file and changes none", test_reading_makes_no_file_and_changes_none},
        {"a second writer is told that the cellar is locked",
         test_a_second_writer_is_told_that_the_cellar_is_locked},
        {"a commit that a reader blocks is rolled back",
         test_a_commit_that_a_reader_blocks_is_rolled_back},
        {"a transaction that was cut off is rolled back, also for a reader",
         test_a_transaction_that_was_cut_off_is_rolled_back_also_for_a_reader},
        {"a journal that names a file deletes none", test_a_journal_that_names_a_file_deletes_none},
        {"a copy has no journal beside it", test_a_copy_has_no_journal_beside_it},
        {"a writer is durable and defensive", test_a_writer_is_durable_and_defensive},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "file", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
