#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "transcript_fixture.h"

static void test_a_ceremony_is_written_and_checked(void)
{
    pki_scope_fd int dir = transcript_whole();
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
    CU_ASSERT_STRING_EQUAL(summary.id, "s");
    CU_ASSERT_EQUAL(summary.steps, 2);
    CU_ASSERT_EQUAL(summary.steps_done, 2);
    CU_ASSERT_EQUAL(summary.lines, 15);
    CU_ASSERT_EQUAL(summary.files, 1);
    CU_ASSERT_EQUAL(summary.began, AT);
    CU_ASSERT_FALSE(summary.open || summary.stopped || summary.torn);
}

/* --- every byte ---------------------------------------------------------------------------- */

static size_t change_each_byte(int dir, const char *path)
{
    pki_scope_fd int file = openat(dir, path, O_RDWR | O_CLOEXEC);
    struct pki_transcript_summary summary;
    struct stat status;
    size_t unseen = 0;

    CU_ASSERT_EQUAL_FATAL(fstat(file, &status), 0);
    for (off_t at = 0; at < status.st_size; at++) {
        struct pki_error err = {0};
        uint8_t byte = 0;
        CU_ASSERT_EQUAL(pread(file, &byte, 1, at), 1);
        uint8_t other = byte ^ (uint8_t)(1u << (unsigned)(at % 8));
        CU_ASSERT_EQUAL(pwrite(file, &other, 1, at), 1);
        if (pki_transcript_check(dir, false, &summary, &err)) {
            fprintf(stderr, "\n%s: octet %lld can be changed\n", path, (long long)at);
            unseen++;
        }
        CU_ASSERT_EQUAL(pwrite(file, &byte, 1, at), 1);
    }
    CU_ASSERT_TRUE(status.st_size > 0);
    return unseen;
}

static void test_every_changed_byte_is_found(void)
{
    pki_scope_fd int dir = transcript_whole();
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    CU_ASSERT_EQUAL(change_each_byte(dir, PKI_TRANSCRIPT_SCRIPT), 0);
    CU_ASSERT_EQUAL(change_each_byte(dir, PKI_TRANSCRIPT), 0);
    CU_ASSERT_EQUAL(change_each_byte(dir, PKI_TRANSCRIPT_HEAD), 0);
    CU_ASSERT_EQUAL(change_each_byte(dir, PKI_TRANSCRIPT_EVIDENCE "/out.txt"), 0);
    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
}

static void test_files_that_are_missing_or_strange_are_found(void)
{
    pki_scope_fd int dir = transcript_whole();
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    EXPECT_OK(pki_file_write_new(dir, "notes.txt", 0600, fixture_bytes("x"), &err), err);
    transcript_differs(dir, "notes.txt is not of this ceremony");
    CU_ASSERT_EQUAL(unlinkat(dir, "notes.txt", 0), 0);
    CU_ASSERT_EQUAL(symlinkat("../head.txt", dir, "evidence/more.txt"), 0);
    transcript_differs(dir, "evidence/more.txt is not of this ceremony");
    CU_ASSERT_EQUAL(unlinkat(dir, "evidence/more.txt", 0), 0);
    CU_ASSERT_EQUAL(renameat(dir, "evidence/out.txt", dir, "evidence/in.txt"), 0);
    transcript_differs(dir, "evidence/out.txt");
    CU_ASSERT_EQUAL(renameat(dir, "evidence/in.txt", dir, "evidence/out.txt"), 0);
    CU_ASSERT_EQUAL(unlinkat(dir, PKI_TRANSCRIPT_HEAD, 0), 0);
    EXPECT_FAILS(pki_transcript_check(dir, false, &summary, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("head.txt");
}

static void test_countersignatures_lie_beside_a_head(void)
{
    static const char *const strange[] = {"witness-.sig",    "witness.sig",    "witness-a",
                                          "witness-a b.sig", ".witness-a.sig", "Witness-a.sig",
                                          "witness-a.SIG"};
    pki_scope_fd int dir = transcript_whole();
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(strange); i++)
        CU_ASSERT_FALSE(pki_transcript_is_witness(strange[i]));
    CU_ASSERT_TRUE(pki_transcript_is_witness("witness-A.b_c-2.sig"));
    EXPECT_OK(pki_file_write_new(dir, "witness-a.sig", 0600, fixture_bytes("x"), &err), err);
    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
    CU_ASSERT_EQUAL(summary.countersignatures, 1);
    CU_ASSERT_EQUAL(unlinkat(dir, PKI_TRANSCRIPT_HEAD, 0), 0);
    EXPECT_OK(pki_transcript_check(dir, true, &summary, &err), err);
    CU_ASSERT_TRUE(summary.headless);
    EXPECT_OK(pki_file_write_new(dir, "evidence/witness-a.sig", 0600, fixture_bytes("x"), &err),
              err);
    EXPECT_FAILS(pki_transcript_check(dir, true, &summary, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT("evidence/witness-a.sig is not of this ceremony");
}

/* --- order --------------------------------------------------------------------------------- */

static void test_a_step_is_not_done_without_what_it_owes(void)
{
    static const struct {
        char without;
        const char *text;
    } rows[] = {
        {'r', "step a is done without record head"},
        {'c', "witness has not typed the name"},
        {'n', "witness has not typed the name"},
        {'d', "its duty was not"},
        {'s', "its duty was not"},
        {'v', "this is not its duty's command"},
        {'t', "its duty was not announced"},
        {'w', "this is not its duty's command"},
        {'e', "step a is done without evidence output"},
        {'i', "step a is done without initials of administrator"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        pki_scope_fd int dir = transcript_directory();
        pki_auto(pki_transcript) transcript = transcript_begin(dir);
        transcript_do_first(transcript, dir, rows[i].without);
        transcript_differs(dir, rows[i].text);
    }
}

static void test_steps_out_of_order_are_found(void)
{
    pki_scope_fd int early = transcript_directory();
    pki_scope_fd int twice = transcript_directory();
    pki_scope_fd int outside = transcript_directory();
    pki_scope_fd int unfinished = transcript_directory();
    pki_auto(pki_transcript) a = transcript_begin(early);
    pki_auto(pki_transcript) b = transcript_begin(twice);
    pki_auto(pki_transcript) c = transcript_begin(outside);
    pki_auto(pki_transcript) d = transcript_begin(unfinished);

    transcript_do_second(a);
    transcript_differs(early, "step b is not due");
    transcript_do_first(b, twice, 0);
    transcript_add(b, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    transcript_differs(twice, "step a is not due");
    transcript_add(c, PKI_TRANSCRIPT_RECORD, "a", NULL, "head", "words");
    transcript_differs(outside, "step a is not due");
    transcript_do_first(d, unfinished, 0);
    transcript_end(d, "finished");
    transcript_differs(unfinished, "finished after 1 of 2 steps");
}

static void test_it_begins_and_ends_once(void)
{
    pki_scope_fd int again = transcript_directory();
    pki_scope_fd int beyond = transcript_directory();
    pki_auto(pki_transcript) a = transcript_begin(again);
    pki_auto(pki_transcript) b = transcript_begin(beyond);

    transcript_add(a, PKI_TRANSCRIPT_BEGIN, NULL, NULL, NULL, "s");
    transcript_differs(again, "a transcript has one beginning");
    transcript_add(b, PKI_TRANSCRIPT_END, NULL, NULL, NULL, "stopped");
    transcript_add(b, PKI_TRANSCRIPT_PAUSE, NULL, NULL, NULL, "for ever");
    transcript_differs(beyond, "it stands after the end");
}

static void test_a_step_is_left_only_with_an_exception(void)
{
    pki_scope_fd int bare = transcript_directory();
    pki_scope_fd int written = transcript_directory();
    pki_auto(pki_transcript) a = transcript_begin(bare);
    pki_auto(pki_transcript) b = transcript_begin(written);
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    transcript_add(a, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    transcript_add(a, PKI_TRANSCRIPT_SKIP, "a", NULL, NULL, NULL);
    transcript_differs(bare, "left without an exception");
    transcript_add(b, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    transcript_add(b, PKI_TRANSCRIPT_EXCEPTION, "a", "witness", "a key", "no key: it goes on");
    transcript_add(b, PKI_TRANSCRIPT_SKIP, "a", NULL, NULL, NULL);
    transcript_end(b, "stopped");
    EXPECT_OK(pki_transcript_check(written, false, &summary, &err), err);
    CU_ASSERT_EQUAL(summary.exceptions, 1);
    CU_ASSERT_EQUAL(summary.steps_done, 0);
    CU_ASSERT_EQUAL(summary.steps_left, 1);
    CU_ASSERT_TRUE(summary.stopped);
}

/* A line after the beginning, or within a step that has begun. */
static void expect_refused(const char *begun, const struct pki_transcript_entry *line,
                           const char *text)
{
    pki_scope_fd int dir = transcript_directory();
    pki_auto(pki_transcript) transcript = transcript_begin(dir);
    struct pki_error err = {0};

    if (strcmp(begun, "b") == 0)
        transcript_do_first(transcript, dir, 0);
    if (*begun)
        transcript_add(transcript, PKI_TRANSCRIPT_STEP, begun, NULL, NULL, NULL);
    EXPECT_OK(pki_transcript_add(transcript, line, &err), err);
    transcript_differs(dir, text);
}

static void test_a_line_does_what_its_step_is_there_for(void)
{
    struct pki_transcript_entry line = transcript_entry(PKI_TRANSCRIPT_DUTY, NULL);

    line.what = "cellar status";
    line.answer = "0";
    expect_refused("", &line, "duty without a step");
    line.step = "b";
    expect_refused("b", &line, "step b has no duty");
    line.step = "a";
    expect_refused("a", &line, "step a: its duty was not announced");
    line.event = PKI_TRANSCRIPT_INTEND;
    expect_refused("a", &line, "step a: witness has not typed the name");
    line.event = PKI_TRANSCRIPT_KEEP;
    line.what = "paper";
    expect_refused("a", &line, "step a keeps no paper");
    line.event = PKI_TRANSCRIPT_ANSWER;
    expect_refused("a", &line, "step a asks nothing");
    line.step = "b";
    expect_refused("b", &line, "the answer is none of the choices");
    line.event = PKI_TRANSCRIPT_SKIP;
    expect_refused("b", &line, "step b must not be left out");
    line = transcript_entry(PKI_TRANSCRIPT_PAUSE, NULL);
    line.at = AT - 1;
    expect_refused("", &line, "it is earlier than the line before");
}

static void test_a_status_that_finds_something_is_no_failure(void)
{
    pki_scope_fd int dir = transcript_directory();
    pki_auto(pki_transcript) transcript = transcript_begin(dir);
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    transcript_do_first(transcript, dir, 'f');
    transcript_do_second(transcript);
    transcript_end(transcript, "finished");
    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
}

/* In a rehearsal every name has its word in front. */
static void test_a_rehearsal_types_other_names(void)
{
    static const struct {
        const char *what;
        const char *text;
    } rows[] = {{"rehearsal", "witness has not typed the name"},
                {"party", "it begins with \"party\""}};

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        pki_scope_fd int dir = transcript_directory();
        pki_auto(pki_transcript) transcript = NULL;
        struct pki_transcript_entry first = transcript_entry(PKI_TRANSCRIPT_BEGIN, NULL);
        struct pki_error err = {0};
        first.what = rows[i].what;
        EXPECT_OK(
            pki_transcript_begin(dir, fixture_bytes(transcript_script), &first, &transcript, &err),
            err);
        transcript_do_first(transcript, dir, 0);
        transcript_differs(dir, rows[i].text);
    }
}

static void test_a_ceremony_begins_while_its_script_is_valid(void)
{
    static const int64_t times[] = {INT64_C(1767225599), INT64_C(1798761600)};

    for (size_t i = 0; i < PKI_COUNT(times); i++) {
        pki_scope_fd int dir = transcript_directory();
        pki_auto(pki_transcript) transcript = NULL;
        struct pki_transcript_entry first = transcript_entry(PKI_TRANSCRIPT_BEGIN, NULL);
        struct pki_error err = {0};
        first.at = times[i];
        EXPECT_OK(
            pki_transcript_begin(dir, fixture_bytes(transcript_script), &first, &transcript, &err),
            err);
        transcript_differs(dir, "it begins when script.yaml is not valid");
    }
}

static void test_there_is_one_transcript_in_a_directory(void)
{
    pki_scope_fd int dir = transcript_whole();
    struct pki_transcript_entry first = transcript_entry(PKI_TRANSCRIPT_BEGIN, NULL);
    pki_auto(pki_transcript) transcript = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(
        pki_transcript_begin(dir, fixture_bytes(transcript_script), &first, &transcript, &err), err,
        PKI_E_EXISTS);
    CU_ASSERT_PTR_NULL(transcript);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a status that finds something is no failure",
         test_a_status_that_finds_something_is_no_failure},
        {"a rehearsal types other names", test_a_rehearsal_types_other_names},
        {"a ceremony is written and checked", test_a_ceremony_is_written_and_checked},
        {"every changed byte is found", test_every_changed_byte_is_found},
        {"files that are missing or strange are found",
         test_files_that_are_missing_or_strange_are_found},
        {"countersignatures lie beside a head", test_countersignatures_lie_beside_a_head},
        {"a step is not done without what it owes", test_a_step_is_not_done_without_what_it_owes},
        {"steps out of order are found", test_steps_out_of_order_are_found},
        {"it begins and ends once", test_it_begins_and_ends_once},
        {"a step is left only with an exception", test_a_step_is_left_only_with_an_exception},
        {"a line does what its step is there for", test_a_line_does_what_its_step_is_there_for},
        {"a ceremony begins while its script is valid",
         test_a_ceremony_begins_while_its_script_is_valid},
        {"there is one transcript in a directory", test_there_is_one_transcript_in_a_directory},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "transcript", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
