#include "crypto/envelope.h"

#include "crypto/key_private.h"
#include "key_fixture.h"

#define ROUNDS 10

static const struct pki_bytes message = {(const uint8_t *)"what is signed", 14};

static struct pki_bytes load(const char *file)
{
    char path[256];
    struct pki_bytes text = {0};

    (void)snprintf(path, sizeof(path), FIXTURES "/keys/%s", file);
    text.data = test_load(path, &text.size);
    return text;
}

static bool open_with(struct pki_bytes pem, const char *words, struct pki_key **key,
                      struct pki_error *err)
{
    pki_auto(pki_secret) passphrase = NULL;

    return pki_secret_copy(words, strlen(words), &passphrase, err) &&
           pki_envelope_open(pem, passphrase, key, err);
}

static void seal_with(const struct pki_key *key, const char *words, struct pki_buf *pem)
{
    pki_auto(pki_secret) passphrase = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_secret_copy(words, strlen(words), &passphrase, &err), err);
    EXPECT_OK(pki_envelope_seal(key, passphrase, ROUNDS, pem, &err), err);
}

static void test_what_openssl_sealed_opens_and_signs(void)
{
    for (int id = 0; id < PKI_KEY_ALGORITHMS; id++) {
        const struct pki_algorithm *algorithm = pki_algorithm_get((enum pki_key_algorithm)id);
        pki_auto(pki_key) key = NULL;
        pki_scope(pki_buf) spki = {0};
        pki_scope(pki_buf) signature = {0};
        struct pki_error err = {0};
        char name[64];

        (void)snprintf(name, sizeof(name), "%s.key", algorithm->name);
        struct pki_bytes pem = load(name);
        EXPECT_OK(open_with(pem, "worthless", &key, &err), err);
        free((void *)pem.data);
        CU_ASSERT_PTR_EQUAL(pki_key_algorithm_of(key), algorithm);
        (void)snprintf(name, sizeof(name), "%s.pub", algorithm->name);
        fixture_pem(name, &spki);
        CU_ASSERT_TRUE(pki_bytes_equal(pki_key_spki(key), pki_buf_view(&spki)));
        EXPECT_OK(pki_key_sign(key, message, &signature, &err), err);
    }
}

static void test_what_is_sealed_opens_again(void)
{
    static const char *const names[] = {"ecdsa-p256.key", "ecdsa-p521.key", "rsa-3072.key",
                                        "ed25519.key"};

    for (size_t i = 0; i < PKI_COUNT(names); i++) {
        struct pki_bytes original = load(names[i]);
        pki_auto(pki_key) key = NULL;
        pki_auto(pki_key) again = NULL;
        pki_scope(pki_buf) pem = {0};
        struct pki_error err = {0};

        EXPECT_OK(open_with(original, "worthless", &key, &err), err);
        seal_with(key, "p\xc3\xa4ss", &pem);
        EXPECT_OK(open_with(pki_buf_view(&pem), "p\xc3\xa4ss", &again, &err), err);
        CU_ASSERT_TRUE(pki_bytes_equal(pki_key_spki(key), pki_key_spki(again)));
        free((void *)original.data);
    }
}

static struct pki_key *fixture_key(const char *file)
{
    struct pki_bytes pem = load(file);
    struct pki_key *key = NULL;
    struct pki_error err = {0};

    EXPECT_OK(open_with(pem, "worthless", &key, &err), err);
    free((void *)pem.data);
    return key;
}

/* One block of 64 columns and LF; in the middle the bytes that Go's old readers insist on. */
static void test_the_form_is_exact(void)
{
    static const uint8_t explicit_null[] = {0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                            0x86, 0xf7, 0x0d, 0x02, 0x09, 0x05, 0x00};
    pki_auto(pki_key) key = fixture_key("ecdsa-p384.key");
    pki_scope(pki_buf) pem = {0};
    pki_scope(pki_buf) base64 = {0};
    pki_scope(pki_buf) der = {0};
    struct pki_error err = {0};
    size_t line = 0;

    seal_with(key, "worthless", &pem);
    pki_buf_byte(&pem, 0);
    char *text = (char *)pem.data;
    CU_ASSERT_EQUAL(strncmp(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", 38), 0);
    char *end = strstr(text, "-----END ENCRYPTED PRIVATE KEY-----\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(end);
    CU_ASSERT_STRING_EQUAL(end, "-----END ENCRYPTED PRIVATE KEY-----\n");
    for (char *at = text + 38; at < end; at++) {
        line = *at == '\n' ? 0 : line + 1;
        CU_ASSERT_TRUE(line <= 64);
        if (*at != '\n')
            pki_buf_byte(&base64, (uint8_t)*at);
    }
    EXPECT_OK(pki_base64_parse(pki_buf_view(&base64), &der, &err), err);
    CU_ASSERT_PTR_NOT_NULL(memmem(der.data, der.size, explicit_null, sizeof(explicit_null)));
}

/* Private numbers at both ends of the curve's range, as OpenSSL writes them. */
static void test_an_elliptic_number_has_the_size_of_its_curve(void)
{
    static const char frame[] =
        "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
    static const char point[] =
        "a144034200046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a1394"
        "5d898c296";
    static const char *const keys[][2] = {
        {"0000000000000000000000000000000000000000000000000000000000000001",
         "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"},
        {"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
         "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a"},
    };

    for (size_t i = 0; i < PKI_COUNT(keys); i++) {
        pki_auto(pki_secret) given = NULL;
        pki_auto(pki_secret) written = NULL;
        pki_auto(pki_key) key = NULL;
        pki_scope(pki_buf) der = {0};
        struct pki_error err = {0};
        char hex[300];

        (void)snprintf(hex, sizeof(hex), "%s%s%s%s", frame, keys[i][0], point, keys[i][1]);
        EXPECT_OK(pki_hex_parse(hex, &der, &err), err);
        EXPECT_OK(pki_secret_copy(der.data, der.size, &given, &err), err);
        EXPECT_OK(pki_key_import(given, &key, &err), err);
        EXPECT_OK(pki_key_export(key, &written, &err), err);
        CU_ASSERT_TRUE(pki_secret_equal(given, written));
    }
}

static void test_salt_and_block_are_fresh(void)
{
    pki_auto(pki_key) key = fixture_key("ed25519.key");
    pki_scope(pki_buf) first = {0};
    pki_scope(pki_buf) second = {0};

    seal_with(key, "worthless", &first);
    seal_with(key, "worthless", &second);
    CU_ASSERT_FALSE(pki_bytes_equal(pki_buf_view(&first), pki_buf_view(&second)));
}

static void test_a_wrong_passphrase_is_refused(void)
{
    pki_auto(pki_key) key = fixture_key("ecdsa-p256.key");
    pki_scope(pki_buf) pem = {0};
    struct pki_key *opened = NULL;
    struct pki_error err = {0};
    char words[32];

    seal_with(key, "worthless", &pem);
    /* one in 256 has good padding by chance: then the key inside is garbage */
    for (unsigned i = 0; i < 1000; i++) {
        (void)snprintf(words, sizeof(words), "wrong %u", i);
        EXPECT_FAILS(open_with(pki_buf_view(&pem), words, &opened, &err), err, PKI_E_PASSPHRASE);
    }
    EXPECT_TEXT("wrong passphrase");
    EXPECT_FAILS(open_with(pki_buf_view(&pem), "", &opened, &err), err, PKI_E_PASSPHRASE);
    EXPECT_TEXT("empty");
    CU_ASSERT_PTR_NULL(opened);
}

static void test_an_empty_passphrase_seals_nothing(void)
{
    pki_auto(pki_key) key = fixture_key("ed25519.key");
    pki_auto(pki_secret) empty = NULL;
    pki_scope(pki_buf) pem = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_secret_copy("", 0, &empty, &err), err);
    EXPECT_FAILS(pki_envelope_seal(key, empty, ROUNDS, &pem, &err), err, PKI_E_PASSPHRASE);
    CU_ASSERT_EQUAL(pem.size, 0);
}

static void test_a_cut_file_is_refused(void)
{
    struct pki_bytes pem = load("ecdsa-p256.key");
    struct pki_key *key = NULL;

    for (size_t size = 0; size < pem.size - 1; size += 7) {
        struct pki_error err = {0};
        EXPECT_FAILS(open_with((struct pki_bytes){pem.data, size}, "worthless", &key, &err), err,
                     PKI_E_FORMAT);
    }
    free((void *)pem.data);
}

/* The base64 of the fixture, changed octet by octet of what it encodes. */
static void test_a_changed_file_never_gives_another_key(void)
{
    pki_scope(pki_buf) der = {0};
    pki_scope(pki_buf) good = {0};
    struct pki_bytes pem = load("ecdsa-p256.key");
    char *begin = strchr((char *)pem.data, '\n');
    char *end = strstr((char *)pem.data, "\n-----END");
    pki_scope(pki_buf) base64 = {0};
    struct pki_error err = {0};

    CU_ASSERT_FATAL(begin && end);
    for (char *at = begin; at < end; at++)
        if (*at != '\n')
            pki_buf_byte(&base64, (uint8_t)*at);
    EXPECT_OK(pki_base64_parse(pki_buf_view(&base64), &der, &err), err);
    fixture_pem("ecdsa-p256.pub", &good);
    for (size_t at = 0; at < der.size; at++) {
        pki_scope(pki_buf) text = {0};
        pki_auto(pki_key) key = NULL;

        der.data[at] ^= 0x04;
        pki_buf_text(&text, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
        pki_base64(&text, pki_buf_view(&der));
        pki_buf_text(&text, "\n-----END ENCRYPTED PRIVATE KEY-----\n");
        der.data[at] ^= 0x04;
        memset(&err, 0, sizeof(err));
        if (open_with(pki_buf_view(&text), "worthless", &key, &err))
            CU_ASSERT_TRUE(pki_bytes_equal(pki_key_spki(key), pki_buf_view(&good)));
    }
    free((void *)pem.data);
}

struct refusal {
    const char *file;
    enum pki_code code;
    const char *text;
    const char *scheme;
    bool encrypted;
};

static const struct refusal refusals[] = {
    {"envelopes/plain.key", PKI_E_POLICY, "not encrypted", "none", false},
    {"envelopes/plain-ec.key", PKI_E_POLICY, "not encrypted", "none", false},
    {"envelopes/plain-rsa.key", PKI_E_POLICY, "not encrypted", "none", false},
    {"envelopes/traditional.key", PKI_E_POLICY, "MD5", "OpenSSL's old one, MD5 once", true},
    {"envelopes/scrypt.key", PKI_E_POLICY, "scrypt", "PBES2, scrypt, AES-256-CBC", true},
    {"envelopes/pbes1.key", PKI_E_POLICY, "1.2.840.113549.1.12.1.3",
     "scheme 1.2.840.113549.1.12.1.3", true},
    {"envelopes/des3.key", PKI_E_POLICY, "1.2.840.113549.3.7",
     "PBES2, PBKDF2-HMAC-SHA256, 1.2.840.113549.3.7", true},
    {"envelopes/sha224.key", PKI_E_POLICY, "1.2.840.113549.2.8",
     "PBES2, PBKDF2-HMAC-1.2.840.113549.2.8, AES-256-CBC", true},
    {"envelopes/bomb.key", PKI_E_POLICY, "2147483647 rounds",
     "PBES2, PBKDF2-HMAC-SHA256, AES-256-CBC", true},
};

static void test_what_is_not_accepted_is_described_and_refused(void)
{
    for (size_t i = 0; i < PKI_COUNT(refusals); i++) {
        struct pki_bytes pem = load(refusals[i].file);
        struct pki_envelope_facts facts = {0};
        struct pki_key *key = NULL;
        struct pki_error err = {0};

        EXPECT_FAILS(open_with(pem, "worthless", &key, &err), err, refusals[i].code);
        EXPECT_TEXT(refusals[i].text);
        EXPECT_OK(pki_envelope_describe(pem, &facts, &err), err);
        CU_ASSERT_STRING_EQUAL(facts.scheme, refusals[i].scheme);
        CU_ASSERT_EQUAL(facts.encrypted, refusals[i].encrypted);
        free((void *)pem.data);
    }
}

static void test_other_ciphers_and_digests_open(void)
{
    static const struct {
        const char *file;
        const char *scheme;
        uint32_t rounds;
    } cases[] = {
        {"envelopes/aes128-sha1.key", "PBES2, PBKDF2-HMAC-SHA1, AES-128-CBC", 2048},
        {"envelopes/aes192-sha384.key", "PBES2, PBKDF2-HMAC-SHA384, AES-192-CBC", 1000},
        {"envelopes/aes256-sha512.key", "PBES2, PBKDF2-HMAC-SHA512, AES-256-CBC", 1000},
        {"envelopes/without-null.key", "PBES2, PBKDF2-HMAC-SHA256, AES-256-CBC", 1000},
        {"envelopes/crlf.key", "PBES2, PBKDF2-HMAC-SHA256, AES-256-CBC", 1000},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_bytes pem = load(cases[i].file);
        struct pki_envelope_facts facts = {0};
        pki_auto(pki_key) key = NULL;
        struct pki_error err = {0};

        EXPECT_OK(open_with(pem, "worthless", &key, &err), err);
        EXPECT_OK(pki_envelope_describe(pem, &facts, &err), err);
        CU_ASSERT_TRUE(facts.encrypted);
        CU_ASSERT_STRING_EQUAL(facts.scheme, cases[i].scheme);
        CU_ASSERT_EQUAL(facts.rounds, cases[i].rounds);
        CU_ASSERT_TRUE(facts.salt_size >= 8);
        free((void *)pem.data);
    }
}

static void test_what_is_no_key_file_is_refused(void)
{
    static const char *const cases[] = {
        "",
        "\n",
        "hello",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nM*A=\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "text before\n-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\nbehind\n",
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        struct pki_envelope_facts facts;
        struct pki_bytes pem = {(const uint8_t *)cases[i], strlen(cases[i])};
        struct pki_error err = {0};

        EXPECT_FAILS(pki_envelope_describe(pem, &facts, &err), err, PKI_E_FORMAT);
    }
}

/* RFC 6979 A.2.5: P-256, SHA-256, "sample". */
static void test_ecdsa_is_that_of_rfc_6979(void)
{
    static const char pkcs8_hex[] =
        "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420"
        "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
        "a14403420004"
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    static const char expected_hex[] =
        "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    pki_scope(pki_buf) der = {0};
    pki_scope(pki_buf) expected = {0};
    pki_scope(pki_buf) signature = {0};
    pki_auto(pki_secret) pkcs8 = NULL;
    pki_auto(pki_key) key = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_hex_parse(pkcs8_hex, &der, &err), err);
    EXPECT_OK(pki_hex_parse(expected_hex, &expected, &err), err);
    EXPECT_OK(pki_secret_copy(der.data, der.size, &pkcs8, &err), err);
    EXPECT_OK(pki_key_import(pkcs8, &key, &err), err);
    EXPECT_OK(pki_key_sign(key, (struct pki_bytes){(const uint8_t *)"sample", 6}, &signature, &err),
              err);
    CU_ASSERT_TRUE(pki_bytes_equal(pki_buf_view(&signature), pki_buf_view(&expected)));
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"what openssl sealed opens and signs", test_what_openssl_sealed_opens_and_signs},
        {"what is sealed opens again", test_what_is_sealed_opens_again},
        {"the form is exact", test_the_form_is_exact},
        {"an elliptic number has the size of its curve",
         test_an_elliptic_number_has_the_size_of_its_curve},
        {"salt and first block are fresh", test_salt_and_block_are_fresh},
        {"a wrong passphrase is refused", test_a_wrong_passphrase_is_refused},
        {"an empty passphrase seals nothing", test_an_empty_passphrase_seals_nothing},
        {"a cut file is refused", test_a_cut_file_is_refused},
        {"a changed file never gives another key", test_a_changed_file_never_gives_another_key},
        {"what is not accepted is described and refused",
         test_what_is_not_accepted_is_described_and_refused},
        {"other ciphers and digests open", test_other_ciphers_and_digests_open},
        {"what is no key file is refused", test_what_is_no_key_file_is_refused},
        {"ECDSA is that of RFC 6979", test_ecdsa_is_that_of_rfc_6979},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "envelope", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
