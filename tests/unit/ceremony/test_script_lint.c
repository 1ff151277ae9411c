#include "ceremony/script_lint.h"

#include "pki/ceremony.h"
#include "ceremony_fixture.h"

/* Each row breaks its rule, and no other of the same severity or above is asked about. */
static const struct {
    const char *rule, *part, *instead, *text;
    size_t line; /* 0: of the whole script */
} breaks[] = {
    {"valid_now", "valid_from: 2026-01-01", "valid_from: 2026-04-01", "valid from 2026-04-01", 0},
    {"valid_now", "valid_from: 2026-01-01\nvalid_until: 2026-12-31",
     "valid_from: 2025-01-01\nvalid_until: 2025-12-31", "its last day was 2025-12-31", 0},
    {"reviewed", "valid_until: 2026-12-31", "valid_until: 2036-12-31", "4017 days", 0},
    {"no_placeholder", "title: Rotate", "title: Rotate <line>", "\"<...>\" is left in it", 75},
    {"no_placeholder", "label: BOOT", "label: TBD", "\"TBD\" is left in it", 20},
    {"no_placeholder", "label: BOOT", "label: \x54ODO later", "ODO\" is left in it", 20},
    {"no_placeholder", "to: /media/backup", "to: /media/___", "\"___\"", 110},
    {"duty_there", "type: rotate", "type: crl", "has a step with the duty crl", 0},
    {"duty_there", "type: rotate", "type: cross",
     "a ceremony of type cross has a step with the duty succeed", 0},
    {"minutes_add_up", "expect_minutes: 40", "expect_minutes: 30", "take 32 minutes", 0},
    {"minutes_add_up", "expect_minutes: 40", "expect_minutes: 90", "take 32 minutes", 0},
    {"fits_screen", "title: Rotate",
     "title: Rotate the line that signs code in production, and say so with very many words",
     "step 050: title has", 74},
    {"room_stops", "facts:\n", "room:\n  media: stop\n  swap: note\nfacts:\n",
     "swap: only noted, and a key is opened", 27},
    {"two_people", "    not_same_as:\n      - administrator\n", "", "one person could be both", 12},
    {"two_people", "  witness:", "  onlooker:", "no witness among the roles", 0},
    {"role_known", "    role: witness\n    minutes: 2", "    role: guard\n    minutes: 2",
     "no role is called \"guard\"", 44},
    {"role_known", "      - administrator\nmaterials",
     "      - administrator\n      - guard\nmaterials", "no role is called \"guard\"", 17},
    {"role_acts", "materials:\n", "  guard:\n    minimum: 1\nmaterials:\n", "guard has no step",
     17},
    {"quorum_fits", "quorum: 1", "quorum: 3", "3 have to act and only 2", 12},
    {"material_known", "      of: boot", "      of: boots", "no material has the id \"boots\"", 32},
    {"material_known", "      medium: boot\n", "      medium: disc\n", "the id \"disc\"", 43},
    {"material_used", "facts:\n", "  - id: lamp\n    kind: other\nfacts:\n", "lamp is brought", 27},
    {"bag_opened", "      check: bag\n", "      check: medium\n", "checks the bag of stick-a", 22},
    {"step_ids", "id: \"050\"", "id: \"035\"", "step 035 comes after 040", 74},
    {"step_ids", "id: \"050\"", "id: \"040\"", "step 040 comes after 040", 74},
    {"duty_of_type", "      duty: backup\n      to: /media/backup\n",
     "      duty: root\n      root: main\n", "type rotate does not do root", 104},
    {"severe_confirmed", "        - administrator\n        - witness\n",
     "        - administrator\n", "rotate needs confirm", 74},
    {"severe_stops", "      - certificate\n      - output\n",
     "      - certificate\n    on_failure: retry\n", "when rotate fails", 74},
    {"recorded", "    record:\n      - clock\n", "", "check clock is written down", 63},
    {"evidence_left", "    evidence:\n      - export\n", "    evidence:\n      - crl\n",
     "step 060 leaves no crl behind", 103},
    {"paths_stay", "to: /media/backup", "to: /media/../backup", "a path goes up", 104},
    {"clock_first", "      check: clock\n    record:\n      - clock\n", "      check: look\n",
     "step 050 comes before the clock", 72},
    {"network_first", "      check: network\n", "      check: look\n",
     "step 050 opens a key before the network", 74},
    {"clock_first", "on_failure: retry", "on_failure: exception", "step 050 comes before the clock",
     74},
    {"network_first", "      network: absent\n",
     "      network: absent\n    on_failure: exception\n",
     "step 050 opens a key before the network", 75},
    {"list_after_revocation",
     "      duty: rotate\n      environment: prod\n      purpose: code-signing\n",
     "      duty: revoke\n      certificate: x.pem\n      reason: superseded\n", "no CRL is signed",
     74},
    {"exported", "      duty: export\n", "      duty: status\n", "nothing is exported", 74},
    {"backed_up", "      duty: backup\n      to: /media/backup\n", "      duty: status\n",
     "there is no backup", 74},
    {"shares_proved", "      duty: backup\n      to: /media/backup\n",
     "      duty: share-split\n      key: root-g1\n      shares: 3of5\n",
     "nobody recovers root-g1 from its shares", 104},
    {"head_recorded", "      - head\n", "      - note\n", "nobody writes the head down", 74},
    {"fact_known", "  network: unknown\n", "", "\"network\" is not among the facts", 61},
    {"fact_value", "      clock: confirmed\n      network", "      clock: right\n      network",
     "clock is never right", 90},
    {"step_reachable", "      clock: confirmed\n    on_failure: retry\n",
     "      clock: doubtful\n    on_failure: retry\n",
     "step 050 cannot be reached: clock is doubtful, by step 040", 90},
    {"step_certain", "on_failure: retry", "on_failure: exception",
     "clock may not be confirmed, since step 040 goes on", 90},
    {"fact_used", "facts:\n", "facts:\n  light: on\n", "no step requires \"light\"", 28},
};

static void judge_text(const char *text, struct pki_script_judge *judge)
{
    pki_auto(pki_script) script = NULL;
    struct pki_error err = {0};

    *judge = (struct pki_script_judge){.now = FIXTURE_DAY};
    EXPECT_OK(pki_script_parse("s", fixture_bytes(text), &script, &err), err);
    EXPECT_OK(pki_script_lint(script, judge, &err), err);
}

static const struct pki_script_finding *find(const struct pki_script_judge *judge, const char *rule)
{
    for (size_t i = 0; i < judge->n; i++)
        if (strcmp(judge->list[i].rule->name, rule) == 0)
            return &judge->list[i];
    return NULL;
}

static size_t n_rules(void)
{
    size_t n = 0;

    while (pki_script_rule_get(n))
        n++;
    return n;
}

static void test_the_good_script_passes_every_rule(void)
{
    pki_scope(pki_script_judge) judge = {0};

    judge_text(fixture_script("", ""), &judge);
    for (size_t i = 0; i < judge.n; i++)
        fprintf(stderr, "\n%s: %s\n", judge.list[i].rule->name, judge.list[i].text);
    CU_ASSERT_EQUAL(judge.n, 0);
    CU_ASSERT_EQUAL(judge.rules, n_rules());
}

static void test_each_change_breaks_its_rule_and_says_where(void)
{
    for (size_t i = 0; i < PKI_COUNT(breaks); i++) {
        pki_scope(pki_script_judge) judge = {0};

        judge_text(fixture_script(breaks[i].part, breaks[i].instead), &judge);
        const struct pki_script_finding *finding = find(&judge, breaks[i].rule);
        if (!finding)
            fprintf(stderr, "\n%s does not see: %s\n", breaks[i].rule, breaks[i].instead);
        CU_ASSERT_PTR_NOT_NULL_FATAL(finding);
        if (!strstr(finding->text, breaks[i].text) || finding->line != breaks[i].line)
            fprintf(stderr, "\n%s: line %zu: %s\n", breaks[i].rule, finding->line, finding->text);
        CU_ASSERT_PTR_NOT_NULL(strstr(finding->text, breaks[i].text));
        CU_ASSERT_EQUAL(finding->line, breaks[i].line);
    }
}

/* Four swaps need more steps than one change can write. */
static void test_media_that_are_swapped_too_often_are_counted(void)
{
    pki_scope(pki_script_judge) judge = {0};
    char text[16384];

    snprintf(text, sizeof(text), "%s", fixture_script("", ""));
    for (unsigned i = 0; i < 3; i++) {
        char step[512];
        snprintf(step, sizeof(step),
                 "  - id: \"09%u\"\n    title: Swap\n    role: witness\n    minutes: 1\n"
                 "    do:\n      check: look\n    sets:\n      medium: %s\n",
                 i, i == 1 ? "stick-a" : "boot");
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", step);
    }
    judge_text(text, &judge);
    const struct pki_script_finding *finding = find(&judge, "media_swaps");
    CU_ASSERT_PTR_NOT_NULL_FATAL(finding);
    CU_ASSERT_PTR_NOT_NULL(strstr(finding->text, "swapped 4 times"));
}

static void test_every_rule_has_a_script_that_breaks_it(void)
{
    const struct pki_script_rule *rule;

    for (size_t n = 0; (rule = pki_script_rule_get(n)); n++) {
        bool broken = strcmp(rule->name, "media_swaps") == 0;
        for (size_t i = 0; i < PKI_COUNT(breaks); i++)
            broken = broken || strcmp(breaks[i].rule, rule->name) == 0;
        if (!broken)
            fprintf(stderr, "\n%s: nothing breaks it\n", rule->name);
        CU_ASSERT_TRUE(broken);
    }
}

/* docs/CEREMONY.md has a row for each, as it stands in the code. */
static void test_rules_are_named_once_and_documented(void)
{
    static const char *const severities[] = {"notice", "warning", "error"};
    size_t size = 0;
    char *page = (char *)test_load(DOCS "/CEREMONY.md", &size);
    const struct pki_script_rule *rule;

    for (size_t n = 0; (rule = pki_script_rule_get(n)); n++) {
        char row[512];
        snprintf(row, sizeof(row), "\n| `%s` | %s | %s | %s |\n", rule->name,
                 severities[rule->severity], rule->sentence, rule->source);
        if (!strstr(page, row))
            fprintf(stderr, "\ndocs/CEREMONY.md has no row%s", row);
        CU_ASSERT_PTR_NOT_NULL(strstr(page, row));
        for (size_t m = 0; m < n; m++)
            CU_ASSERT_STRING_NOT_EQUAL(rule->name, pki_script_rule_get(m)->name);
    }
    free(page);
}

static void test_a_report_is_made_and_errors_are_a_failure(void)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    const char *good = FIXTURES "/ceremony/good.yaml";

    EXPECT_OK(pki_ceremony_lint(good, FIXTURE_DAY, report, &err), err);
    EXPECT_FAILS(pki_ceremony_lint(good, 0, report, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("good.yaml: valid_now: it is valid from");
    EXPECT_FAILS(pki_ceremony_lint("/nowhere", 0, report, &err), err, PKI_E_USAGE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the good script passes every rule", test_the_good_script_passes_every_rule},
        {"each change breaks its rule and says where",
         test_each_change_breaks_its_rule_and_says_where},
        {"media that are swapped too often are counted",
         test_media_that_are_swapped_too_often_are_counted},
        {"every rule has a script that breaks it", test_every_rule_has_a_script_that_breaks_it},
        {"rules are named once and documented", test_rules_are_named_once_and_documented},
        {"a report is made and errors are a failure",
         test_a_report_is_made_and_errors_are_a_failure},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "script_lint", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
