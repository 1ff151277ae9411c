#include <ctype.h>

#include "pki/share.h"
#include "base/share_words.h"

#include "share_fixture.h"

static void test_words_are_found_whole_and_by_their_beginning(void)
{
    for (unsigned i = 0; i < PKI_SHARE_WORDS; i++) {
        const char *word = pki_share_word(i);
        size_t length = strlen(word);

        CU_ASSERT_EQUAL(pki_share_word_find(word, length), (int)i);
        CU_ASSERT_EQUAL(pki_share_word_near(word, PKI_SHARE_WORD_PREFIX), (int)i);
        CU_ASSERT_TRUE(i == 0 || strncmp(pki_share_word(i - 1), word, PKI_SHARE_WORD_PREFIX) < 0);
        if (length > PKI_SHARE_WORD_PREFIX)
            CU_ASSERT_EQUAL(pki_share_word_find(word, length - 1), -1);
    }
    CU_ASSERT_EQUAL(pki_share_word_find("ACADEMIC", 8), 0);
    CU_ASSERT_EQUAL(pki_share_word_find("academics", 9), -1);
    CU_ASSERT_EQUAL(pki_share_word_find("", 0), -1);
    CU_ASSERT_EQUAL(pki_share_word_near("acadmic", 7), 0);
    CU_ASSERT_EQUAL(pki_share_word_near("aca", 3), -1);
    CU_ASSERT_EQUAL(pki_share_word_near("xxxx", 4), -1);
}

static void test_share_says_what_it_is(void)
{
    pki_auto(pki_share) share = fixture_share(fixture_groups[5]);
    pki_auto(pki_share) old = fixture_share(fixture_old[2]);

    CU_ASSERT_EQUAL(share->set.groups, 3);
    CU_ASSERT_EQUAL(share->set.threshold, 2);
    CU_ASSERT_EQUAL(share->set.exponent, 1);
    CU_ASSERT_TRUE(share->set.extendable);
    CU_ASSERT_EQUAL(share->group, 2);
    CU_ASSERT_EQUAL(share->member, 1);
    CU_ASSERT_EQUAL(share->threshold, 3);
    CU_ASSERT_EQUAL(pki_secret_size(share->value), 32);
    CU_ASSERT_FALSE(old->set.extendable);
    CU_ASSERT_EQUAL(pki_secret_size(old->value), 16);
}

static void write_again(const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pki_auto(pki_share) share = fixture_share(list[i]);
        char *words = fixture_words(share);
        CU_ASSERT_STRING_EQUAL(words, list[i]);
        free(words);
    }
}

static void test_shares_of_others_are_written_as_they_were_read(void)
{
    write_again(fixture_three_of_five, PKI_COUNT(fixture_three_of_five));
    write_again(fixture_groups, PKI_COUNT(fixture_groups));
    write_again(fixture_old, PKI_COUNT(fixture_old));
}

static void test_share_is_read_in_any_case_and_spacing(void)
{
    pki_auto(pki_share) share = fixture_share(fixture_old[0]);
    char loose[1024] = "\n\t ";
    size_t used = 3;

    for (const char *c = fixture_old[0]; *c; c++) {
        loose[used++] = (char)toupper((unsigned char)*c);
        if (*c == ' ')
            loose[used++] = '\n';
    }
    pki_auto(pki_share) again = fixture_share(loose);
    CU_ASSERT_TRUE(pki_share_equal(share, again));
}

static bool parse(const char *words, struct pki_error *err)
{
    pki_auto(pki_secret) text = fixture_text(words);
    pki_auto(pki_share) share = NULL;
    bool done = pki_share_parse(text, &share, err);

    CU_ASSERT_EQUAL(share != NULL, done);
    return done;
}

static void test_bad_shares_are_refused_with_the_reason(void)
{
    static const struct {
        const char *words;
        enum pki_code code;
        const char *reason;
    } bad[] = {
        {"", PKI_E_FORMAT, "no words"},
        {" \n ", PKI_E_FORMAT, "no words"},
        {"window again academic", PKI_E_FORMAT, "no share has 3 words"},
        {"window again acadmic", PKI_E_FORMAT, "word 3 is not in the word list"},
        {"window again academic \xc3\xa4", PKI_E_FORMAT, "word 4 is not in the word list"},
        {fixture_group_beyond, PKI_E_FORMAT, "group 4 in a set of 1"},
        {fixture_threshold_beyond, PKI_E_FORMAT, "needs 2 of 1 groups"},
        {fixture_slow, PKI_E_POLICY, "iteration exponent 11"},
    };

    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        struct pki_error err = {0};
        EXPECT_FAILS(parse(bad[i].words, &err), err, bad[i].code);
        EXPECT_TEXT(bad[i].reason);
    }
}

static void test_typed_words_are_looked_at_before_they_are_a_share(void)
{
    pki_auto(pki_secret) typed = fixture_text(" window again acadmic  qwzqwz\n");
    pki_auto(pki_secret) odd = fixture_text("window qwzqwz");
    pki_auto(pki_secret) good = fixture_text("WINDOW again");
    struct pki_share_words words;

    pki_share_words_look(typed, &words);
    CU_ASSERT_TRUE(words.n == 4 && words.unknown == 3);
    CU_ASSERT_STRING_EQUAL(words.meant, "academic");
    pki_share_words_look(odd, &words);
    CU_ASSERT_TRUE(words.n == 2 && words.unknown == 2 && !words.meant);
    pki_share_words_look(good, &words);
    CU_ASSERT_TRUE(words.n == 2 && words.unknown == 0 && !words.meant);
}

static void test_endless_words_are_refused(void)
{
    struct pki_error err = {0};
    char many[1200] = "";

    for (size_t i = 0; i < 1190; i += 5)
        memcpy(many + i, "acid ", 6);
    EXPECT_FAILS(parse(many, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("more than 59 words");
}

/* An error goes to logs: of a share it says where, never what. */
static void test_errors_hold_no_word_of_the_share(void)
{
    struct pki_error err = {0};

    EXPECT_FAILS(parse("window again academic qwzqwz", &err), err, PKI_E_FORMAT);
    CU_ASSERT_PTR_NULL(strstr(test_last.text, "qwz"));
    CU_ASSERT_PTR_NULL(strstr(test_last.text, "window"));
}

/* --- every wrong word, every swap --------------------------------------------------------------
 */

#define WORDS 33

struct words {
    const char *list[WORDS];
};

/* The list's own strings, so that they can be put in any order. */
static void take_apart(const char *text, struct words *words)
{
    for (size_t i = 0; i < WORDS; i++) {
        size_t length = strcspn(text, " ");
        int number = pki_share_word_find(text, length);
        CU_ASSERT_TRUE_FATAL(number >= 0);
        words->list[i] = pki_share_word((unsigned)number);
        text += length + (text[length] == ' ');
    }
}

static bool parse_words(const struct words *words, struct pki_error *err)
{
    char text[WORDS * (PKI_SHARE_WORD_MAX + 1) + 1] = "";
    size_t used = 0;

    for (size_t i = 0; i < WORDS; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s ", words->list[i]);
    return parse(text, err);
}

/* The code finds up to three wrong words for certain; one is what people do. */
static void test_every_wrong_word_is_found(void)
{
    struct words words;

    take_apart(fixture_three_of_five[0], &words);
    for (size_t i = 0; i < WORDS; i++) {
        int number = pki_share_word_find(words.list[i], strlen(words.list[i]));
        for (unsigned step = 1; step < PKI_SHARE_WORDS; step += 73) {
            struct words wrong = words;
            struct pki_error err = {0};
            wrong.list[i] = pki_share_word((unsigned)number + step);
            EXPECT_FAILS(parse_words(&wrong, &err), err, PKI_E_FORMAT);
            EXPECT_TEXT("checksum");
        }
    }
}

static void test_every_swap_of_two_words_is_found(void)
{
    struct words words;

    take_apart(fixture_three_of_five[1], &words);
    for (size_t i = 0; i < WORDS; i++) {
        for (size_t k = i + 1; k < WORDS; k++) {
            struct words wrong = words;
            struct pki_error err = {0};
            if (strcmp(words.list[i], words.list[k]) == 0)
                continue;
            wrong.list[i] = words.list[k];
            wrong.list[k] = words.list[i];
            EXPECT_FAILS(parse_words(&wrong, &err), err, PKI_E_FORMAT);
        }
    }
}

static void test_every_missing_word_is_found(void)
{
    struct words words;

    take_apart(fixture_three_of_five[2], &words);
    for (size_t i = 0; i < WORDS; i++) {
        struct words wrong = words;
        struct pki_error err = {0};
        wrong.list[i] = "";
        EXPECT_FAILS(parse_words(&wrong, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT("no share has 32 words");
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"words are found whole and by their beginning",
         test_words_are_found_whole_and_by_their_beginning},
        {"a share says what it is", test_share_says_what_it_is},
        {"shares of others are written as they were read",
         test_shares_of_others_are_written_as_they_were_read},
        {"a share is read in any case and spacing", test_share_is_read_in_any_case_and_spacing},
        {"bad shares are refused with the reason", test_bad_shares_are_refused_with_the_reason},
        {"typed words are looked at before they are a share",
         test_typed_words_are_looked_at_before_they_are_a_share},
        {"endless words are refused", test_endless_words_are_refused},
        {"errors hold no word of the share", test_errors_hold_no_word_of_the_share},
        {"every wrong word is found", test_every_wrong_word_is_found},
        {"every swap of two words is found", test_every_swap_of_two_words_is_found},
        {"every missing word is found", test_every_missing_word_is_found},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "share", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
