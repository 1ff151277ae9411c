#include <sys/stat.h>

#include "ops_fixture.h"

static struct pki_init_request request_at(char path[4096], const char *name, const char *hierarchy)
{
    snprintf(path, 4096, "%s/%s", test_directory(), name);
    return (struct pki_init_request){
        .hierarchy = hierarchy,
        .directory = path,
        .tool = "cellar-init",
        .command_line = "cellar-init",
    };
}

static bool exists(const char *directory, const char *name)
{
    char path[5000];
    struct stat status;

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return lstat(path, &status) == 0;
}

static void test_cellar_is_made_whole(void)
{
    char path[4096];
    const struct pki_init_request request =
        request_at(path, "whole", fixture_file("h.yaml", fixture_hierarchy("", "")));
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    struct stat status;

    EXPECT_OK(pki_init(&request, report, &err), err);
    CU_ASSERT_TRUE(exists(path, "cellar.db"));
    CU_ASSERT_TRUE(exists(path, "keys"));
    CU_ASSERT_TRUE(exists(path, "exports"));
    CU_ASSERT_TRUE(exists(path, "ceremonies"));
    CU_ASSERT_EQUAL_FATAL(stat(path, &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0700);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "Next: cellar root main"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "code-signing"));
    free(text);
}

static void test_dry_run_makes_nothing(void)
{
    char path[4096];
    struct pki_init_request request =
        request_at(path, "dry", fixture_file("h.yaml", fixture_hierarchy("", "")));
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    request.dry_run = true;
    EXPECT_OK(pki_init(&request, report, &err), err);
    CU_ASSERT_FALSE(exists(test_directory(), "dry"));
}

static void test_directory_in_use_is_refused(void)
{
    char path[4096];
    const struct pki_init_request request =
        request_at(path, "../../dev/null", fixture_file("h.yaml", fixture_hierarchy("", "")));
    const struct pki_init_request used = {.hierarchy = request.hierarchy,
                                          .directory = fixture_cellar("used")};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    EXPECT_FAILS(pki_init(&used, report, &err), err, PKI_E_EXISTS);
    EXPECT_FAILS(pki_init(&request, report, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("is not a directory");
}

static void test_bad_hierarchy_and_clock_are_refused(void)
{
    char path[4096];
    struct pki_init_request request = request_at(path, "bad", "/nonexistent.yaml");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    EXPECT_FAILS(pki_init(&request, report, &err), err, PKI_E_USAGE);
    request.hierarchy = fixture_file("tab.yaml", "hierarchy:\t1\n");
    EXPECT_FAILS(pki_init(&request, report, &err), err, PKI_E_USAGE);
    request.hierarchy = fixture_file("short.yaml", fixture_hierarchy("15mo", "6mo"));
    EXPECT_FAILS(pki_init(&request, report, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("short.yaml:");
    request.hierarchy = fixture_file("good.yaml", fixture_hierarchy("", ""));
    fixture_room.build_date = FIXTURE_NOW + 60;
    EXPECT_FAILS(pki_init(&request, report, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("before this tool was built");
    fixture_room_reset();
    CU_ASSERT_FALSE(exists(test_directory(), "bad"));
}

static void test_equal_file_changes_nothing(void)
{
    const char *cellar = fixture_cellar("equal");
    const char *file = fixture_file("equal.yaml", fixture_hierarchy("", ""));
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    bool changes = true;

    int64_t before = fixture_entries(cellar);
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_OK(pki_init_compare(session, file, &changes, report, &err), err);
        CU_ASSERT_FALSE(changes);
        EXPECT_OK(pki_init_update(session, file, report, &err), err);
    }
    CU_ASSERT_EQUAL(fixture_entries(cellar), before);
}

static void test_change_is_shown_then_in_force(void)
{
    const char *cellar = fixture_cellar("change");
    const char *file =
        fixture_file("change.yaml", fixture_hierarchy("rotate_every: 3mo", "rotate_every: 2mo"));
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    const struct pki_hierarchy *hierarchy = NULL;
    struct pki_error err = {0};
    bool changes = false;

    EXPECT_OK(pki_init_compare(session, file, &changes, report, &err), err);
    CU_ASSERT_TRUE(changes);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "environments.prod.lines.code-signing.rotate_every"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "2mo"));
    free(text);
    EXPECT_OK(pki_session_hierarchy(session, &hierarchy, &err), err);
    CU_ASSERT_EQUAL(hierarchy->lines[0].rotate_every.months, 3);
    EXPECT_OK(pki_init_update(session, file, report, &err), err);
    EXPECT_OK(pki_session_hierarchy(session, &hierarchy, &err), err);
    CU_ASSERT_EQUAL(hierarchy->lines[0].rotate_every.months, 2);
}

static void test_what_is_issued_cannot_be_planned_away(void)
{
    static const struct {
        const char *part, *instead, *text;
    } rows[] = {
        {"Example Corp Root CA", "Example Corp Other CA", "common_name of root main must stay"},
        {"      code-signing:\n", "      signing:\n", "line prod code-signing must stay"},
        {"Prod Code Signing CA", "Prod Signing CA", "the common_name of line"},
        {"profile: code-signing-ca", "profile: tls-ca", "the profile of line"},
    };
    const char *cellar = fixture_cellar("issued");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    bool changes = false;

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    pki_auto(pki_session) session = fixture_open(cellar);
    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        const char *file =
            fixture_file("away.yaml", fixture_hierarchy(rows[i].part, rows[i].instead));

        EXPECT_FAILS(pki_init_compare(session, file, &changes, report, &err), err, PKI_E_POLICY);
        EXPECT_TEXT(rows[i].text);
        EXPECT_FAILS(pki_init_update(session, file, report, &err), err, PKI_E_POLICY);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a cellar is made whole", test_cellar_is_made_whole},
        {"a dry run makes nothing", test_dry_run_makes_nothing},
        {"a directory in use is refused", test_directory_in_use_is_refused},
        {"a bad hierarchy or clock is refused", test_bad_hierarchy_and_clock_are_refused},
        {"an equal file changes nothing", test_equal_file_changes_nothing},
        {"a change is shown, then in force", test_change_is_shown_then_in_force},
        {"what is issued cannot be planned away", test_what_is_issued_cannot_be_planned_away},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "init", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
