#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "transcript_fixture.h"

static void test_a_cut_off_line_is_dropped_and_the_rest_goes_on(void)
{
    pki_scope_fd int dir = transcript_directory();
    pki_auto(pki_transcript) transcript = transcript_begin(dir);
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    transcript_do_first(transcript, dir, 0);
    pki_transcript_free(PKI_TAKE(transcript));
    pki_scope_fd int file = openat(dir, PKI_TRANSCRIPT, O_WRONLY | O_APPEND | O_CLOEXEC);
    CU_ASSERT_EQUAL(write(file, "{\"n\": 9, \"prev", 14), 14);
    transcript_differs(dir, "it was not written whole");
    EXPECT_OK(pki_transcript_resume(dir, &transcript, &err), err);
    transcript_add(transcript, PKI_TRANSCRIPT_RESUME, NULL, NULL, NULL, "power cut");
    transcript_do_second(transcript);
    transcript_end(transcript, "finished");
    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
    CU_ASSERT_EQUAL(summary.lines, 16);
    pki_transcript_free(PKI_TAKE(transcript));
    EXPECT_FAILS(pki_transcript_resume(dir, &transcript, &err), err, PKI_E_STATE);
    EXPECT_TEXT("has ended");
}

static void test_a_head_that_was_not_written_is_written(void)
{
    pki_scope_fd int dir = transcript_whole();
    pki_auto(pki_transcript) transcript = NULL;
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    CU_ASSERT_EQUAL(unlinkat(dir, PKI_TRANSCRIPT_HEAD, 0), 0);
    EXPECT_FAILS(pki_transcript_resume(dir, &transcript, &err), err, PKI_E_STATE);
    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
}

static void test_a_tail_that_was_taken_away_is_missed(void)
{
    static const char *const marks[] = {PKI_TRANSCRIPT_HEAD, PKI_TRANSCRIPT_SEAL};

    for (size_t i = 0; i < PKI_COUNT(marks); i++) {
        pki_scope_fd int dir = transcript_directory();
        pki_auto(pki_transcript) transcript = transcript_begin(dir);
        struct pki_error err = {0};
        EXPECT_OK(pki_file_write_new(dir, marks[i], 0600, fixture_bytes("x"), &err), err);
        transcript_differs(dir, "its tail is missing");
        pki_transcript_free(PKI_TAKE(transcript));
        EXPECT_FAILS(pki_transcript_resume(dir, &transcript, &err), err, PKI_E_INTEGRITY);
    }
}

/* A medium that is full in the middle of a line: files may not grow beyond what there is. */
static void test_nothing_follows_a_line_that_was_not_written(void)
{
    pki_scope_fd int dir = transcript_directory();
    pki_auto(pki_transcript) transcript = transcript_begin(dir);
    struct pki_transcript_entry line = transcript_entry(PKI_TRANSCRIPT_PAUSE, NULL);
    struct pki_error err = {0};
    struct rlimit before;
    struct stat status;

    CU_ASSERT_EQUAL_FATAL(fstatat(dir, PKI_TRANSCRIPT, &status, 0), 0);
    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit full = {.rlim_cur = (rlim_t)status.st_size + 10, .rlim_max = before.rlim_max};
    CU_ASSERT_PTR_NOT_EQUAL(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &full), 0);
    EXPECT_FAILS(pki_transcript_add(transcript, &line, &err), err, PKI_E_IO);
    CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_FAILS(pki_transcript_add(transcript, &line, &err), err, PKI_E_IO);
    EXPECT_TEXT("a line before could not be written");
    pki_transcript_free(PKI_TAKE(transcript));
    EXPECT_OK(pki_transcript_resume(dir, &transcript, &err), err);
    EXPECT_OK(pki_transcript_add(transcript, &line, &err), err);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a cut-off line is dropped and the rest goes on",
         test_a_cut_off_line_is_dropped_and_the_rest_goes_on},
        {"a head that was not written is written", test_a_head_that_was_not_written_is_written},
        {"a tail that was taken away is missed", test_a_tail_that_was_taken_away_is_missed},
        {"nothing follows a line that was not written",
         test_nothing_follows_a_line_that_was_not_written},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "transcript_cut", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
