#include "ops/draft.h"
#include "rotation_fixture.h"

/* A cellar whose line was promoted an hour ago. */
static const char *promoted(const char *name, const char *purpose)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    fixture_line(cellar, "prod", purpose);
    fixture_room.now += 30 * FIXTURE_DAY;
    fixture_rotate(cellar, "prod", purpose);
    fixture_room.now += 3600;
    return cellar;
}

static bool prepare(const char *cellar, const char *purpose, const char *proof,
                    struct pki_error *err)
{
    const struct pki_cutover_request request = {
        .environment = "prod", .purpose = purpose, .at = fixture_room.now - 60, .proof = proof};
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;

    return pki_cutover_prepare(session, &request, &draft, err);
}

static const char *proof_of(const char *before, const char *pem, const char *after)
{
    static char text[1 << 16];
    size_t n = (size_t)snprintf(text, sizeof(text), "%s", before);

    for (const char *c = pem; *c; c++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, *c == '\n' && before[0] ? "\\n" : "%c",
                              *c);
    snprintf(text + n, sizeof(text) - n, "%s", after);
    return fixture_file("proof.json", text);
}

static void test_cutover_is_shown_and_recorded(void)
{
    const char *cellar = promoted("recorded", "code-signing");
    const struct pki_cutover_request request = {
        .environment = "prod", .purpose = "code-signing", .at = fixture_room.now - 60};
    pki_auto(pki_report) shown = pki_report_new();
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_cutover_row row = {0};
    struct pki_error err = {0};
    bool found = false;

    memset(fixture_answers.asked, 0, sizeof(fixture_answers.asked));
    fixture_room.root = FIXTURE_WIRED; /* no key is used: it does not matter */
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(pki_cutover_prepare(session, &request, &draft, &err), err);
    CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "Example Corp Prod Code Signing CA G2");
    EXPECT_OK(pki_draft_describe(draft, shown, &err), err);
    char *text = fixture_text(shown);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "prod-code-signing-g1  2027-02-01T01:09:00Z"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "No proof is given"));
    free(text);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "");

    struct pki_authority_row active = {0};
    EXPECT_OK(
        pki_store_authority_by_name(session->store, "prod-code-signing-g2", &found, &active, &err),
        err);
    EXPECT_OK(pki_store_find_cutover(session->store, active.id, &found, &row, &err), err);
    CU_ASSERT_TRUE(found);
    CU_ASSERT_EQUAL(row.at, request.at);
    CU_ASSERT_EQUAL(row.recorded_at, fixture_room.now);
    CU_ASSERT_FALSE(row.has_proof);
    pki_authority_row_clear(&active);
    fixture_room_reset();
}

static void test_it_is_recorded_once(void)
{
    const char *cellar = promoted("once", "code-signing");
    struct pki_error err = {0};

    fixture_cutover(cellar, "prod", "code-signing");
    EXPECT_FAILS(prepare(cellar, "code-signing", NULL, &err), err, PKI_E_STATE);
    EXPECT_TEXT("recorded already");
    fixture_room_reset();
}

static void test_first_authority_has_nothing_to_switch_from(void)
{
    const char *cellar = fixture_cellar("first");
    struct pki_error err = {0};

    fixture_root(cellar);
    EXPECT_FAILS(prepare(cellar, "code-signing", NULL, &err), err, PKI_E_STATE);
    EXPECT_TEXT("no active authority");
    fixture_line(cellar, "prod", "code-signing");
    err = (struct pki_error){0};
    EXPECT_FAILS(prepare(cellar, "code-signing", NULL, &err), err, PKI_E_STATE);
    EXPECT_TEXT("nothing to switch from");
    fixture_room_reset();
}

static void test_time_lies_between_promotion_and_now(void)
{
    static const struct {
        int64_t later;
        const char *text; /* NULL: fine */
    } rows[] = {
        {1, "lies in the future"},
        {0, NULL},
        {-3600, NULL},
        {-3601, "before prod-code-signing-g2 became active"},
    };
    const char *cellar = promoted("time", "code-signing");

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        const struct pki_cutover_request request = {.environment = "prod",
                                                    .purpose = "code-signing",
                                                    .at = fixture_room.now + rows[i].later};
        pki_auto(pki_session) session = fixture_open(cellar);
        pki_auto(pki_draft) draft = NULL;
        struct pki_error err = {0};

        if (rows[i].text) {
            EXPECT_FAILS(pki_cutover_prepare(session, &request, &draft, &err), err, PKI_E_POLICY);
            EXPECT_TEXT(rows[i].text);
        } else {
            EXPECT_OK(pki_cutover_prepare(session, &request, &draft, &err), err);
        }
    }
    fixture_room_reset();
}

static void test_proof_shows_the_active_authority(void)
{
    static const char open[] = "{\"chains\": [{\"certificates\": [\"";
    const char *cellar = promoted("proof", "code-signing");
    char *active = fixture_pem(cellar, "prod-code-signing-g2", false);
    char *old = fixture_pem(cellar, "prod-code-signing-g1", false);
    const struct {
        const char *before, *pem, *after;
        enum pki_code code;
        const char *text;
    } rows[] = {
        {open, active, "\"]}]}", PKI_OK, ""},
        {"", active, "", PKI_OK, ""},
        {"", active, old, PKI_OK, ""},
        {open, old, "\"]}]}", PKI_E_INVALID, "has not switched"},
        {"", old, active, PKI_E_INVALID, "has not switched"},
        {open, "", "\"]}]}", PKI_E_FORMAT, "proof"},
        {"{\"chains\": []", "", "}", PKI_E_FORMAT, "chains[0]"},
        {"{\"chains\": [", "", "", PKI_E_FORMAT, "not JSON"},
        {"", "hello\n", "", PKI_E_FORMAT, "proof"},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        const char *path = proof_of(rows[i].before, rows[i].pem, rows[i].after);
        struct pki_error err = {0};

        if (rows[i].code == PKI_OK) {
            EXPECT_OK(prepare(cellar, "code-signing", path, &err), err);
        } else {
            EXPECT_FAILS(prepare(cellar, "code-signing", path, &err), err, rows[i].code);
            EXPECT_TEXT(rows[i].text);
        }
    }
    free(active);
    free(old);
    fixture_room_reset();
}

static void test_proof_of_a_time_stamping_line_begins_with_the_leaf(void)
{
    const char *cellar = promoted("stamps", "time-stamping");
    char *leaf = fixture_pem(cellar, "prod-time-stamping-g2", true);
    char *old = fixture_pem(cellar, "prod-time-stamping-g1", true);
    struct pki_error err = {0};

    EXPECT_OK(prepare(cellar, "time-stamping", proof_of("", leaf, ""), &err), err);
    EXPECT_FAILS(prepare(cellar, "time-stamping", proof_of("", old, ""), &err), err, PKI_E_INVALID);
    free(leaf);
    free(old);
    fixture_room_reset();
}

static void test_digest_of_the_proof_is_kept(void)
{
    const char *cellar = promoted("digest", "code-signing");
    char *pem = fixture_pem(cellar, "prod-code-signing-g2", false);
    const struct pki_cutover_request request = {.environment = "prod",
                                                .purpose = "code-signing",
                                                .at = fixture_room.now,
                                                .proof = proof_of("", pem, "")};
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_authority_row active = {0};
    struct pki_cutover_row row = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};
    bool found = false;

    EXPECT_OK(pki_cutover_prepare(session, &request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    EXPECT_OK(
        pki_store_authority_by_name(session->store, "prod-code-signing-g2", &found, &active, &err),
        err);
    EXPECT_OK(pki_store_find_cutover(session->store, active.id, &found, &row, &err), err);
    pki_sha256((struct pki_bytes){(const uint8_t *)pem, strlen(pem)}, sha256);
    CU_ASSERT_TRUE(row.has_proof && memcmp(row.proof_sha256, sha256, sizeof(sha256)) == 0);
    pki_authority_row_clear(&active);
    free(pem);
    fixture_room_reset();
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a cut-over is shown and recorded", test_cutover_is_shown_and_recorded},
        {"it is recorded once", test_it_is_recorded_once},
        {"a first authority has nothing to switch from",
         test_first_authority_has_nothing_to_switch_from},
        {"the time lies between promotion and now", test_time_lies_between_promotion_and_now},
        {"a proof shows the active authority", test_proof_shows_the_active_authority},
        {"a proof of a time-stamping line begins with the leaf",
         test_proof_of_a_time_stamping_line_begins_with_the_leaf},
        {"the digest of the proof is kept", test_digest_of_the_proof_is_kept},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "cutover", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
