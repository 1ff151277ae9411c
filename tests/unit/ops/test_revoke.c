#include "life_fixture.h"

#include "ops/revocation.h"

#define G1 "prod-code-signing-g1"
#define G2 "prod-code-signing-g2"

static const char *line_cellar(const char *name)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    return cellar;
}

static void test_compromised_authority_is_left_at_once(void)
{
    const char *cellar = line_cellar("left");
    pki_auto(pki_session) session = fixture_open(cellar);
    const struct pki_revoke_request request = {
        .what = life_serial(session, G1), .reason = "keyCompromise", .promote_next = true};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_revoke_prepare(session, &request, &draft, &err), err);
    CU_ASSERT_STRING_EQUAL(pki_draft_name(draft), "Example Corp Prod Code Signing CA G1");
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    CU_ASSERT_EQUAL(life_state(session, G1), PKI_STATE_REVOKED);
    CU_ASSERT_EQUAL(life_state(session, G2), PKI_STATE_ACTIVE);
    char *text = fixture_text(report);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "that of root-g1, by 2027-01-01T23:55:00Z"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "exports/prod/sigstore/trusted_root.json"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "REVOKED: Example Corp Prod Code Signing CA G1"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "cellar crl root-g1"));
    free(text);
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("it is revoked already, since 2026-12-31T23:55:00Z, keyCompromise (drop)");
}

/* Each asks about an authority's or a TSA leaf's certificate; nothing is recorded. */
static const struct refusal {
    const char *name;
    struct pki_revoke_request request;
    enum pki_code code;
    const char *text;
} refusals[] = {
    {"no reason", {0}, PKI_E_USAGE, "--reason is missing"},
    {"an unknown reason", {.reason = "tired"}, PKI_E_USAGE, "no reason \"tired\""},
    {"a hold", {.reason = "certificateHold"}, PKI_E_USAGE, "no reason \"certificateHold\""},
    {"unspecified", {.reason = "unspecified"}, PKI_E_POLICY, "no reason for an authority's"},
    {"a treatment that there is not",
     {.reason = "superseded", .treatment = "keep"},
     PKI_E_USAGE,
     "no treatment \"keep\""},
    {"an end without a time",
     {.reason = "keyCompromise", .treatment = "end"},
     PKI_E_POLICY,
     "needs --invalid-since"},
    {"a time to come",
     {.reason = "keyCompromise", .has_invalid_since = true, .invalid_since = FIXTURE_NOW + 1},
     PKI_E_POLICY,
     "in the future"},
    {"an end before its beginning",
     {.reason = "superseded", .treatment = "end", .has_invalid_since = true, .invalid_since = 9},
     PKI_E_POLICY,
     "before the certificate"},
    {"an end at its beginning",
     {.reason = "superseded",
      .treatment = "end",
      .has_invalid_since = true,
      .invalid_since = FIXTURE_NOW - 300},
     PKI_E_POLICY,
     "before the certificate"},
};

static void test_what_does_not_suit_is_refused(void)
{
    const char *cellar = line_cellar("refusals");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    int64_t entries = fixture_entries(cellar);

    for (size_t i = 0; i < PKI_COUNT(refusals); i++) {
        struct pki_revoke_request request = refusals[i].request;
        struct pki_error err = {0};

        request.what = life_serial(session, G1);
        EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, refusals[i].code);
        EXPECT_TEXT(refusals[i].text);
    }
    CU_ASSERT_EQUAL(fixture_entries(cellar), entries);
    CU_ASSERT_EQUAL(life_state(session, G1), PKI_STATE_ACTIVE);
}

static void test_certificate_that_is_not_ours_is_refused(void)
{
    const char *cellar = line_cellar("foreign");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    struct pki_revoke_request request = {.reason = "superseded"};
    struct pki_error err = {0};

    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_USAGE);
    request.what = "00";
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("neither a serial (20 octets in hex) nor a fingerprint");
    request.what = "4f00000000000000000000000000000000000000";
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_NOTFOUND);
    request.what = NULL;
    request.certificate = FIXTURES "/chains/leaf.pem";
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_NOTFOUND);
    EXPECT_TEXT("issued by none of this cellar's authorities");
    request.certificate = FIXTURES "/lint/chain_keys.bad.pem";
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_FORMAT);
}

static void test_root_is_lost_by_compromise_alone(void)
{
    const char *cellar = line_cellar("root");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    struct pki_revoke_request request = {.what = life_serial(session, "root-g1"),
                                         .reason = "superseded"};
    struct pki_error err = {0};

    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("a root cannot revoke itself");
    request.reason = "cACompromise";
    request.treatment = "end";
    request.has_invalid_since = true;
    request.invalid_since = FIXTURE_NOW - 1;
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("its treatment is drop");
    request.treatment = NULL;
    request.has_invalid_since = false;
    request.promote_next = true;
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_USAGE);
    request.promote_next = false;
    life_revoke(session, &request);
    CU_ASSERT_EQUAL(life_state(session, "root-g1"), PKI_STATE_REVOKED);
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("recorded already");
}

/* Its intermediate is not revoked: the generation retires, its CRLs go on. */
static void test_time_stamping_leaf_takes_its_generation_along(void)
{
    const char *cellar = fixture_cellar("stamps");
    pki_scope(pki_authority_row) first = {0};
    pki_scope(pki_certificate_row) leaf = {0};
    pki_auto(pki_draft) draft = NULL;
    char serial[41];
    struct pki_revoke_request request = {
        .what = serial, .reason = "keyCompromise", .promote_next = true};
    struct pki_error err = {0};
    bool found = false;

    fixture_root(cellar);
    fixture_line(cellar, "prod", "time-stamping");
    pki_auto(pki_session) session = fixture_open(cellar);
    EXPECT_OK(
        pki_store_authority_by_name(session->store, "prod-time-stamping-g1", &found, &first, &err),
        err);
    EXPECT_OK(pki_store_find_companion(session->store, first.id, &found, &leaf, &err), err);
    for (size_t i = 0; i < sizeof(leaf.serial); i++)
        snprintf(serial + 2 * i, 3, "%02x", leaf.serial[i]);
    request.treatment = "end";
    request.has_invalid_since = true;
    request.invalid_since = FIXTURE_NOW;
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("can sign any past time");
    request.treatment = NULL;
    life_revoke(session, &request);
    CU_ASSERT_EQUAL(life_state(session, "prod-time-stamping-g1"), PKI_STATE_RETIRING);
    CU_ASSERT_EQUAL(life_state(session, "prod-time-stamping-g2"), PKI_STATE_ACTIVE);
}

static void test_next_alone_is_not_promoted(void)
{
    const char *cellar = line_cellar("next");
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_draft) draft = NULL;
    struct pki_revoke_request request = {
        .what = life_serial(session, G2), .reason = "keyCompromise", .promote_next = true};
    struct pki_error err = {0};

    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_USAGE);
    request.promote_next = false;
    life_revoke(session, &request);
    request.what = life_serial(session, G1);
    request.promote_next = true;
    EXPECT_FAILS(pki_revoke_prepare(session, &request, &draft, &err), err, PKI_E_STATE);
    EXPECT_TEXT("no next authority waits in prod code-signing");
}

static void test_every_reason_has_a_treatment_that_holds(void)
{
    const struct pki_cert authority = {.authority = true, .not_before = 1};
    const struct pki_cert leaf = {.not_before = 1};
    static const char *const names[] = {
        "unspecified", "keyCompromise",        "cACompromise",      "affiliationChanged",
        "superseded",  "cessationOfOperation", "privilegeWithdrawn"};

    for (size_t i = 0; i < PKI_COUNT(names); i++) {
        const struct pki_revoke_request request = {.reason = names[i]};
        struct pki_revocation_row row = {0};
        struct pki_error err = {0};
        bool suits_leaf = strcmp(names[i], "cACompromise") != 0;

        CU_ASSERT_EQUAL(
            pki_revocation_judge(&request, suits_leaf ? &leaf : &authority, 100, &row, &err), true);
        CU_ASSERT_STRING_EQUAL(pki_reason_of(row.reason)->name, names[i]);
        CU_ASSERT_STRING_EQUAL(row.treatment, pki_reason_of(row.reason)->treatment);
    }
}

/* What dates a list says of it, and so from when on it counts for whoever reads the list. */
static void test_invalidity_date_says_what_the_treatment_does(void)
{
    const struct pki_cert leaf = {.not_before = 1};
    const struct {
        const char *reason, *treatment;
        int64_t since; /* 0: not given */
        bool has_invalidity;
        int64_t invalidity_at;
    } cases[] = {
        {"superseded", NULL, 0, false, 0},          {"superseded", NULL, 50, true, 50},
        {"superseded", NULL, 90, true, 70}, /* after the date of the revocation, which is set back
                                             */
        {"superseded", "drop", 0, true, 1},         {"privilegeWithdrawn", NULL, 0, true, 1},
        {"privilegeWithdrawn", NULL, 50, true, 50}, {"unspecified", NULL, 0, true, 1},
        {"keyCompromise", NULL, 0, false, 0}, /* from ever, for readers of such an entry */
        {"keyCompromise", NULL, 100, true, 70},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        const struct pki_revoke_request request = {.reason = cases[i].reason,
                                                   .treatment = cases[i].treatment,
                                                   .has_invalid_since = cases[i].since != 0,
                                                   .invalid_since = cases[i].since};
        struct pki_revocation_row row = {.revoked_at = 70};
        struct pki_error err = {0};

        EXPECT_OK(pki_revocation_judge(&request, &leaf, 100, &row, &err), err);
        CU_ASSERT_EQUAL(row.has_invalidity, cases[i].has_invalidity);
        CU_ASSERT_EQUAL(row.invalidity_at, cases[i].invalidity_at);
    }
}

/* However many there are. */
static void test_every_environment_below_a_lost_root_is_told(void)
{
    char environments[8192] = "environments:\n";
    char path[64];

    for (unsigned i = 1; i <= 14; i++) {
        size_t used = strlen(environments);
        snprintf(environments + used, sizeof(environments) - used,
                 "  e%u:\n    root: main\n    lines:\n      tls:\n        profile: tls-ca\n"
                 "        common_name: Example Corp E%u TLS CA\n        key: ecdsa-p256\n"
                 "        validity: 5y\n        rotate_every: 1y\n        publish_lead: 30d\n"
                 "        leaf_life: 90d\n        slack: 24h\n        crl_period: 30d\n",
                 i, i);
    }
    const char *cellar = fixture_cellar_with("many", "environments:\n", environments);
    fixture_root(cellar);
    pki_auto(pki_session) session = fixture_open(cellar);
    const struct pki_revoke_request request = {.what = life_serial(session, "root-g1"),
                                               .reason = "keyCompromise"};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_revoke_prepare(session, &request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
    char *text = fixture_text(report);
    for (unsigned i = 1; i <= 14; i++) {
        snprintf(path, sizeof(path), "exports/e%u/(all of it)", i);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, path));
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "exports/prod/(all of it)"));
    free(text);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a compromised authority is left at once", test_compromised_authority_is_left_at_once},
        {"what does not suit is refused", test_what_does_not_suit_is_refused},
        {"a certificate that is not ours is refused", test_certificate_that_is_not_ours_is_refused},
        {"a root is lost by compromise alone", test_root_is_lost_by_compromise_alone},
        {"a time-stamping leaf takes its generation along",
         test_time_stamping_leaf_takes_its_generation_along},
        {"a next alone is not promoted", test_next_alone_is_not_promoted},
        {"every reason has a treatment that holds", test_every_reason_has_a_treatment_that_holds},
        {"the invalidity date says what the treatment does",
         test_invalidity_date_says_what_the_treatment_does},
        {"every environment below a lost root is told",
         test_every_environment_below_a_lost_root_is_told},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "revoke", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
