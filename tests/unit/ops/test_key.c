#include <fcntl.h>
#include <sys/stat.h>

#include "pki/key.h"
#include "base/file.h"
#include "ops_fixture.h"
#include "x509/request.h"

static const char *path_of(const char *directory, const char *name)
{
    static char paths[4][4096];
    static unsigned used;
    char *path = paths[used++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
    return path;
}

static void test_key_and_request_are_made_together(void)
{
    const char *file = fixture_request("together", "ecdsa-p256");
    pki_scope(pki_buf) text = {0};
    pki_auto(pki_request) request = NULL;
    struct pki_error err = {0};
    struct stat status;

    EXPECT_OK(pki_file_read(AT_FDCWD, file, PKI_LIMIT_REQUEST, &text, &err), err);
    EXPECT_OK(pki_request_parse(file, pki_buf_view(&text), &request, &err), err);
    EXPECT_OK(pki_request_judge(request, &err), err);
    CU_ASSERT_EQUAL(request->algorithm->id, PKI_KEY_ECDSA_P256);
    CU_ASSERT_EQUAL_FATAL(stat(path_of(test_directory(), "together/key.key"), &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0600);
}

static void test_request_for_a_key_is_refused(void)
{
    const struct pki_prompts prompts = fixture_prompts();
    struct pki_key_csr_request request = {
        .common_name = "x",
        .to = path_of(test_directory(), "refused"),
        .algorithm = "dsa",
    };
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    struct stat status;

    EXPECT_FAILS(pki_key_csr(&request, &prompts, report, &err), err, PKI_E_USAGE);
    request.algorithm = NULL;
    request.common_name = "line\nfeed";
    EXPECT_FAILS(pki_key_csr(&request, &prompts, report, &err), err, PKI_E_USAGE);
    request.common_name = "x";
    fixture_answers.instead = "short";
    EXPECT_FAILS(pki_key_csr(&request, &prompts, report, &err), err, PKI_E_PASSPHRASE);
    fixture_room_reset();
    request.dry_run = true;
    EXPECT_OK(pki_key_csr(&request, &prompts, report, &err), err);
    CU_ASSERT_NOT_EQUAL(lstat(request.to, &status), 0);
    request.to = test_directory();
    EXPECT_FAILS(pki_key_csr(&request, &prompts, report, &err), err, PKI_E_EXISTS);
}

static void test_key_file_without_cellar_is_tested(void)
{
    const struct pki_prompts prompts = fixture_prompts();
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    fixture_request("alone", "ed25519");
    const char *file = path_of(test_directory(), "alone/key.key");
    fixture_answers.instead = "Qv7041-bramble-zinc key";
    EXPECT_OK(pki_key_test(NULL, file, &prompts, report, &err), err);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Ed25519"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "1000 rounds"));
    free(text);
    fixture_answers.instead = "Qv7041-bramble-zinc no";
    EXPECT_FAILS(pki_key_test(NULL, file, &prompts, report, &err), err, PKI_E_PASSPHRASE);
    fixture_room_reset();
    file = fixture_file("not.key", "no key at all\n");
    EXPECT_FAILS(pki_key_test(NULL, file, &prompts, report, &err), err, PKI_E_FORMAT);
    EXPECT_FAILS(pki_key_test(NULL, "/nonexistent.key", &prompts, report, &err), err, PKI_E_USAGE);
}

static void test_recorded_key_is_compared(void)
{
    const char *cellar = fixture_cellar("compared");
    const struct pki_prompts prompts = fixture_prompts();
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_key_test(session, "root-g1", &prompts, report, &err), err);
    FILE *file = fopen(path_of(cellar, "keys/root-g1.key"), "ab");
    fputs("\n", file);
    fclose(file);
    EXPECT_FAILS(pki_key_test(session, "root-g1", &prompts, report, &err), err, PKI_E_INTEGRITY);
    EXPECT_OK(pki_key_list(session, report, &err), err);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "missing or differs"));
    free(text);
}

/* Old and new are asked under one name; the new one differs by what is answered to a fresh ask. */
static bool answer_change(void *context, const struct pki_passphrase_ask *ask,
                          struct pki_secret **secret, struct pki_error *err)
{
    const char *const *pair = context;
    const char *text = pair[ask->fresh ? 1 : 0];

    return pki_secret_copy(text, strlen(text), secret, err);
}

static void test_new_passphrase_replaces_the_old(void)
{
    const char *cellar = fixture_cellar("renewed");
    const char *pair[] = {"Qv7041-bramble-zinc root-g1", "Kw9-quarry-lentil-3307"};
    const struct pki_prompts prompts = {.context = (void *)pair, .passphrase = answer_change};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    struct stat status;

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_key_passphrase(session, "root-g1", &prompts, report, &err), err);
    EXPECT_FAILS(pki_key_test(session, "root-g1", &prompts, report, &err), err, PKI_E_PASSPHRASE);
    pair[0] = pair[1];
    EXPECT_OK(pki_key_test(session, "root-g1", &prompts, report, &err), err);
    EXPECT_FAILS(pki_key_passphrase(session, "root-g1", &prompts, report, &err), err,
                 PKI_E_PASSPHRASE);
    EXPECT_TEXT("is the old one");
    pair[1] = "short";
    EXPECT_FAILS(pki_key_passphrase(session, "root-g1", &prompts, report, &err), err,
                 PKI_E_PASSPHRASE);
    EXPECT_OK(pki_key_test(session, "root-g1", &prompts, report, &err), err);
    CU_ASSERT_NOT_EQUAL(lstat(path_of(cellar, "keys/root-g1.key.new"), &status), 0);
}

/* Stopped between the record and the name: the next use finishes what was begun. */
static void test_stopped_change_is_finished(void)
{
    const char *cellar = fixture_cellar("stopped");
    const char *pair[] = {"Qv7041-bramble-zinc root-g1", "Kw9-quarry-lentil-3307"};
    const struct pki_prompts prompts = {.context = (void *)pair, .passphrase = answer_change};
    pki_auto(pki_report) report = pki_report_new();
    pki_scope(pki_buf) old = {0};
    struct pki_error err = {0};
    char file[4096];

    fixture_root(cellar);
    snprintf(file, sizeof(file), "%s/keys/root-g1.key", cellar);
    EXPECT_OK(pki_file_read(AT_FDCWD, file, PKI_LIMIT_KEY, &old, &err), err);
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_key_passphrase(session, "root-g1", &prompts, report, &err), err);
    CU_ASSERT_EQUAL_FATAL(rename(file, path_of(cellar, "keys/root-g1.key.new")), 0);
    EXPECT_OK(pki_file_write_new(AT_FDCWD, file, 0600, pki_buf_view(&old), &err), err);
    pair[0] = pair[1];
    EXPECT_OK(pki_key_test(session, "root-g1", &prompts, report, &err), err);
}

static void test_file_alone_gets_a_new_passphrase(void)
{
    const char *pair[] = {"Qv7041-bramble-zinc key", "Kw9-quarry-lentil-3307"};
    const struct pki_prompts prompts = {.context = (void *)pair, .passphrase = answer_change};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    fixture_request("single", "ecdsa-p256");
    const char *file = path_of(test_directory(), "single/key.key");
    EXPECT_OK(pki_key_passphrase(NULL, file, &prompts, report, &err), err);
    pair[0] = pair[1];
    EXPECT_OK(pki_key_test(NULL, file, &prompts, report, &err), err);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a key and its request are made together", test_key_and_request_are_made_together},
        {"a request that cannot be made is refused", test_request_for_a_key_is_refused},
        {"a key file without a cellar is tested", test_key_file_without_cellar_is_tested},
        {"a recorded key is compared", test_recorded_key_is_compared},
        {"a new passphrase replaces the old", test_new_passphrase_replaces_the_old},
        {"a stopped change is finished", test_stopped_change_is_finished},
        {"a file alone gets a new passphrase", test_file_alone_gets_a_new_passphrase},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "key", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
