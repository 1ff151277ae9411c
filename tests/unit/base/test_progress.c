#include "pki/progress.h"

#include "test.h"

struct watcher {
    int looks, ends;
    int64_t last_done;
    int stop_at; /* the look that says stop; 0: none */
};

static bool look(void *context, const struct pki_work *work)
{
    struct watcher *watcher = context;

    watcher->last_done = work->done;
    return ++watcher->looks != watcher->stop_at;
}

static void end(void *context)
{
    struct watcher *watcher = context;

    watcher->ends++;
}

static void test_work_is_told_now_and_then(void)
{
    struct watcher watcher = {0};
    const struct pki_progress progress = {&watcher, look, end};
    struct pki_error err = {0};

    {
        pki_scope(pki_work) work = pki_work_begin(&progress, "counting", 10);
        work.each = 4;
        for (int i = 0; i < 10; i++)
            EXPECT_OK(pki_work_on(&work, &err), err);
        CU_ASSERT_EQUAL(watcher.looks, 3); /* at the beginning, at 4, at 8 */
        CU_ASSERT_EQUAL(watcher.last_done, 8);
        EXPECT_OK(pki_work_turn(&work, "weighing", 0, &err), err);
        CU_ASSERT_EQUAL(watcher.last_done, 0);
    }
    CU_ASSERT_EQUAL(watcher.ends, 1);
}

static void test_a_stop_ends_the_work(void)
{
    struct watcher watcher = {.stop_at = 3};
    const struct pki_progress progress = {&watcher, look, end};
    struct pki_error err = {0};
    pki_scope(pki_work) work = pki_work_begin(&progress, "counting", 0);

    EXPECT_OK(pki_work_on(&work, &err), err);
    CU_ASSERT_FALSE(pki_work_on(&work, &err));
    CU_ASSERT_EQUAL(err.code, PKI_E_CANCELLED);
    CU_ASSERT_STRING_EQUAL(err.text, "stopped by the operator while counting; run it again");
}

static void test_nobody_needs_to_look(void)
{
    struct pki_error err = {0};
    pki_scope(pki_work) work = pki_work_begin(NULL, "counting", 2);

    EXPECT_OK(pki_work_on(&work, &err), err);
    EXPECT_OK(pki_work_turn(&work, "weighing", 1, &err), err);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"work is told now and then", test_work_is_told_now_and_then},
        {"a stop ends the work", test_a_stop_ends_the_work},
        {"nobody needs to look", test_nobody_needs_to_look},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "progress", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
