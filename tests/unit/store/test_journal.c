#include "store/sql.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store_fixture.h"
#include "test.h"

static void test_a_new_journal_has_its_first_entry(void)
{
    struct fixture_store fixture;
    struct pki_journal_head head = {0};
    struct pki_journal_head trust = {.counter = 9};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    EXPECT_OK(pki_journal_get_head(fixture.store, &head, &err), err);
    CU_ASSERT_EQUAL(head.counter, 1);
    CU_ASSERT_EQUAL(head.at, FIXTURE_TIME);
    EXPECT_OK(pki_journal_trust_head(fixture.store, &trust, &err), err);
    CU_ASSERT_EQUAL(trust.counter, 0);
    fixture_store_close(&fixture);
}

static void test_the_trust_head_stays_where_trust_changed(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_journal_head head = {0};
    struct pki_journal_head trust = {0};
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    fixture_store_fill(&fixture, &rows);
    EXPECT_OK(pki_journal_get_head(fixture.store, &head, &err), err);
    EXPECT_OK(pki_journal_trust_head(fixture.store, &trust, &err), err);
    CU_ASSERT_EQUAL(head.counter, 3);
    CU_ASSERT_EQUAL(trust.counter, 2);
    CU_ASSERT_NOT_EQUAL(memcmp(head.hash, trust.hash, sizeof(head.hash)), 0);
    fixture_store_close(&fixture);
}

static void test_a_head_that_was_written_down_is_found_again(void)
{
    struct fixture_store fixture;
    struct fixture_rows rows;
    struct pki_journal_head head = {0};
    const uint8_t other[PKI_SHA256_SIZE] = {1};
    struct pki_error err = {0};
    bool found = false;
    int64_t counter = 0;

    fixture_store_make(&fixture);
    EXPECT_OK(pki_journal_get_head(fixture.store, &head, &err), err);
    fixture_store_fill(&fixture, &rows);
    EXPECT_OK(pki_journal_contains(fixture.store, head.hash, &found, &counter, &err), err);
    CU_ASSERT_TRUE(found && counter == 1);
    EXPECT_OK(pki_journal_contains(fixture.store, other, &found, &counter, &err), err);
    CU_ASSERT_FALSE(found);
    fixture_store_close(&fixture);
}

/* The format is a promise: a journal is checked by programs that are written much later. */
static void test_the_hash_is_over_the_documented_octets(void)
{
    static const char image[] =
        "T\0\0\0\0\0\0\0\025root-cellar journal 1"
        "B\0\0\0\0\0\0\0\001P"
        "I\0\0\0\0\0\0\0\002I\0\0\0\0eS\361\0"
        "T\0\0\0\0\0\0\0\001aT\0\0\0\0\0\0\0\001sT\0\0\0\0\0\0\0\0T\0\0\0\0\0\0\0\001c"
        "I\0\0\0\0\0\0\0\001"
        "I\0\0\0\0\0\0\0\0T\0\0\0\0\0\0\0\003keyI\0\0\0\0\0\0\0\005I\0\0\0\0\0\0\0\001"
        "B\0\0\0\0\0\0\0\001D";
    const struct pki_chain_entry entry = {
        .id = 2,
        .at = FIXTURE_TIME,
        .trust = 1,
        .action = {(const uint8_t *)"a", 1},
        .subject = {(const uint8_t *)"s", 1},
        .detail = {(const uint8_t *)"", 0},
        .actor = {(const uint8_t *)"c", 1},
        .previous = {(const uint8_t *)"P", 1},
    };
    const struct pki_chain_row row = {
        .entry = 2,
        .row = 5,
        .version = 1,
        .relation = {(const uint8_t *)"key", 3},
        .digests = {(const uint8_t *)"D", 1},
    };
    pki_scope(pki_buf) made = {0};

    pki_chain_begin(&made, &entry);
    pki_chain_add(&made, &row);
    CU_ASSERT_EQUAL_FATAL(made.size, sizeof(image) - 1);
    CU_ASSERT_EQUAL(memcmp(made.data, image, made.size), 0);
}

/* Whether a function that breaks a promise of the programmer's is stopped by an assertion. */
static bool aborts(void (*function)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        const struct rlimit none = {0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        function();
        _exit(0);
    }
    return waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGABRT;
}

static void commit_uncovered(void)
{
    struct fixture_store fixture;
    struct pki_txn *txn = NULL;
    struct pki_key_row row = fixture_key(7, "a");
    struct pki_error err = {0};
    int64_t id = 0;

    fixture_store_make(&fixture);
    if (pki_store_begin(fixture.store, &txn, &err) && pki_store_add_key(txn, &row, &id, &err))
        (void)!pki_txn_commit(&txn, &err);
}

static void commit_past_the_transaction(void)
{
    struct fixture_store fixture;

    fixture_store_make(&fixture);
    (void)sqlite3_exec(fixture.store->db,
                       "INSERT INTO hierarchy VALUES (9, zeroblob(32), x'00'); COMMIT", NULL, NULL,
                       NULL);
}

static void begin_reading(void)
{
    struct fixture_store fixture;
    struct pki_txn *txn = NULL;
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    fixture_store_reopen(&fixture, PKI_STORE_READ);
    (void)!pki_store_begin(fixture.store, &txn, &err);
}

static void begin_well(void)
{
    struct fixture_store fixture;
    struct pki_txn *txn = NULL;
    struct pki_error err = {0};

    fixture_store_make(&fixture);
    (void)!pki_store_begin(fixture.store, &txn, &err);
}

static void test_nothing_is_committed_that_the_journal_does_not_cover(void)
{
    (void)test_directory(); /* made here, so that it is removed here */
    CU_ASSERT_TRUE(aborts(commit_uncovered));
    CU_ASSERT_TRUE(aborts(commit_past_the_transaction));
    CU_ASSERT_TRUE(aborts(begin_reading));
    CU_ASSERT_FALSE(aborts(begin_well));
}

static void test_two_appends_in_a_transaction_cover_their_own_rows(void)
{
    struct fixture_store fixture;
    struct pki_store_findings findings = {0};
    struct pki_journal_entry entry = fixture_entry("key");
    struct pki_key_row first = fixture_key(7, "a");
    struct pki_key_row second = fixture_key(8, "b");
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    int64_t id = 0;

    fixture_store_make(&fixture);
    EXPECT_OK(pki_store_begin(fixture.store, &txn, &err), err);
    EXPECT_OK(pki_store_add_key(txn, &first, &id, &err), err);
    EXPECT_OK(pki_journal_append(txn, &entry, &err), err);
    EXPECT_OK(pki_store_add_key(txn, &second, &id, &err), err);
    fixture_commit(&txn, "key");
    EXPECT_OK(pki_store_audit(fixture.store, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    CU_ASSERT_EQUAL(findings.entries, 3);
    CU_ASSERT_EQUAL(findings.rows, 6);
    pki_store_findings_clear(&findings);
    fixture_store_close(&fixture);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a new journal has its first entry", test_a_new_journal_has_its_first_entry},
        {"the trust head stays where trust changed", test_the_trust_head_stays_where_trust_changed},
        {"a head that was written down is found again",
         test_a_head_that_was_written_down_is_found_again},
        {"the hash is over the documented octets", test_the_hash_is_over_the_documented_octets},
        {"nothing is committed that the journal does not cover",
         test_nothing_is_committed_that_the_journal_does_not_cover},
        {"two appends in a transaction cover their own rows",
         test_two_appends_in_a_transaction_cover_their_own_rows},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "journal", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
