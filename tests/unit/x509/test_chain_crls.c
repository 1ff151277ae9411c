/*
 * When a list counts: within its dates, to the second; and whose it may be.
 */
#include "x509/chain.h"

#include "chain_fixture.h"
#include "x509/oids.h"

#define THIS_UPDATE INT64_C(1780272000) /* of all lists: 2026-06-01 */
#define ISSUER_ENDS INT64_C(2366841600) /* of all authorities: 2045-01-01 */
#define LONG_AFTER  INT64_C(2500000000)
#define NEXT_DAY    (FIXTURE_NOW + INT64_C(86400))

/* The root's list, and the sub's of this name; a leaf, two untrusted ones, the anchors. */
struct lists {
    struct pki_certs certs;
    struct pki_buf ders[2];
    struct pki_crl crls[2];
};

static struct lists open_lists(const char *name, const char *certs)
{
    struct lists lists = {.certs = chain_certs(certs),
                          .ders = {chain_crl("root-good"), chain_crl(name)}};
    struct pki_error err = {0};

    for (size_t i = 0; i < PKI_COUNT(lists.ders); i++)
        EXPECT_OK(pki_crl_parse(pki_buf_view(&lists.ders[i]), &lists.crls[i], &err), err);
    return lists;
}

static void close_lists(struct lists *lists)
{
    pki_certs_clear(&lists->certs);
    for (size_t i = 0; i < PKI_COUNT(lists->ders); i++)
        pki_buf_clear(&lists->ders[i]);
}

/* What was valid then, as known now; text NULL: nothing against it. */
static void ask(const struct lists *lists, int64_t now, const char *text)
{
    const struct pki_certs untrusted = {.list = lists->certs.list + 1, .n = 2};
    const struct pki_certs anchors = {.list = lists->certs.list + 3, .n = lists->certs.n - 3};
    const struct pki_path_request request = {.leaf = lists->certs.list[0],
                                             .untrusted = &untrusted,
                                             .anchors = &anchors,
                                             .crls = lists->crls,
                                             .n_crls = PKI_COUNT(lists->crls),
                                             .require_crls = true,
                                             .at = FIXTURE_NOW,
                                             .now = now};
    struct pki_path path = {.n = 0};
    struct pki_path_finding finding = {.cert = NULL};
    struct pki_error err = {0};

    if (!text) {
        EXPECT_OK(pki_path_find(&request, &path, &finding, &err), err);
        return;
    }
    EXPECT_FAILS(pki_path_find(&request, &path, &finding, &err), err, PKI_E_INVALID);
    EXPECT_TEXT(text);
}

static void test_list_counts_within_its_dates(void)
{
    struct lists lists = open_lists("sub-stale", "leaf sub sub root");

    ask(&lists, THIS_UPDATE - 1, "it is of 2026-06-01T00:00:00Z");
    ask(&lists, THIS_UPDATE, NULL);
    ask(&lists, THIS_UPDATE + INT64_C(9) * 86400, NULL);
    ask(&lists, THIS_UPDATE + INT64_C(9) * 86400 + 1, "it is out of date");
    lists.crls[1].has_next_update = false;
    ask(&lists, THIS_UPDATE, "it has no nextUpdate");
    close_lists(&lists);
}

/* There is nobody to sign another. */
static void test_list_that_lasts_as_long_as_its_issuer_counts_after_it(void)
{
    struct lists lists = open_lists("sub-good", "leaf sub sub root");

    for (size_t i = 0; i < PKI_COUNT(lists.crls); i++)
        lists.crls[i].next_update = ISSUER_ENDS;
    ask(&lists, LONG_AFTER, NULL);
    lists.crls[1].next_update--;
    ask(&lists, LONG_AFTER, "it is out of date");
    close_lists(&lists);
}

/* RFC 5280 6.3.3 (f): another key of the issuer's name, below the same anchor. */
static void test_list_of_another_key_of_the_name_counts(void)
{
    struct lists lists = open_lists("no-crl", "leaf sub no-crl root");
    struct pki_cert *signer = lists.certs.list[2];

    lists.crls[1].issuer = lists.certs.list[1]->subject;
    signer->subject = lists.certs.list[1]->subject;
    ask(&lists, NEXT_DAY, "the list of CN=Sub cannot be used");
    signer->key_usage |= PKI_KU_CRL_SIGN;
    ask(&lists, NEXT_DAY, NULL);
    signer->not_before = FIXTURE_NOW + 1; /* the list is of now, whatever is asked about */
    ask(&lists, NEXT_DAY, NULL);
    signer->not_before = NEXT_DAY + 1;
    ask(&lists, NEXT_DAY, "the list of CN=Sub cannot be used");
    close_lists(&lists);
}

static void test_list_of_another_anchor_does_not_count(void)
{
    struct lists lists = open_lists("sub-wrong-key", "leaf sub other-root root other-root");

    lists.certs.list[2]->subject = lists.certs.list[1]->subject;
    ask(&lists, NEXT_DAY, "the list of CN=Sub cannot be used");
    close_lists(&lists);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a list counts within its dates", test_list_counts_within_its_dates},
        {"a list that lasts as long as its issuer counts after it",
         test_list_that_lasts_as_long_as_its_issuer_counts_after_it},
        {"a list of another key of the name counts", test_list_of_another_key_of_the_name_counts},
        {"a list of another anchor does not count", test_list_of_another_anchor_does_not_count},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "chain_crls", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
