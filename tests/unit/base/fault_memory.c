#include "pki/report.h"
#include "pki/secret.h"
#include "base/yaml.h"
#include "fault.h"
#include "test.h"

static struct pki_report *build_report(void)
{
    const uint8_t digest[32] = {0};
    struct pki_report *report = pki_report_new();

    pki_report_text(report, "Name", "%s", "a");
    pki_report_integer(report, "Number", 1);
    pki_report_truth(report, "Truth", true);
    pki_report_time(report, "Time", 1);
    pki_report_fingerprint(report, "SHA-256", digest);
    pki_report_note(report, "note", PKI_TONE_GOOD, "Done.");
    struct pki_report *table = pki_report_table(report, "Table");
    struct pki_report *row = pki_report_row(table);
    pki_report_toned(row, "Cell", PKI_TONE_BAD, "x");
    pki_report_item(pki_report_list(row, "List"), "y");
    pki_report_text(pki_report_block(report, "Block"), "Inner", "z");
    return report;
}

static void test_report_is_whole_or_refused_at_every_failure(void)
{
    int rounds = 0;

    FAULT_EACH (nth) {
        struct pki_error err = {0};
        char *text = NULL;
        char *json = NULL;

        fault_start(nth);
        pki_auto(pki_report) report = build_report();
        bool done = pki_report_to_text(report, NULL, &text, &err) &&
                    pki_report_to_json(report, &json, &err);
        fault_stop();
        CU_ASSERT_EQUAL(done, !fault_happened());
        CU_ASSERT_EQUAL(err.code, done ? PKI_OK : PKI_E_MEMORY);
        CU_ASSERT_EQUAL(json != NULL, done);
        free(text);
        free(json);
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 40);
}

static void test_yaml_is_whole_or_refused_at_every_failure(void)
{
    static const char text[] = "a: 1\nb:\n  - x\n  - y: z\n";

    FAULT_EACH (nth) {
        struct pki_error err = {0};
        pki_auto(pki_yaml) yaml = NULL;

        fault_start(nth);
        bool done = pki_yaml_parse("f", (struct pki_bytes){(const uint8_t *)text, sizeof(text) - 1},
                                   &yaml, &err);
        fault_stop();
        CU_ASSERT_EQUAL(done, !fault_happened());
        CU_ASSERT_EQUAL(err.code, done ? PKI_OK : PKI_E_MEMORY);
        CU_ASSERT_EQUAL(yaml != NULL, done);
    }
}

static void test_secret_is_made_or_refused_at_every_failure(void)
{
    FAULT_EACH (nth) {
        struct pki_error err = {0};
        pki_auto(pki_secret) secret = NULL;

        fault_start(nth);
        bool done = pki_secret_copy("abc", 3, &secret, &err);
        fault_stop();
        CU_ASSERT_EQUAL(done, !fault_happened());
        CU_ASSERT_EQUAL(err.code, done ? PKI_OK : PKI_E_MEMORY);
        CU_ASSERT_EQUAL(secret != NULL, done);
    }
}

static void test_buf_tells_the_failure_at_its_end(void)
{
    int rounds = 0;

    FAULT_EACH (nth) {
        struct pki_error err = {0};
        pki_scope(pki_buf) buf = {0};

        fault_start(nth);
        for (int i = 0; i < 1000; i++)
            pki_buf_text(&buf, "text ");
        bool done = pki_buf_ok(&buf, &err);
        fault_stop();
        CU_ASSERT_EQUAL(done, !fault_happened());
        CU_ASSERT_EQUAL(err.code, done ? PKI_OK : PKI_E_MEMORY);
        rounds = nth;
    }
    CU_ASSERT_TRUE(rounds > 3);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a report is whole or refused", test_report_is_whole_or_refused_at_every_failure},
        {"YAML is whole or refused", test_yaml_is_whole_or_refused_at_every_failure},
        {"a secret is made or refused", test_secret_is_made_or_refused_at_every_failure},
        {"a buffer tells the failure at its end", test_buf_tells_the_failure_at_its_end},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "memory faults", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
