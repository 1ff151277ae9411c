/*
 * Directories that cannot be listed, and names that cannot be looked for: no duty takes that for
 * there being nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "backup_fixture.h"
#include "ops/export_target.h"

static const char *cellar; /* with a root and a line, published */

/* The call that fails, and whether it was reached; 0: none. */
static int countdown;
static bool reached;
static const char *hidden; /* a name that cannot be looked for; NULL: none */

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */
typedef int select_entry(const struct dirent *entry);
typedef int compare_entries(const struct dirent **left, const struct dirent **right);
int __real_scandirat(int dir, const char *path, struct dirent ***list, select_entry *select,
                     compare_entries *compare);
int __wrap_scandirat(int dir, const char *path, struct dirent ***list, select_entry *select,
                     compare_entries *compare);
int __real_faccessat(int dir, const char *path, int mode, int flags);
int __wrap_faccessat(int dir, const char *path, int mode, int flags);

int __wrap_scandirat(int dir, const char *path, struct dirent ***list, select_entry *select,
                     compare_entries *compare)
{
    if (countdown == 0 || --countdown > 0)
        return __real_scandirat(dir, path, list, select, compare);
    reached = true;
    errno = EIO;
    return -1;
}

int __wrap_faccessat(int dir, const char *path, int mode, int flags)
{
    if (!hidden || !strstr(path, hidden))
        return __real_faccessat(dir, path, mode, flags);
    reached = true;
    errno = EIO;
    return -1;
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-*) */

static bool look_at_status(struct pki_report *report, struct pki_error *err)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    bool due = false;

    return pki_status(session, 0, report, &due, err);
}

static bool audit(struct pki_report *report, struct pki_error *err)
{
    pki_auto(pki_session) session = fixture_read(cellar);

    return pki_audit(session, NULL, report, err);
}

static bool write_report(struct pki_report *report, struct pki_error *err)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    const char *file = fixture_path(test_directory(), "report.html");

    (void)unlink(file);
    return pki_cellar_report(session, file, false, report, err);
}

static bool back_up(struct pki_report *report, struct pki_error *err)
{
    const struct pki_backup_request request = {.to = fixture_path(test_directory(), "medium")};
    pki_auto(pki_session) session = fixture_open(cellar);

    return pki_backup(session, &request, report, err);
}

static bool init(struct pki_report *report, struct pki_error *err)
{
    const struct pki_init_request request = {
        .hierarchy = fixture_file("h.yaml", fixture_hierarchy("", "")),
        .directory = fixture_path(test_directory(), "empty"),
        .tool = "cellar-init",
        .command_line = "cellar-init h.yaml",
    };

    return pki_init(&request, report, err);
}

static const struct duty {
    const char *name;
    bool (*run)(struct pki_report *report, struct pki_error *err);
    int least; /* so many listings it makes */
} duties[] = {
    {"status", look_at_status, 3}, {"audit", audit, 4}, {"report", write_report, 4},
    {"backup", back_up, 3},        {"init", init, 1},
};

static void begin(void)
{
    if (cellar)
        return;
    cellar = fixture_cellar("listed");
    fixture_root(cellar);
    fixture_line(cellar, "prod", "tls");
    fixture_publish(cellar);
    (void)fixture_directory("medium");
    (void)fixture_directory("empty");
}

/* It fails, and says why: as its error, or as what an audit found. */
static bool tells(const struct duty *duty, int nth)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    reached = false;
    countdown = nth;
    bool done = duty->run(report, &err);
    countdown = 0;
    char *text = fixture_text(report);
    bool told = !done && (strstr(err.text, "cannot be listed") || strstr(text, "cannot be listed"));
    if (reached && !told)
        fprintf(stderr, "\n%s, listing %d: %s\n%s", duty->name, nth, err.text, text);
    free(text);
    return told;
}

static void test_duties_tell_what_they_cannot_list(void)
{
    begin();
    for (size_t i = 0; i < PKI_COUNT(duties); i++) {
        int n = 1;

        for (bool told = tells(&duties[i], n); reached; told = tells(&duties[i], ++n))
            CU_ASSERT_TRUE(told);
        if (n <= duties[i].least)
            fprintf(stderr, "\n%s makes %d listings\n", duties[i].name, n - 1);
        CU_ASSERT_TRUE(n > duties[i].least);
    }
}

/* A manifest is left out of a backup, and an export out of the status, where there is none. */
static void test_what_cannot_be_looked_for_is_not_absent(void)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    begin();
    hidden = "exports/prod/manifest.json";
    EXPECT_FAILS(back_up(report, &err), err, PKI_E_IO);
    EXPECT_TEXT("exports/prod/manifest.json");
    EXPECT_OK(look_at_status(report, &err), err);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "cannot be read"));
    free(text);
    hidden = "ceremonies";
    EXPECT_FAILS(write_report(report, &err), err, PKI_E_IO);
    hidden = "crls";
    EXPECT_FAILS(audit(report, &err), err, PKI_E_IO);
    hidden = NULL;
}

static void test_what_lies_beside_a_target_and_cannot_be_listed_is_said(void)
{
    pki_auto(pki_report) warnings = pki_report_new();
    struct pki_error err = {0};
    pki_scope(pki_target) target = {.above = -1};

    EXPECT_OK(pki_target_open(&target, fixture_path(test_directory(), "to"), false, &err), err);
    countdown = 1;
    pki_target_warn(&target, warnings);
    countdown = 0;
    char *text = fixture_text(warnings);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "was not looked for"));
    free(text);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"duties tell what they cannot list", test_duties_tell_what_they_cannot_list},
        {"what cannot be looked for is not absent", test_what_cannot_be_looked_for_is_not_absent},
        {"what lies beside a target and cannot be listed is said",
         test_what_lies_beside_a_target_and_cannot_be_listed_is_said},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "listing", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
