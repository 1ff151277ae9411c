#include "pki/error.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "test.h"

static void test_fail_fills_code_and_text(void)
{
    struct pki_error err = {0};

    EXPECT_FAILS(pki_fail(&err, PKI_E_STATE, "line %d is %s", 3, "closed"), err, PKI_E_STATE);
    CU_ASSERT_STRING_EQUAL(test_last.text, "line 3 is closed");
}

static void test_fail_tames_hostile_text(void)
{
    struct pki_error err = {0};

    EXPECT_FAILS(pki_fail(&err, PKI_E_FORMAT, "name \"%s\"", "\x1b[31m\xe2\x80\xae\n\xc3\xa4\xff"),
                 err, PKI_E_FORMAT);
    CU_ASSERT_STRING_EQUAL(test_last.text, "name \"?[31m????\xc3\xa4?\"");
}

static void test_fail_cuts_long_text_between_characters(void)
{
    struct pki_error err = {0};
    char text[1001];

    for (size_t i = 0; i + 1 < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa4", 2);
    text[sizeof(text) - 1] = 0;
    for (int shift = 0; shift < 2; shift++) {
        memset(&err, 0, sizeof(err));
        CU_ASSERT_FALSE(pki_fail(&err, PKI_E_IO, "%s%s", shift ? "x" : "", text));
        size_t length = strlen(err.text);
        CU_ASSERT_TRUE(length > 500 && length < sizeof(err.text));
        CU_ASSERT_STRING_EQUAL(err.text + length - 5, "\xc3\xa4...");
        CU_ASSERT_PTR_NULL(strchr(err.text, '?'));
    }
}

static bool duty(struct pki_error *err, bool fails)
{
    PKI_CONTEXT(err, "rotate %s", "prod");
    PKI_CONTEXT(err, "inner");

    return !fails || pki_fail(err, PKI_E_POLICY, "too early");
}

static void test_context_prefixes_failures_only(void)
{
    struct pki_error err = {0};

    EXPECT_OK(duty(&err, false), err);
    EXPECT_FAILS(duty(&err, true), err, PKI_E_POLICY);
    CU_ASSERT_STRING_EQUAL(test_last.text, "rotate prod: inner: too early");
}

static bool hostile_duty(struct pki_error *err, const char *name)
{
    PKI_CONTEXT(err, "read %s", name);

    return pki_fail(err, PKI_E_IO, "%600s", "x");
}

static void test_context_is_cut_and_tamed(void)
{
    struct pki_error err = {0};
    char name[300];

    memset(name, 'n', sizeof(name));
    name[0] = '\x07';
    name[sizeof(name) - 1] = 0;
    CU_ASSERT_FALSE(hostile_duty(&err, name));
    CU_ASSERT_EQUAL(strncmp(err.text, "read ?nnn", 9), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "n...: "));
    CU_ASSERT_STRING_EQUAL(err.text + strlen(err.text) - 3, "...");
}

static void fail_twice(void)
{
    struct pki_error err = {0};

    (void)pki_fail(&err, PKI_E_IO, "first");
    (void)pki_fail(&err, PKI_E_IO, "second");
}

static void test_failing_twice_is_a_programming_error(void)
{
    const struct rlimit none = {0};
    pid_t child = fork();

    if (child == 0) {
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)close(STDERR_FILENO); /* the assertion's message is expected */
        fail_twice();
        _exit(0);
    }
    int status = 0;
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void test_codes_have_their_exit_status_and_name(void)
{
    static const struct {
        enum pki_code code;
        int status;
        const char *name;
    } cases[] = {
        {PKI_OK, 0, "ok"},
        {PKI_E_IO, 1, "io"},
        {PKI_E_CRYPTO, 1, "crypto"},
        {PKI_E_MEMORY, 1, "memory"},
        {PKI_E_USAGE, 2, "usage"},
        {PKI_E_INVALID, 3, "invalid"},
        {PKI_E_FORMAT, 3, "format"},
        {PKI_E_POLICY, 4, "policy"},
        {PKI_E_STATE, 4, "state"},
        {PKI_E_EXISTS, 4, "exists"},
        {PKI_E_NOTFOUND, 4, "notfound"},
        {PKI_E_PASSPHRASE, 4, "passphrase"},
        {PKI_E_INTEGRITY, 5, "integrity"},
        {PKI_E_CANCELLED, 6, "cancelled"},
        {PKI_E_LOCKED, 7, "locked"},
        {PKI_E_STORE, 8, "store"},
    };

    CU_ASSERT_EQUAL(PKI_COUNT(cases), PKI_CODES);
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        CU_ASSERT_EQUAL(pki_exit_status(cases[i].code), cases[i].status);
        CU_ASSERT_STRING_EQUAL(pki_code_name(cases[i].code), cases[i].name);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a failure has its code and text", test_fail_fills_code_and_text},
        {"hostile text is tamed", test_fail_tames_hostile_text},
        {"long text is cut between characters", test_fail_cuts_long_text_between_characters},
        {"a context prefixes failures only", test_context_prefixes_failures_only},
        {"a context is cut and tamed", test_context_is_cut_and_tamed},
        {"failing twice is a programming error", test_failing_twice_is_a_programming_error},
        {"codes have their exit status and name", test_codes_have_their_exit_status_and_name},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "error", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
