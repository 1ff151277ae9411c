#include <sys/stat.h>

#include "rotation_fixture.h"

static const char *in_cellar(const char *cellar, const char *name)
{
    static char paths[4][512];
    static unsigned turn = 0;
    char *path = paths[turn++ % PKI_COUNT(paths)];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", cellar, name);
    return path;
}

static void move(const char *cellar, const char *from, const char *to)
{
    CU_ASSERT_EQUAL(rename(in_cellar(cellar, from), in_cellar(cellar, to)), 0);
}

static void expect_audit(const char *cellar, enum pki_code code, const char *part)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_error err = {0};

    (void)!pki_audit(session, NULL, report, &err);
    CU_ASSERT_EQUAL(err.code, code);
    char *text = fixture_text(report);
    if (!strstr(text, part))
        fprintf(stderr, "\n\"%s\" is not in:\n%s\n", part, text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
    free(text);
}

/* Two exports were recorded; the second was cut off before it had its name. */
static const char *cut_off(const char *name)
{
    const char *cellar = fixture_cellar(name);

    fixture_root(cellar);
    fixture_line(cellar, "prod", "code-signing");
    fixture_publish(cellar);
    move(cellar, "exports/prod", "kept");
    fixture_room.now += FIXTURE_DAY;
    fixture_publish(cellar);
    move(cellar, "exports/prod", "exports/.prod.new");
    return cellar;
}

static void test_an_export_that_was_cut_off_is_no_finding(void)
{
    const char *cellar = cut_off("cut-off");

    expect_audit(cellar, PKI_OK, "exports/.prod.new");
    move(cellar, "kept", "exports/prod");
    expect_audit(cellar, PKI_OK, "exports/.prod.new");
    fixture_room_reset();
}

static void test_nothing_else_may_lie_in_its_place(void)
{
    const char *cellar = cut_off("forged");

    move(cellar, "kept", "exports/prod");
    FILE *manifest = fopen(in_cellar(cellar, "exports/prod/manifest.json"), "a");
    CU_ASSERT_PTR_NOT_NULL_FATAL(manifest);
    (void)fputc('\n', manifest);
    (void)fclose(manifest);
    expect_audit(cellar, PKI_E_INTEGRITY, "is not the one that was exported last");
    fixture_room_reset();
}

/* The earlier one alone is an export that was put back. */
static void test_an_earlier_export_alone_is_found(void)
{
    const char *cellar = cut_off("earlier");

    move(cellar, "kept", "exports/prod");
    move(cellar, "exports/.prod.new", "elsewhere");
    expect_audit(cellar, PKI_E_INTEGRITY, "is not the one that was exported last");
    fixture_room_reset();
}

/* By somebody who writes the journal as well: the first generation's certificate under another
   serial number, which its issuer never signed. */
static void forge(const char *cellar, int64_t longer)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_scope(pki_authority_row) authority = {0};
    pki_scope(pki_certificate_row) row = {0};
    pki_auto(pki_txn) txn = NULL;
    const struct pki_journal_entry entry = {.at = FIXTURE_NOW,
                                            .action = "issue",
                                            .subject = "nobody",
                                            .detail = "",
                                            .actor = "cellar-test"};
    struct pki_error err = {0};
    bool found = false;
    int64_t id = 0;

    EXPECT_OK(pki_store_authority_by_name(session->store, "prod-code-signing-g1", &found,
                                          &authority, &err),
              err);
    EXPECT_OK(pki_store_certificate(session->store, authority.certificate, &row, &err), err);
    uint8_t *serial = memmem(row.der.data, row.der.size, row.serial, sizeof(row.serial));
    CU_ASSERT_PTR_NOT_NULL_FATAL(serial);
    serial[sizeof(row.serial) - 1] ^= 1;
    memcpy(row.serial, serial, sizeof(row.serial));
    pki_sha256(pki_buf_view(&row.der), row.fingerprint);
    row.authority = 0;
    row.not_after += longer;
    EXPECT_OK(pki_store_begin(session->store, &txn, &err), err);
    EXPECT_OK(pki_store_add_certificate(txn, &row, &id, &err), err);
    EXPECT_OK(pki_journal_append(txn, &entry, &err), err);
    EXPECT_OK(pki_txn_commit(&txn, &err), err);
}

static void test_a_certificate_that_nobody_signed_is_found(void)
{
    for (int longer = 0; longer < 2; longer++) {
        const char *cellar = fixture_cellar(longer ? "longer" : "unsigned");

        fixture_root(cellar);
        fixture_line(cellar, "prod", "code-signing");
        expect_audit(cellar, PKI_OK, "Everything agrees");
        forge(cellar, longer);
        expect_audit(cellar, PKI_E_INTEGRITY,
                     longer ? "the record differs from the certificate itself"
                            : "signature does not verify");
    }
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an export that was cut off is no finding", test_an_export_that_was_cut_off_is_no_finding},
        {"nothing else may lie in its place", test_nothing_else_may_lie_in_its_place},
        {"an earlier export alone is found", test_an_earlier_export_alone_is_found},
        {"a certificate that nobody signed is found",
         test_a_certificate_that_nobody_signed_is_found},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "audit", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
