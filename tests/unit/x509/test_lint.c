#include "x509/lint.h"

#include "pki/time.h"
#include "test.h"
#include "x509_fixture.h"

#define AT INT64_C(1798761600) /* 2027-01-01T00:00:00Z */

struct fixture {
    struct pki_buf text;
    char profile[32]; /* "profile: NAME" in the text before the first block */
};

static void fixture_clear(struct fixture *fixture)
{
    pki_buf_clear(&fixture->text);
}

#define FIXTURE __attribute__((__cleanup__(fixture_clear))) struct fixture

static struct fixture load(const char *rule, const char *kind)
{
    struct fixture fixture = {0};
    char path[512];
    size_t size = 0;

    snprintf(path, sizeof(path), FIXTURES "/lint/%s.%s.pem", rule, kind);
    uint8_t *data = test_load(path, &size);
    pki_buf_append(&fixture.text, data, size);
    const char *profile = strstr((const char *)data, "\nprofile: ");
    if (profile)
        CU_ASSERT_EQUAL(sscanf(profile, " profile: %31s", fixture.profile), 1);
    free(data);
    return fixture;
}

static struct pki_lint_input input_of(const struct fixture *fixture)
{
    return (struct pki_lint_input){
        .name = "fixture",
        .bytes = pki_buf_view(&fixture->text),
        .profile = fixture->profile[0] ? fixture->profile : NULL,
        .at = AT,
    };
}

/* Lints a fixture by its own rule alone. */
static struct pki_lint_findings run(const struct pki_lint_rule *rule, const char *kind)
{
    FIXTURE fixture = load(rule->name, kind);
    struct pki_lint_input input = input_of(&fixture);
    struct pki_lint_findings findings = {0};
    struct pki_lint_seen seen;
    struct pki_error err = {0};
    char consumer[32] = "";

    if (rule->consumer) {
        CU_ASSERT_EQUAL(sscanf(rule->consumer, "%31s", consumer), 1);
        input.consumer = consumer;
    }
    input.rule = rule->name;
    EXPECT_OK(pki_lint_bytes(&input, &seen, &findings, &err), err);
    if (findings.rules == 0)
        fprintf(stderr, "\n%s.%s: the rule was not looked at\n", rule->name, kind);
    CU_ASSERT_TRUE(findings.rules > 0);
    return findings;
}

static size_t n_rules(void)
{
    size_t n = 0;

    while (pki_lint_rule_get(n))
        n++;
    return n;
}

static void test_each_rule_refuses_its_bad_fixture(void)
{
    const struct pki_lint_rule *rule;

    for (size_t n = 0; (rule = pki_lint_rule_get(n)); n++) {
        struct pki_lint_findings findings = run(rule, "bad");
        if (findings.n == 0)
            fprintf(stderr, "\n%s passes its bad fixture\n", rule->name);
        CU_ASSERT_TRUE_FATAL(findings.n > 0);
        CU_ASSERT_STRING_EQUAL(findings.list[0].rule, rule->name);
        CU_ASSERT_EQUAL(findings.list[0].severity, rule->severity);
        CU_ASSERT_TRUE(strlen(findings.list[0].text) > 8);
        pki_lint_findings_clear(&findings);
    }
    CU_ASSERT_TRUE(n_rules() > 90);
}

static void test_each_rule_passes_its_good_fixture(void)
{
    const struct pki_lint_rule *rule;

    for (size_t n = 0; (rule = pki_lint_rule_get(n)); n++) {
        struct pki_lint_findings findings = run(rule, "good");
        if (findings.n > 0)
            fprintf(stderr, "\n%s: %s\n", rule->name, findings.list[0].text);
        CU_ASSERT_EQUAL(findings.n, 0);
        pki_lint_findings_clear(&findings);
    }
}

static bool is_sentence(const char *text)
{
    size_t length = strlen(text);

    return length > 10 && text[length - 1] == '.';
}

static void test_rules_are_named_once_and_cite(void)
{
    const struct pki_lint_rule *rule;

    for (size_t n = 0; (rule = pki_lint_rule_get(n)); n++) {
        CU_ASSERT_EQUAL(strspn(rule->name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                        strlen(rule->name));
        CU_ASSERT_TRUE(strlen(rule->citation) > 3);
        CU_ASSERT_TRUE(is_sentence(rule->sentence));
        CU_ASSERT_TRUE(rule->kinds != 0);
        for (size_t m = 0; m < n; m++)
            CU_ASSERT_STRING_NOT_EQUAL(rule->name, pki_lint_rule_get(m)->name);
    }
}

static void lint(const struct pki_lint_input *input, struct pki_lint_seen *seen,
                 struct pki_lint_findings *findings)
{
    struct pki_error err = {0};

    EXPECT_OK(pki_lint_bytes(input, seen, findings, &err), err);
    for (size_t i = 0; i < findings->n; i++)
        if (findings->list[i].severity == PKI_LINT_ERROR)
            fprintf(stderr, "\n%s: %s\n", findings->list[i].rule, findings->list[i].text);
}

/* A chain as we make it breaks no rule at all, for its own consumer. */
static void test_good_chains_have_no_findings(void)
{
    static const struct {
        const char *rule;
        const char *consumer;
        size_t n_certs;
    } cases[] = {
        {"chain_order", NULL, 2},
        {"chain_order", "fulcio", 2},
        {"cosign_one_root", "cosign", 2},
        {"chain_subjects_unique", "cosign", 3},
        {"tsa_leaf_first", "timestamp-server", 3},
        {"tsa_leaf_first", NULL, 3},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        FIXTURE fixture = load(cases[i].rule, "good");
        struct pki_lint_input input = input_of(&fixture);
        pki_scope(pki_lint_findings) findings = {0};
        struct pki_lint_seen seen;
        input.consumer = cases[i].consumer;
        lint(&input, &seen, &findings);
        CU_ASSERT_EQUAL(findings.n, 0);
        CU_ASSERT_STRING_EQUAL(seen.what, "chain");
        CU_ASSERT_EQUAL(seen.n_certs, cases[i].n_certs);
    }
}

static void test_requests_and_lists_are_told_apart(void)
{
    static const struct {
        const char *rule;
        const char *what;
    } cases[] = {
        {"request_acceptable", "request"}, {"crl_number", "CRL"}, {"version_3", "certificate"}};

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        FIXTURE fixture = load(cases[i].rule, "good");
        struct pki_lint_input input = input_of(&fixture);
        pki_scope(pki_lint_findings) findings = {0};
        struct pki_lint_seen seen;
        lint(&input, &seen, &findings);
        CU_ASSERT_EQUAL(findings.errors, 0);
        CU_ASSERT_STRING_EQUAL(seen.what, cases[i].what);
    }
}

static void test_der_is_linted_like_pem(void)
{
    static const char *const files[] = {"root.pem", "sub.pem", "request.pem"};
    static const char *const whats[] = {"certificate", "certificate", "request"};

    for (size_t i = 0; i < PKI_COUNT(files); i++) {
        pki_scope(pki_buf) der = fixture_der(files[i]);
        pki_scope(pki_lint_findings) findings = {0};
        const struct pki_lint_input input = {.name = files[i], .bytes = pki_buf_view(&der)};
        struct pki_lint_seen seen;
        struct pki_error err = {0};
        EXPECT_OK(pki_lint_bytes(&input, &seen, &findings, &err), err);
        CU_ASSERT_STRING_EQUAL(seen.what, whats[i]);
        CU_ASSERT_TRUE(findings.rules > 1);
    }
}

static void test_unreadable_is_a_finding(void)
{
    static const char plain[] = "nothing";
    const struct pki_lint_input input = {.name = "x",
                                         .bytes = {(const uint8_t *)plain, sizeof(plain)}};
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_lint_seen seen;
    struct pki_error err = {0};

    EXPECT_OK(pki_lint_bytes(&input, &seen, &findings, &err), err);
    CU_ASSERT_STRING_EQUAL(seen.what, "unreadable");
    CU_ASSERT_EQUAL_FATAL(findings.errors, 1);
    CU_ASSERT_STRING_EQUAL(findings.list[0].rule, "readable");
}

static void test_blocks_of_two_kinds_are_a_finding(void)
{
    FIXTURE fixture = load("pem_only_certificates", "bad");
    struct pki_lint_input input = input_of(&fixture);
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_lint_seen seen;
    struct pki_error err = {0};

    EXPECT_OK(pki_lint_bytes(&input, &seen, &findings, &err), err);
    CU_ASSERT_EQUAL_FATAL(findings.errors, 1);
    CU_ASSERT_STRING_EQUAL(findings.list[0].rule, "readable");
    CU_ASSERT_PTR_NOT_NULL(strstr(findings.list[0].text, "two kinds"));
}

static void test_unknown_profile_or_consumer_is_refused(void)
{
    FIXTURE fixture = load("version_3", "good");
    struct pki_lint_input input = input_of(&fixture);
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_lint_seen seen;
    struct pki_error err = {0};

    input.profile = "root-ca";
    EXPECT_FAILS(pki_lint_bytes(&input, &seen, &findings, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("root-ca");
    input.profile = NULL;
    input.consumer = "rekor";
    EXPECT_FAILS(pki_lint_bytes(&input, &seen, &findings, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("rekor");
    CU_ASSERT_TRUE(pki_lint_is_consumer("fulcio") && pki_lint_is_consumer("timestamp-server"));
    CU_ASSERT_FALSE(pki_lint_is_consumer("ful") || pki_lint_is_consumer(""));
}

static struct pki_cert *load_cert(const char *rule, const char *kind)
{
    FIXTURE fixture = load(rule, kind);
    struct pki_certs certs = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_certs_parse("fixture", pki_buf_view(&fixture.text), &certs, &err), err);
    struct pki_cert *first = certs.list[0];
    certs.list[0] = NULL;
    pki_certs_clear(&certs);
    return first;
}

static void test_body_is_refused_with_the_first_rule(void)
{
    pki_auto(pki_cert) root = load_cert("root_self_issued", "good");
    pki_auto(pki_cert) good = load_cert("version_3", "good");
    pki_auto(pki_cert) bad = load_cert("key_usage_critical", "bad");
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_lint_body(root, NULL, "root", false, &findings, &err), err);
    EXPECT_OK(pki_lint_body(good, root, "code-signing-ca", false, &findings, &err), err);
    CU_ASSERT_EQUAL(findings.n, 0);
    EXPECT_FAILS(pki_lint_body(bad, root, "code-signing-ca", false, &findings, &err), err,
                 PKI_E_POLICY);
    EXPECT_TEXT("1 rule broken; key_usage_critical: ");
    EXPECT_TEXT("(RFC 5280 4.2.1.3)");
    EXPECT_FAILS(pki_lint_body(good, root, "time-stamping-ca", false, &findings, &err), err,
                 PKI_E_POLICY);
    EXPECT_FAILS(pki_lint_body(good, root, "nonsense", false, &findings, &err), err, PKI_E_USAGE);
}

static void test_rehearsal_may_have_its_mark(void)
{
    pki_auto(pki_cert) marked = load_cert("extensions_critical_known", "bad");
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_lint_body(marked, NULL, "code-signing-ca", true, &findings, &err), err);
    EXPECT_FAILS(pki_lint_body(marked, NULL, "code-signing-ca", false, &findings, &err), err,
                 PKI_E_POLICY);
    EXPECT_TEXT("extensions_critical_known");
}

static void test_hostile_names_are_tamed(void)
{
    FIXTURE fixture = load("name_printable", "bad");
    struct pki_lint_input input = input_of(&fixture);
    pki_scope(pki_lint_findings) findings = {0};
    struct pki_lint_seen seen;
    struct pki_error err = {0};

    EXPECT_OK(pki_lint_bytes(&input, &seen, &findings, &err), err);
    CU_ASSERT_TRUE(findings.n > 0);
    for (size_t i = 0; i < findings.n; i++)
        CU_ASSERT_PTR_NULL(strchr(findings.list[i].text, 0x1b));
}

/* Every rule sees mutated certificates that still parse; the sanitizers watch. */
static void test_flipped_anywhere_never_crashes(void)
{
    pki_auto(pki_cert) root = load_cert("root_self_issued", "good");
    pki_auto(pki_cert) sub = load_cert("version_3", "good");
    struct pki_buf der = {0};
    size_t linted = 0;

    pki_buf_append_bytes(&der, sub->tbs);
    for (size_t i = 0; i < der.size; i++) {
        pki_scope(pki_lint_findings) findings = {0};
        struct pki_error err = {0};
        der.data[i] ^= 0x15;
        pki_auto(pki_cert) body = NULL;
        if (!pki_cert_parse_body(pki_buf_view(&der), &body, &err) ||
            !pki_lint_body(body, root, "code-signing-ca", false, &findings, &err))
            CU_ASSERT_TRUE(err.code == PKI_E_POLICY || err.code == PKI_E_FORMAT);
        linted += findings.rules > 0;
        der.data[i] ^= 0x15;
    }
    CU_ASSERT_TRUE(linted > 100);
    pki_buf_clear(&der);
}

/* A chain file cut or changed at every seventh byte is answered, never crashed on. */
static void test_torn_files_are_answered(void)
{
    FIXTURE fixture = load("chain_order", "good");
    struct pki_lint_input input = input_of(&fixture);
    size_t found = 0;

    input.consumer = "fulcio";
    for (size_t i = 1; i < fixture.text.size; i += 7) {
        pki_scope(pki_lint_findings) cut = {0};
        pki_scope(pki_lint_findings) changed = {0};
        struct pki_lint_seen seen;
        struct pki_error err = {0};
        input.bytes.size = i;
        EXPECT_OK(pki_lint_bytes(&input, &seen, &cut, &err), err);
        input.bytes.size = fixture.text.size;
        fixture.text.data[i] ^= 0x09;
        EXPECT_OK(pki_lint_bytes(&input, &seen, &changed, &err), err);
        fixture.text.data[i] ^= 0x09;
        found += cut.errors > 0;
    }
    CU_ASSERT_TRUE(found > 150);
}

static char *report_of(const char *rule, const char *kind, const char *consumer,
                       enum pki_code expected)
{
    char path[512];
    const struct pki_lint_request request = {.path = path, .consumer = consumer, .at = AT};
    const struct pki_report_style style = {.width = 100};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};
    char *text = NULL;

    snprintf(path, sizeof(path), FIXTURES "/lint/%s.%s.pem", rule, kind);
    if (expected == PKI_OK)
        EXPECT_OK(pki_lint_file(&request, report, &err), err);
    else
        EXPECT_FAILS(pki_lint_file(&request, report, &err), err, expected);
    EXPECT_OK(pki_report_to_text(report, &style, &text, &err), err);
    return text;
}

static void test_file_report_tells_verdict_and_findings(void)
{
    char *good = report_of("chain_order", "good", "fulcio", PKI_OK);
    char *bad = report_of("chain_order", "bad", "fulcio", PKI_E_INVALID);
    char *warned = report_of("same_family", "bad", NULL, PKI_E_INVALID);

    CU_ASSERT_PTR_NOT_NULL(strstr(good, "no findings"));
    CU_ASSERT_PTR_NOT_NULL(strstr(good, "fulcio"));
    CU_ASSERT_PTR_NOT_NULL(strstr(bad, "chain_order"));
    CU_ASSERT_PTR_NOT_NULL(strstr(bad, "certificate 1 is a root"));
    CU_ASSERT_PTR_NOT_NULL(strstr(warned, "warning"));
    free(good);
    free(bad);
    free(warned);
}

static void test_missing_file_is_refused(void)
{
    const struct pki_lint_request request = {.path = FIXTURES "/lint/absent.pem"};
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    EXPECT_FAILS(pki_lint_file(&request, report, &err), err, PKI_E_USAGE);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"each rule refuses its bad fixture", test_each_rule_refuses_its_bad_fixture},
        {"each rule passes its good fixture", test_each_rule_passes_its_good_fixture},
        {"rules are named once, cite and are sentences", test_rules_are_named_once_and_cite},
        {"good chains have no findings", test_good_chains_have_no_findings},
        {"requests and CRLs are told apart", test_requests_and_lists_are_told_apart},
        {"DER is linted like PEM", test_der_is_linted_like_pem},
        {"what cannot be read is a finding", test_unreadable_is_a_finding},
        {"blocks of two kinds are a finding", test_blocks_of_two_kinds_are_a_finding},
        {"an unknown profile or consumer is refused", test_unknown_profile_or_consumer_is_refused},
        {"a body is refused with the first broken rule", test_body_is_refused_with_the_first_rule},
        {"a rehearsal may have its mark", test_rehearsal_may_have_its_mark},
        {"hostile names are tamed", test_hostile_names_are_tamed},
        {"a byte flipped anywhere never crashes", test_flipped_anywhere_never_crashes},
        {"a torn or changed file is answered", test_torn_files_are_answered},
        {"a report tells verdict and findings", test_file_report_tells_verdict_and_findings},
        {"a missing file is refused", test_missing_file_is_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "lint", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
