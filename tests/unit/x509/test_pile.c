/*
 * Piles: what is refused when they are opened, and what only when a search
 * arrives at it.
 */
#include "x509/pile.h"

#include "chain_fixture.h"

/* The fixture with its version, which is no 1, 2 or 3 any more; all else is DER as before. */
static struct pki_buf wrong_version(const struct pki_cert *cert)
{
    static const uint8_t version[] = {0xa0, 0x03, 0x02, 0x01, 0x02};
    struct pki_buf der = {0};

    pki_buf_append_bytes(&der, cert->der);
    uint8_t *at = memmem(der.data, der.size, version, sizeof(version));
    CU_ASSERT_FATAL(at != NULL);
    at[4] = 0x07;
    return der;
}

static bool find(const struct pki_certs *certs, struct pki_pile *pile, struct pki_error *err)
{
    const struct pki_certs anchors = {.list = &certs->list[2], .n = 1};
    const struct pki_path_request request = {.leaf = certs->list[0],
                                             .anchors = &anchors,
                                             .pile = pile,
                                             .at = FIXTURE_NOW,
                                             .now = FIXTURE_NOW};
    struct pki_path path;
    struct pki_path_finding finding;

    return pki_path_find(&request, &path, &finding, err);
}

static void test_only_the_way_is_read(void)
{
    struct pki_certs certs = chain_certs("leaf sub root other-root");
    const struct pki_certs others = {.list = &certs.list[1], .n = 3};
    struct pki_pile pile = chain_pile(&others);
    struct pki_error err = {0};

    EXPECT_OK(find(&certs, &pile, &err), err);
    CU_ASSERT_PTR_NOT_NULL(pile.list[0].cert);
    CU_ASSERT_PTR_NULL(pile.list[2].cert);
    pki_pile_clear(&pile);
    pki_certs_clear(&certs);
}

/* Block 1 is good, block 2 is malformed inside: which certificate that is decides. */
static void ask_with_malformed(size_t which, const char *expect)
{
    struct pki_certs certs = chain_certs("leaf sub root other-root");
    pki_scope(pki_buf) wrong = wrong_version(certs.list[which]);
    pki_scope(pki_buf) text = {0};
    struct pki_pile pile = {.n = 0};
    struct pki_error err = {0};

    pki_pem_write(&text, PKI_PEM_CERTIFICATE, certs.list[1]->der);
    pki_pem_write(&text, PKI_PEM_CERTIFICATE, pki_buf_view(&wrong));
    EXPECT_OK(pki_pile_parse("pile.pem", pki_buf_view(&text), &pile, &err), err);
    if (expect) {
        EXPECT_FAILS(find(&certs, &pile, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT(expect);
    } else {
        EXPECT_OK(find(&certs, &pile, &err), err);
    }
    pki_pile_clear(&pile);
    pki_certs_clear(&certs);
}

static void test_malformed_on_the_way_is_refused(void)
{
    ask_with_malformed(1, "pile.pem: block 2: certificate version is none of 1, 2, 3");
    ask_with_malformed(3, NULL);
}

static void test_what_is_no_certificate_is_refused_at_once(void)
{
    struct pki_certs certs = chain_certs("sub");
    pki_scope(pki_buf) der = {0};
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) other = {0};
    struct pki_pile pile = {.n = 0};
    struct pki_error err = {0};

    pki_buf_append_bytes(&der, certs.list[0]->der);
    der.size--;
    pki_pem_write(&text, PKI_PEM_CERTIFICATE, certs.list[0]->der);
    pki_pem_write(&text, PKI_PEM_CERTIFICATE, pki_buf_view(&der));
    EXPECT_FAILS(pki_pile_parse("pile.pem", pki_buf_view(&text), &pile, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("pile.pem: block 2: ");
    EXPECT_FAILS(pki_pile_parse("one.cer", pki_buf_view(&der), &pile, &err), err, PKI_E_FORMAT);
    pki_pem_write(&other, PKI_PEM_REQUEST, certs.list[0]->der);
    EXPECT_FAILS(pki_pile_parse("pile.pem", pki_buf_view(&other), &pile, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("CERTIFICATE REQUEST");
    EXPECT_FAILS(pki_pile_parse("pile.pem", (struct pki_bytes){0}, &pile, &err), err, PKI_E_USAGE);
    CU_ASSERT_EQUAL(pile.n, 0);
    pki_certs_clear(&certs);
}

static void test_one_is_read_from_der(void)
{
    struct pki_certs certs = chain_certs("leaf sub root");
    struct pki_pile pile = {.n = 0};
    struct pki_error err = {0};

    EXPECT_OK(pki_pile_parse("sub.cer", certs.list[1]->der, &pile, &err), err);
    EXPECT_OK(find(&certs, &pile, &err), err);
    pki_pile_clear(&pile);
    pki_certs_clear(&certs);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"only certificates on the way are read in full", test_only_the_way_is_read},
        {"a malformed certificate on the way is refused", test_malformed_on_the_way_is_refused},
        {"what is no certificate is refused at once",
         test_what_is_no_certificate_is_refused_at_once},
        {"one certificate is read from DER", test_one_is_read_from_der},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "pile", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
