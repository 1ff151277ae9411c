/*
 * A ceremony that goes on another time: what the journal says of a duty that was cut off, what is
 * still on the screen, the day that counts; and one that never will.
 */
#include "run_fixture.h"

static void test_a_duty_whose_sibling_was_killed_is_looked_for(void)
{
    static const bool does_it[] = {false, true};

    for (size_t i = 0; i < PKI_COUNT(does_it); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.breaks = "rotate";
        room.breaks_with = 128 + 9;
        room.does_it = does_it[i];
        EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
        CU_ASSERT_PTR_NOT_NULL(
            strstr(room.said, does_it[i] ? "it is taken over" : "the step begins again"));
        CU_ASSERT_EQUAL(room.drafts, does_it[i] ? 1 : 2);
    }
}

/* Another one, or one whose journal ends before the duty was begun. With the cellar it goes on. */
static void test_a_killed_sibling_is_looked_for_in_no_other_cellar(void)
{
    for (unsigned older = 0; older < 2; older++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room_decide(&room, "init", "cellar-init hierarchy.yaml");
        room.breaks = "rotate";
        room.breaks_with = 128 + 9;
        room.does_it = true;
        room.elsewhere = !older;
        room.older = older;
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_INTEGRITY);
        EXPECT_TEXT("or an older copy of it: its journal has another entry 2, or none");
        room.elsewhere = room.older = false;
        EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
    }
}

/* Nor is anything decided there, after what the last duty decided here. */
static void test_a_ceremony_goes_on_in_no_other_cellar(void)
{
    static const struct answer_row answers[] = {{.step = "050", .key = "head", .answer = "^C"},
                                                {0}};

    for (unsigned older = 0; older < 2; older++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.answers = answers;
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
        room.answers = NULL;
        room.elsewhere = !older;
        room.older = older;
        err = (struct pki_error){0};
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_INTEGRITY);
        EXPECT_TEXT("or an older copy of it: its journal has another entry");
        room.elsewhere = room.older = false;
        err = (struct pki_error){0};
        EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
    }
}

static void test_what_somebody_else_decided_meanwhile_is_not_taken_over(void)
{
    static const char *const others[] = {
        "cellar-rotate prod tls --confirm 'Test Prod TLS CA G2'",
        "cellar-rotate prod code-signing-2 --confirm 'Test Prod Code Signing CA G2'",
        "cellar-rotate prod code-signing --confirm 'Test Prod Code Signing CA G3'",
        "cellar-rotate prod code-si ...x",
        "",
    };

    for (size_t i = 0; i < PKI_COUNT(others); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.breaks = "rotate";
        room.breaks_with = 128 + 9;
        room.meanwhile = others[i];
        EXPECT_OK(room_run(&room, &err), err);
        CU_ASSERT_PTR_NOT_NULL(strstr(room.said, "is not of this step: "));
        CU_ASSERT_EQUAL(room_count(&room, "rotate"), 2);
        CU_ASSERT_EQUAL(room.drafts, 2);
    }
}

static void test_a_command_that_the_journal_cut_is_the_step_s(void)
{
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.breaks = "rotate";
    room.breaks_with = 128 + 9;
    room.meanwhile = "cellar-rotate prod code-signing --confirm 'Test Pr ...";
    EXPECT_OK(room_run(&room, &err), err);
    room_expect_once(&room);
}

static void test_a_script_is_judged_by_the_day_on_which_it_began(void)
{
    static const struct answer_row answers[] = {{.step = "050", .key = "head", .answer = "^C"},
                                                {0}};
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.later = INT64_C(400) * 86400;
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("valid_now");
    room.later = 0;
    room.answers = answers;
    err = (struct pki_error){0};
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
    CU_ASSERT_PTR_NULL(strstr(room.said, "was valid until"));
    room.later = INT64_C(400) * 86400;
    room.answers = NULL;
    err = (struct pki_error){0};
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_PTR_NOT_NULL(strstr(room.said, "The script was valid until 2026-12-31. The ceremony "
                                             "began on 2026-03-01, by which it is judged"));
    room_expect_once(&room);
}

static void test_what_a_step_reads_is_on_its_screen(void)
{
    static const char prints[] = "Made\n  Name  root-g1\n\nroot-g1\n  Serial       574c\n"
                                 "  Fingerprint  36e1 e980\n               tolerance\n"
                                 "  Key file     keys/x\n\nJournal\n  Entry  3\n"
                                 "  Head   stapler\n         bottle\n\nNext: cellar x\n";
    static const struct answer_row answers[] = {{.step = "080", .key = "answer", .answer = "^C"},
                                                {0}};
    static const struct {
        const char *record, *expected;
    } rows[] = {
        {"      - words\n",
         "step 080, from 070:\nroot-g1\n  Fingerprint  36e1 e980\n               tolerance\n"},
        {"      - head\n", "step 080, from 070:\nJournal\n  Head   stapler\n         bottle\n"},
        {"      - count\n", ""},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("      - count\n", rows[i].record));
        room.prints = prints;
        room.answers = answers;
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
        CU_ASSERT_STRING_EQUAL(room.printed, rows[i].expected);
        room.printed[0] = 0; /* also after a cut */
        room.answers = NULL;
        err = (struct pki_error){0};
        EXPECT_OK(room_run(&room, &err), err);
        CU_ASSERT_STRING_EQUAL(room.printed, rows[i].expected);
    }
}

/* In a step; after it, and after the duty of the next was cut off. */
static void test_what_cannot_be_finished_is_abandoned(void)
{
    static const struct answer_row answers[][2] = {
        {{.step = "050", .key = "head", .answer = "^C"}},
        {{.step = "020", .key = "bag", .answer = "^C"}},
    };
    static const char *const steps[] = {"050", "020"};

    for (size_t i = 0; i < PKI_COUNT(steps); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.abandon = true;
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_NOTFOUND);
        room.abandon = false;
        room.answers = answers[i];
        err = (struct pki_error){0};
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
        room.abandon = true;
        err = (struct pki_error){0};
        EXPECT_OK(room_run(&room, &err), err);
        CU_ASSERT_EQUAL(room_check(&room, "exception"), 1);
        CU_ASSERT_PTR_NOT_NULL(strstr(room.said, steps[i]));
        CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room), "\"answer\": \"stopped\""));
        err = (struct pki_error){0};
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_STATE);
        EXPECT_TEXT("has ended");
    }
}

/* A sheet between two steps belongs to none. */
static void test_abandoned_wherever_it_was_cut_the_record_is_whole(void)
{
    const char *script = fixture_script("", "");
    bool whole = false;

    for (int n = 8; !whole; n += 11) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, script);
        room.dies_at = n;
        whole = room_run_until_killed(&room);
        room.dies_at = 0;
        room.abandon = true;
        if (whole)
            continue;
        EXPECT_OK(room_run(&room, &err), err);
        CU_ASSERT_EQUAL(room_check(&room, "exception"), 1);
        CU_ASSERT_TRUE(room_count(&room, "rotate") <= 1);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a duty whose sibling was killed is looked for",
         test_a_duty_whose_sibling_was_killed_is_looked_for},
        {"a killed sibling is looked for in no other cellar",
         test_a_killed_sibling_is_looked_for_in_no_other_cellar},
        {"a ceremony goes on in no other cellar", test_a_ceremony_goes_on_in_no_other_cellar},
        {"what somebody else decided meanwhile is not taken over",
         test_what_somebody_else_decided_meanwhile_is_not_taken_over},
        {"a command that the journal cut is the step's",
         test_a_command_that_the_journal_cut_is_the_step_s},
        {"a script is judged by the day on which it began",
         test_a_script_is_judged_by_the_day_on_which_it_began},
        {"what a step reads is on its screen", test_what_a_step_reads_is_on_its_screen},
        {"what cannot be finished is abandoned", test_what_cannot_be_finished_is_abandoned},
        {"abandoned wherever it was cut the record is whole",
         test_abandoned_wherever_it_was_cut_the_record_is_whole},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "run_again", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
