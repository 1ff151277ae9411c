#include "x509/pem.h"

#include "test.h"

#define BODY  "AAECAwQFBgc=\n"
#define BLOCK "-----BEGIN CERTIFICATE-----\n" BODY "-----END CERTIFICATE-----\n"

static const uint8_t octets[] = {0, 1, 2, 3, 4, 5, 6, 7};

static struct pki_bytes text_of(const char *text)
{
    return (struct pki_bytes){(const uint8_t *)text, strlen(text)};
}

static void test_what_is_written_is_exact(void)
{
    static const char expected[] =
        "-----BEGIN X509 CRL-----\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
        "AAA=\n"
        "-----END X509 CRL-----\n";
    static const uint8_t zeros[50];
    pki_scope(pki_buf) text = {0};

    pki_pem_write(&text, PKI_PEM_CRL, (struct pki_bytes){zeros, sizeof(zeros)});
    CU_ASSERT(pki_bytes_equal(pki_buf_view(&text), text_of(expected)));
}

static void test_good_texts_are_read(void)
{
    static const struct {
        const char *text;
        size_t blocks;
    } cases[] = {
        {BLOCK, 1},
        {BLOCK BLOCK, 2},
        {"-----BEGIN CERTIFICATE-----\r\nAAECAwQFBgc=\r\n-----END CERTIFICATE-----\r\n", 1},
        {"-----BEGIN CERTIFICATE-----\nAAECAwQFBgc=\n-----END CERTIFICATE-----", 1},
        {"-----BEGIN CERTIFICATE-----\nAAEC\nAwQFBgc=\n-----END CERTIFICATE-----\n\n \t\n", 1},
        {"Subject: somebody\n" BLOCK "# the next\n\n" BLOCK, 2},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_error err = {0};
        pki_scope(pki_pem) pem = {0};
        EXPECT_OK(pki_pem_parse(text_of(cases[i].text), &pem, &err), err);
        CU_ASSERT_EQUAL(pem.n_blocks, cases[i].blocks);
        CU_ASSERT_STRING_EQUAL(pem.blocks[0].label, PKI_PEM_CERTIFICATE);
        CU_ASSERT(pki_bytes_equal(pki_buf_view(&pem.blocks[pem.n_blocks - 1].der),
                                  (struct pki_bytes){octets, sizeof(octets)}));
    }
}

static void test_bad_texts_are_refused_by_name(void)
{
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "no PEM block"},
        {"hello\n", "no PEM block"},
        {"\xEF\xBB\xBF" BLOCK, "byte order mark"},
        {"\xFF\xFE-\0", "UTF-16"},
        {BLOCK "the end\n", "line 4: something stands behind the last block"},
        {BLOCK "\n# a remark\n\n", "line 5: something stands behind the last block"},
        {"-----BEGIN CERTIFICATE-----\n" BODY
         "-----END CERTIFICATE----------BEGIN CERTIFICATE-----\n" BODY
         "-----END CERTIFICATE-----\n",
         "line 3: two blocks are glued"},
        {"-----BEGIN CERTIFICATE-----\n" BODY, "the text ends inside a block"},
        {"-----BEGIN CERTIFICATE-----\n" BODY BLOCK, "begins inside another"},
        {"-----BEGIN CERTIFICATE-----\n" BODY "-----END X509 CRL-----\n", "names another kind"},
        {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "it is empty"},
        {"-----BEGIN CERTIFICATE----\n" BODY "-----END CERTIFICATE-----\n", "five closing hyphens"},
        {"-----BEGIN CERTIFICATE----- x\n" BODY "-----END CERTIFICATE-----\n", "stands behind"},
        {"-----BEGIN certificate-----\n" BODY "-----END certificate-----\n", "label"},
        {"-----BEGIN -----\n" BODY "-----END -----\n", "label"},
        {" " BLOCK, "must stand alone"},
        {"-----END CERTIFICATE-----\n" BLOCK, "must stand alone"},
        {"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n"
         "-----END EC PRIVATE KEY-----\n",
         "line 2: a header inside a block"},
        {"-----BEGIN CERTIFICATE-----\n\n" BODY "-----END CERTIFICATE-----\n", "empty line"},
        {"-----BEGIN CERTIFICATE-----\n"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
         "-----END CERTIFICATE-----\n",
         "over 76"},
        {"-----BEGIN CERTIFICATE-----\nAAE CAwQFBgc=\n-----END CERTIFICATE-----\n", "base64"},
        {"-----BEGIN CERTIFICATE-----\nAAECAwQFBgd=\n-----END CERTIFICATE-----\n", "base64"},
        {"-----BEGIN CERTIFICATE-----\nAAECAwQFBgc\n-----END CERTIFICATE-----\n", "base64"},
        {"-----BEGIN CERTIFICATE-----\nAAE=\nAAE=\n-----END CERTIFICATE-----\n", "base64"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_error err = {0};
        pki_scope(pki_pem) pem = {0};
        EXPECT_FAILS(pki_pem_parse(text_of(cases[i].text), &pem, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT(cases[i].why);
        CU_ASSERT_PTR_NULL(pem.blocks);
    }
}

static void test_blocks_are_bounded(void)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) large = {0};
    pki_scope(pki_buf) crl = {0};
    pki_scope(pki_pem) pem = {0};
    static const uint8_t zeros[70000];

    for (size_t i = 0; i < PKI_PEM_BLOCKS_MAX; i++)
        pki_buf_text(&text, BLOCK);
    EXPECT_OK(pki_pem_parse(pki_buf_view(&text), &pem, &err), err);
    pki_pem_clear(&pem);
    pki_buf_text(&text, BLOCK);
    EXPECT_FAILS(pki_pem_parse(pki_buf_view(&text), &pem, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("over 16384 blocks");

    pki_pem_write(&large, PKI_PEM_CERTIFICATE, (struct pki_bytes){zeros, sizeof(zeros)});
    EXPECT_FAILS(pki_pem_parse(pki_buf_view(&large), &pem, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("over the limit");
    pki_pem_write(&crl, PKI_PEM_CRL, (struct pki_bytes){zeros, sizeof(zeros)});
    EXPECT_OK(pki_pem_parse(pki_buf_view(&crl), &pem, &err), err);
    CU_ASSERT_EQUAL(pem.blocks[0].der.size, sizeof(zeros));
}

static void test_a_text_of_empty_lines_is_read_in_linear_time(void)
{
    struct pki_error err = {0};
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_pem) pem = {0};

    pki_buf_text(&text, BLOCK);
    memset(pki_buf_extend(&text, 1 << 20), '\n', 1 << 20);
    EXPECT_OK(pki_pem_parse(pki_buf_view(&text), &pem, &err), err);
    CU_ASSERT_EQUAL(pem.n_blocks, 1);
}

static void test_pem_is_told_from_der(void)
{
    CU_ASSERT_TRUE(pki_pem_is(text_of("x\n" BLOCK)));
    CU_ASSERT_FALSE(pki_pem_is(text_of("\x04\x0b-----BEGIN ")));
    CU_ASSERT_FALSE(pki_pem_is((struct pki_bytes){octets, sizeof(octets)}));
    CU_ASSERT_FALSE(pki_pem_is((struct pki_bytes){octets, 0}));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what is written is exact", test_what_is_written_is_exact},
        {"good texts are read in order", test_good_texts_are_read},
        {"bad texts are refused by name", test_bad_texts_are_refused_by_name},
        {"count and size of blocks are bounded", test_blocks_are_bounded},
        {"many empty lines take linear time", test_a_text_of_empty_lines_is_read_in_linear_time},
        {"PEM is told from DER", test_pem_is_told_from_der},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "pem", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
