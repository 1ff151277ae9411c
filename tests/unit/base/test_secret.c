#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "pki/secret.h"
#include "test.h"

static void expect_bytes(struct pki_secret *secret, const char *text)
{
    CU_ASSERT_EQUAL_FATAL(pki_secret_size(secret), strlen(text));
    CU_ASSERT_EQUAL(memcmp(pki_secret_open(secret), text, strlen(text)), 0);
    pki_secret_close(secret);
}

static void test_secret_new_is_zeroed(void)
{
    struct pki_error err = {0};
    pki_auto(pki_secret) secret = NULL;

    EXPECT_OK(pki_secret_new(3, &secret, &err), err);
    CU_ASSERT_EQUAL(memcmp(pki_secret_open(secret), "\0\0\0", 3), 0);
    pki_secret_close(secret);
}

static void test_secret_copy_may_be_empty(void)
{
    struct pki_error err = {0};
    pki_auto(pki_secret) full = NULL;
    pki_auto(pki_secret) empty = NULL;

    EXPECT_OK(pki_secret_copy("abc", 3, &full, &err), err);
    EXPECT_OK(pki_secret_copy(NULL, 0, &empty, &err), err);
    expect_bytes(full, "abc");
    expect_bytes(empty, "");
    pki_secret_free(NULL);
}

static void test_secret_equal_compares_lengths_and_bytes(void)
{
    struct pki_error err = {0};
    pki_auto(pki_secret) a = NULL;
    pki_auto(pki_secret) same = NULL;
    pki_auto(pki_secret) other = NULL;
    pki_auto(pki_secret) longer = NULL;

    EXPECT_OK(pki_secret_copy("abc", 3, &a, &err), err);
    EXPECT_OK(pki_secret_copy("abc", 3, &same, &err), err);
    EXPECT_OK(pki_secret_copy("abd", 3, &other, &err), err);
    EXPECT_OK(pki_secret_copy("abcd", 4, &longer, &err), err);
    CU_ASSERT_TRUE(pki_secret_equal(a, same));
    CU_ASSERT_TRUE(pki_secret_equal(a, a));
    CU_ASSERT_FALSE(pki_secret_equal(a, other));
    CU_ASSERT_FALSE(pki_secret_equal(a, longer));
}

static void test_secret_truncate_wipes_the_rest(void)
{
    struct pki_error err = {0};
    pki_auto(pki_secret) secret = NULL;

    EXPECT_OK(pki_secret_copy("abcdef", 6, &secret, &err), err);
    pki_secret_truncate(secret, 2);
    CU_ASSERT_EQUAL(pki_secret_size(secret), 2);
    CU_ASSERT_EQUAL(memcmp(pki_secret_open(secret), "ab\0\0\0\0", 6), 0);
    pki_secret_close(secret);
}

/* Ends in a child: what touching the bytes does to the process. */
static int touch(struct pki_secret *secret, const volatile uint8_t *bytes, bool opened)
{
    pid_t child = fork();

    if (child == 0) {
        (void)signal(SIGSEGV, SIG_DFL); /* the address sanitizer's handler would exit */
        if (opened)
            (void)pki_secret_open(secret);
        _exit(bytes[0] == 'a' ? 0 : 1);
    }
    int status = -1;
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    return status;
}

static void test_secret_closed_cannot_be_touched(void)
{
    struct pki_error err = {0};
    pki_auto(pki_secret) secret = NULL;

    EXPECT_OK(pki_secret_copy("abc", 3, &secret, &err), err);
    const uint8_t *bytes = pki_secret_open(secret);
    (void)pki_secret_open(secret);
    pki_secret_close(secret);
    CU_ASSERT_EQUAL(bytes[0], 'a'); /* still open: pairs nest */
    pki_secret_close(secret);

    int status = touch(secret, bytes, false);
    CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    status = touch(secret, bytes, true);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A descriptor from which text is read, and then the end. */
static int holding(const char *text, size_t size)
{
    int ends[2];

    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    CU_ASSERT_EQUAL_FATAL(write(ends[1], text, size), (ssize_t)size);
    (void)close(ends[1]);
    return ends[0];
}

static const struct pki_secret_limit short_one = {"word", 8, PKI_E_FORMAT};

static void test_secret_read_removes_one_newline(void)
{
    static const struct {
        const char *input;
        const char *expected;
    } cases[] = {{"horse", "horse"}, {"horse\n", "horse"}, {"horse\n\n", "horse\n"},
                 {"", ""},           {"\n", ""},           {"a b\r\n", "a b\r"}};
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_auto(pki_secret) secret = NULL;
        int fd = holding(cases[i].input, strlen(cases[i].input));

        EXPECT_OK(pki_secret_read(fd, &short_one, &secret, &err), err);
        expect_bytes(secret, cases[i].expected);
        (void)close(fd);
    }
}

static void test_secret_read_limits_the_length(void)
{
    char text[10];
    struct pki_error err = {0};
    pki_auto(pki_secret) longest = NULL;
    pki_auto(pki_secret) refused = NULL;

    memset(text, 'x', sizeof(text));
    text[8] = '\n';
    int fd = holding(text, 9);
    EXPECT_OK(pki_secret_read(fd, &short_one, &longest, &err), err);
    CU_ASSERT_EQUAL(pki_secret_size(longest), 8);
    (void)close(fd);

    fd = holding(text, 10); /* the newline is not the last byte */
    EXPECT_FAILS(pki_secret_read(fd, &short_one, &refused, &err), err, PKI_E_FORMAT);
    CU_ASSERT_PTR_NULL(refused);
    (void)close(fd);
}

static void test_secret_read_from_a_bad_descriptor_fails(void)
{
    struct pki_error err = {0};
    struct pki_secret *secret = NULL;

    EXPECT_FAILS(pki_secret_read(-1, &short_one, &secret, &err), err, PKI_E_IO);
}

static void test_secret_file_must_be_regular(void)
{
    struct pki_error err = {0};
    pki_auto(pki_secret) secret = NULL;
    pki_auto(pki_secret) none = NULL;
    char path[512];
    char link[512];
    char pipe[512];

    (void)snprintf(path, sizeof(path), "%s/words", test_directory());
    (void)snprintf(link, sizeof(link), "%s/link", test_directory());
    (void)snprintf(pipe, sizeof(pipe), "%s/pipe", test_directory());
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CU_ASSERT_EQUAL_FATAL(write(fd, "horse\n", 6), 6);
    (void)close(fd);
    EXPECT_OK(pki_secret_read_file(path, &short_one, &secret, &err), err);
    expect_bytes(secret, "horse");

    CU_ASSERT_EQUAL_FATAL(symlink(path, link), 0);
    EXPECT_FAILS(pki_secret_read_file(link, &short_one, &none, &err), err, PKI_E_USAGE);
    CU_ASSERT_EQUAL_FATAL(mkfifo(pipe, 0600), 0);
    EXPECT_FAILS(pki_secret_read_file(pipe, &short_one, &none, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_secret_read_file("/dev/zero", &short_one, &none, &err), err, PKI_E_USAGE);
    CU_ASSERT_PTR_NULL(none);
}

/* The address sanitizer makes mlock do nothing. */
#if !PKI_SANITIZED

/* 0: refused as documented. In a child, since root may lock without limit. */
static int make_without_locking(void)
{
    const struct rlimit none = {0};
    struct pki_error err = {0};
    struct pki_secret *secret = NULL;

    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (getuid() == 0 && setuid(65534) != 0))
        return 2;
    return !pki_secret_new(8, &secret, &err) && err.code == PKI_E_MEMORY && !secret ? 0 : 1;
}

static void test_secret_without_locked_memory_is_refused(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(make_without_locking());
    int status = -1;
    CU_ASSERT_EQUAL_FATAL(waitpid(child, &status, 0), child);
    CU_ASSERT_TRUE(WIFEXITED(status));
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

#endif

int main(void)
{
    CU_TestInfo tests[] = {
        {"a new secret is zeroed", test_secret_new_is_zeroed},
        {"a copy holds the bytes, also none", test_secret_copy_may_be_empty},
        {"equality is of lengths and bytes", test_secret_equal_compares_lengths_and_bytes},
        {"truncating wipes the rest", test_secret_truncate_wipes_the_rest},
        {"a closed secret cannot be touched", test_secret_closed_cannot_be_touched},
        {"reading removes one newline", test_secret_read_removes_one_newline},
        {"an overlong passphrase is refused", test_secret_read_limits_the_length},
        {"a passphrase file is regular", test_secret_file_must_be_regular},
        {"a bad descriptor is told", test_secret_read_from_a_bad_descriptor_fails},
#if !PKI_SANITIZED
        {"memory that cannot be locked is refused", test_secret_without_locked_memory_is_refused},
#endif
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "secret", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
