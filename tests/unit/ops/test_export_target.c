#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ops/export_target.h"
#include "ops/manifest.h"
#include "ops_fixture.h"

static const char manifest[] = "{\"files\": [{\"path\": \"sub/a.pem\"}, {\"path\": \"b.pem\"}]}";

static const char *below(const char *name)
{
    static char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s", test_directory(), name);
    return path;
}

static void put(int dir, const char *name, const char *text)
{
    struct pki_error err = {0};
    const struct pki_bytes bytes = {(const uint8_t *)text, strlen(text)};

    EXPECT_OK(pki_file_write_new(dir, name, 0600, bytes, &err), err);
}

/* An export as the manifest above describes it. */
static void make_export(const char *name)
{
    struct pki_error err = {0};
    pki_scope_fd int dir = -1;
    pki_scope_fd int sub = -1;

    EXPECT_OK(pki_dir_make(AT_FDCWD, below(name), &dir, &err), err);
    EXPECT_OK(pki_dir_make(dir, "sub", &sub, &err), err);
    put(dir, "manifest.json", manifest);
    put(dir, "b.pem", "b");
    put(sub, "a.pem", "a");
}

static bool replace(const char *name, bool asked, struct pki_error *err)
{
    pki_scope(pki_target) target = {.above = -1};
    pki_scope_fd int dir = -1;

    if (!pki_target_open(&target, below(name), asked, err) || !pki_target_begin(&target, &dir, err))
        return false;
    put(dir, "fresh", "new");
    return pki_target_finish(&target, err);
}

static bool is_there(const char *name)
{
    return access(below(name), F_OK) == 0;
}

static void test_a_new_directory_gets_its_name(void)
{
    struct pki_error err = {0};

    EXPECT_OK(replace("new", false, &err), err);
    CU_ASSERT_TRUE(is_there("new/fresh"));
    EXPECT_OK(replace("slashes//", false, &err), err);
    CU_ASSERT_TRUE(is_there("slashes/fresh"));
}

static void test_what_exists_is_replaced_only_when_asked(void)
{
    struct pki_error err = {0};

    make_export("whole");
    EXPECT_FAILS(replace("whole", false, &err), err, PKI_E_EXISTS);
    EXPECT_TEXT("--replace");
    CU_ASSERT_TRUE(is_there("whole/b.pem"));
    EXPECT_OK(replace("whole", true, &err), err);
    CU_ASSERT_FALSE(is_there("whole/b.pem"));
    CU_ASSERT_TRUE(is_there("whole/fresh"));
}

static void expect_warned(const struct pki_target *target, const char *expected, bool warned)
{
    pki_auto(pki_report) warnings = pki_report_new();

    pki_target_warn(target, warnings);
    char *text = fixture_text(warnings);
    CU_ASSERT_EQUAL(strstr(text, expected) != NULL, warned);
    free(text);
}

/* Stopped by an error it is removed; by a kill it stays, and the next run tells. */
static void test_what_was_begun_does_not_stay(void)
{
    struct pki_error err = {0};
    pki_scope_fd int dir = -1;
    pki_scope_fd int other = -1;
    pki_scope(pki_target) next = {.above = -1};
    struct pki_target target = {.above = -1};

    EXPECT_OK(pki_target_open(&target, below("begun"), false, &err), err);
    EXPECT_OK(pki_target_begin(&target, &dir, &err), err);
    put(dir, "key.pem", "secret");
    CU_ASSERT_TRUE(is_there(target.fresh));
    EXPECT_OK(pki_target_open(&next, below("begun"), false, &err), err);
    expect_warned(&next, target.fresh, true);
    pki_target_clear(&target);
    CU_ASSERT_FALSE(is_there(target.fresh));
    expect_warned(&next, "begun", false);

    make_export(".beguns.new-01234567");
    make_export(".begun.new-0123456");
    make_export(".begun.new-0123456x");
    EXPECT_OK(pki_target_begin(&next, &other, &err), err);
    expect_warned(&next, "begun", false);
}

static void test_a_set_of_exports_is_replaced_as_one(void)
{
    struct pki_error err = {0};
    pki_scope_fd int dir = -1;

    EXPECT_OK(pki_dir_make(AT_FDCWD, below("set"), &dir, &err), err);
    make_export("set/dev");
    make_export("set/prod");
    EXPECT_OK(pki_manifest_owns(AT_FDCWD, below("set"), &err), err);
    EXPECT_OK(replace("set", true, &err), err);
    CU_ASSERT_TRUE(is_there("set/fresh"));
}

static void test_what_others_wrote_is_never_replaced(void)
{
    struct pki_error err = {0};
    pki_scope_fd int dir = -1;

    make_export("mixed");
    EXPECT_OK(pki_dir_open(AT_FDCWD, below("mixed/sub"), &dir, &err), err);
    put(dir, "thesis.txt", "three years of work");
    EXPECT_FAILS(replace("mixed", true, &err), err, PKI_E_EXISTS);
    EXPECT_TEXT("sub/thesis.txt");
    CU_ASSERT_TRUE(is_there("mixed/sub/thesis.txt"));

    make_export("linked");
    CU_ASSERT_EQUAL(symlink("/etc", below("linked/link")), 0);
    EXPECT_FAILS(replace("linked", true, &err), err, PKI_E_EXISTS);

    CU_ASSERT_EQUAL(mkdir(below("empty"), 0700), 0);
    EXPECT_FAILS(replace("empty", true, &err), err, PKI_E_EXISTS);
    EXPECT_TEXT("holds no export");
    EXPECT_FAILS(replace("empty/..", true, &err), err, PKI_E_USAGE);
}

static void test_a_directory_needs_a_name_and_a_place(void)
{
    struct pki_error err = {0};
    pki_scope(pki_target) target = {.above = -1};

    EXPECT_FAILS(pki_target_open(&target, "", false, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_target_open(&target, "/", false, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_target_open(&target, ".", false, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_target_open(&target, below("nowhere/x"), false, &err), err, PKI_E_USAGE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a new directory gets its name", test_a_new_directory_gets_its_name},
        {"what exists is replaced only when asked", test_what_exists_is_replaced_only_when_asked},
        {"what was begun does not stay", test_what_was_begun_does_not_stay},
        {"a set of exports is replaced as one", test_a_set_of_exports_is_replaced_as_one},
        {"what others wrote is never replaced", test_what_others_wrote_is_never_replaced},
        {"a directory needs a name and a place", test_a_directory_needs_a_name_and_a_place},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "export target", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
