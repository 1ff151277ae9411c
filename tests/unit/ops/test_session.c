#include "ops_fixture.h"

static bool open_at(const char *directory, bool write, struct pki_session **session,
                    struct pki_error *err)
{
    const struct pki_session_request request = {
        .directory = directory,
        .write = write,
        .prompts = fixture_prompts(),
        .tool = "cellar-test",
        .command_line = "cellar-test\033[31m --once",
    };

    return pki_session_open(&request, session, err);
}

static void test_no_cellar_is_told(void)
{
    pki_auto(pki_session) session = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(open_at("/nonexistent/cellar", false, &session, &err), err, PKI_E_STORE);
    EXPECT_TEXT("cellar init");
    EXPECT_FAILS(open_at(test_directory(), false, &session, &err), err, PKI_E_STORE);
}

static void test_second_writer_is_refused_while_readers_are_not(void)
{
    const char *cellar = fixture_cellar("locked");
    pki_auto(pki_session) reader = NULL;
    pki_auto(pki_session) second = NULL;
    struct pki_error err = {0};

    {
        pki_auto(pki_session) first = NULL;
        EXPECT_OK(open_at(cellar, true, &first, &err), err);
        EXPECT_FAILS(open_at(cellar, true, &second, &err), err, PKI_E_LOCKED);
        EXPECT_OK(open_at(cellar, false, &reader, &err), err);
    }
    EXPECT_OK(open_at(cellar, true, &second, &err), err);
}

static void test_actor_names_tool_version_and_command_safely(void)
{
    const char *cellar = fixture_cellar("actor");
    pki_auto(pki_session) session = NULL;
    struct pki_error err = {0};

    EXPECT_OK(open_at(cellar, false, &session, &err), err);
    CU_ASSERT_PTR_NOT_NULL(strstr(session->actor, "cellar-test 0."));
    CU_ASSERT_PTR_NOT_NULL(strstr(session->actor, "--once"));
    CU_ASSERT_PTR_NULL(strchr(session->actor, '\033'));
}

static void test_head_is_told_in_words(void)
{
    const char *cellar = fixture_cellar("head");
    pki_auto(pki_session) session = fixture_read(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    EXPECT_OK(pki_session_head(session, report, &err), err);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Entry"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Head "));
    free(text);
}

static void test_clock_and_version_need_no_cellar(void)
{
    fixture_room.now = 1234567;
    CU_ASSERT_EQUAL(pki_session_now(NULL), 1234567);
    fixture_room_reset();
    CU_ASSERT_TRUE(strlen(pki_version()) > 4);
}

static void test_unknown_key_is_refused(void)
{
    const char *cellar = fixture_cellar("unknown");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_key) key = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_session_open_key(session, 77, &key, &err), err, PKI_E_NOTFOUND);
}

static void test_recorded_key_is_never_written_again(void)
{
    const char *cellar = fixture_cellar("again");
    pki_auto(pki_key) key = NULL;
    pki_auto(pki_secret) secret = NULL;
    uint8_t sha256[PKI_SHA256_SIZE];
    struct pki_error err = {0};

    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_key_generate(pki_algorithm_get(PKI_KEY_ECDSA_P256), &key, &err), err);
    EXPECT_OK(pki_secret_copy("Qv7041-bramble-zinc", 19, &secret, &err), err);
    const struct pki_key_seal seal = {"root-g1", key, secret};
    EXPECT_FAILS(pki_session_write_key(session, &seal, sha256, &err), err, PKI_E_EXISTS);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"no cellar is told", test_no_cellar_is_told},
        {"a second writer is refused, readers are not",
         test_second_writer_is_refused_while_readers_are_not},
        {"the actor names tool, version and command safely",
         test_actor_names_tool_version_and_command_safely},
        {"the head is told in words", test_head_is_told_in_words},
        {"clock and version need no cellar", test_clock_and_version_need_no_cellar},
        {"an unknown key is refused", test_unknown_key_is_refused},
        {"a recorded key is never written again", test_recorded_key_is_never_written_again},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "session", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
