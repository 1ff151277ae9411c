#include "crypto/key.h"

#include "asn1/der.h"
#include "key_fixture.h"

static const struct pki_bytes message = {(const uint8_t *)"signed by openssl", 17};

struct vector {
    char key[32];
    char digest[16];
    struct pki_buf spki;
    struct pki_buf signature;
};

/* How the fixture's signature would be named in a certificate. */
static struct pki_bytes identifier_of(const struct vector *vector)
{
    static const struct {
        const char *family;
        const char *digest;
        const char *der;
        size_t size;
    } rows[] = {
        {"ecdsa", "sha256", "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", 12},
        {"ecdsa", "sha384", "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03", 12},
        {"ecdsa", "sha512", "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04", 12},
        {"rsa", "sha256", "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00", 15},
        {"rsa", "sha384", "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00", 15},
        {"rsa", "sha512", "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00", 15},
        {"ed25519", "-", "\x30\x05\x06\x03\x2b\x65\x70", 7},
    };

    for (size_t i = 0; i < PKI_COUNT(rows); i++) {
        if (strncmp(vector->key, rows[i].family, strlen(rows[i].family)) == 0 &&
            strcmp(vector->digest, rows[i].digest) == 0)
            return (struct pki_bytes){(const uint8_t *)rows[i].der, rows[i].size};
    }
    return (struct pki_bytes){0};
}

static void each_vector(void (*check)(const struct vector *))
{
    size_t size = 0;
    unsigned seen = 0;
    char *text = (char *)test_load(FIXTURES "/keys/signatures.txt", &size);
    char *rest = NULL;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct vector vector = {0};
        static char hex[2048];
        char name[64];
        struct pki_error err = {0};

        if (line[0] == '#')
            continue;
        CU_ASSERT_EQUAL_FATAL(sscanf(line, "%31s %15s %2047s", vector.key, vector.digest, hex), 3);
        (void)snprintf(name, sizeof(name), "%s.pub", vector.key);
        fixture_pem(name, &vector.spki);
        EXPECT_OK(pki_hex_parse(hex, &vector.signature, &err), err);
        check(&vector);
        pki_buf_clear(&vector.spki);
        pki_buf_clear(&vector.signature);
        seen++;
    }
    free(text);
    CU_ASSERT_EQUAL(seen, 13);
}

static void verifies(const struct vector *vector)
{
    struct pki_error err = {0};

    EXPECT_OK(pki_spki_verify(pki_buf_view(&vector->spki), identifier_of(vector), message,
                              pki_buf_view(&vector->signature), &err),
              err);
}

static void test_signatures_of_others_verify_with_every_digest(void)
{
    each_vector(verifies);
}

static void refuses_changes(const struct vector *vector)
{
    struct pki_error err = {0};
    struct pki_bytes other = {message.data, message.size - 1};
    struct pki_bytes spki = pki_buf_view(&vector->spki);
    struct pki_bytes signature = pki_buf_view(&vector->signature);

    EXPECT_FAILS(pki_spki_verify(spki, identifier_of(vector), other, signature, &err), err,
                 PKI_E_INVALID);
    vector->signature.data[vector->signature.size - 1] ^= 1;
    EXPECT_FAILS(pki_spki_verify(spki, identifier_of(vector), message, signature, &err), err,
                 PKI_E_INVALID);
    vector->signature.data[vector->signature.size - 1] ^= 1;
    signature.size--;
    EXPECT_FAILS(pki_spki_verify(spki, identifier_of(vector), message, signature, &err), err,
                 PKI_E_INVALID);
    signature.size = 0;
    EXPECT_FAILS(pki_spki_verify(spki, identifier_of(vector), message, signature, &err), err,
                 PKI_E_INVALID);
}

static void test_changes_are_refused(void)
{
    each_vector(refuses_changes);
}

static void refuses_other_families(const struct vector *vector)
{
    static const char *const names[] = {"ecdsa-p384", "rsa-4096", "ed25519"};
    struct pki_error err = {0};
    struct pki_bytes own = identifier_of(vector);

    for (size_t i = 0; i < PKI_COUNT(names); i++) {
        struct pki_bytes identifier = pki_algorithm_find(names[i])->signature;
        if (identifier.size == own.size) /* the lengths tell the three families apart */
            continue;
        EXPECT_FAILS(pki_spki_verify(pki_buf_view(&vector->spki), identifier, message,
                                     pki_buf_view(&vector->signature), &err),
                     err, PKI_E_INVALID);
        EXPECT_TEXT("cannot come from");
    }
}

static void test_key_and_algorithm_must_match(void)
{
    each_vector(refuses_other_families);
}

static void test_weak_algorithms_are_refused_by_name(void)
{
    static const struct {
        const char *hex;
        const char *name;
    } cases[] = {
        {"300d06092a864886f70d0101050500", "RSA with SHA-1"},
        {"300d06092a864886f70d0101040500", "RSA with MD5"},
        {"300906072a8648ce3d0401", "ECDSA with SHA-1"},
        {"300d06092a864886f70d01010a3000", "RSASSA-PSS"},
        {"3003020101", "malformed"},
    };
    pki_scope(pki_buf) spki = {0};

    fixture_pem("rsa-3072.pub", &spki);
    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) identifier = {0};
        struct pki_error err = {0};

        EXPECT_OK(pki_hex_parse(cases[i].hex, &identifier, &err), err);
        EXPECT_FAILS(
            pki_spki_verify(pki_buf_view(&spki), pki_buf_view(&identifier), message, message, &err),
            err, PKI_E_POLICY);
        EXPECT_TEXT(cases[i].name);
    }
}

static void test_keys_that_prove_nothing_are_refused(void)
{
    static const struct {
        const char *name;
        const char *text;
    } cases[] = {
        {"refused/rsa-exponent-1", "below 3"},
        {"refused/rsa-exponent-even", "even"},
        {"refused/rsa-pss", "RSASSA-PSS"},
        {"refused/ec-secp256k1", "secp256k1"},
        {"refused/ec-explicit", "explicit parameters"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) spki = {0};
        struct pki_error err = {0};
        struct pki_bytes identifier = pki_algorithm_get(PKI_KEY_RSA_3072)->signature;

        fixture_pem(cases[i].name, &spki);
        EXPECT_FAILS(pki_spki_verify(pki_buf_view(&spki), identifier, message, message, &err), err,
                     PKI_E_POLICY);
        EXPECT_TEXT(cases[i].text);
    }
}

/* The same two numbers in another encoding: GnuTLS alone would take them. */
static void test_one_ecdsa_signature_has_one_encoding(void)
{
    pki_scope(pki_buf) spki = {0};
    pki_auto(pki_key) key = NULL;
    pki_scope(pki_buf) good = {0};
    pki_scope(pki_buf) padded = {0};
    pki_scope(pki_buf) longer = {0};
    struct pki_error err = {0};
    const struct pki_algorithm *algorithm = pki_algorithm_get(PKI_KEY_ECDSA_P256);

    EXPECT_OK(pki_key_generate(algorithm, &key, &err), err);
    EXPECT_OK(pki_key_sign(key, message, &good, &err), err);
    /* a zero in front of r */
    size_t r = good.data[3];
    pki_buf_byte(&padded, 0x30);
    pki_buf_byte(&padded, (uint8_t)(good.data[1] + 1));
    pki_buf_byte(&padded, 0x02);
    pki_buf_byte(&padded, (uint8_t)(r + 1));
    pki_buf_byte(&padded, 0x00);
    pki_buf_append(&padded, good.data + 4, good.size - 4);
    EXPECT_FAILS(pki_spki_verify(pki_key_spki(key), algorithm->signature, message,
                                 pki_buf_view(&padded), &err),
                 err, PKI_E_INVALID);
    EXPECT_TEXT("DER");
    /* a long length */
    pki_buf_byte(&longer, 0x30);
    pki_buf_byte(&longer, 0x81);
    pki_buf_append(&longer, good.data + 1, good.size - 1);
    EXPECT_FAILS(pki_spki_verify(pki_key_spki(key), algorithm->signature, message,
                                 pki_buf_view(&longer), &err),
                 err, PKI_E_INVALID);
    /* bytes behind */
    pki_buf_byte(&good, 0x00);
    EXPECT_FAILS(pki_spki_verify(pki_key_spki(key), algorithm->signature, message,
                                 pki_buf_view(&good), &err),
                 err, PKI_E_INVALID);
}

static void test_the_key_id_is_of_the_key_bits(void)
{
    pki_scope(pki_buf) spki = {0};
    struct pki_error err = {0};
    uint8_t ski[PKI_SKI_SIZE];
    uint8_t digest[PKI_SHA256_SIZE];

    fixture_pem("ed25519.pub", &spki);
    EXPECT_OK(pki_spki_key_id(pki_buf_view(&spki), ski, &err), err);
    pki_sha256((struct pki_bytes){spki.data + 12, 32}, digest);
    CU_ASSERT_EQUAL(memcmp(ski, digest, sizeof(ski)), 0);
    spki.size--;
    EXPECT_FAILS(pki_spki_key_id(pki_buf_view(&spki), ski, &err), err, PKI_E_FORMAT);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"signatures of others verify with every digest",
         test_signatures_of_others_verify_with_every_digest},
        {"changes are refused", test_changes_are_refused},
        {"key and algorithm must match", test_key_and_algorithm_must_match},
        {"weak algorithms are refused by name", test_weak_algorithms_are_refused_by_name},
        {"keys that prove nothing are refused", test_keys_that_prove_nothing_are_refused},
        {"one ECDSA signature has one encoding", test_one_ecdsa_signature_has_one_encoding},
        {"the key id is of the key bits", test_the_key_id_is_of_the_key_bits},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "spki", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
