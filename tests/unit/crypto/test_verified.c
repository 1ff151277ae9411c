#include "crypto/verified.h"

#include "crypto/key.h"
#include "key_fixture.h"

static const struct pki_bytes message = {(const uint8_t *)"what is signed", 14};
static const struct pki_bytes other = {(const uint8_t *)"what was never signed", 21};

static struct pki_bytes text(const char *characters)
{
    return (struct pki_bytes){(const uint8_t *)characters, strlen(characters)};
}

static bool is_known(struct pki_bytes spki, struct pki_bytes identifier, struct pki_bytes digest,
                     struct pki_bytes signature)
{
    struct pki_verified verified = pki_verified_of(spki, identifier, digest, signature);

    return pki_verified_before(&verified);
}

static void test_what_is_kept_is_known_by_all_of_its_parts(void)
{
    struct pki_verified verified =
        pki_verified_of(text("key"), text("how"), text("digest"), text("signature"));

    CU_ASSERT_FALSE(pki_verified_before(&verified));
    pki_verified_keep(&verified);
    CU_ASSERT_TRUE(pki_verified_before(&verified));
    CU_ASSERT_FALSE(is_known(text("kex"), text("how"), text("digest"), text("signature")));
    CU_ASSERT_FALSE(is_known(text("key"), text("hox"), text("digest"), text("signature")));
    CU_ASSERT_FALSE(is_known(text("key"), text("how"), text("digesx"), text("signature")));
    CU_ASSERT_FALSE(is_known(text("key"), text("how"), text("digest"), text("signaturx")));
    CU_ASSERT_FALSE(is_known(text("keyh"), text("ow"), text("digest"), text("signature")));
    CU_ASSERT_FALSE(is_known(text(""), text(""), text(""), text("")));
}

/* Whether pki_spki_verify has kept this signature over these bytes. */
static bool was_kept(const struct pki_key *key, struct pki_bytes bytes, struct pki_bytes signature)
{
    const struct pki_algorithm *algorithm = pki_key_algorithm_of(key);
    struct pki_digest_state state;
    uint8_t digest[PKI_DIGEST_MAX];

    pki_digest_begin(&state, algorithm->digest);
    pki_digest_add(&state, bytes);
    pki_digest_end(&state, digest);
    return is_known(pki_key_spki(key), algorithm->signature,
                    (struct pki_bytes){digest, pki_digest_size(algorithm->digest)}, signature);
}

static void test_only_good_signatures_are_kept(void)
{
    pki_auto(pki_key) key = NULL;
    pki_scope(pki_buf) made = {0};
    struct pki_error err = {0};
    struct pki_error why = {0};

    EXPECT_OK(pki_key_generate(pki_algorithm_get(PKI_KEY_ECDSA_P384), &key, &err), err);
    EXPECT_OK(pki_key_sign(key, message, &made, &err), err);
    const struct pki_bytes signature = pki_buf_view(&made);
    const struct pki_bytes how = pki_key_algorithm_of(key)->signature;
    EXPECT_FAILS(pki_spki_verify(pki_key_spki(key), how, other, signature, &why), why,
                 PKI_E_INVALID);
    CU_ASSERT_FALSE(was_kept(key, other, signature));
    CU_ASSERT_FALSE(was_kept(key, message, signature));
    for (int again = 0; again < 2; again++) {
        EXPECT_OK(pki_spki_verify(pki_key_spki(key), how, message, signature, &err), err);
        CU_ASSERT_TRUE(was_kept(key, message, signature));
    }
    why = (struct pki_error){0};
    EXPECT_FAILS(pki_spki_verify(pki_key_spki(key), how, other, signature, &why), why,
                 PKI_E_INVALID);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what is kept is known by all of its parts",
         test_what_is_kept_is_known_by_all_of_its_parts},
        {"only good signatures are kept", test_only_good_signatures_are_kept},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "verified", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
