#include "pki/ceremony_run.h"

#include <unistd.h>

#include "base/file.h"
#include "run_fixture.h"
#include "transcript_fixture.h"

#define SHEET "aa4d1c0e5b3f7a8899aabbccddeeff00112233445566778899aabbccddeeff42"
#define OTHER "bb4d1c0e5b3f7a8899aabbccddeeff00112233445566778899aabbccddeeff42"

static void test_what_was_approved_is_handed_to_its_step(void)
{
    static const char *const ways[] = {SHEET, "050=" SHEET};

    for (size_t i = 0; i < PKI_COUNT(ways); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.approved[0] = ways[i];
        room.waits = SHEET;
        EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
        CU_ASSERT_EQUAL(room.drafts, 1);
        CU_ASSERT_PTR_NOT_NULL(strstr(room.said, "Approved before the day"));
        const char *text = room_transcript(&room);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(text, "\"approved\": [{\"step\": \"050\", \"body\": \"" SHEET "\"}]"));
        unsigned bodies = 0; /* begin, intend, duty */
        for (const char *at = strstr(text, "\"body\""); at; at = strstr(at + 1, "\"body\""))
            bodies++;
        CU_ASSERT_EQUAL(bodies, 3);
    }
}

static void test_wrong_words_stop_the_step_and_nothing_is_signed(void)
{
    static const struct answer_row stops[] = {{.key = "decision", .answer = "stop"}, {0}};
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.approved[0] = "050=" OTHER;
    room.waits = SHEET;
    room.answers = stops;
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
    CU_ASSERT_PTR_NOT_NULL(strstr(room.said, "There is no draft: status 4. Nothing was done."));
    CU_ASSERT_EQUAL(room_count(&room, "rotate"), 0);
    CU_ASSERT_EQUAL(room_check(&room, "intend"), 0);
    CU_ASSERT_EQUAL(room.drafts, 0);
}

static void test_approvals_that_do_not_fit_are_refused_before_the_first_step(void)
{
    static const struct {
        const char *approved[2];
        const char *expected;
    } rows[] = {
        {{"055=" SHEET}, "the script has no step 055"},
        {{"060=" SHEET}, "step 060 does nothing that can be prepared"},
        {{"010=" SHEET}, "step 010 does nothing that can be prepared"},
        {{"050=topmost Istanbul"}, "2 words are given; a SHA-256 has 32"},
        {{"050=not words"}, "word 1, \"not\""},
        {{"=" SHEET}, "the script has no step"},
        {{SHEET, "050=" SHEET}, "step 050 is approved twice"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        memcpy(room.approved, rows[i].approved, sizeof(rows[i].approved));
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_USAGE);
        EXPECT_TEXT("--approved: ");
        EXPECT_TEXT(rows[i].expected);
        CU_ASSERT_EQUAL(room.shown, 0);
        CU_ASSERT_NOT_EQUAL(access(room.record, F_OK), 0);
    }
}

static void test_a_ceremony_goes_on_with_what_it_began_with(void)
{
    static const struct answer_row cut[] = {{.step = "040", .answer = "^C"}, {0}};
    static const struct {
        const char *first, *then; /* NULL: none */
        const char *refused;      /* NULL: it goes on */
    } rows[] = {
        {"050=" SHEET, NULL, NULL},
        {"050=" SHEET, SHEET, NULL},
        {"050=" SHEET, "050=" OTHER, "began with other words for step 050"},
        {NULL, "050=" SHEET, "began with no approval for step 050"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.answers = cut;
        room.approved[0] = rows[i].first;
        room.waits = SHEET;
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
        err = (struct pki_error){0};
        room.answers = NULL;
        room.approved[0] = rows[i].then;
        if (rows[i].refused) {
            EXPECT_FAILS(room_run(&room, &err), err, PKI_E_STATE);
            EXPECT_TEXT(rows[i].refused);
            room.approved[0] = NULL;
            err = (struct pki_error){0};
        }
        EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
        CU_ASSERT_EQUAL(strstr(room_transcript(&room), SHEET) != NULL, rows[i].first != NULL);
    }
}

static void test_a_cut_after_an_approved_duty_takes_over_what_was_approved(void)
{
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.approved[0] = SHEET;
    room.waits = SHEET;
    room.breaks = "rotate";
    room.breaks_with = 128 + 9;
    room.does_it = true;
    EXPECT_OK(room_run(&room, &err), err);
    room_expect_once(&room);
    CU_ASSERT_PTR_NOT_NULL(strstr(room.said, "it is taken over"));
}

/* --- what others check ----------------------------------------------------------------------- */

/* A transcript in which one duty is intended: with what was approved, or not. */
static int intended(const char *step, int began_with, int signs)
{
    static const char script[] =
        "ceremony: 1\nid: s\ntitle: S\ntype: crl\nvalid_from: 2026-01-01\n"
        "valid_until: 2026-12-31\nexpect_minutes: 5\nroles:\n  administrator:\n    minimum: 1\n"
        "steps:\n  - id: a\n    title: A\n    role: administrator\n    minutes: 5\n    do:\n"
        "      duty: crl\n      authority: r\n";
    static const uint8_t bodies[3][PKI_SHA256_SIZE] = {{0}, {1}, {2}};
    struct pki_transcript_entry first = transcript_entry(PKI_TRANSCRIPT_BEGIN, NULL);
    struct pki_transcript_entry intend = transcript_entry(PKI_TRANSCRIPT_INTEND, "a");
    struct pki_transcript_approved approved = {.n = began_with > 0};
    pki_auto(pki_transcript) transcript = NULL;
    struct pki_error err = {0};
    int dir = transcript_directory();

    (void)snprintf(approved.list[0].step, sizeof(approved.list[0].step), "%s", step);
    memcpy(approved.list[0].body, bodies[began_with], PKI_SHA256_SIZE);
    first.approved = &approved;
    EXPECT_OK(pki_transcript_begin(dir, fixture_bytes(script), &first, &transcript, &err), err);
    transcript_add(transcript, PKI_TRANSCRIPT_STEP, "a", NULL, NULL, NULL);
    intend.what = "cellar crl r";
    intend.body = signs > 0 ? bodies[signs] : NULL;
    EXPECT_OK(pki_transcript_add(transcript, &intend, &err), err);
    return dir;
}

static void test_a_duty_signs_what_the_ceremony_began_with(void)
{
    static const struct {
        const char *step;
        int began_with, signs;
        const char *expected; /* NULL: it is whole */
    } rows[] = {
        {"a", 0, 0, NULL},
        {"a", 1, 1, NULL},
        {"a", 1, 0, ":3: step a: its body is not the one that was approved: 01"},
        {"a", 1, 2, ":3: step a: its body is not the one that was approved: 01"},
        {"a", 0, 1, ":3: step a: its body is not the one that was approved: none"},
        {"b", 1, 1, ":1: approved: the script has no step b"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        struct pki_transcript_summary summary = {0};
        struct pki_error err = {0};
        pki_scope_fd int dir = intended(rows[i].step, rows[i].began_with, rows[i].signs);
        if (!rows[i].expected) {
            EXPECT_OK(pki_transcript_check(dir, false, &summary, &err), err);
            CU_ASSERT_EQUAL(summary.approved.n, (size_t)rows[i].began_with);
            continue;
        }
        EXPECT_FAILS(pki_transcript_check(dir, false, &summary, &err), err, PKI_E_INTEGRITY);
        EXPECT_TEXT(rows[i].expected);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what was approved is handed to its step", test_what_was_approved_is_handed_to_its_step},
        {"wrong words stop the step, and nothing is signed",
         test_wrong_words_stop_the_step_and_nothing_is_signed},
        {"approvals that do not fit are refused before the first step",
         test_approvals_that_do_not_fit_are_refused_before_the_first_step},
        {"a ceremony goes on with what it began with",
         test_a_ceremony_goes_on_with_what_it_began_with},
        {"a cut after an approved duty takes over what was approved",
         test_a_cut_after_an_approved_duty_takes_over_what_was_approved},
        {"a duty signs what the ceremony began with",
         test_a_duty_signs_what_the_ceremony_began_with},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "run_approved", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
