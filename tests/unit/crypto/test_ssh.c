#include "crypto/ssh.h"

#include "base/text.h"
#include "test.h"

#define SPACE "root-cellar-ceremony"

static const struct pki_bytes message = {(const uint8_t *)"signed by ssh-keygen", 20};

struct vector {
    struct pki_buf key, signature;
};

static void each_vector(void (*check)(const struct vector *))
{
    size_t size = 0;
    unsigned seen = 0;
    char *text = (char *)test_load(FIXTURES "/keys/sshsig.txt", &size);
    char *rest = NULL;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        struct vector vector = {.key = {0}};
        struct pki_error err = {0};
        const char *gap = strchr(line, ' ');

        if (line[0] == '#')
            continue;
        CU_ASSERT_PTR_NOT_NULL_FATAL(gap);
        const struct pki_bytes key = {(const uint8_t *)line, (size_t)(gap - line)};
        const struct pki_bytes signature = {(const uint8_t *)gap + 1, strlen(gap + 1)};
        EXPECT_OK(pki_base64_parse(key, &vector.key, &err), err);
        EXPECT_OK(pki_base64_parse(signature, &vector.signature, &err), err);
        check(&vector);
        seen++;
        pki_buf_clear(&vector.key);
        pki_buf_clear(&vector.signature);
    }
    CU_ASSERT_EQUAL(seen, 8);
    free(text);
}

/* As whoever checks a file: the key from one place, the signature from another. */
static bool verify(const struct vector *vector, const char *space, struct pki_bytes text,
                   struct pki_error *err)
{
    pki_scope(pki_ssh_key) key = {0};
    struct pki_sshsig sshsig;

    return pki_ssh_key_read(pki_buf_view(&vector->key), &key, err) &&
           pki_sshsig_read(pki_buf_view(&vector->signature), space, &sshsig, err) &&
           pki_sshsig_verify(&sshsig, &key, text, err);
}

static void verify_one(const struct vector *vector)
{
    struct pki_error err = {0};

    EXPECT_OK(verify(vector, SPACE, message, &err), err);
    EXPECT_FAILS(verify(vector, SPACE, (struct pki_bytes){message.data, 19}, &err), err,
                 PKI_E_INVALID);
    EXPECT_FAILS(verify(vector, "file", message, &err), err, PKI_E_POLICY);
    EXPECT_TEXT("made in the namespace \"root-cellar-ceremony\", not file: sign with -n file");
}

static void test_signatures_of_openssh_verify(void)
{
    each_vector(verify_one);
}

/* --- every byte ---------------------------------------------------------------------------- */

static void change_one(const struct vector *vector)
{
    for (size_t i = 0; i < vector->signature.size; i++) {
        struct pki_error err = {0};
        vector->signature.data[i] ^= (uint8_t)(1u << (i % 8));
        if (verify(vector, SPACE, message, &err))
            CU_FAIL("an octet of a signature can be changed");
        vector->signature.data[i] ^= (uint8_t)(1u << (i % 8));
    }
}

static void test_every_changed_octet_is_found(void)
{
    each_vector(change_one);
}

static void tear_one(const struct vector *vector)
{
    struct vector torn = *vector;

    for (torn.signature.size = 0; torn.signature.size < vector->signature.size;
         torn.signature.size++) {
        struct pki_error err = {0};
        EXPECT_FAILS(verify(&torn, SPACE, message, &err), err, PKI_E_FORMAT);
    }
    torn.signature.size = vector->signature.size;
    for (torn.key.size = 0; torn.key.size < vector->key.size; torn.key.size++) {
        struct pki_error err = {0};
        CU_ASSERT_FALSE(verify(&torn, SPACE, message, &err));
        CU_ASSERT(err.code == PKI_E_FORMAT || err.code == PKI_E_POLICY);
    }
}

static void test_what_is_torn_is_malformed(void)
{
    each_vector(tear_one);
}

static void lengthen_one(const struct vector *vector)
{
    struct vector longer = {.key = {0}};
    struct pki_error err = {0};

    pki_buf_append_bytes(&longer.key, pki_buf_view(&vector->key));
    pki_buf_append_bytes(&longer.signature, pki_buf_view(&vector->signature));
    pki_buf_byte(&longer.signature, 0);
    EXPECT_FAILS(verify(&longer, SPACE, message, &err), err, PKI_E_FORMAT);
    pki_buf_byte(&longer.key, 0);
    EXPECT_FAILS(verify(&longer, SPACE, message, &err), err, PKI_E_FORMAT);
    pki_buf_clear(&longer.key);
    pki_buf_clear(&longer.signature);
}

static void test_nothing_stands_behind_the_end(void)
{
    each_vector(lengthen_one);
}

static void put_string(struct pki_buf *out, struct pki_bytes string)
{
    const uint8_t size[] = {0, 0, 0, (uint8_t)string.size};

    pki_buf_append(out, size, sizeof(size));
    pki_buf_append_bytes(out, string);
}

/* With these for its two numbers, where it is by ECDSA. */
static void number_one(const struct vector *vector, struct pki_bytes r, struct pki_bytes s)
{
    static const char p256[] = "ecdsa-sha2-nistp256";
    pki_scope(pki_ssh_key) key = {0};
    pki_scope(pki_buf) numbers = {0};
    pki_scope(pki_buf) signature = {0};
    struct pki_sshsig sshsig;
    struct pki_error err = {0};

    EXPECT_OK(pki_ssh_key_read(pki_buf_view(&vector->key), &key, &err), err);
    EXPECT_OK(pki_sshsig_read(pki_buf_view(&vector->signature), SPACE, &sshsig, &err), err);
    if (!pki_ssh_key_is(&key, (struct pki_bytes){(const uint8_t *)p256, strlen(p256)}))
        return;
    put_string(&numbers, r);
    put_string(&numbers, s);
    put_string(&signature, (struct pki_bytes){(const uint8_t *)p256, strlen(p256)});
    put_string(&signature, pki_buf_view(&numbers));
    sshsig.signature = pki_buf_view(&signature);
    EXPECT_FAILS(pki_sshsig_verify(&sshsig, &key, message, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("ECDSA signature is malformed");
}

static void misnumber_one(const struct vector *vector)
{
    static const struct pki_bytes none = {(const uint8_t *)"", 0};
    static const struct pki_bytes one = {(const uint8_t *)"\x01", 1};
    static const struct pki_bytes negative = {(const uint8_t *)"\x80", 1};

    number_one(vector, none, one);
    number_one(vector, one, none);
    number_one(vector, negative, one);
    number_one(vector, one, negative);
}

/* GnuTLS would read the first octet of nothing. */
static void test_numbers_are_there_and_not_negative(void)
{
    each_vector(misnumber_one);
}

/* --- what is refused by name ----------------------------------------------------------------- */

static void expect_no_key(const char *base64, enum pki_code code, const char *text)
{
    pki_scope(pki_buf) octets = {0};
    pki_scope(pki_ssh_key) key = {0};
    struct pki_error err = {0};

    EXPECT_OK(pki_base64_parse((struct pki_bytes){(const uint8_t *)base64, strlen(base64)}, &octets,
                               &err),
              err);
    EXPECT_FAILS(pki_ssh_key_read(pki_buf_view(&octets), &key, &err), err, code);
    EXPECT_TEXT(text);
}

static void test_keys_that_are_not_accepted_are_named(void)
{
    /* type and nothing else */
    expect_no_key("AAAAB3NzaC1kc3M=", PKI_E_POLICY, "type \"ssh-dss\" is not accepted: use");
    expect_no_key("AAAAC3NzaC1lZDI1NTE5", PKI_E_FORMAT, "type ssh-ed25519 is malformed");
    /* a point of small order, under which anything is signed */
    expect_no_key("AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                  PKI_E_POLICY, "order");
    /* e = 3, n = 15 */
    expect_no_key("AAAAB3NzaC1yc2EAAAABAwAAAAEP", PKI_E_POLICY,
                  "RSA key of 4 bits: use one of exactly 3072 or 4096");
    expect_no_key("AAAAB3NzaC1yc2EAAAAAAAAAAA==", PKI_E_FORMAT, "malformed");
}

static void test_a_key_verifies_only_its_own(void)
{
    pki_scope(pki_ssh_key) key = {0};
    struct pki_error err = {0};
    const struct pki_sshsig none = {.key = {(const uint8_t *)"", 0}};

    EXPECT_FAILS(pki_sshsig_verify(&none, &key, message, &err), err, PKI_E_FORMAT);
    pki_buf_byte(&key.octets, 1);
    EXPECT_FAILS(pki_sshsig_verify(&none, &key, message, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("made by another key");
}

static void test_fingerprints_are_those_of_ssh_keygen(void)
{
    /* of sshsig.txt, as `ssh-keygen -l` prints it */
    static const char base64[] =
        "AAAAC3NzaC1lZDI1NTE5AAAAIBNBy3nVO3z+UWYre7lAWPIKybVFj9JevkgptLVmtznT";
    pki_scope(pki_buf) octets = {0};
    struct pki_error err = {0};
    char text[PKI_SSH_FINGERPRINT];

    EXPECT_OK(pki_base64_parse((struct pki_bytes){(const uint8_t *)base64, strlen(base64)}, &octets,
                               &err),
              err);
    pki_ssh_fingerprint(pki_buf_view(&octets), text);
    CU_ASSERT_STRING_EQUAL(text, "SHA256:ER1LX/kOwonO64OZUooKSS56unSktN6KDsezMhbQHhY");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"signatures of OpenSSH verify", test_signatures_of_openssh_verify},
        {"every changed octet is found", test_every_changed_octet_is_found},
        {"what is torn is malformed", test_what_is_torn_is_malformed},
        {"nothing stands behind the end", test_nothing_stands_behind_the_end},
        {"numbers are there and not negative", test_numbers_are_there_and_not_negative},
        {"keys that are not accepted are named", test_keys_that_are_not_accepted_are_named},
        {"a key verifies only its own", test_a_key_verifies_only_its_own},
        {"fingerprints are those of ssh-keygen", test_fingerprints_are_those_of_ssh_keygen},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "ssh", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
