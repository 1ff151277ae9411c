#include <unistd.h>

#include "fault.h"
#include "install_fixture.h"

static struct fixture_handovers made;

/* Each call fails once and lets those that put things back succeed. */
static void test_install_is_old_or_new_at_every_failure(void)
{
    struct pki_error err = {0};
    int rounds = 0;

    fixture_handovers("faults", &made);
    FAULT_EACH (nth) {
        EXPECT_OK(fixture_install(made.g1, made.live, &err), err);
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
        fault_start(nth);
        bool done = fixture_install(made.g1, made.live, &err);
        fault_stop();
        CU_ASSERT_EQUAL(err.code == PKI_OK, done);
        CU_ASSERT_TRUE(fixture_installed(made.g1, made.live) ||
                       (!done && !is_there("chain.pem") && !is_there("key.pem")));
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"both files are old or new", test_install_is_old_or_new_at_every_failure},
        {"both new files are whole or absent",
         test_first_install_is_whole_or_absent_at_every_failure},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "install under faults", .pTests = tests},
                             CU_SUITE_INFO_NULL};

    return test_run(suites);
}
