#include "ops/prompts.h"

#include "pki/install.h"
#include "pki/key.h"
#include "install_fixture.h"
#include "ops_fixture.h"

static const struct pki_prompts nobody = {0};

static void test_nobody_to_ask_is_refused(void)
{
    pki_auto(pki_secret) secret = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_prompts_ask_passphrase(&nobody, "root-g1", &secret, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("nobody can be asked for the passphrase of root-g1");
    EXPECT_FAILS(pki_prompts_ask_fresh(&nobody, "root-g1", NULL, &secret, &err), err, PKI_E_POLICY);
    EXPECT_FAILS(pki_prompts_ask_rolls(&nobody, PKI_DICE_LEAST, &secret, &err), err, PKI_E_POLICY);
    CU_ASSERT_PTR_NULL(secret);
}

static void test_duties_refuse_where_nobody_can_be_asked(void)
{
    struct fixture_handovers made = {0};
    struct pki_key_csr_request csr = {.common_name = "tsa.example.com"};
    pki_auto(pki_report) report = pki_report_new();
    pki_auto(pki_install) install = NULL;
    struct pki_error err = {0};
    char to[4096];

    snprintf(to, sizeof(to), "%s/unasked", test_directory());
    csr.to = to;
    EXPECT_FAILS(pki_key_csr(&csr, &nobody, report, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("nobody can be asked");
    fixture_handovers("line", &made);
    fixture_room.now = FIXTURE_NOW;
    const struct pki_install_request request = {.consumer = "fulcio",
                                                .from = made.g2,
                                                .to = made.live,
                                                .now = FIXTURE_NOW,
                                                .prompts = &nobody};
    EXPECT_FAILS(pki_install_prepare(&request, &install, report, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("nobody can be asked");
}

static void test_fresh_passphrase_is_judged(void)
{
    const struct pki_prompts prompts = fixture_prompts();
    pki_auto(pki_secret) old = NULL;
    pki_auto(pki_secret) fresh = NULL;
    struct pki_error err = {0};

    fixture_room_reset();
    fixture_answers.instead = "123456789012";
    EXPECT_FAILS(pki_prompts_ask_fresh(&prompts, "root-g1", NULL, &fresh, &err), err,
                 PKI_E_PASSPHRASE);
    EXPECT_TEXT("passphrase of root-g1: ");
    fixture_room_reset();
    EXPECT_OK(pki_prompts_ask_passphrase(&prompts, "root-g1", &old, &err), err);
    EXPECT_FAILS(pki_prompts_ask_fresh(&prompts, "root-g1", old, &fresh, &err), err,
                 PKI_E_PASSPHRASE);
    EXPECT_TEXT("the new passphrase is the old one");
    CU_ASSERT_PTR_NULL(fresh);
    EXPECT_OK(pki_prompts_ask_fresh(&prompts, "root-g1", NULL, &fresh, &err), err);
    CU_ASSERT_STRING_EQUAL(fixture_answers.asked, "root-g1 root-g1+ root-g1+ ");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"nobody to ask is refused", test_nobody_to_ask_is_refused},
        {"duties refuse where nobody can be asked", test_duties_refuse_where_nobody_can_be_asked},
        {"a fresh passphrase is judged", test_fresh_passphrase_is_judged},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "prompts", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
