#include <sys/stat.h>

#include "ops/draft.h"
#include "rotation_fixture.h"

static const struct pki_rotate_request plain = {.environment = "prod", .purpose = "code-signing"};
static const struct pki_rotate_request at_once = {
    .environment = "prod", .purpose = "code-signing", .now = true};
static const struct pki_rotate_request promote_only = {
    .environment = "prod", .purpose = "code-signing", .now = true, .promote_only = true};
static const struct pki_rotate_request revert = {
    .environment = "prod", .purpose = "code-signing", .revert = true};

/* A cellar whose code-signing line is there, and published at once. */
static const char *published(const char *name)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    fixture_publish(cellar);
    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    return cellar;
}

static void refuse(const char *cellar, const struct pki_rotate_request *request, enum pki_code code,
                   const char *text)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};
    int64_t before = fixture_entries(cellar);

    EXPECT_FAILS(pki_rotate_prepare(session, request, &draft, &err), err, code);
    EXPECT_TEXT(text);
    CU_ASSERT_EQUAL(fixture_entries(cellar), before);
}

static char *rotate(const char *cellar, const struct pki_rotate_request *request)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_rotate_prepare(session, request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
    return fixture_text(report);
}

static void expect_states(const char *cellar, enum pki_authority_state first,
                          enum pki_authority_state second)
{
    CU_ASSERT_EQUAL(fixture_state(cellar, "prod-code-signing-g1"), first);
    CU_ASSERT_EQUAL(fixture_state(cellar, "prod-code-signing-g2"), second);
}

static void expect_part(const char *text, const char *part)
{
    if (!strstr(text, part))
        fprintf(stderr, "\n\"%s\" is not in:\n%s\n", part, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
}

/* --- promotion ------------------------------------------------------------------------------- */

static void test_rotation_promotes_retires_and_issues(void)
{
    const char *cellar = published("rotation");

    fixture_room.now += 14 * FIXTURE_DAY;
    int64_t before = fixture_entries(cellar);
    char *text = rotate(cellar, &plain);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "root-g1 prod-code-signing-g3+ ");
    expect_states(cellar, PKI_STATE_RETIRING, PKI_STATE_ACTIVE);
    CU_ASSERT_EQUAL(fixture_state(cellar, "prod-code-signing-g3"), PKI_STATE_NEXT);
    CU_ASSERT_EQUAL(fixture_entries(cellar), before + 2);
    expect_part(text, "prod-code-signing-g1  retiring");
    expect_part(text, "prod-code-signing-g3  code-signing-ca  next");
    expect_part(text, "cellar cutover prod code-signing --at TIME");
    expect_part(text, "Next: cellar export prod");
    free(text);
}

static void test_draft_is_named_after_the_new_active_and_tells_the_files(void)
{
    const char *cellar = published("tells");
    pki_auto(pki_report) report = pki_report_new();
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_room.now += 14 * FIXTURE_DAY;
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_rotate_prepare(session, &plain, &draft, &err), err);
    CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "Example Corp Prod Code Signing CA G2");
    EXPECT_OK(pki_draft_describe(draft, report, &err), err);
    static const char *const parts[] = {
        "prod-code-signing-g1  active  retiring",
        "adds prod-code-signing-g2; takes out prod-code-signing-g1\n",
        "new: holds prod-code-signing-g3\n",
        "adds prod-code-signing-g3; puts first prod-code-signing-g2\n",
        "window of prod-code-signing-g3 opens 2027-01-14T23:55:00Z",
        "prod-code-signing-g3  (not signed yet)",
        "window of prod-code-signing-g1 stays open until the cut-over is recorded",
        "CN=Example Corp Prod Code Signing CA G3",
    };
    char *text = fixture_text(report);
    for (size_t i = 0; i < PKI_COUNT(parts); i++)
        expect_part(text, parts[i]);
    CU_ASSERT_PTR_NULL(strstr(text, "less than publish_lead"));
    free(text);
}

static void test_too_early_is_refused_with_the_date(void)
{
    const char *cellar = published("early");

    fixture_room.now += 14 * FIXTURE_DAY - 1;
    refuse(cellar, &plain, PKI_E_STATE, "possible from 2027-01-15T00:00:00Z on");
    free(rotate(cellar, &at_once));
    expect_states(cellar, PKI_STATE_RETIRING, PKI_STATE_ACTIVE);
}

static void test_never_published_is_refused(void)
{
    const char *cellar = fixture_cellar("unpublished");

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    fixture_room.now += 300 * FIXTURE_DAY;
    refuse(cellar, &plain, PKI_E_STATE, "cellar export prod");
}

/* Recorded, and cut off before it had its name: nobody could fetch it, until it is made again. */
static void test_an_export_that_was_cut_off_stops_a_rotation(void)
{
    const char *cellar = published("nameless");
    char named[512];
    char hidden[512];

    (void)snprintf(named, sizeof(named), "%s/exports/prod", cellar);
    (void)snprintf(hidden, sizeof(hidden), "%s/exports/.prod.new", cellar);
    CU_ASSERT_EQUAL(rename(named, hidden), 0);
    fixture_room.now += 14 * FIXTURE_DAY;
    refuse(cellar, &plain, PKI_E_STATE, "was cut off before it lay under exports/");
    fixture_publish(cellar);
    free(rotate(cellar, &plain));
    expect_states(cellar, PKI_STATE_RETIRING, PKI_STATE_ACTIVE);
}

static void test_promotion_alone_needs_no_key_and_no_silence(void)
{
    const char *cellar = published("keyless");

    fixture_room.root = FIXTURE_WIRED;
    refuse(cellar, &at_once, PKI_E_POLICY, "eth0");
    char *text = rotate(cellar, &promote_only);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "");
    expect_part(text, "cellar issue prod code-signing");
    expect_states(cellar, PKI_STATE_RETIRING, PKI_STATE_ACTIVE);
    free(text);
    fixture_room.now -= 30 * FIXTURE_DAY;
    refuse(cellar, &promote_only, PKI_E_STATE, "waits as next");
    fixture_room_reset();
}

static void test_clock_before_the_journal_is_refused_without_a_key_too(void)
{
    const char *cellar = published("clock");

    pki_auto(pki_session) session = fixture_open_with(cellar, NULL);
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_room.now -= 30 * FIXTURE_DAY;
    EXPECT_FAILS(pki_rotate_prepare(session, &promote_only, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("clock-is-right");
    fixture_room_reset();
}

static void test_missing_next_is_issued_alone(void)
{
    const char *cellar = published("missing");
    const struct pki_issue_request issue = {.environment = "prod", .purpose = "code-signing"};
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    free(rotate(cellar, &promote_only));
    refuse(cellar, &at_once, PKI_E_STATE, "cellar issue prod code-signing");
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_OK(pki_issue_prepare(session, &issue, &draft, &err), err);
        CU_ASSERT_EQUAL(draft->n, 1);
        CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "Example Corp Prod Code Signing CA G3");
    }
    fixture_line(cellar, "prod", "code-signing");
    expect_states(cellar, PKI_STATE_RETIRING, PKI_STATE_ACTIVE);
    CU_ASSERT_EQUAL(fixture_state(cellar, "prod-code-signing-g3"), PKI_STATE_NEXT);
}

static void test_line_without_active_gets_its_next_promoted(void)
{
    const char *cellar = published("revoked");
    const struct pki_issue_request issue = {.environment = "prod", .purpose = "code-signing"};
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_set_state(cellar, "prod-code-signing-g1", PKI_STATE_REVOKED);
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_FAILS(pki_issue_prepare(session, &issue, &draft, &err), err, PKI_E_STATE);
        EXPECT_TEXT("cellar rotate prod code-signing");
    }
    free(rotate(cellar, &at_once));
    expect_states(cellar, PKI_STATE_REVOKED, PKI_STATE_ACTIVE);
    refuse(cellar, &revert, PKI_E_STATE, "no promotion to take back");
}

/* Who retired before it did so for another. */
static void test_promotion_after_a_loss_is_not_taken_back(void)
{
    const char *cellar = published("lost");

    free(rotate(cellar, &at_once));
    fixture_room.now += FIXTURE_DAY;
    fixture_set_state(cellar, "prod-code-signing-g2", PKI_STATE_REVOKED);
    free(rotate(cellar, &at_once));
    CU_ASSERT_EQUAL(fixture_state(cellar, "prod-code-signing-g3"), PKI_STATE_ACTIVE);
    refuse(cellar, &revert, PKI_E_STATE, "no promotion to take back");
}

/* G2 ends at the end of March 2028: the last days leave no time to publish a successor. */
static void test_gap_is_refused_and_a_short_stay_is_told(void)
{
    const char *cellar = published("gap");
    pki_auto(pki_report) report = pki_report_new();
    pki_auto(pki_draft) draft = NULL;
    struct pki_error err = {0};

    fixture_room.now = INT64_C(1838159999) - 15 * FIXTURE_DAY - 600 + 1;
    refuse(cellar, &plain, PKI_E_POLICY, "would leave a gap");
    fixture_room.now -= 1;
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_rotate_prepare(session, &plain, &draft, &err), err);
    EXPECT_OK(pki_draft_describe(draft, report, &err), err);
    char *text = fixture_text(report);
    expect_part(text, "must be succeeded by 2028-03-30T23:49:59Z already");
    free(text);
}

static void test_expired_next_is_refused(void)
{
    const char *cellar = published("expired");

    fixture_room.now = INT64_C(1838160000);
    refuse(cellar, &plain, PKI_E_STATE, "prod-code-signing-g2 waits as next, but ended ");
}

static void test_time_stamping_generation_comes_with_its_leaf(void)
{
    const char *csrs[] = {fixture_request("tsa-g3", "ecdsa-p256")};
    const struct pki_rotate_request request = {
        .environment = "prod", .purpose = "time-stamping", .now = true, .csrs = csrs, .n_csrs = 1};
    const char *cellar = fixture_cellar("stamps");

    fixture_root(cellar);
    fixture_line(cellar, "prod", "time-stamping");
    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    char *text = rotate(cellar, &request);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "root-g1 prod-time-stamping-g3+ ");
    expect_part(text, "prod-time-stamping-g3-tsa  time-stamping");
    free(text);
    free(fixture_pem(cellar, "prod-time-stamping-g3", true));
}

static void test_options_that_do_not_go_together_are_refused(void)
{
    const char *csrs[] = {"one.csr", "two.csr"};
    struct pki_rotate_request request = plain;
    const char *cellar = published("options");

    request.csrs = csrs;
    request.n_csrs = 2;
    refuse(cellar, &request, PKI_E_USAGE, "at most one request");
    request.n_csrs = 1;
    request.promote_only = true;
    refuse(cellar, &request, PKI_E_USAGE, "--csr");
    request.promote_only = false;
    request.revert = true;
    refuse(cellar, &request, PKI_E_USAGE, "--csr");
    request.n_csrs = 0;
    request.now = true;
    refuse(cellar, &request, PKI_E_USAGE, "--revert");
    request = plain;
    request.purpose = "painting";
    refuse(cellar, &request, PKI_E_NOTFOUND, "painting");
}

static void test_failure_changes_no_state(void)
{
    const char *cellar = published("fails");
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};
    char path[4096];

    snprintf(path, sizeof(path), "%s/keys/prod-code-signing-g3.key", cellar);
    CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
    {
        pki_auto(pki_session) session = fixture_open(cellar);
        EXPECT_OK(pki_rotate_prepare(session, &at_once, &draft, &err), err);
        CU_ASSERT_FALSE(pki_draft_sign(session, draft, report, &err));
    }
    expect_states(cellar, PKI_STATE_ACTIVE, PKI_STATE_NEXT);
    CU_ASSERT_EQUAL(fixture_reserved(cellar), 0);
}

/* --- the way back ---------------------------------------------------------------------------- */

static void test_promotion_is_taken_back_and_done_again(void)
{
    const char *csrs[] = {"no.csr"};
    struct pki_rotate_request again = at_once;
    const char *cellar = published("revert");

    refuse(cellar, &revert, PKI_E_STATE, "no promotion to take back");
    free(rotate(cellar, &at_once));
    fixture_room.now += FIXTURE_DAY;
    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    free(rotate(cellar, &revert));
    expect_states(cellar, PKI_STATE_ACTIVE, PKI_STATE_NEXT);
    refuse(cellar, &revert, PKI_E_STATE, "no promotion to take back");

    /* G3 waits already: nothing is signed. */
    again.csrs = csrs;
    again.n_csrs = 1;
    refuse(cellar, &again, PKI_E_STATE, "waits already");
    char *text = rotate(cellar, &at_once);
    CU_ASSERT_PTR_NULL(strstr(text, "g3"));
    free(text);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "");
    expect_states(cellar, PKI_STATE_RETIRING, PKI_STATE_ACTIVE);
    CU_ASSERT_EQUAL(fixture_state(cellar, "prod-code-signing-g3"), PKI_STATE_NEXT);
}

static void test_no_way_back_after_the_cutover(void)
{
    const char *cellar = published("switched");

    free(rotate(cellar, &at_once));
    fixture_cutover(cellar, "prod", "code-signing");
    refuse(cellar, &revert, PKI_E_STATE, "the outside switched to prod-code-signing-g2");
}

/* --- due ------------------------------------------------------------------------------------- */

static size_t count_due(const char *cellar, const char *first)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    pki_scope(pki_due_lines) lines = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_rotate_due(session, &lines, &err), err);
    if (first && lines.n > 0)
        CU_ASSERT_STRING_EQUAL(lines.list[0].purpose, first);
    return lines.n;
}

static void test_lines_are_due_by_their_periods(void)
{
    const char *cellar = published("due");

    fixture_line(cellar, "prod", "tls");
    CU_ASSERT_EQUAL(count_due(cellar, NULL), 0);
    fixture_room.now = INT64_C(1806537600) - 1; /* 2027-04-01 */
    CU_ASSERT_EQUAL(count_due(cellar, NULL), 0);
    fixture_room.now++;
    CU_ASSERT_EQUAL(count_due(cellar, "code-signing"), 1);
    fixture_rotate(cellar, "prod", "code-signing");
    CU_ASSERT_EQUAL(count_due(cellar, NULL), 0);
    fixture_room.now = INT64_C(1830297600); /* 2028-01-01 */
    CU_ASSERT_EQUAL(count_due(cellar, "code-signing"), 2);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"rotation promotes, retires and issues", test_rotation_promotes_retires_and_issues},
        {"the draft is named after the new active and tells the files",
         test_draft_is_named_after_the_new_active_and_tells_the_files},
        {"too early is refused with the date", test_too_early_is_refused_with_the_date},
        {"never published is refused", test_never_published_is_refused},
        {"an export that was cut off stops a rotation",
         test_an_export_that_was_cut_off_stops_a_rotation},
        {"promotion alone needs no key and no silence",
         test_promotion_alone_needs_no_key_and_no_silence},
        {"a clock before the journal is refused without a key, too",
         test_clock_before_the_journal_is_refused_without_a_key_too},
        {"a missing next is issued alone", test_missing_next_is_issued_alone},
        {"a line without active gets its next promoted",
         test_line_without_active_gets_its_next_promoted},
        {"a promotion after a loss is not taken back",
         test_promotion_after_a_loss_is_not_taken_back},
        {"a gap is refused, and a short stay is told",
         test_gap_is_refused_and_a_short_stay_is_told},
        {"an expired next is refused", test_expired_next_is_refused},
        {"a time-stamping generation comes with its leaf",
         test_time_stamping_generation_comes_with_its_leaf},
        {"options that do not go together are refused",
         test_options_that_do_not_go_together_are_refused},
        {"a failure changes no state", test_failure_changes_no_state},
        {"a promotion is taken back and done again", test_promotion_is_taken_back_and_done_again},
        {"no way back after the cut-over", test_no_way_back_after_the_cutover},
        {"lines are due by their periods", test_lines_are_due_by_their_periods},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "rotate", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
