/*
 * When a list counts: within its dates, to the second.
 */
#include "x509/chain.h"

#include "chain_fixture.h"

#define THIS_UPDATE INT64_C(1780272000) /* of all lists: 2026-06-01 */
#define ISSUER_ENDS INT64_C(2366841600) /* of all authorities: 2045-01-01 */
#define LATER       INT64_C(2500000000)

/* The root's list, and the sub's of this name. */
struct lists {
    struct pki_certs certs;
    struct pki_buf ders[2];
    struct pki_crl crls[2];
};

static struct lists open_lists(const char *name)
{
    struct lists lists = {.certs = chain_certs("leaf sub root"),
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
    const struct pki_certs untrusted = {.list = lists->certs.list + 1, .n = 1};
    const struct pki_certs anchors = {.list = lists->certs.list + 2, .n = 1};
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
    struct lists lists = open_lists("sub-stale");

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
    struct lists lists = open_lists("sub-good");

    for (size_t i = 0; i < PKI_COUNT(lists.crls); i++)
        lists.crls[i].next_update = ISSUER_ENDS;
    ask(&lists, LATER, NULL);
    lists.crls[1].next_update--;
    ask(&lists, LATER, "it is out of date");
    close_lists(&lists);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a list counts within its dates", test_list_counts_within_its_dates},
        {"a list that lasts as long as its issuer counts after it",
         test_list_that_lasts_as_long_as_its_issuer_counts_after_it},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "chain_crls", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
