#include "ceremony/transcript.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ceremony_fixture.h"

#define AT INT64_C(1772366400)

/* As short as a script can be, so that each of its bytes can be changed in turn. */
static const char script[] =
    "ceremony: 1\nid: s\ntitle: S\ntype: crl\nvalid_from: 2026-01-01\n"
    "valid_until: 2026-12-31\nexpect_minutes: 5\nroles:\n"
    "  administrator:\n    minimum: 1\nsteps:\n  - id: a\n    title: A\n"
    "    role: administrator\n    minutes: 5\n    do:\n      duty: status\n"
    "    record:\n      - head\n    confirm:\n      type: X\n      by:\n"
    "        - witness\n  - id: b\n    title: B\n    role: witness\n"
    "    minutes: 1\n    do:\n      ask: C?\n";

static int fresh_directory(void)
{
    static unsigned n;
    char path[128];

    snprintf(path, sizeof(path), "%s/t%u", test_directory(), n++);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    return open(path, O_DIRECTORY | O_CLOEXEC);
}

static struct pki_transcript_entry entry(enum pki_transcript_event event, const char *step)
{
    return (struct pki_transcript_entry){
        .event = event, .step = step, .at = AT, .monotonic_ms = 1000};
}

static void add(struct pki_transcript *transcript, enum pki_transcript_event event,
                const char *step, const char *who, const char *what, const char *answer)
{
    struct pki_transcript_entry line = entry(event, step);
    struct pki_error err = {0};

    line.who = who;
    line.what = what;
    line.answer = answer;
    EXPECT_OK(pki_transcript_add(transcript, &line, &err), err);
}

static struct pki_transcript *begin(int dir)
{
    struct pki_transcript_entry first = entry(PKI_TRANSCRIPT_BEGIN, NULL);
    struct pki_transcript *transcript = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_transcript_begin(dir, fixture_bytes(script), &first, &transcript, &err), err);
    return transcript;
}

static void initial(struct pki_transcript *transcript, const char *step)
{
    add(transcript, PKI_TRANSCRIPT_INITIALS, step, "administrator", NULL, "AB");
    add(transcript, PKI_TRANSCRIPT_INITIALS, step, "witness", NULL, "CD");
}

/* Which part of the first step is left out, by its letter; 0: none. */
static void do_first(struct pki_transcript *transcript, int dir, char without)
{
    struct pki_transcript_file file = {.use = "kept", .path = "out.txt", .size = 3};
    struct pki_transcript_entry duty = entry(PKI_TRANSCRIPT_DUTY, "a");
    uint8_t head[PKI_SHA256_SIZE] = {7};
    pki_scope_fd int evidence = openat(dir, PKI_TRANSCRIPT_EVIDENCE, O_DIRECTORY | O_CLOEXEC);
    struct pki_error err = {0};

    add(transcript, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    if (without != 'r')
        add(transcript, PKI_TRANSCRIPT_RECORD, "a", NULL, "head", "words");
    if (without != 'c')
        add(transcript, PKI_TRANSCRIPT_CONFIRM, "a", "witness", NULL, without == 'n' ? "Y" : "X");
    EXPECT_OK(pki_file_write_new(evidence, "out.txt", 0600, fixture_bytes("out"), &err), err);
    pki_sha256(fixture_bytes("out"), file.sha256);
    duty.what = "cellar status";
    duty.answer = without == 's' ? "3" : "0";
    duty.tool = "cellar-status";
    duty.tool_version = "0.1.0";
    duty.tool_sha256 = head;
    duty.files = &file;
    duty.n_files = 1;
    duty.journal_entry = 4;
    duty.journal_head = head;
    if (without != 'd')
        EXPECT_OK(pki_transcript_add(transcript, &duty, &err), err);
    if (without != 'i')
        initial(transcript, "a");
    add(transcript, PKI_TRANSCRIPT_DONE, "a", NULL, NULL, NULL);
}

static void do_second(struct pki_transcript *transcript)
{
    add(transcript, PKI_TRANSCRIPT_STEP, "b", NULL, NULL, NULL);
    add(transcript, PKI_TRANSCRIPT_ANSWER, "b", "witness", NULL, "yes");
    initial(transcript, "b");
    add(transcript, PKI_TRANSCRIPT_DONE, "b", NULL, NULL, NULL);
}

static void end(struct pki_transcript *transcript, const char *how)
{
    struct pki_transcript_entry last = entry(PKI_TRANSCRIPT_END, NULL);
    struct pki_error err = {0};

    last.answer = how;
    EXPECT_OK(pki_transcript_end(transcript, &last, &err), err);
}

static int whole(void)
{
    int dir = fresh_directory();
    pki_auto(pki_transcript) transcript = begin(dir);

    do_first(transcript, dir, 0);
    do_second(transcript);
    end(transcript, "finished");
    return dir;
}

static void test_a_ceremony_is_written_and_checked(void)
{
    pki_scope_fd int dir = whole();
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
    CU_ASSERT_STRING_EQUAL(summary.id, "s");
    CU_ASSERT_EQUAL(summary.steps, 2);
    CU_ASSERT_EQUAL(summary.steps_done, 2);
    CU_ASSERT_EQUAL(summary.lines, 14);
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
    pki_scope_fd int dir = whole();
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    CU_ASSERT_EQUAL(change_each_byte(dir, PKI_TRANSCRIPT_SCRIPT), 0);
    CU_ASSERT_EQUAL(change_each_byte(dir, PKI_TRANSCRIPT), 0);
    CU_ASSERT_EQUAL(change_each_byte(dir, PKI_TRANSCRIPT_HEAD), 0);
    CU_ASSERT_EQUAL(change_each_byte(dir, PKI_TRANSCRIPT_EVIDENCE "/out.txt"), 0);
    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
}

static void expect_differs(int dir, const char *text)
{
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_transcript_check(dir, false, &summary, &err), err, PKI_E_INTEGRITY);
    EXPECT_TEXT(text);
}

static void test_files_that_are_missing_or_strange_are_found(void)
{
    pki_scope_fd int dir = whole();
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    EXPECT_OK(pki_file_write_new(dir, "notes.txt", 0600, fixture_bytes("x"), &err), err);
    expect_differs(dir, "notes.txt is not of this ceremony");
    CU_ASSERT_EQUAL(unlinkat(dir, "notes.txt", 0), 0);
    CU_ASSERT_EQUAL(symlinkat("../head.txt", dir, "evidence/more.txt"), 0);
    expect_differs(dir, "evidence/more.txt is not of this ceremony");
    CU_ASSERT_EQUAL(unlinkat(dir, "evidence/more.txt", 0), 0);
    CU_ASSERT_EQUAL(renameat(dir, "evidence/out.txt", dir, "evidence/in.txt"), 0);
    expect_differs(dir, "evidence/out.txt");
    CU_ASSERT_EQUAL(renameat(dir, "evidence/in.txt", dir, "evidence/out.txt"), 0);
    CU_ASSERT_EQUAL(unlinkat(dir, PKI_TRANSCRIPT_HEAD, 0), 0);
    EXPECT_FAILS(pki_transcript_check(dir, false, &summary, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("head.txt");
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
        {'i', "step a is done without initials of administrator"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        pki_scope_fd int dir = fresh_directory();
        pki_auto(pki_transcript) transcript = begin(dir);
        do_first(transcript, dir, rows[i].without);
        expect_differs(dir, rows[i].text);
    }
}

static void test_steps_out_of_order_are_found(void)
{
    pki_scope_fd int early = fresh_directory();
    pki_scope_fd int twice = fresh_directory();
    pki_scope_fd int outside = fresh_directory();
    pki_scope_fd int unfinished = fresh_directory();
    pki_auto(pki_transcript) a = begin(early);
    pki_auto(pki_transcript) b = begin(twice);
    pki_auto(pki_transcript) c = begin(outside);
    pki_auto(pki_transcript) d = begin(unfinished);

    do_second(a);
    expect_differs(early, "step b is not due");
    do_first(b, twice, 0);
    add(b, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    expect_differs(twice, "step a is not due");
    add(c, PKI_TRANSCRIPT_RECORD, "a", NULL, "head", "words");
    expect_differs(outside, "step a is not due");
    do_first(d, unfinished, 0);
    end(d, "finished");
    expect_differs(unfinished, "finished after 1 of 2 steps");
}

static void test_a_step_is_left_only_with_an_exception(void)
{
    pki_scope_fd int bare = fresh_directory();
    pki_scope_fd int written = fresh_directory();
    pki_auto(pki_transcript) a = begin(bare);
    pki_auto(pki_transcript) b = begin(written);
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    add(a, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    add(a, PKI_TRANSCRIPT_SKIP, "a", NULL, NULL, NULL);
    expect_differs(bare, "left without an exception");
    add(b, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    add(b, PKI_TRANSCRIPT_EXCEPTION, "a", "witness", "a key", "no key: it goes on");
    add(b, PKI_TRANSCRIPT_SKIP, "a", NULL, NULL, NULL);
    end(b, "stopped");
    EXPECT_OK(pki_transcript_check(written, false, &summary, &err), err);
    CU_ASSERT_EQUAL(summary.exceptions, 1);
    CU_ASSERT_TRUE(summary.stopped);
}

/* --- after a cut ---------------------------------------------------------------------------- */

static void test_a_cut_off_line_is_dropped_and_the_rest_goes_on(void)
{
    pki_scope_fd int dir = fresh_directory();
    pki_auto(pki_transcript) transcript = begin(dir);
    struct pki_transcript_summary summary;
    struct pki_error err = {0};

    do_first(transcript, dir, 0);
    pki_transcript_free(PKI_TAKE(transcript));
    pki_scope_fd int file = openat(dir, PKI_TRANSCRIPT, O_WRONLY | O_APPEND | O_CLOEXEC);
    CU_ASSERT_EQUAL(write(file, "{\"n\": 9, \"prev", 14), 14);
    expect_differs(dir, "it was not written whole");
    EXPECT_OK(pki_transcript_resume(dir, &transcript, &err), err);
    add(transcript, PKI_TRANSCRIPT_RESUME, NULL, NULL, NULL, "power cut");
    do_second(transcript);
    end(transcript, "finished");
    EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
    CU_ASSERT_EQUAL(summary.lines, 15);
    pki_transcript_free(PKI_TAKE(transcript));
    EXPECT_FAILS(pki_transcript_resume(dir, &transcript, &err), err, PKI_E_STATE);
    EXPECT_TEXT("has ended");
}

static void test_there_is_one_transcript_in_a_directory(void)
{
    pki_scope_fd int dir = whole();
    struct pki_transcript_entry first = entry(PKI_TRANSCRIPT_BEGIN, NULL);
    pki_auto(pki_transcript) transcript = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_transcript_begin(dir, fixture_bytes(script), &first, &transcript, &err), err,
                 PKI_E_EXISTS);
    CU_ASSERT_PTR_NULL(transcript);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a ceremony is written and checked", test_a_ceremony_is_written_and_checked},
        {"every changed byte is found", test_every_changed_byte_is_found},
        {"files that are missing or strange are found",
         test_files_that_are_missing_or_strange_are_found},
        {"a step is not done without what it owes", test_a_step_is_not_done_without_what_it_owes},
        {"steps out of order are found", test_steps_out_of_order_are_found},
        {"a step is left only with an exception", test_a_step_is_left_only_with_an_exception},
        {"a cut-off line is dropped and the rest goes on",
         test_a_cut_off_line_is_dropped_and_the_rest_goes_on},
        {"there is one transcript in a directory", test_there_is_one_transcript_in_a_directory},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "transcript", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
