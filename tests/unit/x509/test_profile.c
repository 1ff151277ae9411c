#include "x509/profile.h"

#include "test.h"
#include "x509/name.h"
#include "x509/oids.h"

static const struct pki_profile *profile(enum pki_profile_id id)
{
    return pki_profile_get(id);
}

static void test_profiles_are_found_by_their_names(void)
{
    for (unsigned id = 0; id < PKI_PROFILES; id++) {
        const struct pki_profile *row = profile((enum pki_profile_id)id);
        CU_ASSERT_EQUAL(row->id, id);
        CU_ASSERT_PTR_EQUAL(pki_profile_find(row->name), row);
        CU_ASSERT(row->citation && row->title && row->purpose && row->key_usage != 0);
    }
    CU_ASSERT_PTR_NULL(pki_profile_find("Root"));
    CU_ASSERT_PTR_NULL(pki_profile_find(""));
}

static bool has_usage(const struct pki_profile *row, const char *oid)
{
    for (size_t i = 0; i < PKI_PROFILE_USAGES && row->usages[i]; i++)
        if (strcmp(row->usages[i], oid) == 0)
            return true;
    return false;
}

/* The rules of every row, so that no later row forgets one. */
static void test_rows_keep_the_rules_of_their_kind(void)
{
    for (unsigned id = 0; id < PKI_PROFILES; id++) {
        const struct pki_profile *row = profile((enum pki_profile_id)id);
        bool root = id == PKI_PROFILE_ROOT;
        CU_ASSERT_EQUAL(root, row->usages[0] == NULL);
        CU_ASSERT_EQUAL(row->authority, row->key_usage == (PKI_KU_KEY_CERT_SIGN | PKI_KU_CRL_SIGN));
        CU_ASSERT_EQUAL(row->usages_critical, id == PKI_PROFILE_TIME_STAMPING);
        CU_ASSERT_FALSE(has_usage(row, PKI_OID_ANY_EXTENDED_KEY_USAGE));
        CU_ASSERT_FALSE(
            has_usage(row, PKI_OID_SERVER_AUTH) &&
            (has_usage(row, PKI_OID_CODE_SIGNING) || has_usage(row, PKI_OID_TIME_STAMPING)));
        CU_ASSERT_TRUE(row->path_length == PKI_PATH_LENGTH_ABSENT || row->authority);
        CU_ASSERT_TRUE(row->max_validity_days > 0 && row->max_validity_days <= 9132);
        CU_ASSERT_EQUAL(row->san_kinds == 0, row->san == PKI_ABSENT);
    }
    CU_ASSERT_EQUAL(profile(PKI_PROFILE_ROOT)->path_length, PKI_PATH_LENGTH_ABSENT);
    CU_ASSERT_EQUAL(profile(PKI_PROFILE_CODE_SIGNING_CA)->path_length, 0);
}

static void test_keys_that_a_verifier_refuses_are_refused(void)
{
    static const struct {
        enum pki_profile_id id;
        bool ed25519;
    } cases[] = {
        {PKI_PROFILE_ROOT, true},        {PKI_PROFILE_CODE_SIGNING_CA, false},
        {PKI_PROFILE_CLIENT_CA, true},   {PKI_PROFILE_TIME_STAMPING_CA, false},
        {PKI_PROFILE_GENERAL_CA, true},  {PKI_PROFILE_TLS_CA, false},
        {PKI_PROFILE_CROSS, false},      {PKI_PROFILE_TIME_STAMPING, false},
        {PKI_PROFILE_TLS_SERVER, false}, {PKI_PROFILE_CODE_SIGNING, false},
        {PKI_PROFILE_TLS_CLIENT, true},  {PKI_PROFILE_OCSP_RESPONDER, false},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        const struct pki_profile *row = profile(cases[i].id);
        struct pki_error err = {0};
        for (unsigned key = 0; key < PKI_KEY_ED25519; key++)
            EXPECT_OK(pki_profile_takes_key(row, pki_algorithm_get(key), &err), err);
        if (cases[i].ed25519) {
            EXPECT_OK(pki_profile_takes_key(row, pki_algorithm_get(PKI_KEY_ED25519), &err), err);
            continue;
        }
        EXPECT_FAILS(pki_profile_takes_key(row, pki_algorithm_get(PKI_KEY_ED25519), &err), err,
                     PKI_E_POLICY);
        EXPECT_TEXT(row->name);
        EXPECT_TEXT("Ed25519");
    }
}

static bool issues(enum pki_profile_id issuer, enum pki_profile_id subject)
{
    return pki_profile_issues(profile(issuer), profile(subject));
}

static void test_each_authority_issues_what_its_usages_allow(void)
{
    for (unsigned id = 0; id < PKI_PROFILES; id++)
        CU_ASSERT_TRUE(issues(profile((enum pki_profile_id)id)->issuer, (enum pki_profile_id)id));
    CU_ASSERT_TRUE(issues(PKI_PROFILE_GENERAL_CA, PKI_PROFILE_TLS_SERVER));
    CU_ASSERT_TRUE(issues(PKI_PROFILE_GENERAL_CA, PKI_PROFILE_TLS_CLIENT));
    CU_ASSERT_TRUE(issues(PKI_PROFILE_TLS_CA, PKI_PROFILE_OCSP_RESPONDER));
    CU_ASSERT_FALSE(issues(PKI_PROFILE_GENERAL_CA, PKI_PROFILE_CODE_SIGNING));
    CU_ASSERT_FALSE(issues(PKI_PROFILE_TLS_CA, PKI_PROFILE_TLS_CLIENT));
    CU_ASSERT_FALSE(issues(PKI_PROFILE_CODE_SIGNING_CA, PKI_PROFILE_TIME_STAMPING));
    CU_ASSERT_FALSE(issues(PKI_PROFILE_CODE_SIGNING_CA, PKI_PROFILE_TLS_CA));
    CU_ASSERT_FALSE(issues(PKI_PROFILE_ROOT, PKI_PROFILE_TLS_SERVER));
    CU_ASSERT_FALSE(issues(PKI_PROFILE_CROSS, PKI_PROFILE_CODE_SIGNING));
    CU_ASSERT_FALSE(issues(PKI_PROFILE_TLS_SERVER, PKI_PROFILE_OCSP_RESPONDER));
}

static void test_names_are_taken_as_the_row_says(void)
{
    const struct pki_name full = {.organization = "Example Corp", .common_name = "Root"};
    const struct pki_name bare = {.common_name = "Root"};
    const struct pki_name empty = {.country = NULL};
    const struct pki_name bad = {.common_name = "a\n"};
    struct pki_error err = {0};

    EXPECT_OK(pki_profile_takes_name(profile(PKI_PROFILE_ROOT), &full, &err), err);
    EXPECT_OK(pki_profile_takes_name(profile(PKI_PROFILE_TLS_SERVER), &empty, &err), err);
    EXPECT_FAILS(pki_profile_takes_name(profile(PKI_PROFILE_ROOT), &bare, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("profile root needs an organization");
    EXPECT_FAILS(pki_profile_takes_name(profile(PKI_PROFILE_ROOT), &empty, &err), err,
                 PKI_E_POLICY);
    EXPECT_TEXT("common name");
    EXPECT_FAILS(pki_profile_takes_name(profile(PKI_PROFILE_TLS_SERVER), &bad, &err), err,
                 PKI_E_POLICY);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"profiles are found by their names", test_profiles_are_found_by_their_names},
        {"rows keep the rules of their kind", test_rows_keep_the_rules_of_their_kind},
        {"keys that a verifier refuses are refused", test_keys_that_a_verifier_refuses_are_refused},
        {"each authority issues what its usages allow",
         test_each_authority_issues_what_its_usages_allow},
        {"names are taken as the row says", test_names_are_taken_as_the_row_says},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "profile", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
