/*
 * A ceremony that is cut off wherever it can be: what was done is not done again, and nothing is
 * left out. The directory is not synced here: a process is killed, not a machine.
 */
#include "run_fixture.h"

/* As by SIGKILL, before and after each thing that a hand does. */
static void test_killed_at_every_call_it_goes_on_and_does_nothing_twice(void)
{
    const char *script = fixture_script("", "");
    bool whole = false;
    int n = 0;

    while (!whole) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, script);
        room.dies_at = ++n;
        whole = room_run_until_killed(&room);
        room.dies_at = 0;
        if (!whole)
            EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
    }
    CU_ASSERT_TRUE(n > 100);
}

/* A second time while it goes on. */
static void test_killed_twice_it_goes_on(void)
{
    const char *script = fixture_script("", "");
    bool whole = false;

    for (int n = 150; !whole; n += 3) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, script);
        room.dies_at = n;
        whole = room_run_until_killed(&room);
        room.dies_at = 1 + n % 17;
        if (!whole && room_run_until_killed(&room)) {
            room_expect_once(&room);
            continue;
        }
        room.dies_at = 0;
        if (!whole)
            EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
    }
}

/* With another medium in the drive nothing is done again; with the right one it goes on. */
static void test_another_cellar_takes_over_nothing(void)
{
    const char *script = fixture_script("", "");
    bool whole = false;
    int refused = 0;

    for (int n = 1; !whole; n += 3) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, script);
        room.dies_at = n;
        whole = room_run_until_killed(&room);
        room.dies_at = 0;
        room.elsewhere = true;
        if (!whole && !room_run(&room, &err)) {
            CU_ASSERT_EQUAL(err.code, PKI_E_INTEGRITY);
            room.elsewhere = false;
            err = (struct pki_error){0};
            EXPECT_OK(room_run(&room, &err), err);
            refused++;
        }
        room_expect_once(&room);
    }
    CU_ASSERT_TRUE(refused > 3);
}

static void test_failing_at_every_call_it_goes_on(void)
{
    const char *script = fixture_script("", "");
    int last = 0;

    for (int n = 1; n == 1 || n <= last; n++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, script);
        room.fails_at = n;
        bool whole = room_run(&room, &err); /* a clock that fails is no failure */
        last = whole ? room.calls : last > n ? last : n + 1;
        room.fails_at = 0;
        err = (struct pki_error){0};
        if (!whole)
            EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
    }
    CU_ASSERT_TRUE(last > 100);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"killed at every call it goes on and does nothing twice",
         test_killed_at_every_call_it_goes_on_and_does_nothing_twice},
        {"killed twice it goes on", test_killed_twice_it_goes_on},
        {"another cellar takes over nothing", test_another_cellar_takes_over_nothing},
        {"failing at every call it goes on", test_failing_at_every_call_it_goes_on},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "run_cut", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
