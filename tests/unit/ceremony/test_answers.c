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

static void test_a_step_wins_over_any(void)
{
    pki_auto(pki_answers) answers = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_answers_load(write_answers("answers: 1\nany:\n  note: fine\nsteps:\n"
                                             "  - id: \"010\"\n    note: wet\n    head: ''\n"),
                               &answers, &err),
              err);
    CU_ASSERT_STRING_EQUAL(pki_answers_find(answers, "010", "note"), "wet");
    CU_ASSERT_STRING_EQUAL(pki_answers_find(answers, "010", "head"), "");
    CU_ASSERT_STRING_EQUAL(pki_answers_find(answers, "020", "note"), "fine");
    CU_ASSERT_PTR_NULL(pki_answers_find(answers, "020", "head"));
    CU_ASSERT_PTR_NULL(pki_answers_find(NULL, "020", "head"));
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
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        pki_auto(pki_answers) answers = NULL;
        struct pki_error err = {0};
        EXPECT_FAILS(pki_answers_load(write_answers(rows[i].text), &answers, &err), err,
                     PKI_E_USAGE);
        EXPECT_TEXT(rows[i].says);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a step wins over any", test_a_step_wins_over_any},
        {"what is no file of answers is refused", test_what_is_no_file_of_answers_is_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "answers", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
