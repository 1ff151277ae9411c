#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

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

static void put(const char *name, const char *text)
{
    struct pki_error err = {0};

    EXPECT_OK(pki_file_write_new(here(), name, 0600, bytes_of(text), &err), err);
}

static void expect_content(const char *name, const char *text)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) found = {0};

    EXPECT_OK(pki_file_read(here(), name, 1000, &found, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&found), bytes_of(text)));
}

static bool exists(const char *name)
{
    struct stat status;

    return fstatat(here(), name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static void test_file_write_new_makes_the_file_with_its_mode(void)
{
    struct stat status;
    mode_t before = umask(077);

    struct pki_error err = {0};
    EXPECT_OK(pki_file_write_new(here(), "public.pem", 0644, bytes_of("hello"), &err), err);
    (void)umask(before);

    expect_content("public.pem", "hello");
    CU_ASSERT_EQUAL_FATAL(fstatat(here(), "public.pem", &status, 0), 0);
    CU_ASSERT_EQUAL(status.st_mode & 07777, 0644);
}

static void test_file_write_new_never_overwrites(void)
{
    struct pki_error err = {0};

    put("taken", "first");
    EXPECT_FAILS(pki_file_write_new(here(), "taken", 0600, bytes_of("second"), &err), err,
                 PKI_E_EXISTS);
    EXPECT_TEXT("taken: exists");
    expect_content("taken", "first");
}

static void test_file_write_new_never_follows_a_link(void)
{
    struct pki_error err = {0};

    CU_ASSERT_EQUAL_FATAL(symlinkat("nowhere", here(), "dangling"), 0);
    EXPECT_FAILS(pki_file_write_new(here(), "dangling", 0600, bytes_of("x"), &err), err,
                 PKI_E_EXISTS);
    CU_ASSERT_FALSE(exists("nowhere"));
}

static void test_file_write_into_a_missing_directory_fails(void)
{
    struct pki_error err = {0};

    EXPECT_FAILS(pki_file_write_new(here(), "absent/x", 0600, bytes_of("x"), &err), err,
                 PKI_E_USAGE);
    EXPECT_FAILS(pki_file_write_new(here(), "absent/", 0600, bytes_of("x"), &err), err,
                 PKI_E_USAGE);
    EXPECT_FAILS(pki_file_write_new(here(), "..", 0600, bytes_of("x"), &err), err, PKI_E_USAGE);
}

static void test_file_write_below_a_directory_uses_the_path(void)
{
    struct pki_error err = {0};
    pki_scope_fd int sub = -1;

    EXPECT_OK(pki_dir_make(here(), "sub", &sub, &err), err);
    put("sub/name", "deep");
    expect_content("sub/name", "deep");
}

static void test_file_not_committed_leaves_nothing(void)
{
    struct pki_error err = {0};

    {
        pki_auto(pki_file) file = NULL;
        EXPECT_OK(pki_file_create(here(), "dropped", 0600, &file, &err), err);
        EXPECT_OK(pki_file_write(file, bytes_of("half"), &err), err);
        CU_ASSERT_FALSE(exists("dropped"));
    }
    CU_ASSERT_FALSE(exists("dropped"));
    pki_file_free(NULL);
}

static void test_file_commit_gathers_all_writes_and_takes_the_file(void)
{
    struct pki_error err = {0};
    pki_auto(pki_file) file = NULL;

    EXPECT_OK(pki_file_create(here(), "parts", 0600, &file, &err), err);
    EXPECT_OK(pki_file_write(file, bytes_of("one "), &err), err);
    EXPECT_OK(pki_file_write(file, bytes_of("two"), &err), err);
    EXPECT_OK(pki_file_commit(&file, &err), err);
    CU_ASSERT_PTR_NULL(file);
    expect_content("parts", "one two");
}

static void replace(const char *name, const char *text, struct pki_error *err, bool *done)
{
    pki_auto(pki_file) file = NULL;

    *done = pki_file_create(here(), name, 0600, &file, err) &&
            pki_file_write(file, bytes_of(text), err) && pki_file_commit_over(&file, err);
}

static void test_file_place_names_the_file_but_not_over_another(void)
{
    struct pki_error err = {0};
    pki_auto(pki_file) first = NULL;
    pki_auto(pki_file) second = NULL;

    EXPECT_OK(pki_file_create(here(), "placed", 0644, &first, &err), err);
    EXPECT_OK(pki_file_create(here(), "placed", 0644, &second, &err), err);
    EXPECT_OK(pki_file_write(first, bytes_of("first"), &err), err);
    EXPECT_OK(pki_file_place(&first, &err), err);
    CU_ASSERT_PTR_NULL(first);
    EXPECT_FAILS(pki_file_place(&second, &err), err, PKI_E_EXISTS);
    expect_content("placed", "first");
}

static void test_file_commit_over_replaces_a_file(void)
{
    struct pki_error err = {0};
    bool done = false;

    put("old", "before");
    replace("old", "after", &err, &done);
    EXPECT_OK(done, err);
    expect_content("old", "after");
}

static void test_file_commit_over_refuses_what_is_no_file(void)
{
    struct pki_error err = {0};
    bool done = true;

    CU_ASSERT_EQUAL_FATAL(symlinkat("nowhere", here(), "link"), 0);
    replace("link", "after", &err, &done);
    EXPECT_FAILS(done, err, PKI_E_EXISTS);
    CU_ASSERT_FALSE(exists("nowhere"));
}

static void test_file_empty_can_be_written(void)
{
    put("nothing", "");
    CU_ASSERT_TRUE(exists("nothing"));
}

static void make_socket(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    pki_scope_fd int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", test_directory(), name);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void test_file_read_refuses_what_is_no_plain_file(void)
{
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        {"missing", "no such file"},       {"alias", "symbolic link"},
        {"pipe", "not a regular file"},    {"socket", "not a regular file"},
        {"folder", "not a regular file"},  {"void", "is empty"},
        {"large", "more than the 4"},      {"plain/x", "plain: is not a directory"},
        {"lane/abc", "lane: is not"},      {"folder/lane/abc", "folder/lane: is not"},
        {"absent/x", "no such directory"}, {"folder/", "no such file"},
    };
    struct pki_error err = {0};
    pki_scope(pki_buf) bytes = {0};
    struct pki_bytes mapped = {0};

    put("plain", "abc");
    put("large", "abcde");
    put("void", "");
    make_socket("socket");
    CU_ASSERT_EQUAL_FATAL(symlinkat("plain", here(), "alias"), 0);
    CU_ASSERT_EQUAL_FATAL(mkfifoat(here(), "pipe", 0600), 0);
    CU_ASSERT_EQUAL_FATAL(mkdirat(here(), "folder", 0700), 0);
    CU_ASSERT_EQUAL_FATAL(symlinkat(".", here(), "lane"), 0);
    CU_ASSERT_EQUAL_FATAL(symlinkat("..", here(), "folder/lane"), 0);
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        EXPECT_FAILS(pki_file_read(here(), cases[i].name, 4, &bytes, &err), err, PKI_E_USAGE);
        EXPECT_TEXT(cases[i].text);
        EXPECT_FAILS(pki_file_map(here(), cases[i].name, 4, &mapped, &err), err, PKI_E_USAGE);
        EXPECT_TEXT(cases[i].text);
    }
    CU_ASSERT_EQUAL(bytes.size, 0);
    CU_ASSERT_PTR_NULL(mapped.data);
}

static void test_file_read_appends_up_to_the_limit(void)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) bytes = {0};

    put("exact", "abcd");
    pki_buf_text(&bytes, "> ");
    EXPECT_OK(pki_file_read(here(), "exact", 4, &bytes, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&bytes), bytes_of("> abcd")));
}

static void test_file_map_shows_the_bytes(void)
{
    struct pki_error err = {0};
    struct pki_bytes bytes = {0};

    put("mapped", "abcd");
    EXPECT_OK(pki_file_map(here(), "mapped", 4, &bytes, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(bytes, bytes_of("abcd")));
    pki_file_unmap(&bytes);
    CU_ASSERT_PTR_NULL(bytes.data);
    pki_file_unmap(&bytes);
}

static void test_what_is_let_go_of_can_be_read_again(void)
{
    static char text[64 * 4096 + 1];
    struct pki_error err = {0};
    struct pki_bytes bytes = {0};

    memset(text, 'a', sizeof(text) - 1);
    put("windows", text);
    EXPECT_OK(pki_file_map(here(), "windows", sizeof(text), &bytes, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(bytes, bytes_of(text)));
    pki_file_let_go((struct pki_bytes){bytes.data + 5, bytes.size - 10});
    pki_file_let_go((struct pki_bytes){bytes.data, 1}); /* no whole page: nothing */
    CU_ASSERT_TRUE(pki_bytes_equal(bytes, bytes_of(text)));
    pki_file_unmap(&bytes);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a new file has its bytes and its mode", test_file_write_new_makes_the_file_with_its_mode},
        {"an existing file is never overwritten", test_file_write_new_never_overwrites},
        {"a link is never written through", test_file_write_new_never_follows_a_link},
        {"a missing directory is an error", test_file_write_into_a_missing_directory_fails},
        {"a path is written below its directory", test_file_write_below_a_directory_uses_the_path},
        {"what is not committed leaves nothing", test_file_not_committed_leaves_nothing},
        {"a commit holds all writes", test_file_commit_gathers_all_writes_and_takes_the_file},
        {"a file is placed, never over another",
         test_file_place_names_the_file_but_not_over_another},
        {"a commit over a file replaces it", test_file_commit_over_replaces_a_file},
        {"a commit over a link is refused", test_file_commit_over_refuses_what_is_no_file},
        {"an empty file can be written", test_file_empty_can_be_written},
        {"only plain files within the limit are read",
         test_file_read_refuses_what_is_no_plain_file},
        {"a file of the limit's size is read", test_file_read_appends_up_to_the_limit},
        {"a file is mapped and unmapped", test_file_map_shows_the_bytes},
        {"what is let go of can be read again", test_what_is_let_go_of_can_be_read_again},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "file", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
