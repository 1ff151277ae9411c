#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "install_fixture.h"

static struct fixture_handovers made;

static const char *live(const char *name)
{
    static char path[600];

    snprintf(path, sizeof(path), "%s/%s", made.live, name);
    return path;
}

static ino_t inode(const char *name)
{
    struct stat status;

    CU_ASSERT_EQUAL_FATAL(lstat(live(name), &status), 0);
    return status.st_ino;
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_TRUE(fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Every test starts with G1 in place; the first one makes the line. */
static void install_first(void)
{
    struct pki_error err = {0};

    if (!made.live)
        fixture_handovers("line", &made);
    fixture_room.now = FIXTURE_NOW;
    EXPECT_OK(fixture_install(made.g1, made.live, &err), err);
    CU_ASSERT_TRUE_FATAL(fixture_installed(made.g1, made.live));
}

static void test_install_writes_into_the_same_files(void)
{
    struct pki_error err = {0};

    install_first();
    ino_t chain = inode("chain.pem");
    ino_t key = inode("key.pem");
    EXPECT_OK(fixture_install(made.g2, made.live, &err), err);
    CU_ASSERT_TRUE(fixture_installed(made.g2, made.live));
    CU_ASSERT_EQUAL(inode("chain.pem"), chain);
    CU_ASSERT_EQUAL(inode("key.pem"), key);
}

static void test_install_tells_what_it_will_do(void)
{
    const struct pki_prompts prompts = fixture_prompts();
    const struct pki_install_request request = {.consumer = "fulcio",
                                                .from = made.g2,
                                                .to = made.live,
                                                .now = FIXTURE_NOW,
                                                .prompts = &prompts};
    pki_auto(pki_install) install = NULL;
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    install_first();
    fixture_answers.instead = "Qv7041-bramble-zinc prod-code-signing-g2";
    EXPECT_OK(pki_install_prepare(&request, &install, report, &err), err);
    CU_ASSERT_STRING_EQUAL(pki_install_name(install), "Example Corp Prod Code Signing CA G2");
    pki_install_describe(install, report);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Example Corp Prod Code Signing CA G1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "opens, signs, fits"));
    free(text);
    fixture_answers.instead = "Qv7041-bramble-zinc prod-code-signing-g1";
    EXPECT_FAILS(pki_install_prepare(&request, &install, report, &err), err, PKI_E_PASSPHRASE);
    fixture_answers = (struct fixture_answers){0};
}

static void test_install_twice_has_nothing_to_do(void)
{
    const struct pki_install_request request = {
        .consumer = "fulcio", .from = made.g1, .to = made.live, .now = FIXTURE_NOW};
    pki_auto(pki_install) install = NULL;
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    install_first();
    EXPECT_OK(pki_install_prepare(&request, &install, report, &err), err);
    CU_ASSERT_PTR_NULL(pki_install_name(install));
}

static void test_install_of_what_fulcio_refuses_is_refused(void)
{
    struct pki_error err = {0};
    struct pki_install_request request = {.consumer = "wget", .from = made.g2, .to = made.live};
    pki_auto(pki_install) install = NULL;
    pki_auto(pki_report) report = pki_report_new();
    char file[600];

    install_first();
    EXPECT_FAILS(pki_install_prepare(&request, &install, report, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(fixture_install("/nonexistent", made.live, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(fixture_install(made.g2, "/nonexistent", &err), err, PKI_E_USAGE);
    fixture_room.now = FIXTURE_NOW + 3 * 365 * FIXTURE_DAY;
    EXPECT_FAILS(fixture_install(made.g2, made.live, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("chain_valid");
    fixture_room.now = FIXTURE_NOW;
    snprintf(file, sizeof(file), "%s/README.txt", made.g2);
    put(file, "another text\n");
    EXPECT_FAILS(fixture_install(made.g2, made.live, &err), err, PKI_E_INTEGRITY);
    snprintf(file, sizeof(file), "%s/manifest.json", made.g2);
    put(file, "{}");
    EXPECT_FAILS(fixture_install(made.g2, made.live, &err), err, PKI_E_FORMAT);
    CU_ASSERT_TRUE(fixture_installed(made.g1, made.live));
}

/* Prepares from G2, lets something happen, then writes. */
static bool write_after(void (*happens)(void), struct pki_error *err)
{
    const struct pki_install_request request = {
        .consumer = "fulcio", .from = made.g2, .to = made.live, .now = FIXTURE_NOW};
    pki_auto(pki_install) install = NULL;
    pki_auto(pki_report) report = pki_report_new();

    EXPECT_OK(pki_install_prepare(&request, &install, report, err), *err);
    happens();
    return pki_install_write(install, report, err);
}

static void change_key(void)
{
    put(live("key.pem"), "another\n");
}

static void remove_key(void)
{
    (void)unlink(live("key.pem"));
}

static void test_install_over_a_change_is_refused(void)
{
    struct pki_error err = {0};

    install_first();
    EXPECT_FAILS(write_after(change_key, &err), err, PKI_E_STATE);
    EXPECT_TEXT("key.pem: was changed meanwhile");
    install_first();
    EXPECT_FAILS(write_after(remove_key, &err), err, PKI_E_STATE);
}

/* --- what happens between two steps ---------------------------------------------------------- */

/* Done once, at the next call that is wrapped. */
static void (*at_sync)(void);
static void (*at_check)(void);

static void happen(void (**what)(void))
{
    void (*now)(void) = *what;

    *what = NULL;
    if (now)
        now();
}

/* NOLINTBEGIN(readability-identifier-naming, cert-dcl37-c, bugprone-reserved-identifier) */
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    happen(&at_sync);
    return __real_fsync(fd);
}

bool __real_pki_manifest_check(int above, const char *directory, struct pki_bytes manifest,
                               struct pki_error *err);
bool __wrap_pki_manifest_check(int above, const char *directory, struct pki_bytes manifest,
                               struct pki_error *err);
bool __wrap_pki_manifest_check(int above, const char *directory, struct pki_bytes manifest,
                               struct pki_error *err)
{
    happen(&at_check);
    return __real_pki_manifest_check(above, directory, manifest, err);
}
/* NOLINTEND(readability-identifier-naming, cert-dcl37-c, bugprone-reserved-identifier) */

static bool holds(const char *name, const char *text)
{
    pki_scope(pki_buf) there = {0};
    struct pki_error err = {0};

    return pki_file_read(AT_FDCWD, live(name), PKI_LIMIT_KEY, &there, &err) &&
           there.size == strlen(text) && memcmp(there.data, text, there.size) == 0;
}

/* An empty chain was cut off while it was written: the first sync is that of the file itself. */
static void test_install_leaves_what_somebody_made_meanwhile(void)
{
    struct pki_error err = {0};

    install_first();
    put(live("chain.pem"), "");
    remove_key();
    at_sync = change_key;
    EXPECT_FAILS(fixture_install(made.g2, made.live, &err), err, PKI_E_EXISTS);
    EXPECT_TEXT("key.pem: exists");
    CU_ASSERT_TRUE(holds("key.pem", "another\n"));
    remove_key();
}

static const char *handed(const char *name)
{
    static char path[600];

    snprintf(path, sizeof(path), "%s/%s", made.g2, name);
    return path;
}

static void put_back(void)
{
    char aside[600];

    snprintf(aside, sizeof(aside), "%s", handed("aside"));
    CU_ASSERT_EQUAL(rename(aside, handed("key.pem")), 0);
}

/* Another key lay there while the files were read, and the right one while they were checked. */
static void test_install_checks_what_it_installs(void)
{
    pki_scope(pki_buf) other = {0};
    struct pki_error err = {0};
    char aside[600];
    char g1[600];

    install_first();
    snprintf(g1, sizeof(g1), "%s/key.pem", made.g1);
    snprintf(aside, sizeof(aside), "%s", handed("aside"));
    EXPECT_OK(pki_file_read(AT_FDCWD, g1, PKI_LIMIT_KEY, &other, &err), err);
    CU_ASSERT_EQUAL_FATAL(rename(handed("key.pem"), aside), 0);
    EXPECT_OK(pki_file_write_new(AT_FDCWD, handed("key.pem"), 0600, pki_buf_view(&other), &err),
              err);
    at_check = put_back;
    EXPECT_FAILS(fixture_install(made.g2, made.live, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("key.pem, as it was read, differs from the manifest");
    CU_ASSERT_TRUE(fixture_installed(made.g1, made.live));
    EXPECT_OK(fixture_install(made.g2, made.live, &err), err);
}

static int lock = -1;

static void take_lock(void)
{
    lock = open(made.live, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_EQUAL_FATAL(flock(lock, LOCK_EX), 0);
}

static void test_install_beside_another_is_refused(void)
{
    struct pki_error err = {0};

    install_first();
    EXPECT_FAILS(write_after(take_lock, &err), err, PKI_E_LOCKED);
    (void)close(lock);
    CU_ASSERT_TRUE(fixture_installed(made.g1, made.live));
}

/* The name that G1's chain is kept by, made by its digest; found by what it is not. */
static void find_kept(char path[600])
{
    DIR *stream = opendir(made.live);
    const struct dirent *entry;

    path[0] = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
    while ((entry = readdir(stream)))
        if (strncmp(entry->d_name, "chain-", 6) == 0)
            snprintf(path, 600, "%s/%.100s", made.live, entry->d_name);
    (void)closedir(stream);
}

static void test_install_never_replaces_what_is_kept(void)
{
    struct pki_error err = {0};
    char kept[600];

    made = (struct fixture_handovers){0};
    fixture_handovers("kept", &made);
    install_first();
    EXPECT_OK(fixture_install(made.g2, made.live, &err), err);
    find_kept(kept);
    CU_ASSERT_NOT_EQUAL_FATAL(kept[0], 0);
    CU_ASSERT_TRUE(fixture_install(made.g1, made.live, &err));
    put(kept, "another\n");
    EXPECT_FAILS(fixture_install(made.g2, made.live, &err), err, PKI_E_EXISTS);
    CU_ASSERT_TRUE(fixture_installed(made.g1, made.live));
}

static void test_install_into_what_others_may_touch_is_refused(void)
{
    struct pki_error err = {0};

    install_first();
    CU_ASSERT_EQUAL(chmod(live("key.pem"), 0644), 0);
    EXPECT_FAILS(fixture_install(made.g2, made.live, &err), err, PKI_E_POLICY);
    CU_ASSERT_EQUAL(chmod(live("key.pem"), 0600), 0);
    CU_ASSERT_TRUE(fixture_installed(made.g1, made.live));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"files are written into as they lie", test_install_writes_into_the_same_files},
        {"what will be done is told", test_install_tells_what_it_will_do},
        {"installing twice has nothing to do", test_install_twice_has_nothing_to_do},
        {"a file that changed meanwhile is left", test_install_over_a_change_is_refused},
        {"a file that was made meanwhile is left",
         test_install_leaves_what_somebody_made_meanwhile},
        {"what is installed is what was checked", test_install_checks_what_it_installs},
        {"two installations at a time are refused", test_install_beside_another_is_refused},
        {"a file that others may read is refused",
         test_install_into_what_others_may_touch_is_refused},
        {"what is kept is never replaced", test_install_never_replaces_what_is_kept},
        {"what Fulcio would refuse is refused", test_install_of_what_fulcio_refuses_is_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "install", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
