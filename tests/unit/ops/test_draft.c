#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ops/draft.h"
#include "ops_fixture.h"
#include "x509/chain.h"

static const struct pki_issue_request code_signing = {.environment = "prod",
                                                      .purpose = "code-signing"};

static struct pki_draft *prepare(struct pki_session *session)
{
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_issue_prepare(session, &code_signing, &draft, &err), err);
    return draft;
}

static bool exists(const char *cellar, const char *name)
{
    char path[4096];
    struct stat status;

    snprintf(path, sizeof(path), "%s/%s", cellar, name);
    return lstat(path, &status) == 0;
}

static size_t count_abandoned(const char *cellar)
{
    char path[4096];
    const struct dirent *entry = NULL;
    size_t n = 0;

    snprintf(path, sizeof(path), "%s/keys", cellar);
    DIR *keys = opendir(path);
    if (!keys)
        return 0;
    while ((entry = readdir(keys)))
        n += strstr(entry->d_name, ".key.abandoned-") != NULL;
    closedir(keys);
    return n;
}

static void test_draft_says_all_that_will_be_signed(void)
{
    const char *cellar = fixture_cellar("says");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_read(cellar);
    pki_auto(pki_draft) draft = prepare(session);
    CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "Example Corp Prod Code Signing CA G1");
    EXPECT_OK(pki_draft_describe(draft, report, &err), err);
    static const char *const parts[] = {
        "CN=Example Corp Prod Code Signing CA G1",
        "CN=Example Corp Prod Code Signing CA G2",
        "CN=Example Corp Root CA",
        "2026-12-31T23:55:00Z",
        "2028-03-31T23:59:59Z",
        "keyCertSign, cRLSign",
        "codeSigning",
        "yes, path length 0",
        "http://pki.example.com/root-g1.crl",
        "ECDSA P-384, made here, kept in keys/prod-code-signing-g1.key",
        "Key fingerprint",
        "Body digest",
    };
    char *text = fixture_text(report);
    for (size_t i = 0; i < PKI_COUNT(parts); i++) {
        if (!strstr(text, parts[i]))
            fprintf(stderr, "\n\"%s\" is not in:\n%s\n", parts[i], text);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, parts[i]));
    }
    free(text);
}

static void test_preparing_and_describing_changes_nothing(void)
{
    const char *cellar = fixture_cellar("dry");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    fixture_root(cellar);
    int64_t before = fixture_entries(cellar);
    {
        pki_auto(pki_session) session = fixture_read(cellar);
        pki_auto(pki_draft) draft = prepare(session);
        EXPECT_OK(pki_draft_describe(draft, report, &err), err);
    }
    CU_ASSERT_EQUAL(fixture_entries(cellar), before);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
    CU_ASSERT_FALSE(exists(cellar, "keys/prod-code-signing-g1.key"));
}

static void test_review_is_readable_and_signed_by_nobody(void)
{
    const char *cellar = fixture_cellar("review");
    pki_scope(pki_buf) text = {0};
    struct pki_certs certs = {0};
    struct pki_error err = {0};
    char path[4096];

    fixture_root(cellar);
    snprintf(path, sizeof(path), "%s/review.pem", test_directory());
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = prepare(session);
    EXPECT_OK(pki_draft_review(draft, path, &err), err);
    EXPECT_FAILS(pki_draft_review(draft, path, &err), err, PKI_E_EXISTS);
    EXPECT_OK(pki_file_read(AT_FDCWD, path, PKI_LIMIT_BUNDLE, &text, &err), err);
    EXPECT_OK(pki_certs_parse(path, pki_buf_view(&text), &certs, &err), err);
    CU_ASSERT_EQUAL_FATAL(certs.n, 2);
    CU_ASSERT_TRUE(pki_bytes_equal(certs.list[0]->tbs, pki_buf_view(&draft->items[0].body)));
    EXPECT_FAILS(pki_cert_verify_signature(certs.list[0], draft->issuer_cert->spki, &err), err,
                 PKI_E_INVALID);
    pki_certs_clear(&certs);
}

static void test_declined_draft_is_journaled_and_reserves_nothing(void)
{
    const char *cellar = fixture_cellar("declined");
    struct pki_error err = {0};

    fixture_root(cellar);
    int64_t before = fixture_entries(cellar);
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_OK(pki_draft_abandon(session, prepare(session), "the name was mistyped", &err), err);
    }
    CU_ASSERT_EQUAL(fixture_entries(cellar), before + 1);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
}

static void test_cellar_that_moved_on_is_refused(void)
{
    const char *cellar = fixture_cellar("moved");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    struct pki_draft *draft = prepare(session);
    EXPECT_OK(pki_draft_abandon(session, prepare(session), "never mind", &err), err);
    EXPECT_FAILS(pki_draft_sign(session, draft, report, &err), err, PKI_E_STATE);
    EXPECT_TEXT("has moved on");
}

struct refusal {
    const char *name, *only, *instead;
    bool cancel;
    enum pki_code code;
    const char *text;
};

/* Asked before anything is reserved: the cellar stays as it was, to the byte. */
static void test_passphrase_that_fails_leaves_no_trace(void)
{
    static const struct refusal refusals[] = {
        {"wrong", "root-g1", "not the passphrase of it", false, PKI_E_PASSPHRASE, "root-g1"},
        {"empty", "prod-code-signing-g2", "", false, PKI_E_PASSPHRASE, "prod-code-signing-g2"},
        {"short", "prod-code-signing-g1", "short", false, PKI_E_PASSPHRASE, "prod-code-signing-g1"},
        {"away", "prod-code-signing-g1", NULL, true, PKI_E_CANCELLED, "walked away"},
    };

    for (size_t i = 0; i < PKI_COUNT(refusals); i++) {
        const struct refusal *row = &refusals[i];
        const char *cellar = fixture_cellar(row->name);
        pki_auto(pki_report) report = pki_report_new();
        struct pki_error err = {0};

        fixture_root(cellar);
        int64_t before = fixture_entries(cellar);
        {
            pki_auto(pki_session) session = fixture_open(cellar);
            struct pki_draft *draft = prepare(session);

            fixture_answers.only = row->only;
            fixture_answers.instead = row->instead;
            fixture_answers.cancel = row->cancel;
            EXPECT_FAILS(pki_draft_sign(session, draft, report, &err), err, row->code);
            EXPECT_TEXT(row->text);
        }
        CU_ASSERT_EQUAL(fixture_entries(cellar), before);
        CU_ASSERT_FALSE(exists(cellar, "keys/prod-code-signing-g1.key"));
        fixture_room_reset();
    }
}

/* A directory where the second key file belongs: the first was written, then it failed. */
static void test_failure_after_reserving_is_recorded_as_abandoned(void)
{
    const char *cellar = fixture_cellar("fails");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    char path[4096];

    fixture_root(cellar);
    int64_t before = fixture_entries(cellar);
    snprintf(path, sizeof(path), "%s/keys/prod-code-signing-g2.key", cellar);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        CU_ASSERT_FALSE(pki_draft_sign(session, prepare(session), report, &err));
        CU_ASSERT_NOT_EQUAL(err.code, PKI_OK);
    }
    CU_ASSERT_EQUAL(fixture_entries(cellar), before + 2);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
    CU_ASSERT_TRUE(exists(cellar, "keys/prod-code-signing-g1.key"));

    /* The next run moves the key that was left aside, and never overwrites it. */
    CU_ASSERT_EQUAL_FATAL(rmdir(path), 0);
    fixture_line(cellar, "prod", "code-signing");
    CU_ASSERT_EQUAL(count_abandoned(cellar), 1);
    CU_ASSERT_TRUE(exists(cellar, "keys/prod-code-signing-g2.key"));
}

static void test_key_file_that_differs_is_refused(void)
{
    const char *cellar = fixture_cellar("differs");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    char path[4096];

    fixture_root(cellar);
    snprintf(path, sizeof(path), "%s/keys/root-g1.key", cellar);
    FILE *file = fopen(path, "ab");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("\n", file);
    fclose(file);
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_FAILS(pki_draft_sign(session, prepare(session), report, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("root-g1.key");
}

static void test_key_of_another_record_signs_nothing(void)
{
    const char *cellar = fixture_cellar("other");
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};
    sqlite3 *raw = NULL;
    char path[4096];

    fixture_root(cellar);
    snprintf(path, sizeof(path), "%s/cellar.db", cellar);
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &raw), SQLITE_OK);
    (void)sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    CU_ASSERT_EQUAL(sqlite3_exec(raw, "UPDATE authority SET key = 9", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(raw);
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_FAILS(pki_issue_prepare(session, &code_signing, &draft, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("the certificate of root-g1 is not for its recorded key");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a draft says all that will be signed", test_draft_says_all_that_will_be_signed},
        {"preparing and describing changes nothing", test_preparing_and_describing_changes_nothing},
        {"a review is readable and signed by nobody", test_review_is_readable_and_signed_by_nobody},
        {"a declined draft is journaled and reserves nothing",
         test_declined_draft_is_journaled_and_reserves_nothing},
        {"a cellar that moved on is refused", test_cellar_that_moved_on_is_refused},
        {"a passphrase that fails leaves no trace", test_passphrase_that_fails_leaves_no_trace},
        {"a failure after reserving is recorded as abandoned",
         test_failure_after_reserving_is_recorded_as_abandoned},
        {"a key file that differs is refused", test_key_file_that_differs_is_refused},
        {"the key of another record signs nothing", test_key_of_another_record_signs_nothing},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "draft", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
