#include <dirent.h>
#include <fcntl.h>

#include "fault.h"
#include "fault_vfs.h"
#include "store/sql.h"
#include "store_fixture.h"
#include "test.h"

/* Entries of the cellar's directory, temporary ones too. */
static int entries(const struct fixture_store *fixture)
{
    DIR *stream = opendir(fixture->path);
    int count = 0;

    while (stream && readdir(stream))
        count++;
    if (stream)
        (void)closedir(stream);
    return count - 2; /* . and .. */
}

static void expect_sound(struct fixture_store *fixture, int64_t journal)
{
    struct pki_store_findings findings = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_store_audit(fixture->store, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    CU_ASSERT_EQUAL(findings.entries, journal);
    pki_store_findings_clear(&findings);
}

static void test_a_new_store_is_whole_or_absent_at_every_failure(void)
{
    const struct pki_cellar_row cellar = {.created_at = FIXTURE_TIME, .tool = "test"};
    struct fixture_store fixture;
    int rounds = 0;

    fixture_store_make(&fixture);
    FAULT_EACH (nth) {
        struct pki_error err = {0};
        pki_store_free(PKI_TAKE(fixture.store));
        CU_ASSERT_EQUAL_FATAL(unlinkat(fixture.dir, PKI_STORE_FILE, 0), 0);
        fault_start(nth);
        bool done =
            pki_store_create(fixture.dir, &cellar, (struct pki_bytes){0}, &fixture.store, &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_EQUAL(fixture.store != NULL, done);
        /* made, and then not opened: the file is whole, as after a power cut */
        if (entries(&fixture) == 1) {
            fixture_store_reopen(&fixture, PKI_STORE_WRITE);
            expect_sound(&fixture, 1);
        } else {
            CU_ASSERT_FALSE(done);
            CU_ASSERT_EQUAL(entries(&fixture), 0);
            int fd = openat(fixture.dir, PKI_STORE_FILE, O_CREAT | O_WRONLY, 0600);
            (void)close(fd); /* for the next round to remove */
        }
        rounds++;
    }
    CU_ASSERT_TRUE(rounds > 10);
    fixture_store_close(&fixture);
}

static bool record(struct fixture_store *fixture, uint8_t seed, struct pki_error *err)
{
    struct pki_journal_entry entry = fixture_entry("revoke");
    struct pki_revocation_row revocation = fixture_revocation(seed, 2);
    struct pki_cutover_row cutover = {.authority = 2, .at = seed, .recorded_at = FIXTURE_TIME};
    struct pki_crl_row crl = fixture_crl(seed, 2);
    pki_auto(pki_txn) txn = NULL;
    int64_t id = 0;

    return pki_store_begin(fixture->store, &txn, err) &&
           pki_store_add_revocation(txn, &revocation, &crl.covers, err) &&
           pki_store_add_crl(txn, &crl, &id, err) && pki_store_add_cutover(txn, &cutover, err) &&
           pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
}

/* After a failure the same connection goes on; where nothing works any more, the next one does. */
static void record_at_every_failure(bool down)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    int64_t found = 0;
    int64_t recorded = 0;
    int64_t confirmed = 0;
    int rounds = 0;

    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    CU_ASSERT_EQUAL_FATAL(rows.active, 2);
    FAULT_EACH (nth) {
        struct pki_error err = {0};
        fault_vfs_stay_down(down);
        fault_start(nth);
        bool done = record(&fixture, (uint8_t)nth, &err);
        if (down)
            pki_store_free(PKI_TAKE(fixture.store));
        fault_vfs_stay_down(false);
        fault_stop();
        if (down)
            fixture_store_reopen(&fixture, PKI_STORE_WRITE);
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        bool stands = strstr(err.text, "is recorded, but the medium did not confirm it") != NULL;
        recorded += done || stands ? 1 : 0;
        confirmed += done ? 1 : 0;
        memset(&err, 0, sizeof(err));
        EXPECT_OK(pki_store_count_revocations(fixture.store, 2, &found, NULL, &err), err);
        CU_ASSERT_EQUAL(found, recorded);
        expect_sound(&fixture, 3 + recorded);
        rounds++;
    }
    CU_ASSERT_TRUE(rounds > 20 && confirmed >= 1);
    CU_ASSERT_EQUAL(recorded - confirmed, 1); /* where only the directory's sync failed */
    fixture_store_close(&fixture);
}

static void test_a_transaction_is_whole_or_absent_at_every_failure(void)
{
    record_at_every_failure(false);
}

static void test_a_transaction_is_whole_or_absent_when_the_medium_goes(void)
{
    record_at_every_failure(true);
}

static void make_old(struct fixture_store *fixture, const char *dump)
{
    sqlite3 *raw = NULL;

    pki_store_free(PKI_TAKE(fixture->store));
    (void)unlinkat(fixture->dir, "cellar.db.v1.bak", 0);
    (void)unlinkat(fixture->dir, "cellar.db.v2.bak", 0);
    (void)unlinkat(fixture->dir, "cellar.db.v3.bak", 0);
    (void)unlinkat(fixture->dir, "cellar.db.v4.bak", 0);
    (void)fclose(fopen(fixture->file, "w")); /* emptied, with its mode */
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture->file, &raw), SQLITE_OK);
    (void)sqlite3_exec(raw, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    CU_ASSERT_EQUAL_FATAL(sqlite3_exec(raw, dump, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(raw);
}

/* @journal  how many entries it has then: one for each migration, too */
static void migrate_at_every_failure(const char *from, int64_t journal, bool down)
{
    struct fixture_store fixture;
    size_t size = 0;
    char *dump = (char *)test_load(from, &size);
    int rounds = 0;

    fixture_store_make(&fixture);
    FAULT_EACH (nth) {
        struct pki_error err = {0};
        make_old(&fixture, dump);
        fault_vfs_stay_down(down);
        fault_start(nth);
        bool done =
            pki_store_open(fixture.dir, PKI_STORE_WRITE, &fixture_opener, &fixture.store, &err);
        fault_vfs_stay_down(false);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        fixture_store_reopen(&fixture, PKI_STORE_WRITE); /* with the copy there or not */
        /* The store and the copy of how it was, of each version that an opening began with. */
        CU_ASSERT_TRUE(entries(&fixture) >= 2 && entries(&fixture) <= 4);
        expect_sound(&fixture, journal);
        rounds++;
    }
    CU_ASSERT_TRUE(rounds > 20);
    free(dump);
    fixture_store_close(&fixture);
}

static void test_a_migration_fails_whole_at_every_failure_and_goes_on(void)
{
    migrate_at_every_failure(FIXTURES "/stores/v1.sql", 7, false);
    migrate_at_every_failure(FIXTURES "/stores/v2.sql", 7, false);
}

static void test_a_migration_goes_on_after_the_medium_went(void)
{
    migrate_at_every_failure(FIXTURES "/stores/v1.sql", 7, true);
    migrate_at_every_failure(FIXTURES "/stores/v2.sql", 7, true);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a new store is whole or absent at every failure",
         test_a_new_store_is_whole_or_absent_at_every_failure},
        {"a transaction is whole or absent at every failure",
         test_a_transaction_is_whole_or_absent_at_every_failure},
        {"a transaction is whole or absent when the medium goes",
         test_a_transaction_is_whole_or_absent_when_the_medium_goes},
        {"a migration fails whole at every failure, and goes on",
         test_a_migration_fails_whole_at_every_failure_and_goes_on},
        {"a migration goes on after the medium went",
         test_a_migration_goes_on_after_the_medium_went},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "fault store", .pTests = tests}, CU_SUITE_INFO_NULL};

    fault_vfs_install();
    return test_run(suites);
}
