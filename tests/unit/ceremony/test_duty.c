#include "ceremony/duty.h"
#include "test.h"

static const char *command(const char *name, const char *const values[PKI_DUTY_PARAMS],
                           const char *cellar)
{
    static char text[256];
    pki_scope(pki_buf) buf = {0};

    pki_duty_command(pki_duty_find(name), values, cellar, &buf);
    snprintf(text, sizeof(text), "%.*s", (int)buf.size, (const char *)buf.data);
    return text;
}

static void test_commands_are_what_a_person_would_type(void)
{
    const char *const line[PKI_DUTY_PARAMS] = {"prod", "code-signing"};
    const char *const key[PKI_DUTY_PARAMS] = {"root-g1"};
    const char *const to[PKI_DUTY_PARAMS] = {"/media/a stick"};
    const char *const environment[PKI_DUTY_PARAMS] = {"prod", NULL, "it's"};

    CU_ASSERT_STRING_EQUAL(command("rotate", line, NULL), "cellar rotate prod code-signing");
    CU_ASSERT_STRING_EQUAL(command("promote", line, NULL),
                           "cellar rotate prod code-signing --promote-only");
    CU_ASSERT_STRING_EQUAL(command("key-test", key, "drill"), "cellar key test root-g1 -C drill");
    CU_ASSERT_STRING_EQUAL(command("backup", to, NULL), "cellar backup --to '/media/a stick'");
    CU_ASSERT_STRING_EQUAL(command("export", environment, NULL),
                           "cellar export prod --to 'it'\\''s'");
}

static void test_no_command_has_more_words_than_there_is_room_for(void)
{
    const char *const all[PKI_DUTY_PARAMS] = {"a", "b", "c", "d", "e"};
    const char *words[PKI_DUTY_WORDS];
    size_t longest = 0;

    for (size_t n = 0; pki_duty_get(n); n++) {
        size_t count = pki_duty_words(pki_duty_get(n), all, "cellar", words);
        longest = count > longest ? count : longest;
    }
    CU_ASSERT_TRUE(longest > 0 && longest <= PKI_DUTY_WORDS);
}

static void test_rows_are_named_once_and_allowed_where_they_are_meant(void)
{
    for (size_t n = 0; pki_duty_get(n); n++) {
        const struct pki_duty *duty = pki_duty_get(n);
        CU_ASSERT_PTR_EQUAL(pki_duty_find(duty->name), duty);
        CU_ASSERT_STRING_EQUAL(pki_duty_name(n), duty->name);
        CU_ASSERT_EQUAL(duty->main & ~duty->types, 0);
        CU_ASSERT_TRUE(duty->types != 0);
        CU_ASSERT_EQUAL(strncmp(duty->tool, "cellar-", 7), 0);
    }
    CU_ASSERT_PTR_NULL(pki_duty_find("no-such"));
}

static void test_every_type_has_a_duty_that_it_is_there_for(void)
{
    for (size_t type = 0; type < PKI_SCRIPT_TYPES; type++) {
        enum pki_script_type found = PKI_SCRIPT_TYPES;
        bool served = false;
        for (size_t n = 0; pki_duty_get(n); n++)
            served = served || (pki_duty_get(n)->main & 1u << type);
        CU_ASSERT_TRUE(served);
        CU_ASSERT_TRUE(pki_script_type_find(pki_script_type_at(type), &found));
        CU_ASSERT_EQUAL(found, type);
        CU_ASSERT_STRING_EQUAL(pki_script_type_name(found), pki_script_type_at(type));
    }
    enum pki_script_type untouched = PKI_SCRIPT_CRL;
    CU_ASSERT_FALSE(pki_script_type_find("party", &untouched));
    CU_ASSERT_EQUAL(untouched, PKI_SCRIPT_CRL);
}

static void test_what_checks_want_written_down_can_be_written_down(void)
{
    for (size_t n = 0; pki_script_check_get(n); n++) {
        const struct pki_script_check *check = pki_script_check_get(n);
        CU_ASSERT_PTR_EQUAL(pki_script_check_find(check->name), check);
        CU_ASSERT_TRUE(!check->record || pki_script_record_find(check->record));
    }
    for (size_t n = 0; pki_script_record_get(n); n++)
        CU_ASSERT_PTR_EQUAL(pki_script_record_find(pki_script_record_name(n)),
                            pki_script_record_get(n));
    CU_ASSERT_PTR_NULL(pki_script_check_find("no-such"));
    CU_ASSERT_PTR_NULL(pki_script_record_find("no-such"));
}

static void test_words_of_a_list_are_whole_words(void)
{
    CU_ASSERT_TRUE(pki_script_lists("output crl", "crl"));
    CU_ASSERT_TRUE(pki_script_lists("output crl", "output"));
    CU_ASSERT_FALSE(pki_script_lists("output crl", "out"));
    CU_ASSERT_FALSE(pki_script_lists("output crls", "crl"));
    CU_ASSERT_FALSE(pki_script_lists(NULL, "crl"));
}

static void test_names_are_told_as_a_choice(void)
{
    pki_scope(pki_buf) text = {0};

    pki_script_names(pki_script_type_at, &text);
    pki_buf_byte(&text, 0);
    CU_ASSERT_STRING_EQUAL((const char *)text.data, "root, intermediate, rotate, cross, crl, "
                                                    "revoke, drill, recovery or destroy");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"commands are what a person would type", test_commands_are_what_a_person_would_type},
        {"no command has more words than there is room for",
         test_no_command_has_more_words_than_there_is_room_for},
        {"rows are named once and allowed where they are meant",
         test_rows_are_named_once_and_allowed_where_they_are_meant},
        {"every type has a duty that it is there for",
         test_every_type_has_a_duty_that_it_is_there_for},
        {"what checks want written down can be written down",
         test_what_checks_want_written_down_can_be_written_down},
        {"words of a list are whole words", test_words_of_a_list_are_whole_words},
        {"names are told as a choice", test_names_are_told_as_a_choice},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "duty", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
