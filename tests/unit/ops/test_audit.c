#include <sys/stat.h>

#include "rotation_fixture.h"

static const char *in_cellar(const char *cellar, const char *name)
{
    static char paths[4][512];
    static unsigned turn = 0;
    char *path = paths[turn++ % PKI_COUNT(paths)];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", cellar, name);
    return path;
}

static void move(const char *cellar, const char *from, const char *to)
{
    CU_ASSERT_EQUAL(rename(in_cellar(cellar, from), in_cellar(cellar, to)), 0);
}

static void expect_audit(const char *cellar, enum pki_code code, const char *part)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    (void)!pki_audit(session, NULL, report, &err);
    CU_ASSERT_EQUAL(err.code, code);
    char *text = fixture_text(report);
    if (!strstr(text, part))
        fprintf(stderr, "\n\"%s\" is not in:\n%s\n", part, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
    free(text);
}

/* Two exports were recorded; the second was cut off before it had its name. */
static const char *cut_off(const char *name)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    fixture_publish(cellar);
    move(cellar, "exports/prod", "kept");
    fixture_room.now += FIXTURE_DAY;
    fixture_publish(cellar);
    move(cellar, "exports/prod", "exports/.prod.new");
    return cellar;
}

static void test_an_export_that_was_cut_off_is_no_finding(void)
{
    const char *cellar = cut_off("cut-off");

    expect_audit(cellar, PKI_OK, "exports/.prod.new");
    move(cellar, "kept", "exports/prod");
    expect_audit(cellar, PKI_OK, "exports/.prod.new");
    fixture_room_reset();
}

static void test_nothing_else_may_lie_in_its_place(void)
{
    const char *cellar = cut_off("forged");

    move(cellar, "kept", "exports/prod");
    FILE *manifest = fopen(in_cellar(cellar, "exports/prod/manifest.json"), "a");
    CU_ASSERT_PTR_NOT_NULL_FATAL(manifest);
    (void)fputc('\n', manifest);
    (void)fclose(manifest);
    expect_audit(cellar, PKI_E_INTEGRITY, "is not the one that was exported last");
    fixture_room_reset();
}

/* The earlier one alone is an export that was put back. */
static void test_an_earlier_export_alone_is_found(void)
{
    const char *cellar = cut_off("earlier");

    move(cellar, "kept", "exports/prod");
    move(cellar, "exports/.prod.new", "elsewhere");
    expect_audit(cellar, PKI_E_INTEGRITY, "is not the one that was exported last");
    fixture_room_reset();
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an export that was cut off is no finding", test_an_export_that_was_cut_off_is_no_finding},
        {"nothing else may lie in its place", test_nothing_else_may_lie_in_its_place},
        {"an earlier export alone is found", test_an_earlier_export_alone_is_found},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "audit", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
