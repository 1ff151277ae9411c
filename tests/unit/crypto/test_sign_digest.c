#include "crypto/key.h"
#include "crypto/key_private.h"

#include "key_fixture.h"

static const struct pki_bytes message = {(const uint8_t *)"what is signed", 14};

static const enum pki_key_algorithm hashing[] = {PKI_KEY_ECDSA_P256, PKI_KEY_ECDSA_P384,
                                                 PKI_KEY_ECDSA_P521};

struct digested {
    uint8_t octets[PKI_DIGEST_MAX];
    struct pki_bytes bytes;
};

static void digest_with(enum pki_digest kind, struct digested *digested)
{
    struct pki_digest_state state;

    pki_digest_begin(&state, kind);
    pki_digest_add(&state, message);
    pki_digest_end(&state, digested->octets);
    digested->bytes = (struct pki_bytes){digested->octets, pki_digest_size(kind)};
}

static struct pki_key *new_key(enum pki_key_algorithm id)
{
    struct pki_error err = {0};
    struct pki_key *key = NULL;

    EXPECT_OK(pki_key_generate(pki_algorithm_get(id), &key, &err), err);
    return key;
}

static void test_a_digest_gives_the_signature_of_the_bytes(void)
{
    for (size_t i = 0; i < PKI_COUNT(hashing); i++) {
        pki_auto(pki_key) key = new_key(hashing[i]);
        const struct pki_algorithm *algorithm = pki_key_algorithm_of(key);
        pki_scope(pki_buf) of_bytes = {0};
        pki_scope(pki_buf) of_digest = {0};
        struct pki_error err = {0};
        struct digested digested;

        digest_with(algorithm->digest, &digested);
        EXPECT_OK(pki_key_sign(key, message, &of_bytes, &err), err);
        EXPECT_OK(pki_key_sign_digest(key, digested.bytes, &of_digest, &err), err);
        CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&of_bytes), pki_buf_view(&of_digest)));
        EXPECT_OK(pki_spki_verify(pki_key_spki(key), algorithm->signature, message,
                                  pki_buf_view(&of_digest), &err),
                  err);
        EXPECT_OK(pki_spki_verify_digest(pki_key_spki(key), algorithm->signature, digested.bytes,
                                         pki_buf_view(&of_bytes), &err),
                  err);
    }
}

static void test_an_rsa_signature_over_a_digest_verifies(void)
{
    pki_auto(pki_key) key = new_key(PKI_KEY_RSA_3072);
    const struct pki_algorithm *algorithm = pki_key_algorithm_of(key);
    pki_scope(pki_buf) signature = {0};
    struct pki_error err = {0};
    struct digested digested;

    digest_with(algorithm->digest, &digested);
    EXPECT_OK(pki_key_sign_digest(key, digested.bytes, &signature, &err), err);
    EXPECT_OK(pki_spki_verify(pki_key_spki(key), algorithm->signature, message,
                              pki_buf_view(&signature), &err),
              err);
    EXPECT_OK(pki_spki_verify_digest(pki_key_spki(key), algorithm->signature, digested.bytes,
                                     pki_buf_view(&signature), &err),
              err);
}

static void test_another_digest_is_refused(void)
{
    pki_auto(pki_key) key = new_key(PKI_KEY_ECDSA_P384);
    struct pki_bytes identifier = pki_key_algorithm_of(key)->signature;
    pki_scope(pki_buf) signature = {0};
    struct pki_error err = {0};
    struct digested digested;
    struct digested small;

    digest_with(PKI_SHA384, &digested);
    digest_with(PKI_SHA256, &small);
    EXPECT_OK(pki_key_sign_digest(key, digested.bytes, &signature, &err), err);
    EXPECT_FAILS(pki_spki_verify_digest(pki_key_spki(key), identifier, small.bytes,
                                        pki_buf_view(&signature), &err),
                 err, PKI_E_INVALID);
    digested.octets[3] ^= 1;
    EXPECT_FAILS(pki_spki_verify_digest(pki_key_spki(key), identifier, digested.bytes,
                                        pki_buf_view(&signature), &err),
                 err, PKI_E_INVALID);
    EXPECT_TEXT("signature does not verify (ECDSA with SHA-384)");
    EXPECT_FAILS(pki_key_sign_digest(key, small.bytes, &signature, &err), err, PKI_E_CRYPTO);
    EXPECT_TEXT("a digest of 32 octets is not for ECDSA with SHA-384");
}

static void test_ed25519_needs_the_bytes(void)
{
    pki_auto(pki_key) key = new_key(PKI_KEY_ED25519);
    struct pki_bytes identifier = pki_key_algorithm_of(key)->signature;
    pki_scope(pki_buf) signature = {0};
    struct pki_error err = {0};
    struct digested digested;

    digest_with(PKI_SHA512, &digested);
    CU_ASSERT_FALSE(pki_signature_is_of_digest(identifier));
    EXPECT_FAILS(pki_key_sign_digest(key, digested.bytes, &signature, &err), err, PKI_E_CRYPTO);
    EXPECT_OK(pki_key_sign(key, message, &signature, &err), err);
    EXPECT_FAILS(pki_spki_verify_digest(pki_key_spki(key), identifier, digested.bytes,
                                        pki_buf_view(&signature), &err),
                 err, PKI_E_POLICY);
}

static void test_keys_and_algorithms_are_judged_first(void)
{
    static const struct pki_bytes torn = {(const uint8_t *)"\x30\x01", 2};
    pki_auto(pki_key) key = new_key(PKI_KEY_ECDSA_P256);
    struct pki_bytes identifier = pki_key_algorithm_of(key)->signature;
    struct pki_error err = {0};
    struct digested digested;

    digest_with(PKI_SHA256, &digested);
    CU_ASSERT_TRUE(pki_signature_is_of_digest(identifier));
    CU_ASSERT_FALSE(pki_signature_is_of_digest(torn));
    EXPECT_FAILS(
        pki_spki_verify_digest(pki_key_spki(key), torn, digested.bytes, digested.bytes, &err), err,
        PKI_E_POLICY);
    EXPECT_FAILS(pki_spki_verify_digest(torn, identifier, digested.bytes, digested.bytes, &err),
                 err, PKI_E_FORMAT);
    EXPECT_FAILS(pki_spki_verify_digest(pki_key_spki(key),
                                        pki_algorithm_get(PKI_KEY_RSA_3072)->signature,
                                        digested.bytes, digested.bytes, &err),
                 err, PKI_E_INVALID);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a digest gives the signature of the bytes",
         test_a_digest_gives_the_signature_of_the_bytes},
        {"an RSA signature over a digest verifies", test_an_rsa_signature_over_a_digest_verifies},
        {"another digest is refused", test_another_digest_is_refused},
        {"Ed25519 needs the bytes", test_ed25519_needs_the_bytes},
        {"keys and algorithms are judged first", test_keys_and_algorithms_are_judged_first},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "sign digest", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
