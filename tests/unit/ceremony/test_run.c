#include "pki/ceremony_run.h"

#include "run_fixture.h"

static void test_a_ceremony_is_run_from_its_first_step_to_its_last(void)
{
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_EQUAL(room_check(&room, "done"), 8);
    CU_ASSERT_EQUAL(room_check(&room, "duty"), 3);
    CU_ASSERT_EQUAL(room_check(&room, "confirm"), 2);
    CU_ASSERT_EQUAL(room_count(&room, "rotate"), 1);
    CU_ASSERT_EQUAL(room_count(&room, "backup"), 1);
    CU_ASSERT_EQUAL(room.shown, 8);
    CU_ASSERT_EQUAL(room.drafts, 1);
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_STATE);
    EXPECT_TEXT("has ended");
}

static void test_what_is_not_sound_is_not_run(void)
{
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("check: clock", "check: look"));
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("clock_first");
}

static void test_an_export_of_many_environments_is_kept(void)
{
    struct room room;
    struct pki_error err = {0};
    char name[32];

    room_make(&room, fixture_script("", ""));
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "environment-%d", i);
        room_export(&room, name);
    }
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room), "\"060-export-environment-99.json\""));
    room_expect_once(&room);
}

/* --- cuts: test_run_cut.c has them all ------------------------------------------------------- */

static void test_killed_here_and_there_it_goes_on(void)
{
    for (int n = 3; n < 400; n += 37) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.dies_at = n;
        bool whole = room_run_until_killed(&room);
        room.dies_at = 0;
        if (!whole)
            EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
    }
}

/* --- people --------------------------------------------------------------------------------- */

static void test_enter_alone_never_confirms(void)
{
    static const struct answer_row answers[] = {
        {.key = "initials-witness", .answer = "", .times = 20},
        {.key = "initials-witness", .answer = "^C", .times = 1},
        {0}};
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.answers = answers;
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
    CU_ASSERT_PTR_NOT_NULL(strstr(room.said, "Enter alone is no answer"));
    CU_ASSERT_PTR_NULL(strstr(room_transcript(&room), "\"event\": \"done\""));
    room.answers = NULL;
    err = (struct pki_error){0};
    EXPECT_OK(room_run(&room, &err), err);
    room_expect_once(&room);
}

static void test_answers_that_do_not_fit_are_asked_again(void)
{
    static const struct answer_row answers[] = {
        {.step = "010", .key = "initials-witness", .answer = "AB", .times = 1},
        {.step = "020", .key = "initials-witness", .answer = "C4", .times = 1},
        {.step = "050", .key = "confirm-witness", .answer = "test prod", .times = 1},
        {.step = "080", .key = "answer", .answer = "four", .times = 1},
        {0}};
    static const char *const said[] = {"somebody else's", "two letters or more",
                                       "That is not the name", "one of the answers"};
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.answers = answers;
    EXPECT_OK(room_run(&room, &err), err);
    for (size_t i = 0; i < PKI_COUNT(said); i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(room.said, said[i]));
    room_expect_once(&room);
}

static void test_a_stop_at_the_keyboard_is_a_pause(void)
{
    static const struct answer_row answers[] = {{.step = "050", .key = "head", .answer = "^C"},
                                                {0}};
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.answers = answers;
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
    EXPECT_TEXT("goes on from here");
    room.answers = NULL;
    err = (struct pki_error){0};
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_EQUAL(room_check(&room, "pause"), 1);
    CU_ASSERT_EQUAL(room_check(&room, "resume"), 1);
    CU_ASSERT_EQUAL(room_check(&room, "confirm"), 2);
    room_expect_once(&room);
}

static void test_p_pauses_until_somebody_goes_on(void)
{
    static const struct answer_row answers[] = {
        {.step = "020", .key = "bag", .answer = "p", .times = 1},
        {.key = "pause", .answer = "lunch, the witness stays"},
        {.key = "resume", .answer = "", .times = 2},
        {.key = "resume", .answer = "go on"},
        {0}};
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.answers = answers;
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_EQUAL(room_check(&room, "pause"), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room), "lunch, the witness stays"));
    CU_ASSERT_EQUAL(room.shown, 9);
}

/* --- what goes wrong ------------------------------------------------------------------------ */

static void test_e_opens_a_sheet_and_the_step_goes_on(void)
{
    static const struct answer_row answers[] = {
        {.step = "050", .key = "confirm-witness", .answer = "e", .times = 1},
        {.key = "decision", .answer = "leave", .times = 1}, /* not of this step */
        {.key = "decision", .answer = "go on"},
        {0}};
    struct room room;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room.answers = answers;
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_EQUAL(room_check(&room, "exception"), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room),
                                  "\"who\": \"witness, C. Dent\", \"what\": \"that it works\", "
                                  "\"answer\": \"it did not; decided: another day\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(room.said, "one of the answers that are listed"));
    room_expect_once(&room);
}

static void test_a_failed_duty_goes_on_as_its_step_says(void)
{
    static const struct answer_row stops[] = {{.key = "decision", .answer = "stop"}, {0}};
    static const struct answer_row leaves[] = {{.key = "decision", .answer = "leave"}, {0}};
    static const struct answer_row again[] = {{.key = "decision", .answer = "again"}, {0}};
    static const struct {
        const char *duty;
        int status;
        const struct answer_row *answers;
        const char *event; /* that there is one of */
        bool stopped;
    } rows[] = {
        {"rotate", 1, stops, "end", true},     {"backup", 5, leaves, "skip", false},
        {"rotate", 4, again, "intend", false}, {"rotate", 4, stops, "end", true},
        {"backup", 7, again, "skip", false},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.breaks = rows[i].duty;
        room.breaks_with = rows[i].status;
        room.answers = rows[i].answers;
        if (rows[i].stopped)
            EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
        else
            EXPECT_OK(room_run(&room, &err), err);
        unsigned found = room_check(&room, rows[i].event);
        CU_ASSERT_EQUAL(found, rows[i].answers == again && i == 2 ? 4 : i == 4 ? 0 : 1);
        CU_ASSERT_EQUAL(room_count(&room, "rotate"), rows[i].stopped ? 0 : 1);
    }
}

static void test_a_stopped_duty_is_a_pause(void)
{
    static const bool does_it[] = {false, true};

    for (size_t i = 0; i < PKI_COUNT(does_it); i++) {
        struct room room;
        struct pki_error err = {0};
        room_make(&room, fixture_script("", ""));
        room.breaks = "rotate";
        room.breaks_with = 6;
        room.does_it = does_it[i];
        EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
        err = (struct pki_error){0};
        EXPECT_OK(room_run(&room, &err), err);
        room_expect_once(&room);
        CU_ASSERT_EQUAL(room_check(&room, "pause"), 1);
    }
}

static void test_a_record_is_of_one_script_and_kind(void)
{
    static const struct answer_row answers[] = {{.step = "020", .answer = "^C"}, {0}};
    struct room room;
    struct room other;
    struct pki_error err = {0};

    room_make(&room, fixture_script("", ""));
    room_make(&other, fixture_script("title: Rotate", "title: Rotate it"));
    room.answers = answers;
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_CANCELLED);
    memcpy(other.record, room.record, sizeof(other.record));
    err = (struct pki_error){0};
    EXPECT_FAILS(room_run(&other, &err), err, PKI_E_STATE);
    EXPECT_TEXT("the record of another script");
    room.below = room.dir;
    err = (struct pki_error){0};
    EXPECT_FAILS(room_run(&room, &err), err, PKI_E_STATE);
    EXPECT_TEXT("not of a rehearsal");
}

static void test_a_rehearsal_types_rehearsed_names(void)
{
    static const struct answer_row answers[] = {
        {.key = "confirm-witness", .answer = "REHEARSAL Test Prod Code Signing CA G2"},
        {.key = "confirm-administrator", .answer = "REHEARSAL Test Prod Code Signing CA G2"},
        {0}};
    struct room room;
    struct pki_error err = {0};
    char path[512];

    room_make(&room, fixture_script("", ""));
    snprintf(path, sizeof(path), "%s/tree", room.dir);
    room.below = path;
    room.answers = answers;
    EXPECT_OK(room_run(&room, &err), err);
    room_expect_once(&room);
    CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room), "\"what\": \"rehearsal\""));
}

/* --- the room ------------------------------------------------------------------------------- */

static const struct answer_row stops[] = {{.key = "decision", .answer = "stop"}, {0}};

static void expect_stopped(struct room *room, const char *said)
{
    struct pki_error err = {0};

    EXPECT_FAILS(room_run(room, &err), err, PKI_E_CANCELLED);
    if (!strstr(room->said, said))
        fprintf(stderr, "\n%s\n", room->said);
    CU_ASSERT_PTR_NOT_NULL(strstr(room->said, said));
    CU_ASSERT_EQUAL(room_count(room, "rotate"), 0);
}

static void test_what_is_found_of_the_room_is_recorded(void)
{
    struct pki_error err = {0};
    struct room room;

    room_make(&room, fixture_script("", ""));
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_EQUAL(room_check(&room, "room"), PKI_ROOM_FACTS);
    const char *text = room_transcript(&room);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"what\": \"interfaces\", \"answer\": \"good\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"answer\": \"note: unknown it was not read"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "second clock 2026-03-01T12:00:00Z, this one"));
}

static void test_a_network_stops_unless_the_script_notes_it(void)
{
    struct pki_error err = {0};
    struct room room;

    room_make(&room, fixture_script("", ""));
    room.root = FIXTURES "/rooms/wired";
    room.answers = stops;
    expect_stopped(&room, "the room: interfaces: eth0 (2 of its findings stop)");
    CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room), "\"stop: found eth0\""));
    room_make(&room,
              fixture_script("facts:\n", "room:\n  interfaces: note\n  routes: note\nfacts:\n"));
    room.root = FIXTURES "/rooms/wired";
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_EQUAL(room_check(&room, "room"), PKI_ROOM_FACTS);
    CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room), "\"note: found eth0\""));
    room_expect_once(&room);
}

static void test_a_clock_an_hour_off_stops_unless_the_script_notes_it(void)
{
    static const struct answer_row late[] = {{.key = "clock", .answer = "2026-03-01T11:00:00Z"},
                                             {.key = "decision", .answer = "stop"},
                                             {0}};
    struct pki_error err = {0};
    struct room room;

    room_make(&room, fixture_script("", ""));
    room.answers = late;
    expect_stopped(&room, "3600 s ahead; 60 s are allowed");
    CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room), "3600 s ahead\""));
    room_make(&room, fixture_script("facts:\n", "room:\n  clock: note\nfacts:\n"));
    room.answers = late;
    EXPECT_OK(room_run(&room, &err), err);
    CU_ASSERT_PTR_NOT_NULL(strstr(room_transcript(&room), "3600 s ahead\""));
}

static void test_a_second_look_may_find_it_mended(void)
{
    static const struct answer_row again[] = {
        {.key = "clock", .answer = "2026-03-01T13:00:00Z", .times = 1},
        {.key = "decision", .answer = "again"},
        {0}};
    struct pki_error err = {0};
    struct room room;

    room_make(&room, fixture_script("", ""));
    room.answers = again;
    EXPECT_OK(room_run(&room, &err), err);
    room_expect_once(&room);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a ceremony is run from its first step to its last",
         test_a_ceremony_is_run_from_its_first_step_to_its_last},
        {"what is not sound is not run", test_what_is_not_sound_is_not_run},
        {"killed here and there it goes on", test_killed_here_and_there_it_goes_on},
        {"an export of many environments is kept", test_an_export_of_many_environments_is_kept},
        {"Enter alone never confirms", test_enter_alone_never_confirms},
        {"answers that do not fit are asked again", test_answers_that_do_not_fit_are_asked_again},
        {"a stop at the keyboard is a pause", test_a_stop_at_the_keyboard_is_a_pause},
        {"p pauses until somebody goes on", test_p_pauses_until_somebody_goes_on},
        {"e opens a sheet and the step goes on", test_e_opens_a_sheet_and_the_step_goes_on},
        {"a failed duty goes on as its step says", test_a_failed_duty_goes_on_as_its_step_says},
        {"a stopped duty is a pause", test_a_stopped_duty_is_a_pause},
        {"a record is of one script and kind", test_a_record_is_of_one_script_and_kind},
        {"a rehearsal types rehearsed names", test_a_rehearsal_types_rehearsed_names},
        {"what is found of the room is recorded", test_what_is_found_of_the_room_is_recorded},
        {"a network stops unless the script notes it",
         test_a_network_stops_unless_the_script_notes_it},
        {"a clock an hour off stops unless the script notes it",
         test_a_clock_an_hour_off_stops_unless_the_script_notes_it},
        {"a second look may find it mended", test_a_second_look_may_find_it_mended},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "run", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
