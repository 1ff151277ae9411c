#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/draft.h"
#include "ops_fixture.h"

#define DAY INT64_C(86400)

static const struct pki_issue_request code_signing = {.environment = "prod",
                                                      .purpose = "code-signing"};
static const struct pki_issue_request tls = {.environment = "prod", .purpose = "tls"};

static struct pki_session *open_approved(const char *cellar, const char *words)
{
    struct pki_session *session = NULL;
    struct pki_error err = {0};
    const struct pki_session_request request = {
        .directory = cellar,
        .write = true,
        .prompts = fixture_prompts(),
        .tool = "cellar-test",
        .approved = words,
    };

    EXPECT_OK(pki_session_open(&request, &session, &err), err);
    return session;
}

/* The hex digits of the sheet's digest; the sheet lies below the test's directory. */
static void prepare(const char *cellar, const struct pki_issue_request *what, const char *to,
                    char digest[65])
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    pki_scope(pki_buf) sheet = {0};
    pki_scope(pki_buf) hex = {0};
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    char path[600];
    char file[700];

    (void)snprintf(path, sizeof(path), "%s/%s", test_directory(), to);
    (void)snprintf(file, sizeof(file), "%s/approve.txt", path);
    EXPECT_OK(pki_issue_prepare(session, what, &draft, &err), err);
    EXPECT_OK(pki_draft_prepare(session, draft, path, report, &err), err);
    EXPECT_OK(pki_file_read(AT_FDCWD, file, PKI_LIMIT_BUNDLE, &sheet, &err), err);
    pki_sha256(pki_buf_view(&sheet), sha256);
    pki_hex(&hex, (struct pki_bytes){sha256, sizeof(sha256)});
    (void)snprintf(digest, 65, "%.64s", (const char *)hex.data);
}

/* Make the draft again, and sign it if it is the one. */
static bool sign(const char *cellar, const struct pki_issue_request *what, const char *words,
                 struct pki_error *err)
{
    pki_auto(pki_session) session = open_approved(cellar, words);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;

    return pki_issue_prepare(session, what, &draft, err) &&
           pki_draft_sign(session, draft, report, err);
}

static const char *cellar_with_root(const char *name)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    return cellar;
}

static void test_what_was_prepared_is_signed_once(void)
{
    const char *cellar = cellar_with_root("once");
    struct pki_error err = {0};
    char digest[65];

    prepare(cellar, &code_signing, "once-out", digest);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 2);
    int64_t entries = fixture_entries(cellar);
    fixture_room.now += 10 * DAY;
    EXPECT_OK(sign(cellar, &code_signing, digest, &err), err);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
    CU_ASSERT_EQUAL(fixture_entries(cellar), entries + 1); /* nothing is reserved again */

    pki_auto(pki_session) session = fixture_read(cellar);
    pki_scope(pki_authority_rows) rows = {0};
    pki_scope(pki_certificate_row) row = {0};
    EXPECT_OK(pki_store_list_authorities(session->store, "prod", NULL, &rows, &err), err);
    CU_ASSERT_EQUAL(rows.n, 2);
    EXPECT_OK(pki_store_certificate(session->store, rows.list[0].certificate, &row, &err), err);
    CU_ASSERT_EQUAL(row.not_before, FIXTURE_NOW - 300);
    CU_ASSERT_EQUAL(row.issued_at, FIXTURE_NOW + 10 * DAY);
    EXPECT_FAILS(sign(cellar, &code_signing, digest, &err), err, PKI_E_NOTFOUND);
}

static void test_other_words_are_refused(void)
{
    const char *cellar = cellar_with_root("words");
    struct pki_error err = {0};
    char digest[65];

    prepare(cellar, &code_signing, "words-out", digest);
    EXPECT_FAILS(sign(cellar, &code_signing, "reform", &err), err, PKI_E_USAGE);
    EXPECT_TEXT("a SHA-256 has 32");
    EXPECT_FAILS(sign(cellar, &code_signing, "reform nonsense", &err), err, PKI_E_USAGE);
    digest[0] = digest[0] == '0' ? '1' : '0';
    EXPECT_FAILS(sign(cellar, &code_signing, digest, &err), err, PKI_E_NOTFOUND);
    EXPECT_TEXT("nothing waits for these words");
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 2);
}

static void test_another_command_is_refused(void)
{
    const char *cellar = cellar_with_root("command");
    struct pki_error err = {0};
    char digest[65];

    prepare(cellar, &code_signing, "command-out", digest);
    fixture_answers.instead = NULL;
    EXPECT_FAILS(sign(cellar, &tls, digest, &err), err,
                 PKI_E_USAGE); /* its keys were never sealed */
    EXPECT_TEXT("whose key was prepared");

    const char *csrs[] = {fixture_request("foreign", "ecdsa-p384")};
    struct pki_issue_request with_request = code_signing;
    with_request.csrs = csrs;
    with_request.n_csrs = 1;
    EXPECT_FAILS(sign(cellar, &with_request, digest, &err), err, PKI_E_STATE);
    EXPECT_TEXT("not what was prepared");
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 2);
}

static void test_a_change_of_trust_voids_it(void)
{
    const char *cellar = cellar_with_root("trust");
    struct pki_error err = {0};
    char digest[65];

    prepare(cellar, &code_signing, "trust-out", digest);
    fixture_line(cellar, "prod", "tls");
    EXPECT_FAILS(sign(cellar, &code_signing, digest, &err), err, PKI_E_STATE);
    EXPECT_TEXT("has changed since it was prepared");
}

static void test_it_is_signed_in_time_or_not(void)
{
    const char *cellar = cellar_with_root("time");
    struct pki_error err = {0};
    char digest[65];

    prepare(cellar, &code_signing, "time-out", digest);
    fixture_room.now = FIXTURE_NOW + 30 * DAY + 1;
    EXPECT_FAILS(sign(cellar, &code_signing, digest, &err), err, PKI_E_STATE);
    EXPECT_TEXT("was to be signed until");
    fixture_room.now = FIXTURE_NOW + 30 * DAY;
    EXPECT_OK(sign(cellar, &code_signing, digest, &err), err);
}

/* Whoever mistypes may try again; so may whoever ran out of room while it was signed. */
static void test_a_wrong_passphrase_gives_nothing_up(void)
{
    const char *cellar = cellar_with_root("again");
    struct pki_error err = {0};
    char digest[65];

    prepare(cellar, &code_signing, "again-out", digest);
    fixture_answers.only = "root-g1";
    fixture_answers.instead = "not the passphrase 5577";
    CU_ASSERT_FALSE(sign(cellar, &code_signing, digest, &err));
    fixture_answers = (struct fixture_answers){0};
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 2);
    err = (struct pki_error){0};
    EXPECT_OK(sign(cellar, &code_signing, digest, &err), err);
}

static void test_preparing_again_gives_up_what_waited(void)
{
    const char *cellar = cellar_with_root("twice");
    struct pki_error err = {0};
    char first[65];
    char second[65];

    prepare(cellar, &code_signing, "twice-one", first);
    prepare(cellar, &code_signing, "twice-two", second);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 2);
    EXPECT_FAILS(sign(cellar, &code_signing, first, &err), err, PKI_E_NOTFOUND);
    EXPECT_OK(sign(cellar, &code_signing, second, &err), err);
}

static void test_a_directory_that_exists_reserves_nothing(void)
{
    const char *cellar = cellar_with_root("exists");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_issue_prepare(session, &code_signing, &draft, &err), err);
    EXPECT_FAILS(pki_draft_prepare(session, draft, test_directory(), report, &err), err,
                 PKI_E_EXISTS);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what was prepared is signed, once", test_what_was_prepared_is_signed_once},
        {"other words are refused", test_other_words_are_refused},
        {"another command is refused", test_another_command_is_refused},
        {"a change of trust voids it", test_a_change_of_trust_voids_it},
        {"it is signed in time, or not", test_it_is_signed_in_time_or_not},
        {"a wrong passphrase gives nothing up", test_a_wrong_passphrase_gives_nothing_up},
        {"preparing again gives up what waited", test_preparing_again_gives_up_what_waited},
        {"a directory that exists reserves nothing", test_a_directory_that_exists_reserves_nothing},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "approval", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
