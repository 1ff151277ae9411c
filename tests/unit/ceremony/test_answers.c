#include <fcntl.h>
#include <unistd.h>

#include "pki/ceremony_run.h"
#include "base/file.h"
#include "ceremony_fixture.h"

static const char *write_answers(const char *text)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/answers.yaml", test_directory());
    pki_scope_fd int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CU_ASSERT_EQUAL(write(file, text, strlen(text)), (ssize_t)strlen(text));
    return path;
}

static bool load(const char *text, struct pki_answers **answers, struct pki_error *err)
{
    return pki_answers_load(write_answers(text), FIXTURES "/ceremony/good.yaml", answers, err);
}

static const char *give(struct pki_answers *answers, const char *step, const char *key)
{
    struct pki_error err = {0};
    const char *text = NULL;

    EXPECT_OK(pki_answers_give(answers, step, key, &text, &err), err);
    return text;
}

static void test_a_step_wins_over_any(void)
{
    pki_auto(pki_answers) answers = NULL;
    struct pki_error err = {0};

    EXPECT_OK(load("answers: 1\nany:\n  count: four\nsteps:\n"
                   "  - id: \"080\"\n    count: five\n    answer: ''\n",
                   &answers, &err),
              err);
    CU_ASSERT_STRING_EQUAL(give(answers, "080", "count"), "five");
    CU_ASSERT_STRING_EQUAL(give(answers, "080", "answer"), "");
    CU_ASSERT_STRING_EQUAL(give(answers, "020", "count"), "four");
    CU_ASSERT_PTR_NULL(give(answers, "020", "head"));
    CU_ASSERT_PTR_NULL(give(NULL, "020", "head"));
}

static void test_what_is_no_file_of_answers_is_refused(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"any:\n  note: fine\n", "answers"},
        {"answers: 2\n", "answers: 1 is the only format"},
        {"answers: 1\nsome:\n  note: fine\n", "some"},
        {"answers: 1\nany:\n  note:\n    - a\n", "answers.yaml:"},
        {"answers: 1\nsteps:\n  - note: fine\n", "id"},
        {"answers: 1\nany:\n  nots: fine\n", "answers.yaml:3:9: no step asks for \"nots\""},
        {"answers: 1\nany:\n  confirm-guest: x\n", "no step asks for \"confirm-guest\""},
        {"answers: 1\nsteps:\n  - id: \"011\"\n    words: fine\n",
         "answers.yaml:4:12: the script has no step \"011\""},
        {"answers: 1\nsteps:\n  - id: \"010\"\n    bag: 4711\n",
         "answers.yaml:4:10: step 010 does not ask for \"bag\""},
        {"answers: 1\nsteps:\n  - id: \"010\"\n    answer: yes\n", "not ask for \"answer\""},
        {"answers: 1\nsteps:\n  - id: \"010\"\n    confirm-witness: x\n", "not ask for"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        pki_auto(pki_answers) answers = NULL;
        struct pki_error err = {0};
        EXPECT_FAILS(load(rows[i].text, &answers, &err), err, PKI_E_USAGE);
        EXPECT_TEXT(rows[i].says);
    }
}

static void test_a_long_answer_is_refused_and_never_cut(void)
{
    char text[2048];

    for (int octets = 1023; octets <= 1024; octets++) {
        pki_auto(pki_answers) answers = NULL;
        struct pki_error err = {0};
        snprintf(text, sizeof(text), "answers: 1\nany:\n  note: %0*d\n", octets, 1);
        bool loaded = load(text, &answers, &err);
        CU_ASSERT_EQUAL(loaded, octets == 1023);
        CU_ASSERT_TRUE(loaded || strstr(err.text, "3:9: an answer has 1023 octets at most"));
    }
}

static void test_an_answer_that_goes_round_in_circles_fails(void)
{
    pki_auto(pki_answers) answers = NULL;
    struct pki_error err = {0};
    const char *text = NULL;

    EXPECT_OK(load("answers: 1\nany:\n  decision: again\n  words: ''\n", &answers, &err), err);
    for (int i = 0; i < 20; i++) {
        CU_ASSERT_STRING_EQUAL(give(answers, "010", "words"), ""); /* a person is asked */
        CU_ASSERT_STRING_EQUAL(give(answers, i < 10 ? "010" : "020", "decision"), "again");
    }
    EXPECT_FAILS(pki_answers_give(answers, "020", "decision", &text, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("3:13: step 020 asks for decision again and again: \"again\" was the answer 10");
}

static void test_unused_answers_are_named(void)
{
    pki_auto(pki_answers) answers = NULL;
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    char *json = NULL;

    EXPECT_OK(load("answers: 1\nany:\n  note: x\nsteps:\n  - id: \"010\"\n    words: a\n"
                   "    decision: stop\n  - id: \"020\"\n    bag: b\n",
                   &answers, &err),
              err);
    CU_ASSERT_STRING_EQUAL(give(answers, "010", "words"), "a");
    pki_answers_unused(answers, report);
    pki_answers_unused(NULL, report);
    EXPECT_OK(pki_report_to_json(report, &json, &err), err);
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "answers.yaml:7:15: step 010 did not ask for decision"));
    CU_ASSERT_PTR_NULL(strstr(json, "words"));
    CU_ASSERT_PTR_NULL(strstr(json, "020")); /* it has not come */
    free(json);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a step wins over any", test_a_step_wins_over_any},
        {"what is no file of answers is refused", test_what_is_no_file_of_answers_is_refused},
        {"a long answer is refused and never cut", test_a_long_answer_is_refused_and_never_cut},
        {"an answer that goes round in circles fails",
         test_an_answer_that_goes_round_in_circles_fails},
        {"unused answers are named", test_unused_answers_are_named},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "answers", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
