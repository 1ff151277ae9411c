#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "fault.h"
#include "test.h"

static int here(void)
{
    static int fd = -1;

    if (fd < 0)
        fd = open(test_directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_FATAL(fd >= 0);
    return fd;
}

static struct pki_bytes bytes_of(const char *text)
{
    return (struct pki_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

/* Names in the directory, temporary ones too. */
static int entries(void)
{
    int count = 0;
    DIR *stream = opendir(test_directory());

    if (!stream)
        return -1;
    while (readdir(stream))
        count++;
    (void)closedir(stream);
    return count - 2;
}

static bool holds(const char *name, const char *text)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) found = {0};

    return pki_file_read(here(), name, 1000, &found, &err) &&
           pki_bytes_equal(pki_buf_view(&found), bytes_of(text));
}

static void test_file_new_is_whole_or_absent_at_every_failure(void)
{
    int rounds = 0;

    FAULT_EACH (nth) {
        struct pki_error err = {0};

        fault_start(nth);
        bool done = pki_file_write_new(here(), "new", 0600, bytes_of("content"), &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_EQUAL(entries(), done ? 1 : 0);
        CU_ASSERT_EQUAL(holds("new", "content"), done);
        (void)unlinkat(here(), "new", 0);
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 6);
}

static bool put_new(const char *name, const char *text, struct pki_error *err)
{
    pki_auto(pki_file) file = NULL;

    return pki_file_create(here(), name, 0600, &file, err) &&
           pki_file_put(file, 3, bytes_of(text), err) && pki_file_pull(file, 3, err) &&
           pki_file_commit(&file, err);
}

static void test_file_put_is_whole_or_absent_at_every_failure(void)
{
    int rounds = 0;

    FAULT_EACH (nth) {
        struct pki_error err = {0};

        fault_start(nth);
        bool done = put_new("new", "content", &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_EQUAL(entries(), done ? 1 : 0);
        CU_ASSERT_EQUAL(holds("new", "content"), done);
        (void)unlinkat(here(), "new", 0);
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 10);
}

static bool replace(const char *name, const char *text, struct pki_error *err)
{
    pki_auto(pki_file) file = NULL;

    return pki_file_create(here(), name, 0600, &file, err) &&
           pki_file_write(file, bytes_of(text), err) && pki_file_commit_over(&file, err);
}

static void test_file_replaced_is_old_or_new_at_every_failure(void)
{
    int rounds = 0;

    FAULT_EACH (nth) {
        struct pki_error err = {0};

        EXPECT_OK(pki_file_write_new(here(), "key", 0600, bytes_of("old"), &err), err);
        fault_start(nth);
        bool done = replace("key", "new", &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_EQUAL(entries(), 1);
        CU_ASSERT_TRUE(holds("key", "new") || (!done && holds("key", "old")));
        (void)unlinkat(here(), "key", 0);
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 6);
}

static void test_file_read_gives_all_or_nothing_at_every_failure(void)
{
    struct pki_error made = {0};

    EXPECT_OK(pki_file_write_new(here(), "input", 0600, bytes_of("content"), &made), made);
    FAULT_EACH (nth) {
        struct pki_error err = {0};
        pki_scope(pki_buf) found = {0};

        fault_start(nth);
        bool done = pki_file_read(here(), "input", 100, &found, &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_EQUAL(found.size, done ? 7 : 0);
    }
    (void)unlinkat(here(), "input", 0);
}

static void make_two_directories(void)
{
    struct pki_error err = {0};

    CU_ASSERT_EQUAL_FATAL(mkdirat(here(), "live", 0700), 0);
    CU_ASSERT_EQUAL_FATAL(mkdirat(here(), "fresh", 0700), 0);
    EXPECT_OK(pki_file_write_new(here(), "live/f", 0600, bytes_of("old"), &err), err);
    EXPECT_OK(pki_file_write_new(here(), "fresh/f", 0600, bytes_of("new"), &err), err);
}

static void remove_two_directories(void)
{
    struct pki_error err = {0};

    EXPECT_OK(pki_dir_remove(here(), "live", &err), err);
    EXPECT_OK(pki_dir_remove(here(), "fresh", &err), err);
}

static void test_dir_exchange_is_old_or_new_at_every_failure(void)
{
    FAULT_EACH (nth) {
        struct pki_error err = {0};
        bool swapped = false;

        make_two_directories();
        fault_start(nth);
        bool done = pki_dir_exchange(here(), "fresh", "live", &swapped, &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_TRUE(holds("live/f", "new") || (!done && holds("live/f", "old")));
        remove_two_directories();
    }
    CU_ASSERT_EQUAL(entries(), 0);
}

static bool append(void *context, int dir, const char *name, struct pki_error *err)
{
    (void)dir;
    pki_buf_printf(context, "%s ", name);
    return pki_buf_ok(context, err);
}

static void test_dir_is_listed_whole_or_not_at_all(void)
{
    static const char *const names[] = {"c", "a", "b"};
    struct pki_error err = {0};
    pki_scope_fd int list = -1;
    int rounds = 0;

    EXPECT_OK(pki_dir_make(here(), "list", &list, &err), err);
    for (size_t i = 0; i < PKI_COUNT(names); i++)
        EXPECT_OK(pki_file_write_new(list, names[i], 0600, bytes_of("x"), &err), err);
    FAULT_EACH (nth) {
        pki_scope(pki_buf) found = {0};
        bool there = false;

        err = (struct pki_error){0};
        fault_start(nth);
        bool listed = pki_dir_holds(here(), "list", &there, &err) &&
                      pki_dir_each(here(), "list", append, &found, &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, listed);
        CU_ASSERT_EQUAL(there && pki_bytes_equal(pki_buf_view(&found), bytes_of("a b c ")), listed);
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 3);
    err = (struct pki_error){0};
    EXPECT_OK(pki_dir_remove(here(), "list", &err), err);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a new file is whole or absent", test_file_new_is_whole_or_absent_at_every_failure},
        {"a file put in pieces is whole or absent",
         test_file_put_is_whole_or_absent_at_every_failure},
        {"a replaced file is old or new", test_file_replaced_is_old_or_new_at_every_failure},
        {"reading gives all or nothing", test_file_read_gives_all_or_nothing_at_every_failure},
        {"an exchange is old or new", test_dir_exchange_is_old_or_new_at_every_failure},
        {"a directory is listed whole or not at all", test_dir_is_listed_whole_or_not_at_all},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "file faults", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
