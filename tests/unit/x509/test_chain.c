#include "x509/chain.h"

#include "chain_fixture.h"
#include "x509/oids.h"
#include "x509/path.h"

#define LISTS_MAX 4

/* A question, and the answer: expect is a part of the error, NULL where the path is valid. */
struct question {
    const char *leaf, *anchors, *untrusted, *crls;
    const char *usage;
    const char *expect;
    size_t length; /* of a valid path; 0: not looked at */
    int64_t at;    /* 0: FIXTURE_NOW */
    bool require;
};

/* The answer is the same whether the others were read beforehand or lie in a pile. */
static void ask(const struct question *question, bool piled)
{
    struct pki_certs leaf = chain_certs(question->leaf);
    struct pki_certs anchors = chain_certs(question->anchors);
    struct pki_certs untrusted = chain_certs(question->untrusted ? question->untrusted : "");
    struct pki_pile pile = chain_pile(&untrusted);
    struct pki_buf ders[LISTS_MAX];
    struct pki_crl crls[LISTS_MAX];
    size_t n = 0;
    char name[64];
    int used = 0;
    struct pki_error err = {0};
    struct pki_path path = {.n = 0};
    struct pki_path_finding finding = {.cert = NULL};

    for (const char *rest = question->crls; rest && sscanf(rest, " %63s%n", name, &used) == 1;
         rest += used, n++) {
        ders[n] = chain_crl(name);
        EXPECT_OK(pki_crl_parse(pki_buf_view(&ders[n]), &crls[n], &err), err);
    }
    const struct pki_path_request request = {
        .leaf = leaf.list[0],
        .anchors = &anchors,
        .untrusted = piled ? NULL : &untrusted,
        .pile = piled ? &pile : NULL,
        .crls = crls,
        .n_crls = n,
        .require_crls = question->require,
        .at = question->at ? question->at : FIXTURE_NOW,
        .now = FIXTURE_NOW,
        .usage = question->usage,
    };
    if (question->expect) {
        EXPECT_FAILS(pki_path_find(&request, &path, &finding, &err), err, PKI_E_INVALID);
        EXPECT_TEXT(question->expect);
        CU_ASSERT_PTR_NOT_NULL(finding.cert);
        CU_ASSERT_TRUE(finding.position < path.n && finding.cert == path.certs[finding.position]);
    } else {
        EXPECT_OK(pki_path_find(&request, &path, &finding, &err), err);
        CU_ASSERT_PTR_EQUAL(path.certs[0], leaf.list[0]);
        CU_ASSERT_TRUE(question->length == 0 || path.n == question->length);
    }
    for (size_t i = 0; i < n; i++)
        pki_buf_clear(&ders[i]);
    pki_certs_clear(&leaf);
    pki_certs_clear(&anchors);
    pki_certs_clear(&untrusted);
    pki_pile_clear(&pile);
}

static void ask_all(const struct question *questions, size_t n)
{
    for (size_t i = 0; i < 2 * n; i++)
        ask(&questions[i / 2], i % 2 == 1);
}
#define ASK_ALL(questions) ask_all(questions, PKI_COUNT(questions))

static void test_paths_are_found(void)
{
    static const struct question questions[] = {
        {"leaf", "root", "sub", .length = 3},
        {"leaf", "root other-root", "loop-a leaf sub sub root loop-b-by-a", .length = 3},
        {"root", "root", .length = 1},
        {"sub", "root", .length = 2},
        {"leaf", "sub", .length = 2}, /* an intermediate as the anchor */
        {"leaf", "other-root", "sub sub-cross", .length = 3},
        {"leaf", "root other-root", "sub-cross sub", .length = 3},
        {"leaf", "root", "sub-expired sub", .length = 3},
        {"leaf", "same-name-root root", "sub", .length = 3},
        {"leaf-loop", "loop-a", "loop-b-by-a loop-a-by-b", .length = 2},
        {"leaf", "root", "sub", .usage = PKI_OID_CODE_SIGNING},
        {"tsa", "root", "tsa-sub", .usage = PKI_OID_TIME_STAMPING},
        {"sub", "root", .usage = PKI_OID_CODE_SIGNING},
    };

    ASK_ALL(questions);
}

static void test_missing_issuers_are_named(void)
{
    static const struct question questions[] = {
        {"leaf", "root",
         .expect = "no path: the issuer CN=Sub of certificate 1 (CN=Leaf) is "
                   "neither among the anchors nor the intermediates"},
        {"leaf", "other-root", "sub",
         .expect = "no path: the issuer CN=Root of certificate 2 "
                   "(CN=Sub) is neither"},
        {"leaf", "other-root", "sub root",
         .expect = "certificate 3 (CN=Root) is its own issuer and not among the anchors"},
        {"self", "root", .expect = "certificate 1 (CN=Self) is its own issuer"},
        {"leaf", "same-name-root", "sub",
         .expect = "certificate 2 (CN=Sub) was issued by another key of CN=Root"},
        {"leaf-loop", "root", "loop-b-by-a loop-a-by-b",
         .expect = "no path: the issuer CN=Loop A of certificate 3 (CN=Loop B) is there, but it "
                   "leads to no anchor"},
    };

    ASK_ALL(questions);
}

static void test_certificates_at_fault_are_named(void)
{
    static const struct question questions[] = {
        {"leaf", "root", "sub-expired",
         .expect = "certificate 2 (CN=Sub) expired 2026-01-01T00:00:00Z, 181 days before "
                   "2026-07-01T00:00:00Z"},
        {"leaf-expired", "root", "sub", .expect = "certificate 1 (CN=Expired) expired 2026-01-01"},
        {"leaf-future", "root", "sub",
         .expect = "certificate 1 (CN=Future) is not valid before 2040-01-01T00:00:00Z"},
        {"critical", "root", "sub",
         .expect = "the critical extension 1.3.6.1.4.1.32473.1, the mark of a rehearsal, which"},
        {"leaf-of-leaf", "root", "sub leaf",
         .expect = "certificate 2 (CN=Leaf) is not an authority"},
        {"leaf-v1", "root-v1", .expect = "certificate 2 (CN=Old Root) is of version 1"},
        {"leaf-no-sign", "root", "no-sign", .expect = "its key usage lacks keyCertSign"},
        {"too-long", "root", "sub below-sub",
         .expect = "certificate 3 (CN=Sub) allows 0 authorities below it, and there are 1"},
        {"policy-bad", "root", "policy-sub",
         .expect = "certificate 1 (CN=Without policy) has no policy that is valid along the path"},
    };

    ASK_ALL(questions);
}

#define AT(seconds) INT64_C(seconds)

/* RFC 5280 4.1.2.5: both seconds belong to it. */
static void test_validity_has_its_first_and_last_second(void)
{
    static const struct question questions[] = {
        {"leaf-future", "root", "sub", .at = AT(2208988800), .length = 3},
        {"leaf-future", "root", "sub", .at = AT(2208988799), .expect = "is not valid before 2040"},
        {"leaf-expired", "root", "sub", .at = AT(1767225600), .length = 3},
        {"leaf-expired", "root", "sub", .at = AT(1767225601), .expect = "expired 2026-01-01"},
    };

    ASK_ALL(questions);
}

/* Of certificates in a row, which it clears: the first below the last. */
static void expect_row_refused(struct pki_certs *certs, const char *usage, const char *text)
{
    const struct pki_certs untrusted = {.list = certs->list + 1, .n = 1};
    const struct pki_certs anchors = {.list = certs->list + 2, .n = 1};
    const struct pki_path_request request = {.leaf = certs->list[0],
                                             .untrusted = &untrusted,
                                             .anchors = &anchors,
                                             .at = FIXTURE_NOW,
                                             .now = FIXTURE_NOW,
                                             .usage = usage};
    struct pki_path path = {.n = 0};
    struct pki_path_finding finding = {.cert = NULL};
    struct pki_error err = {0};

    EXPECT_FAILS(pki_path_find(&request, &path, &finding, &err), err, PKI_E_INVALID);
    EXPECT_TEXT(text);
    pki_certs_clear(certs);
}

/* Changed after they were read. */
static void test_what_no_tool_makes_is_refused(void)
{
    static const uint8_t empty[] = {0x30, 0};
    const struct pki_bytes nobody = {empty, sizeof(empty)};
    struct pki_certs certs = chain_certs("leaf sub root");

    certs.list[0]->version = 2;
    expect_row_refused(&certs, NULL, "has extensions, which version 2 does not have");
    certs = chain_certs("leaf sub root");
    certs.list[0]->extensions[1] = certs.list[0]->extensions[0];
    expect_row_refused(&certs, NULL, "has the extension 2.5.29.15 twice");
    certs = chain_certs("leaf sub root");
    certs.list[0]->issuer = nobody;
    certs.list[1]->subject = nobody;
    expect_row_refused(&certs, NULL, "names no issuer");
    certs = chain_certs("leaf sub root");
    certs.list[2]->signature = certs.list[1]->signature;
    expect_row_refused(&certs, NULL, "certificate 3 (CN=Root) is not signed by CN=Root");
    certs = chain_certs("tsa tsa-sub root");
    memcpy(certs.list[0]->usages[certs.list[0]->n_usages++], PKI_OID_CODE_SIGNING,
           sizeof(PKI_OID_CODE_SIGNING));
    expect_row_refused(&certs, PKI_OID_TIME_STAMPING, "must be critical and timeStamping alone");
}

/* Whoever searched may have been wrong. */
static void test_a_link_is_judged_by_name_and_key(void)
{
    struct pki_certs certs = chain_certs("leaf other-root");
    const struct pki_path path = {.certs = {certs.list[0], certs.list[1]}, .n = 2};
    const struct pki_path_request request = {.at = FIXTURE_NOW, .now = FIXTURE_NOW};
    struct pki_path_work work = {.request = &request};
    struct pki_path_fault fault;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_path_validate(&work, &path, &fault, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("was issued by CN=Sub, not by CN=Other Root");
    pki_certs_clear(&certs);
}

static void test_purposes_nest(void)
{
    static const struct question questions[] = {
        {"leaf-tls", "root", "sub",
         .expect = "has no extended key usage that certificate 2, above it, allows"},
        {"leaf-tls", "root", "sub", .usage = PKI_OID_SERVER_AUTH,
         .expect = "certificate 2 (CN=Sub) does not allow serverAuth"},
        {"leaf", "root", "sub", .usage = PKI_OID_TIME_STAMPING,
         .expect = "certificate 1 (CN=Leaf) is not for timeStamping"},
        {"leaf-any", "root", .length = 2},
        {"leaf-any", "root", .usage = PKI_OID_CODE_SIGNING, .expect = "is not for codeSigning"},
        {"tsa-soft", "root", "tsa-sub", .usage = PKI_OID_TIME_STAMPING,
         .expect = "must be critical and timeStamping alone (RFC 3161 2.3)"},
        {"tsa-encipher", "root", "tsa-sub", .usage = PKI_OID_TIME_STAMPING,
         .expect = "its key usage lacks digitalSignature or contentCommitment"},
    };

    ASK_ALL(questions);
}

static void test_policies_are_processed(void)
{
    static const struct question questions[] = {
        {"policy-good", "root", "policy-sub", .length = 3},
        {"policy-bad", "policy-sub", .expect = "has no policy"},
    };

    ASK_ALL(questions);
}

static void test_name_constraints_bind(void)
{
    static const struct question questions[] = {
        {"nc-good", "root", "nc", .length = 3},
        {"nc-good", "nc", .length = 2},
        {"nc-dns", "root", "nc", .expect = "has a DNS name that certificate 2 does not permit"},
        {"nc-dns", "nc", .expect = "has a DNS name that certificate 2 does not permit"},
        {"nc-dns-suffix", "root", "nc", .expect = "does not permit"},
        {"nc-dns-excluded", "root", "nc", .expect = "has a DNS name that certificate 2 excludes"},
        {"nc-dns-wildcard", "root", "nc", .expect = "has a DNS name that certificate 2 excludes"},
        {"nc-dns-dot", "root", "nc", .expect = "malformed DNS name"},
        {"nc-email", "root", "nc", .expect = "e-mail address that certificate 2 does not permit"},
        {"nc-email-quoted", "root", "nc", .expect = "malformed e-mail address"},
        {"nc-subject-email", "root", "nc", .expect = "e-mail address that certificate 2 does not"},
        {"nc-ip", "root", "nc", .expect = "IP address that certificate 2 does not permit"},
        {"nc-ip-excluded", "root", "nc", .expect = "IP address that certificate 2 excludes"},
        {"nc-ip6", "root", "nc", .expect = "IP address that certificate 2 does not permit"},
        {"nc-uri", "root", "nc", .expect = "URI that certificate 2 does not permit"},
        {"nc-uri-address", "root", "nc", .expect = "malformed URI"},
        {"nc-dir-good", "root", "nc-dir", .length = 3},
        {"nc-dir-bad", "root", "nc-dir", .expect = "directory name that certificate 2 does not"},
        {"nc-other-bad", "root", "nc-other", .expect = "in a way that is not processed"},
    };

    ASK_ALL(questions);
}

static void test_revocation_is_known(void)
{
    static const struct question questions[] = {
        {"leaf", "root", "sub", "root-good sub-good", .require = true, .length = 3},
        {"leaf", "root", "sub", "root-good", .length = 3},
        {"leaf", "root", "sub", "root-good sub-revoked", .require = true,
         .expect = "certificate 1 (CN=Leaf) was revoked 2026-03-01T00:00:00Z (superseded)"},
        {"leaf", "root", "sub", "root-revoked sub-good", .require = true,
         .expect = "certificate 2 (CN=Sub) was revoked 2026-03-01T00:00:00Z (keyCompromise), "
                   "invalid since 2026-02-01T00:00:00Z"},
        /* a revocation counts from its date, with an invalidity date from that */
        {"leaf", "root", "sub", "root-good sub-revoked", .require = true, .at = AT(1772323199)},
        {"leaf", "root", "sub", "root-good sub-revoked", .require = true, .at = AT(1772323200),
         .expect = "was revoked"},
        {"leaf", "root", "sub", "root-revoked sub-good", .require = true, .at = AT(1769903999)},
        {"leaf", "root", "sub", "root-revoked sub-good", .require = true, .at = AT(1769904000),
         .expect = "was revoked"},
        {"leaf", "other-root", "sub sub-cross", "sub-revoked", .expect = "was revoked"},
    };

    ASK_ALL(questions);
}

static void test_lists_that_cannot_be_used_do_not_count(void)
{
    static const struct question questions[] = {
        {"leaf", "root", "sub", "root-good", .require = true,
         .expect = "certificate 1 (CN=Leaf) cannot be checked for revocation: no list of its "
                   "issuer CN=Sub was given"},
        {"leaf", "root", "sub", "sub-good", .require = true,
         .expect = "certificate 2 (CN=Sub) cannot be checked for revocation: no list of its "
                   "issuer CN=Root was given"},
        {"leaf", "root", "sub", "root-good sub-stale", .require = true,
         .expect = "it is out of date: its nextUpdate passed 2026-06-10T00:00:00Z, 21 days ago"},
        {"leaf", "root", "sub", "sub-stale", .expect = "out of date"},
        {"leaf", "root", "sub", "root-good sub-stale sub-good", .require = true, .length = 3},
        {"leaf", "root", "sub", "root-good sub-wrong-key", .require = true,
         .expect = "the list of CN=Sub cannot be used"},
        {"leaf-no-crl", "root", "no-crl", "root-good no-crl", .require = true,
         .expect = "its issuer's key usage lacks cRLSign"},
        {"leaf", "root", "sub", "root-good sub-only-ca", .require = true,
         .expect = "it is for other certificates"},
        {"leaf", "root", "sub", "root-good sub-some-reasons", .require = true,
         .expect = "cover some reasons only"},
        {"leaf", "root", "sub", "root-good sub-unknown", .require = true,
         .expect = "a critical extension that is not processed"},
        {"leaf", "root", "sub", "root-good sub-good sub-delta", .expect = "is a delta list"},
        {"leaf", "root", "sub", "root-good sub-good sub-indirect", .expect = "is indirect"},
    };

    ASK_ALL(questions);
}

static void expect_order(const char *names, const char *text)
{
    struct pki_certs chain = chain_certs(names);
    struct pki_error err = {0};

    if (!text) {
        EXPECT_OK(pki_chain_check_order(&chain, &err), err);
    } else {
        EXPECT_FAILS(pki_chain_check_order(&chain, &err), err, PKI_E_INVALID);
        EXPECT_TEXT(text);
    }
    pki_certs_clear(&chain);
}

static void test_order_is_judged(void)
{
    expect_order("leaf sub root", NULL);
    expect_order("leaf sub", NULL);
    expect_order("root", NULL);
    expect_order("leaf", NULL);
    expect_order("root sub leaf", "order: found the root first: certificate 1 (CN=Root)");
    expect_order("sub leaf root",
                 "order: certificate 2 is CN=Leaf, but the issuer of certificate 1 "
                 "(CN=Sub) belongs there: CN=Root, which is certificate 3");
    expect_order("leaf root", "the issuer of certificate 1 (CN=Leaf) belongs there: CN=Sub, which "
                              "is not in the file");
    expect_order("leaf sub sub", "order: certificate 3 (CN=Sub) repeats certificate 2");
    expect_order("leaf sub same-name-root", "certificate 2 (CN=Sub) is not signed by certificate "
                                            "3, which has its issuer's name (CN=Root)");
    expect_order("leaf sub root other-root", "order: certificate 4 is CN=Other Root");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the shortest valid path is found in any pile", test_paths_are_found},
        {"a missing issuer is named", test_missing_issuers_are_named},
        {"the certificate at fault is named, with the reason",
         test_certificates_at_fault_are_named},
        {"validity has its first and its last second", test_validity_has_its_first_and_last_second},
        {"what no tool makes is refused", test_what_no_tool_makes_is_refused},
        {"a link is judged by name and key", test_a_link_is_judged_by_name_and_key},
        {"purposes must be allowed by the whole path", test_purposes_nest},
        {"a required policy must be there", test_policies_are_processed},
        {"name constraints bind all below", test_name_constraints_bind},
        {"a revoked certificate is refused from its date on", test_revocation_is_known},
        {"a list that cannot be used does not count", test_lists_that_cannot_be_used_do_not_count},
        {"the order of a chain is judged", test_order_is_judged},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "chain", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
