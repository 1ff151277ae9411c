#include "store/sql.h"

#include "test.h"

/* Queries that may sort: few rows. */
static const enum pki_query sorts[] = {
    PKI_QUERY_SCHEMA,      PKI_QUERY_LIST_AUTHORITIES, PKI_QUERY_LIST_DRILLS,
    PKI_QUERY_LIST_COPIES, PKI_QUERY_SHARED_BEFORE,
};

/* Queries that may read a whole table, each with its reason in schema/queries. */
static const struct {
    enum pki_query query;
    const char *reads;
} scans[] = {
    {PKI_QUERY_CELLAR, "SCAN cellar"},
    {PKI_QUERY_HIERARCHY, "SCAN hierarchy"}, /* by id, backwards, one row */
    {PKI_QUERY_LAST_ENTRY, "SCAN journal"},  /* the same */
    {PKI_QUERY_LAST_TRUST_ENTRY, "SCAN journal USING INDEX journal_trust"},
    {PKI_QUERY_PUBLISHED_ROOT_SINCE, "SCAN p"},
    {PKI_QUERY_LIST_KEYS, "SCAN key_file USING COVERING INDEX key_file_key"},
    {PKI_QUERY_LIST_KEYS, "SCAN authority USING COVERING INDEX sqlite_autoindex_authority_2"},
    {PKI_QUERY_LIST_AUTHORITIES, "SCAN a"},
    {PKI_QUERY_LIST_CERTIFICATES,
     "SCAN certificate USING COVERING INDEX certificate_authority"}, /* partial: authorities only */
    {PKI_QUERY_LIST_CERTIFICATES, "SCAN certificate USING COVERING INDEX certificate_companion"},
    {PKI_QUERY_EACH_CERTIFICATE, "SCAN certificate"},
    {PKI_QUERY_EACH_CERTIFICATE, "SCAN certificate_der"},
    {PKI_QUERY_LIST_OPEN, "SCAN reservation USING INDEX reservation_open"}, /* partial: open only */
    {PKI_QUERY_WAS_RESERVED, "SCAN reservation"},
    {PKI_QUERY_RESERVED_BY, "SCAN r"},
    {PKI_QUERY_ENTRY_BY_HASH, "SCAN journal"},
    {PKI_QUERY_LIST_ALL_CRLS, "SCAN crl"},
    {PKI_QUERY_FIND_CUTOVER, "SCAN cutover"},
    {PKI_QUERY_LIST_DRILLS, "SCAN p"}, /* in order of id: the few policies, grouped */
    {PKI_QUERY_SHARED_BEFORE, "SCAN a"},
    {PKI_QUERY_LIST_COPIES, "SCAN journal"},
    {PKI_QUERY_LIST_COPIES, "SCAN r"},
    {PKI_QUERY_LIST_COPIES, "SCAN key_file"}, /* the files of few keys */
    {PKI_QUERY_LIST_COPIES, "SCAN w"},        /* one key, or those that were destroyed */
    {PKI_QUERY_LIST_COPIES, "SCAN had"},      /* what is in the journal about them */
    {PKI_QUERY_LIST_COPIES, "SCAN copies"},
    {PKI_QUERY_LIST_COPIES, "SCAN gone"},
    {PKI_QUERY_SCHEMA, "SCAN sqlite_schema"},
    {PKI_QUERY_EACH_ENTRY, "SCAN journal"},
    {PKI_QUERY_EACH_ENTRY_ROW, "SCAN journal_row"},
    {PKI_QUERY_WRONG_STATE, "SCAN a"},
    {PKI_QUERY_WRONG_OUTCOME, "SCAN r"},
    {PKI_QUERY_ADD_AUTHORITY, "SCAN journal"}, /* max(id): one step to the end */
};

static bool may_scan(enum pki_query query, const char *detail)
{
    for (size_t i = 0; i < PKI_COUNT(scans); i++)
        if (scans[i].query == query && strcmp(scans[i].reads, detail) == 0)
            return true;
    return strcmp(detail, "SCAN CONSTANT ROW") == 0;
}

static bool may_sort(enum pki_query query)
{
    bool found = false;

    for (size_t i = 0; i < PKI_COUNT(sorts); i++)
        found = found || sorts[i] == query;
    return found;
}

static void check_plan(struct pki_store *store, enum pki_query query)
{
    sqlite3_stmt *plan = NULL;
    char text[4096];

    (void)snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s", pki_query_text[query]);
    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(store->db, text, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(plan, 3);
        bool good = (strncmp(detail, "SCAN", 4) != 0 || may_scan(query, detail)) &&
                    (!strstr(detail, "TEMP B-TREE") || may_sort(query));
        if (!good)
            (void)fprintf(stderr, "\n%s: %s\n", pki_query_name[query], detail);
        CU_ASSERT_TRUE(good);
    }
    (void)sqlite3_finalize(plan);
}

static void test_every_query_prepares(void)
{
    pki_auto(pki_store) store = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_store_blank(&store, &err), err);
    for (enum pki_query i = 0; i < PKI_QUERIES; i++) {
        pki_scope(pki_statement) query = {0};
        EXPECT_OK(pki_statement_begin(store, i, &query, &err), err);
    }
}

static void test_no_query_scans_where_an_index_serves(void)
{
    pki_auto(pki_store) store = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_store_blank(&store, &err), err);
    for (enum pki_query i = 0; i < PKI_QUERIES; i++)
        if (strncmp(pki_query_text[i], "PRAGMA", 6) != 0)
            check_plan(store, i);
}

static void test_a_crl_is_made_in_one_ordered_pass(void)
{
    pki_auto(pki_store) store = NULL;
    sqlite3_stmt *plan = NULL;
    struct pki_error err = {0};
    char text[1024];

    EXPECT_OK(pki_store_blank(&store, &err), err);
    (void)snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s",
                   pki_query_text[PKI_QUERY_EACH_REVOCATION]);
    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(store->db, text, -1, &plan, NULL), SQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(sqlite3_step(plan), SQLITE_ROW);
    CU_ASSERT_STRING_EQUAL((const char *)sqlite3_column_text(plan, 3),
                           "SEARCH revocation USING PRIMARY KEY (issuer=?)");
    CU_ASSERT_EQUAL(sqlite3_step(plan), SQLITE_DONE);
    (void)sqlite3_finalize(plan);
}

static void test_a_failed_binding_is_told_at_the_next_step(void)
{
    pki_auto(pki_store) store = NULL;
    pki_scope(pki_statement) query = {0};
    struct pki_error err = {0};
    bool row = false;

    EXPECT_OK(pki_store_blank(&store, &err), err);
    EXPECT_OK(pki_statement_begin(store, PKI_QUERY_CELLAR, &query, &err), err);
    pki_bind_integer(&query, 1); /* has no parameter */
    EXPECT_FAILS(pki_statement_step(&query, &row, &err), err, PKI_E_IO);
}

static void test_a_cell_of_the_wrong_size_is_damage(void)
{
    pki_auto(pki_store) store = NULL;
    pki_scope(pki_statement) query = {0};
    struct pki_error err = {0};
    uint8_t octets[32];
    bool row = false;

    EXPECT_OK(pki_store_blank(&store, &err), err);
    EXPECT_OK(pki_statement_begin(store, PKI_QUERY_USER_VERSION, &query, &err), err);
    EXPECT_OK(pki_statement_step(&query, &row, &err), err);
    pki_column_octets(&query, octets, sizeof(octets));
    EXPECT_FAILS(pki_column_ok(&query, &err), err, PKI_E_INTEGRITY);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"every query prepares against a fresh schema", test_every_query_prepares},
        {"no query scans a table where an index serves", test_no_query_scans_where_an_index_serves},
        {"a CRL is made in one ordered pass", test_a_crl_is_made_in_one_ordered_pass},
        {"a failed binding is told at the next step",
         test_a_failed_binding_is_told_at_the_next_step},
        {"a cell of the wrong size is damage", test_a_cell_of_the_wrong_size_is_damage},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "queries", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
