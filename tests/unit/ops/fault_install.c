#include <unistd.h>

#include "fault.h"
#include "install_fixture.h"

static struct fixture_handovers made;

/* Also out of pieces that a test before left: an installation finishes them. */
static void install_first(void)
{
    struct pki_error err = {0};

    EXPECT_OK(fixture_install(made.g1, made.live, &err), err);
}

/* Each call fails once and lets those that put things back succeed. */
static void test_install_is_old_or_new_at_every_failure(void)
{
    struct pki_error err = {0};
    int rounds = 0;

    fixture_handovers("faults", &made);
    FAULT_EACH (nth) {
        install_first();
        fault_start(nth);
        bool done = fixture_install(made.g2, made.live, &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_TRUE(fixture_installed(made.g2, made.live) ||
                       (!done && fixture_installed(made.g1, made.live)));
        CU_ASSERT_TRUE(done || fixture_installed(made.g1, made.live) ||
                       err.code == PKI_E_MEMORY); /* only the report failed */
        err = (struct pki_error){0};
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 50);
}

/* Prepares undisturbed and writes with a fault, for good or once. */
static bool write_with_fault(const char *from, void (*start)(int nth), int nth,
                             struct pki_error *err)
{
    const struct pki_install_request request = {
        .consumer = "fulcio", .from = from, .to = made.live, .now = fixture_room.now};
    pki_auto(pki_install) install = NULL;
    pki_auto(pki_report) report = pki_report_new();

    EXPECT_OK(pki_install_prepare(&request, &install, report, err), *err);
    start(nth);
    bool done = pki_install_write(install, report, err);
    fault_stop();
    return done;
}

/* The medium is gone: then the error tells a person what to do, unless all is as it was. */
static void test_install_says_what_to_do_when_nothing_helps(void)
{
    int told = 0;

    FAULT_EACH (nth) {
        struct pki_error err = {0};

        install_first();
        bool done = write_with_fault(made.g2, fault_start_for_good, nth, &err);
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        if (fixture_installed(made.g1, made.live) || fixture_installed(made.g2, made.live))
            continue;
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "could not be put back"));
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "INTO it, with `cat "));
        told++;
    }
    CU_ASSERT_TRUE(told > 2);
}

static void remove_files(void)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/chain.pem", made.live);
    (void)unlink(path);
    snprintf(path, sizeof(path), "%s/key.pem", made.live);
    (void)unlink(path);
}

static bool is_there(const char *name)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/%s", made.live, name);
    return access(path, F_OK) == 0;
}

static void test_first_install_is_whole_or_absent_at_every_failure(void)
{
    FAULT_EACH (nth) {
        struct pki_error err = {0};

        remove_files();
        bool done = write_with_fault(made.g1, fault_start, nth, &err);
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_TRUE(fixture_installed(made.g1, made.live) ||
                       (!done && !is_there("chain.pem") && !is_there("key.pem")));
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"both files are old or new", test_install_is_old_or_new_at_every_failure},
        {"what to do is said when nothing helps", test_install_says_what_to_do_when_nothing_helps},
        {"both new files are whole or absent",
         test_first_install_is_whole_or_absent_at_every_failure},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "install under faults", .pTests = tests},
                             CU_SUITE_INFO_NULL};

    return test_run(suites);
}
