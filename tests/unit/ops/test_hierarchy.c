#include "ops/hierarchy.h"
#include "ops_fixture.h"

static struct pki_bytes bytes_of(const char *text)
{
    return (struct pki_bytes){(const uint8_t *)text, strlen(text)};
}

static void test_example_is_a_hierarchy_with_every_kind_of_line(void)
{
    pki_auto(pki_hierarchy) hierarchy = NULL;
    const struct pki_line_plan *line = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_hierarchy_parse("example", bytes_of(pki_init_example()), &hierarchy, &err), err);
    EXPECT_OK(pki_hierarchy_line(hierarchy, "prod", "code-signing", &line, &err), err);
    EXPECT_OK(pki_hierarchy_line(hierarchy, "prod", "time-stamping", &line, &err), err);
    EXPECT_OK(pki_hierarchy_line(hierarchy, "prod", "tls", &line, &err), err);
    EXPECT_OK(pki_hierarchy_line(hierarchy, "dev", "code-signing", &line, &err), err);
    EXPECT_OK(pki_hierarchy_line(hierarchy, "dev", "time-stamping", &line, &err), err);
    CU_ASSERT_TRUE(hierarchy->air_gap_enforced);
}

static void test_values_are_read_in_file_order(void)
{
    pki_auto(pki_hierarchy) hierarchy = NULL;
    const struct pki_root_plan *root = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_hierarchy_parse("h", bytes_of(fixture_hierarchy("", "")), &hierarchy, &err), err);
    CU_ASSERT_STRING_EQUAL(hierarchy->organization, "Example Corp");
    CU_ASSERT_STRING_EQUAL(hierarchy->country, "DE");
    CU_ASSERT_EQUAL_FATAL(hierarchy->n_roots, 1);
    CU_ASSERT_EQUAL_FATAL(hierarchy->n_lines, 3);
    const struct pki_line_plan *line = &hierarchy->lines[0];
    CU_ASSERT_STRING_EQUAL(line->purpose, "code-signing");
    CU_ASSERT_STRING_EQUAL(line->fulcio, "https://fulcio.example.com");
    CU_ASSERT_PTR_NULL(line->oidc);
    CU_ASSERT_EQUAL(line->validity.months, 15);
    CU_ASSERT_EQUAL(line->leaf_life.seconds, 600);
    CU_ASSERT_EQUAL(line->key->id, PKI_KEY_ECDSA_P384);
    CU_ASSERT_PTR_EQUAL(line->root, &hierarchy->roots[0]);
    CU_ASSERT_PTR_NULL(line->crl_url);
    CU_ASSERT_STRING_EQUAL(hierarchy->lines[2].purpose, "tls");
    EXPECT_OK(pki_hierarchy_root(hierarchy, "main", &root, &err), err);
    CU_ASSERT_PTR_EQUAL(root, &hierarchy->roots[0]);
}

static void test_unknown_names_are_told_with_what_there_is(void)
{
    pki_auto(pki_hierarchy) hierarchy = NULL;
    const struct pki_root_plan *root = NULL;
    const struct pki_line_plan *line = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_hierarchy_parse("h", bytes_of(fixture_hierarchy("", "")), &hierarchy, &err), err);
    EXPECT_FAILS(pki_hierarchy_root(hierarchy, "mine", &root, &err), err, PKI_E_NOTFOUND);
    EXPECT_TEXT("it has: main");
    EXPECT_FAILS(pki_hierarchy_line(hierarchy, "prod", "mail", &line, &err), err, PKI_E_NOTFOUND);
    EXPECT_TEXT("it has: prod code-signing, prod time-stamping, prod tls");
}

struct refusal {
    const char *part, *instead;
    enum pki_code code;
    const char *text;
};

static const struct refusal refusals[] = {
    {"hierarchy: 1", "hierarchy: 2", PKI_E_USAGE, "h:1:12: hierarchy"},
    {"organization: Example Corp\n", "", PKI_E_USAGE, "organization"},
    {"organization: Example Corp", "organization: \"\"", PKI_E_POLICY, "h:2:15: organization"},
    {"country: DE", "country: de", PKI_E_POLICY, "h:3:10: country"},
    {"air_gap: enforce", "air_gap: on", PKI_E_USAGE, "neither enforce nor record"},
    {"    key: ecdsa-p384", "    key: dsa", PKI_E_USAGE, "h:8:10: key"},
    {"validity: 20y", "validity: 26y", PKI_E_POLICY, "9132 days"},
    {"validity: 20y", "validity: forever", PKI_E_USAGE, "h:9:15: validity"},
    {"validity: 20y", "validity: 1y", PKI_E_POLICY, "longer than that of its root"},
    {"crl_period: 180d", "crl_period: 21y", PKI_E_POLICY, "crl_period"},
    {"http://pki", "https://pki", PKI_E_POLICY, "must begin with http://"},
    {"{authority}.crl", "root.crl", PKI_E_POLICY, "{authority}"},
    {"http://pki.example.com/{authority}.crl", "http://{authority}", PKI_E_POLICY, "{authority}"},
    {"    crl_url: http://pki.example.com/{authority}.crl\n", "", PKI_E_POLICY, "needs crl_url"},
    {"  main:", "  Main:", PKI_E_USAGE, "cannot be a name"},
    {"    root: main", "    root: other", PKI_E_USAGE, "no root \"other\""},
    {"  prod:", "  root:", PKI_E_POLICY, "cannot begin with root"},
    {"  prod:", "  root-x:", PKI_E_POLICY, "cannot begin with root"},
    {"profile: code-signing-ca", "profile: root", PKI_E_USAGE, "not for a line"},
    {"profile: code-signing-ca", "profile: code-signing", PKI_E_USAGE, "not for a line"},
    {"        key: ecdsa-p384", "        key: ed25519", PKI_E_POLICY, "does not take a key"},
    {"    key: ecdsa-p384", "    key: ed25519", PKI_E_POLICY, "sigstore-python"},
    {"validity: 15mo", "validity: 6mo", PKI_E_POLICY, "waiting (rotate_every)"},
    {"publish_lead: 14d", "publish_lead: 4mo", PKI_E_POLICY, "publish_lead"},
    {"        slack: 24h\n", "", PKI_E_USAGE, "slack"},
    {"        slack: 24h", "        slack: 24h\n        slak: 1h", PKI_E_USAGE, "slak"},
    {"crl_period: 90d", "crl_period: 16mo", PKI_E_POLICY, "crl_period"},
    {"Example Corp Prod TLS CA", "Example Corp Root CA", PKI_E_POLICY, "used twice"},
    {"Example Corp Prod TLS CA", "example corp  root ca", PKI_E_POLICY, "used twice"},
    {"Example Corp Prod TLS CA", "Example Corp TLS G1", PKI_E_POLICY, "ends in a generation"},
    {"Example Corp Prod TLS CA", "Example Corp TLS G12 TSA", PKI_E_POLICY, "ends in a generation"},
    {"Example Corp Prod TLS CA", "\"\"", PKI_E_POLICY, "is empty"},
    {"Example Corp Prod TLS CA", "A123456789B123456789C123456789D123456789E123456789F1234567890",
     PKI_E_POLICY, "at most 60 fit"},
    {"Example Corp Prod Time Stamping CA",
     "A123456789B123456789C123456789D123456789E123456789F123456", PKI_E_POLICY, "at most 56 fit"},
    {"https://fulcio", "ldap://fulcio", PKI_E_POLICY, "services: fulcio"},
    {"country: DE", "country: DE\nstate: Bavaria", PKI_E_USAGE, "state"},
};

static void test_what_a_rule_refuses_is_told_with_its_place(void)
{
    for (size_t i = 0; i < PKI_COUNT(refusals); i++) {
        const struct refusal *row = &refusals[i];
        pki_auto(pki_hierarchy) hierarchy = NULL;
        struct pki_error err = {0};
        const char *text = fixture_hierarchy(row->part, row->instead);
        bool done = pki_hierarchy_parse("h", bytes_of(text), &hierarchy, &err);

        if (done)
            fprintf(stderr, "\naccepted: %s\n", row->instead);
        EXPECT_FAILS(done, err, row->code);
        EXPECT_TEXT(row->text);
        EXPECT_TEXT("h:");
    }
}

/* "a-b" + "c" and "a" + "b-c" */
static void test_two_lines_of_one_authority_name_are_refused(void)
{
    static const char more[] = "  prod-code:\n"
                               "    root: main\n"
                               "    lines:\n"
                               "      signing:\n"
                               "        profile: tls-ca\n"
                               "        common_name: Another CA\n"
                               "        key: ecdsa-p256\n"
                               "        validity: 5y\n"
                               "        rotate_every: 1y\n"
                               "        publish_lead: 30d\n"
                               "        leaf_life: 90d\n"
                               "        slack: 24h\n"
                               "        crl_period: 30d\n";
    pki_auto(pki_hierarchy) hierarchy = NULL;
    struct pki_error err = {0};
    char text[8192];

    snprintf(text, sizeof(text), "%s%s", fixture_hierarchy("", ""), more);
    EXPECT_FAILS(pki_hierarchy_parse("h", bytes_of(text), &hierarchy, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("prod-code-signing");
}

static void test_limits_that_are_just_met_are_accepted(void)
{
    static const struct refusal accepted[] = {
        {"validity: 15mo", "validity: 7mo", PKI_OK, ""},
        {"publish_lead: 14d", "publish_lead: 3mo", PKI_OK, ""},
        {"Example Corp Prod TLS CA", "A123456789B123456789C123456789D123456789E123456789F123456789",
         PKI_OK, ""},
        {"country: DE\n", "", PKI_OK, ""},
        {"air_gap: enforce\n", "", PKI_OK, ""},
    };

    for (size_t i = 0; i < PKI_COUNT(accepted); i++) {
        pki_auto(pki_hierarchy) hierarchy = NULL;
        struct pki_error err = {0};
        const char *text = fixture_hierarchy(accepted[i].part, accepted[i].instead);

        EXPECT_OK(pki_hierarchy_parse("h", bytes_of(text), &hierarchy, &err), err);
        CU_ASSERT_TRUE(hierarchy->air_gap_enforced);
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the example holds every kind of line",
         test_example_is_a_hierarchy_with_every_kind_of_line},
        {"values are read in file order", test_values_are_read_in_file_order},
        {"unknown names are told with what there is",
         test_unknown_names_are_told_with_what_there_is},
        {"what a rule refuses is told with its place",
         test_what_a_rule_refuses_is_told_with_its_place},
        {"two lines of one authority name are refused",
         test_two_lines_of_one_authority_name_are_refused},
        {"limits that are just met are accepted", test_limits_that_are_just_met_are_accepted},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "hierarchy", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
