#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "test.h"

static int here(void)
{
    static int fd = -1;

    if (fd < 0)
        fd = open(test_directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_FATAL(fd >= 0);
    return fd;
}

static bool exists(const char *name)
{
    struct stat status;

    return fstatat(here(), name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static void make(const char *name)
{
    CU_ASSERT_EQUAL_FATAL(mkdirat(here(), name, 0700), 0);
}

static void put(const char *name)
{
    struct pki_error err = {0};
    struct pki_bytes bytes = {.data = (const uint8_t *)name, .size = strlen(name)};

    EXPECT_OK(pki_file_write_new(here(), name, 0600, bytes, &err), err);
}

static void test_dir_open_takes_directories_only(void)
{
    static const char *const refused[] = {"o-missing", "o-file", "o-link",
                                          "o-link/",   "",       "o-file/"};
    struct pki_error err = {0};
    pki_scope_fd int fd = -1;

    make("o-dir");
    put("o-file");
    CU_ASSERT_EQUAL_FATAL(symlinkat("o-dir", here(), "o-link"), 0);
    for (size_t i = 0; i < PKI_COUNT(refused); i++) {
        EXPECT_FAILS(pki_dir_open(here(), refused[i], &fd, &err), err, PKI_E_USAGE);
        CU_ASSERT_EQUAL(fd, -1);
    }
    EXPECT_OK(pki_dir_open(here(), "o-dir///", &fd, &err), err);
    CU_ASSERT_TRUE(fd >= 0);
}

static void test_dir_no_part_of_a_path_may_be_a_link(void)
{
    struct pki_error err = {0};
    pki_scope_fd int fd = -1;
    pki_auto(pki_file) file = NULL;

    make("l");
    make("l/real");
    make("l/real/in");
    CU_ASSERT_EQUAL_FATAL(symlinkat("real", here(), "l/link"), 0);
    EXPECT_FAILS(pki_dir_open(here(), "l/link/in", &fd, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("l/link: is not a directory (links are not followed)");
    EXPECT_FAILS(pki_dir_make(here(), "l/link/new", &fd, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_dir_ensure(here(), "l/link/in", &fd, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_file_create(here(), "l/link/in/x", 0600, &file, &err), err, PKI_E_USAGE);
    CU_ASSERT_FALSE(exists("l/real/new"));
    EXPECT_OK(pki_dir_open(here(), "l//real/../real/./in/", &fd, &err), err);
}

static void test_dir_open_refuses_an_endless_path(void)
{
    struct pki_error err = {0};
    char path[5000];
    int fd = -1;

    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = 0;
    EXPECT_FAILS(pki_dir_open(here(), path, &fd, &err), err, PKI_E_USAGE);
}

/* One that is told twice fails the second time; the third is never taken. */
static bool take_once(void *context, int dir, const char *name, struct pki_error *err)
{
    pki_buf_text(context, name);
    CU_ASSERT_EQUAL(faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW), 0);
    return strcmp(name, "2") != 0 || pki_fail(err, PKI_E_STATE, "enough");
}

static void test_dir_each_goes_by_name_until_one_fails(void)
{
    pki_scope(pki_buf) taken = {0};
    struct pki_error err = {0};
    bool there = true;

    make("each");
    put("each/3");
    put("each/2");
    put("each/.1");
    EXPECT_FAILS(pki_dir_each(here(), "each", take_once, &taken, &err), err, PKI_E_STATE);
    CU_ASSERT_TRUE(taken.size == 3 && memcmp(taken.data, ".12", 3) == 0);
    EXPECT_FAILS(pki_dir_each(here(), "each/3", take_once, &taken, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_dir_each(here(), "nowhere", take_once, &taken, &err), err, PKI_E_USAGE);
    EXPECT_OK(pki_dir_holds(here(), "nowhere", &there, &err), err);
    CU_ASSERT_FALSE(there);
    EXPECT_OK(pki_dir_holds(here(), "each/3/nothing", &there, &err), err);
    CU_ASSERT_FALSE(there);
    CU_ASSERT_EQUAL_FATAL(symlinkat("nowhere", here(), "each/link"), 0);
    EXPECT_OK(pki_dir_holds(here(), "each/link", &there, &err), err);
    CU_ASSERT_TRUE(there);
    EXPECT_FAILS(pki_dir_holds(-1, "each", &there, &err), err, PKI_E_IO);
}

static void test_dir_make_refuses_what_exists(void)
{
    struct pki_error err = {0};
    struct stat status;
    pki_scope_fd int fd = -1;
    pki_scope_fd int again = -1;

    EXPECT_OK(pki_dir_make(here(), "m", &fd, &err), err);
    CU_ASSERT_EQUAL_FATAL(fstat(fd, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 07777, 0700);
    EXPECT_FAILS(pki_dir_make(here(), "m/", &again, &err), err, PKI_E_EXISTS);
    EXPECT_FAILS(pki_dir_make(here(), "no/m", &again, &err), err, PKI_E_USAGE);
    CU_ASSERT_EQUAL(again, -1);
}

static void test_dir_ensure_opens_either_way_but_no_link(void)
{
    struct pki_error err = {0};
    pki_scope_fd int first = -1;
    pki_scope_fd int second = -1;
    int third = -1;

    EXPECT_OK(pki_dir_ensure(here(), "e", &first, &err), err);
    EXPECT_OK(pki_dir_ensure(here(), "e", &second, &err), err);
    CU_ASSERT_EQUAL_FATAL(symlinkat("e", here(), "e-link"), 0);
    EXPECT_FAILS(pki_dir_ensure(here(), "e-link", &third, &err), err, PKI_E_USAGE);
    CU_ASSERT_EQUAL(third, -1);
}

static void test_dir_sync_tells_a_bad_descriptor(void)
{
    struct pki_error err = {0};

    EXPECT_OK(pki_dir_sync(here(), &err), err);
    EXPECT_FAILS(pki_dir_sync(-1, &err), err, PKI_E_IO);
}

static void test_dir_remove_takes_the_tree_and_no_link_target(void)
{
    struct pki_error err = {0};

    make("keep");
    put("keep/file");
    make("r");
    make("r/a");
    make("r/a/b");
    make("r/empty");
    put("r/a/b/one");
    put("r/two");
    CU_ASSERT_EQUAL_FATAL(symlinkat("../keep", here(), "r/link"), 0);
    EXPECT_OK(pki_dir_remove(here(), "r", &err), err);
    CU_ASSERT_FALSE(exists("r"));
    CU_ASSERT_TRUE(exists("keep/file"));
    EXPECT_OK(pki_dir_remove(here(), "r", &err), err);
}

static void test_dir_sync_tree_walks_directories_only(void)
{
    struct pki_error err = {0};

    make("s");
    make("s/a");
    make("s/a/b");
    put("s/a/b/one");
    CU_ASSERT_EQUAL_FATAL(symlinkat("../missing", here(), "s/link"), 0);
    EXPECT_OK(pki_dir_sync_tree(here(), "s", &err), err);
    CU_ASSERT_TRUE(exists("s/a/b/one"));
    EXPECT_FAILS(pki_dir_sync_tree(here(), "s-missing", &err), err, PKI_E_USAGE);
}

static void test_dir_remove_refuses_a_bottomless_tree(void)
{
    struct pki_error err = {0};
    char path[200] = "deep";

    for (int i = 0; i < 20; i++) {
        make(path);
        (void)snprintf(path + strlen(path), sizeof(path) - strlen(path), "/d");
    }
    EXPECT_FAILS(pki_dir_remove(here(), "deep", &err), err, PKI_E_IO);
    EXPECT_TEXT("nest deeper");
}

static void test_dir_exchange_swaps_or_names(void)
{
    struct pki_error err = {0};
    bool swapped = true;

    make("new");
    put("new/1");
    EXPECT_OK(pki_dir_exchange(here(), "new", "live", &swapped, &err), err);
    CU_ASSERT_FALSE(swapped);
    CU_ASSERT_TRUE(exists("live/1") && !exists("new"));

    make("new");
    put("new/2");
    EXPECT_OK(pki_dir_exchange(here(), "new", "live", &swapped, &err), err);
    CU_ASSERT_TRUE(swapped);
    CU_ASSERT_TRUE(exists("live/2") && !exists("live/1") && exists("new/1"));
    EXPECT_FAILS(pki_dir_exchange(here(), "absent", "live", &swapped, &err), err, PKI_E_IO);
    CU_ASSERT_TRUE(exists("live/2"));
}

static void test_dir_exchanges_leaves_nothing(void)
{
    pki_scope_fd int dir = -1;
    struct pki_error err = {0};

    EXPECT_OK(pki_dir_make(here(), "trial", &dir, &err), err);
    CU_ASSERT_TRUE(pki_dir_exchanges(dir));
    CU_ASSERT_FALSE(pki_dir_exchanges(-1));
    CU_ASSERT_EQUAL(unlinkat(here(), "trial", AT_REMOVEDIR), 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"only directories are opened", test_dir_open_takes_directories_only},
        {"no part of a path may be a link", test_dir_no_part_of_a_path_may_be_a_link},
        {"an endless path is refused", test_dir_open_refuses_an_endless_path},
        {"a directory is taken by name until one fails",
         test_dir_each_goes_by_name_until_one_fails},
        {"making what exists is refused", test_dir_make_refuses_what_exists},
        {"ensuring opens either way", test_dir_ensure_opens_either_way_but_no_link},
        {"a sync that fails is told", test_dir_sync_tells_a_bad_descriptor},
        {"removing takes the tree and follows no link",
         test_dir_remove_takes_the_tree_and_no_link_target},
        {"a tree is synced, links and all", test_dir_sync_tree_walks_directories_only},
        {"a bottomless tree is refused", test_dir_remove_refuses_a_bottomless_tree},
        {"whether names can be exchanged is tried", test_dir_exchanges_leaves_nothing},
        {"exchanging swaps, or gives the name", test_dir_exchange_swaps_or_names},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "dir", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
