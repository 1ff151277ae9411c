#include "crypto/digest.h"

#include "base/text.h"
#include "test.h"

/* FIPS 180-4 examples: one block and the empty message */
static const struct {
    enum pki_digest kind;
    const char *message;
    const char *hex;
} vectors[] = {
    {PKI_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {PKI_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {PKI_SHA384, "abc",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7"},
    {PKI_SHA512, "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void expect_hex(struct pki_bytes digest, const char *hex)
{
    pki_scope(pki_buf) text = {0};

    pki_hex(&text, digest);
    pki_buf_byte(&text, 0);
    CU_ASSERT_STRING_EQUAL(text.data, hex);
}

static void test_digests_match_the_standard(void)
{
    for (size_t i = 0; i < PKI_COUNT(vectors); i++) {
        struct pki_digest_state state;
        uint8_t digest[PKI_DIGEST_MAX];
        const char *message = vectors[i].message;

        pki_digest_begin(&state, vectors[i].kind);
        for (; *message; message++) /* octet by octet: how it is cut makes no difference */
            pki_digest_add(&state, (struct pki_bytes){(const uint8_t *)message, 1});
        pki_digest_end(&state, digest);
        expect_hex((struct pki_bytes){digest, pki_digest_size(vectors[i].kind)}, vectors[i].hex);
    }
}

static void test_one_call_gives_the_same(void)
{
    uint8_t digest[PKI_SHA256_SIZE];

    pki_sha256((struct pki_bytes){(const uint8_t *)"abc", 3}, digest);
    expect_hex((struct pki_bytes){digest, sizeof(digest)}, vectors[0].hex);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"digests match the standard", test_digests_match_the_standard},
        {"one call gives the same", test_one_call_gives_the_same},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "digest", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
