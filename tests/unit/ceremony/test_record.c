#include "ceremony/record.h"

#include <unistd.h>

#include "base/file.h"
#include "transcript_fixture.h"

static bool holds(const struct pki_buf *out, const char *text)
{
    return memmem(out->data, out->size, text, strlen(text)) != NULL;
}

static void test_a_record_is_a_page_each_time_the_same(void)
{
    pki_scope_fd int dir = transcript_whole();
    pki_scope(pki_buf) once = {0};
    pki_scope(pki_buf) twice = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_record_page(dir, &once, &err), err);
    EXPECT_OK(pki_record_page(dir, &twice, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&once), pki_buf_view(&twice)));
    CU_ASSERT_TRUE(holds(&once, "<!DOCTYPE html>"));
    CU_ASSERT_TRUE(holds(&once, ">2 of 2 done, 0 left out<"));
    CU_ASSERT_TRUE(holds(&once, "out.txt"));
    CU_ASSERT_TRUE(holds(&once, "Head of the transcript"));
}

static void test_exceptions_and_what_is_left_are_told(void)
{
    pki_scope_fd int dir = transcript_directory();
    pki_auto(pki_transcript) transcript = transcript_begin(dir);
    pki_scope(pki_buf) out = {0};
    struct pki_error err = {0};

    transcript_do_first(transcript, dir, 0);
    transcript_add(transcript, PKI_TRANSCRIPT_STEP, "b", NULL, NULL, NULL);
    transcript_add(transcript, PKI_TRANSCRIPT_EXCEPTION, "b", "witness", "quiet", "<a fire alarm>");
    transcript_end(transcript, "stopped");
    EXPECT_OK(pki_record_page(dir, &out, &err), err);
    CU_ASSERT_TRUE(holds(&out, "stopped before its last step"));
    CU_ASSERT_TRUE(holds(&out, "&lt;a fire alarm&gt;"));
    CU_ASSERT_TRUE(holds(&out, ">not finished<"));
}

static void test_what_has_not_ended_or_was_changed_has_no_report(void)
{
    pki_scope_fd int open = transcript_directory();
    pki_scope_fd int changed = transcript_whole();
    pki_auto(pki_transcript) transcript = transcript_begin(open);
    pki_scope(pki_buf) out = {0};
    struct pki_error err = {0};

    EXPECT_FAILS(pki_record_page(open, &out, &err), err, PKI_E_STATE);
    CU_ASSERT_EQUAL_FATAL(unlinkat(changed, PKI_TRANSCRIPT_EVIDENCE "/out.txt", 0), 0);
    CU_ASSERT_FALSE(pki_record_page(changed, &out, &err));
    CU_ASSERT_EQUAL(out.size, 0);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a record is a page, each time the same", test_a_record_is_a_page_each_time_the_same},
        {"exceptions and what is left are told", test_exceptions_and_what_is_left_are_told},
        {"what has not ended or was changed has no report",
         test_what_has_not_ended_or_was_changed_has_no_report},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{"record", NULL, NULL, NULL, NULL, tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
