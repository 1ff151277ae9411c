#include "ceremony/script.h"

#include "ceremony_fixture.h"

static void test_a_script_is_read_in_file_order(void)
{
    pki_auto(pki_script) script = NULL;
    struct pki_error err = {0};
    const char *text = fixture_script("", "");
    uint8_t sha256[PKI_SHA256_SIZE];

    EXPECT_OK(pki_script_parse("s", fixture_bytes(text), &script, &err), err);
    pki_sha256(fixture_bytes(text), sha256);
    CU_ASSERT_EQUAL(memcmp(script->sha256, sha256, sizeof(sha256)), 0);
    CU_ASSERT_STRING_EQUAL(script->id, "rotation-2026q1");
    CU_ASSERT_EQUAL(script->type, PKI_SCRIPT_ROTATE);
    CU_ASSERT_EQUAL(script->valid_from, INT64_C(1767225600));
    CU_ASSERT_EQUAL(script->valid_until, INT64_C(1798761599)); /* the whole last day */
    CU_ASSERT_EQUAL(script->minutes, 40);
    CU_ASSERT_EQUAL_FATAL(script->n_roles, 2);
    CU_ASSERT_EQUAL(script->roles[1].minimum, 2);
    CU_ASSERT_EQUAL(script->roles[1].quorum, 1);
    CU_ASSERT_EQUAL(script->roles[0].quorum, 1);
    CU_ASSERT_TRUE(pki_script_has_word(&script->roles[1].not_same_as, "administrator"));
    CU_ASSERT_EQUAL_FATAL(script->n_materials, 2);
    CU_ASSERT_TRUE(script->materials[0].has_sha256);
    CU_ASSERT_EQUAL(script->materials[0].sha256[0], 0x5d);
    CU_ASSERT_TRUE(script->materials[1].bag);
    CU_ASSERT_PTR_EQUAL(pki_script_material(script, "stick-a"), &script->materials[1]);
    CU_ASSERT_PTR_EQUAL(pki_script_role(script, "witness"), &script->roles[1]);
    CU_ASSERT_PTR_NULL(pki_script_role(script, "auditor"));
    CU_ASSERT_EQUAL(script->facts.n, 3);
    CU_ASSERT_EQUAL(script->n_steps, 8);
}

static void test_a_step_does_a_duty_a_check_or_a_question(void)
{
    pki_auto(pki_script) script = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_script_parse("s", fixture_bytes(fixture_script("", "")), &script, &err), err);
    const struct pki_script_step *boot = &script->steps[0];
    const struct pki_script_step *rotate = &script->steps[4];
    const struct pki_script_step *ask = &script->steps[7];
    CU_ASSERT_EQUAL(boot->act.kind, PKI_SCRIPT_CHECK);
    CU_ASSERT_STRING_EQUAL(boot->act.check->name, "image");
    CU_ASSERT_STRING_EQUAL(boot->act.of, "boot");
    CU_ASSERT_EQUAL(rotate->act.kind, PKI_SCRIPT_DUTY);
    CU_ASSERT_STRING_EQUAL(rotate->act.duty->name, "rotate");
    CU_ASSERT_STRING_EQUAL(rotate->act.values[1], "code-signing");
    CU_ASSERT_STRING_EQUAL(rotate->confirm_type, "Test Prod Code Signing CA G2");
    CU_ASSERT_EQUAL(rotate->confirm_by.n, 2);
    CU_ASSERT_EQUAL(rotate->requires.n, 3);
    CU_ASSERT_EQUAL(rotate->evidence.n, 2);
    CU_ASSERT_EQUAL(rotate->on_failure, PKI_SCRIPT_STOP);
    CU_ASSERT_EQUAL(script->steps[3].on_failure, PKI_SCRIPT_RETRY);
    CU_ASSERT_EQUAL(script->steps[6].on_failure, PKI_SCRIPT_EXCEPTION);
    CU_ASSERT_EQUAL(ask->act.kind, PKI_SCRIPT_ASK);
    CU_ASSERT_EQUAL(ask->act.choices.n, 2);
    CU_ASSERT_EQUAL(ask->line, 112);
}

static void test_the_room_is_strict_unless_the_script_says_otherwise(void)
{
    pki_auto(pki_script) silent = NULL;
    pki_auto(pki_script) script = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_script_parse("s", fixture_bytes(fixture_script("", "")), &silent, &err), err);
    CU_ASSERT_EQUAL(silent->room.of[PKI_ROOM_SWAP], PKI_ROOM_STOP);
    CU_ASSERT_EQUAL(silent->room.of[PKI_ROOM_MEDIA], PKI_ROOM_NOTE);
    CU_ASSERT_EQUAL(silent->room.clock_within, 60);
    const char *text = fixture_script(
        "facts:\n", "room:\n  swap: note\n  media: stop\n  clock_within: 5\nfacts:\n");
    EXPECT_OK(pki_script_parse("s", fixture_bytes(text), &script, &err), err);
    CU_ASSERT_EQUAL(script->room.of[PKI_ROOM_SWAP], PKI_ROOM_NOTE);
    CU_ASSERT_EQUAL(script->room.of[PKI_ROOM_MEDIA], PKI_ROOM_STOP);
    CU_ASSERT_EQUAL(script->room.of[PKI_ROOM_ROUTES], PKI_ROOM_STOP);
    CU_ASSERT_EQUAL(script->room.clock_within, 5);
    CU_ASSERT_EQUAL(script->room_line, 27);
}

static void test_a_digest_may_be_of_the_first_octets_of_a_medium(void)
{
    pki_auto(pki_script) script = NULL;
    struct pki_error err = {0};
    const char *text =
        fixture_script("    label: BOOT\n", "    label: BOOT\n    size: 203423744\n");

    EXPECT_OK(pki_script_parse("s", fixture_bytes(text), &script, &err), err);
    CU_ASSERT_EQUAL(script->materials[0].size, 203423744);
    CU_ASSERT_EQUAL(script->materials[1].size, 0);
}

static const struct {
    const char *part, *instead, *text;
} refusals[] = {
    {"ceremony: 1", "ceremony: 2", "s:2:11: ceremony: version \"2\" is not known"},
    {"id: rotation-2026q1", "id: Rotation 1", "s:3:5: id: \"Rotation 1\" cannot be a name"},
    {"title: Quarterly rotation of prod code signing", "title: \"\"", "title: is empty"},
    {"type: rotate", "type: party", "s:5:7: type: there is no \"party\"; take root, intermediate"},
    {"valid_from: 2026-01-01", "valid_from: soon", "s:6:13: valid_from"},
    {"valid_until: 2026-12-31", "valid_until: 2025-12-31", "lies before valid_from"},
    {"expect_minutes: 40", "expect_minutes: 0", "no number from 1 to 1440"},
    {"expect_minutes: 40", "expect_minutes: 4000000000000", "no number from 1 to 1440"},
    {"expect_minutes: 40", "expect_minutes: -4", "no number from 1 to 1440"},
    {"  administrator:\n    minimum: 1\n", "  administrator:\n    minimum: 0\n",
     "s:11:14: minimum: \"0\" is no number from 1 to 50"},
    {"  administrator:\n    minimum: 1\n", "  administrator:\n    quorum: 1\n",
     "key \"minimum\" is missing"},
    {"    quorum: 1\n", "    quorum: 1\n    colour: red\n", "unknown key \"colour\""},
    {"facts:\n", "room:\n  swap: shout\nfacts:\n",
     "s:28:9: swap: there is no \"shout\"; take stop or note"},
    {"facts:\n", "room:\n  smell: note\nfacts:\n", "s:28:3: unknown key \"smell\""},
    {"facts:\n", "room:\n  clock_within: 4000\nfacts:\n", "no number from 1 to 3600"},
    {"facts:\n", "room: stop\nfacts:\n", "s:27"},
    {"    colour: red\n", "    size: 100\n", "size: needs sha256 beside it"},
    {"    label: BOOT\n", "    label: BOOT\n    size: 1k\n", "size: \"1k\" is no number of octets"},
    {"    label: BOOT\n", "    label: BOOT\n    size: 0\n", "size: \"0\" is no number"},
    {"kind: image", "kind: picture", "kind: there is no \"picture\"; take image, laptop"},
    {"sha256: 5d41", "sha256: 5d4", "this is no digest: write its 64 hex digits"},
    {"bag: required", "bag: maybe", "neither required nor none"},
    {"  - id: stick-a", "  - id: boot", "\"boot\" is there already"},
    {"  medium: none", "  Medium: none", "facts: \"Medium\" cannot be a name"},
    {"  clock: unknown", "  clock: not known", "facts: \"not known\" cannot be a name"},
    {"duty: rotate", "duty: reboot", "duty: there is no \"reboot\"; take init, root"},
    {"      purpose: code-signing\n", "", "key \"purpose\" is missing"},
    {"purpose: code-signing", "purpose: --now", "purpose: must be one line, not empty"},
    {"purpose: code-signing", "purpose: \"\"", "purpose: must be one line, not empty"},
    {"      purpose: code-signing\n", "      purpose: code-signing\n      now: yes\n",
     "unknown key \"now\""},
    {"      duty: rotate\n", "      duty: rotate\n      cellar: \"-x\"\n",
     "cellar: must be one line"},
    {"      duty: rotate\n      environment: prod\n", "      duty: export\n",
     "purpose: needs environment beside it"},
    {"check: network", "check: weather", "check: there is no \"weather\"; take people, image"},
    {"      check: image\n      of: boot\n", "      check: image\n", "key \"of\" is missing"},
    {"      check: network\n", "      chek: network\n", "none of duty, check and ask"},
    {"      ask: How many people are in the room?\n", "      ask: \"\"\n", "ask: is empty"},
    {"        - three\n", "        - three\n        - \"\"\n", "an entry is empty"},
    {"      - count\n", "      - counts\n", "record: there is no \"counts\"; take names"},
    {"      - certificate\n", "      - diploma\n", "evidence: there is no \"diploma\""},
    {"      type: Test Prod Code Signing CA G2\n", "      type: \"\"\n", "type: must be one line"},
    {"      by:\n        - administrator\n        - witness\n", "", "by: is missing"},
    {"on_failure: retry", "on_failure: panic", "take stop, exception or retry"},
    {"    minutes: 10\n", "", "key \"minutes\" is missing"},
    {"    minutes: 10\n", "    minutes: 241\n", "no number from 1 to 240"},
    {"    minutes: 10\n", "    minutes: 10\n    hurry: yes\n", "unknown key \"hurry\""},
    {"steps:\n", "stepps:\n", "key \"steps\" is missing"},
    {"facts:\n", "note: x\nfacts:\n", "unknown key \"note\""},
    {"title: Rotate", "title: &x Rotate", "anchors are not allowed"},
    {"title: Rotate", "title:\tRotate", "tabs are not allowed"},
    {"title: Rotate", "id: again", "key \"id\" is repeated"},
};

static void test_what_cannot_be_read_is_told_with_its_place(void)
{
    for (size_t i = 0; i < PKI_COUNT(refusals); i++) {
        pki_auto(pki_script) script = NULL;
        struct pki_error err = {0};
        const char *text = fixture_script(refusals[i].part, refusals[i].instead);

        if (pki_script_parse("s", fixture_bytes(text), &script, &err))
            fprintf(stderr, "\naccepted: %s\n", refusals[i].instead);
        CU_ASSERT_PTR_NULL_FATAL(script);
        test_failure_is(&err, PKI_E_USAGE, __FILE__, __LINE__);
        test_last = err;
        CU_ASSERT_EQUAL(strncmp(err.text, "s:", 2), 0);
        EXPECT_TEXT(refusals[i].text);
    }
}

static void test_a_script_needs_at_least_a_step(void)
{
    pki_auto(pki_script) script = NULL;
    struct pki_error err = {0};
    char text[16384];

    snprintf(text, sizeof(text), "%s", fixture_script("", ""));
    char *steps = strstr(text, "steps:\n");
    snprintf(steps, 32, "steps:\n  - id: x\n");
    EXPECT_FAILS(pki_script_parse("s", fixture_bytes(text), &script, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("key \"title\" is missing");
    snprintf(steps, 32, "steps: none\n");
    EXPECT_FAILS(pki_script_parse("s", fixture_bytes(text), &script, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("\"steps\" must be a list");
}

static void test_too_many_steps_are_refused(void)
{
    pki_auto(pki_script) script = NULL;
    pki_scope(pki_buf) text = {0};
    struct pki_error err = {0};
    const char *good = fixture_script("", "");

    pki_buf_append(&text, good, (size_t)(strstr(good, "steps:\n") - good));
    pki_buf_text(&text, "steps:\n");
    for (unsigned i = 0; i <= PKI_SCRIPT_STEPS; i++)
        pki_buf_printf(&text, "  - id: \"%03u\"\n", i);
    EXPECT_FAILS(pki_script_parse("s", pki_buf_view(&text), &script, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("steps: there are 201, at most 200 are taken");
}

static void test_a_file_is_loaded_or_named(void)
{
    pki_auto(pki_script) script = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_script_load(FIXTURES "/ceremony/good.yaml", &script, &err), err);
    pki_script_free(PKI_TAKE(script));
    EXPECT_FAILS(pki_script_load(FIXTURES "/ceremony/none.yaml", &script, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("none.yaml");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a script is read in file order", test_a_script_is_read_in_file_order},
        {"a step does a duty, a check or a question",
         test_a_step_does_a_duty_a_check_or_a_question},
        {"the room is strict unless the script says otherwise",
         test_the_room_is_strict_unless_the_script_says_otherwise},
        {"a digest may be of the first octets of a medium",
         test_a_digest_may_be_of_the_first_octets_of_a_medium},
        {"what cannot be read is told with its place",
         test_what_cannot_be_read_is_told_with_its_place},
        {"a script needs at least a step", test_a_script_needs_at_least_a_step},
        {"too many steps are refused", test_too_many_steps_are_refused},
        {"a file is loaded or named", test_a_file_is_loaded_or_named},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "script", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
