#include "crypto/minisign.h"

#include "base/text.h"
#include "test.h"

/* Made by minisign 0.11 over "signed by minisign". */
#define KEY "RWQeAkrsfslW8ydGD38Z7k0eis9hYx7UTXBbG1b2iCS71Ju/aH/bXb6Z"
static const char hashed[] =
    "untrusted comment: signature from minisign secret key\n"
    "RUQeAkrsfslW887QW8ihp66P5Pxc6oFUbb2xr6z1MSv91Q5Yn/"
    "9LzxCXyr1jGmGvjigzjesIlx91WlXMnoAzvucibk4GHA2vsAw=\n"
    "trusted comment: ann signed\n"
    "mAUKAK2Ppj9RcZKt36GdoJ0VyOnrQVKW/SM/Uawokx25VxGsyoL58mtIsbKK+CKoAP3v7RaFx+8Y978AnNHsAA==\n";
static const char legacy[] = /* minisign -l */
    "untrusted comment: signature from minisign secret key\n"
    "RWQeAkrsfslW8/X7JqUVMrKYc1BvVOQweLAQQx1VIlbkcu0+agefx/"
    "8wC5KLdU4ag50NpGQKuMpLAvQ0sa6DU8+EVYnRoQBy3QY=\n"
    "trusted comment: timestamp:1795433546\tfile:message\n"
    "pyh0ph+VKlRXsE3xG8BV9QONyt2JAkff/6kKy8sCBdwZ8Uml4tyhZfIMQQj7w1qrFRtBzZuHfZTQ4+kF2dh0AA==\n";
static const struct pki_bytes message = {(const uint8_t *)"signed by minisign", 18};

static struct pki_bytes bytes_of(const char *text)
{
    return (struct pki_bytes){(const uint8_t *)text, strlen(text)};
}

static bool verify(const char *word, struct pki_bytes text, struct pki_bytes bytes,
                   struct pki_error *err)
{
    pki_scope(pki_minisign_key) key = {.id = {0}};
    struct pki_minisign minisign;

    return pki_minisign_key_read(bytes_of(word), &key, err) &&
           pki_minisign_read(text, &minisign, err) &&
           pki_minisign_verify(&minisign, &key, bytes, err);
}

static void test_signatures_of_minisign_verify(void)
{
    struct pki_error err = {0};
    struct pki_minisign minisign;
    char text[PKI_MINISIGN_PRINT];

    EXPECT_OK(verify(KEY, bytes_of(hashed), message, &err), err);
    EXPECT_OK(verify(KEY, bytes_of(legacy), message, &err), err);
    EXPECT_FAILS(verify(KEY, bytes_of(hashed), bytes_of("other"), &err), err, PKI_E_INVALID);
    EXPECT_FAILS(verify(KEY, bytes_of(legacy), bytes_of("other"), &err), err, PKI_E_INVALID);
    EXPECT_OK(pki_minisign_read(bytes_of(hashed), &minisign, &err), err);
    CU_ASSERT_TRUE(minisign.hashed);
    CU_ASSERT_TRUE(pki_bytes_equal(minisign.comment, bytes_of("ann signed")));
    pki_minisign_print(minisign.id, text);
    CU_ASSERT_STRING_EQUAL(text, "minisign F356C97EEC4A021E");
}

static void test_lines_may_end_as_elsewhere(void)
{
    pki_scope(pki_buf) text = {0};
    struct pki_error err = {0};

    for (const char *at = hashed; *at; at++) {
        if (*at == '\n')
            pki_buf_byte(&text, '\r');
        pki_buf_byte(&text, (uint8_t)*at);
    }
    EXPECT_OK(verify(KEY, pki_buf_view(&text), message, &err), err);
    text.size -= 2;
    EXPECT_OK(verify(KEY, pki_buf_view(&text), message, &err), err);
}

/* The key's id is in no signature: whoever looks a key up by it finds another, or none. */
static void test_every_changed_bit_is_found(void)
{
    char text[sizeof(hashed)];
    size_t first = (size_t)(strchr(hashed, '\n') - hashed) + 1;
    struct pki_minisign whole, minisign;
    struct pki_error err = {0};

    EXPECT_OK(pki_minisign_read(bytes_of(hashed), &whole, &err), err);
    memcpy(text, hashed, sizeof(text));
    for (size_t i = first; i < sizeof(hashed) - 2; i++) {
        struct pki_error why = {0};
        text[i] = (char)(text[i] ^ (1 << (i % 7)));
        if (pki_minisign_read(bytes_of(text), &minisign, &why) &&
            memcmp(minisign.id, whole.id, PKI_MINISIGN_ID) == 0 &&
            verify(KEY, bytes_of(text), message, &why))
            CU_FAIL("an octet of a signature can be changed");
        text[i] = hashed[i];
    }
}

static void test_what_is_torn_is_malformed(void)
{
    for (size_t size = 0; size < sizeof(hashed) - 2; size++) {
        struct pki_error err = {0};
        CU_ASSERT_FALSE(
            verify(KEY, (struct pki_bytes){(const uint8_t *)hashed, size}, message, &err));
        CU_ASSERT_EQUAL(err.code, PKI_E_FORMAT);
    }
}

static void expect_malformed(const char *text, const char *part)
{
    struct pki_minisign minisign;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_minisign_read(bytes_of(text), &minisign, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT(part);
}

static void test_the_line_that_is_wrong_is_named(void)
{
    char text[sizeof(hashed) + 16];
    struct pki_error err = {0};

    expect_malformed("", "line 1: it does not begin with");
    expect_malformed("untrusted comment: x\n", "line 2: ");
    expect_malformed("untrusted comment: x\nRWQ=\n", "line 2: ");
    expect_malformed("untrusted comment: x\nAAAA\n", "line 2: a signature of another length");
    (void)snprintf(text, sizeof(text), "%s\n", hashed);
    expect_malformed(text, "line 5: something stands behind");
    memcpy(text, hashed, sizeof(hashed));
    text[strcspn(text, "\n") + 2] = 'T';
    expect_malformed(text, "line 2: neither \"Ed\" nor \"ED\"");
    memcpy(text, hashed, sizeof(hashed));
    *strstr(text, "ann signed") = 'A';
    EXPECT_FAILS(verify(KEY, bytes_of(text), message, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("its trusted comment was changed");
}

static void expect_no_key(const char *word, enum pki_code code)
{
    pki_scope(pki_minisign_key) key = {.id = {0}};
    struct pki_error err = {0};

    EXPECT_FAILS(pki_minisign_key_read(bytes_of(word), &key, &err), err, code);
}

static void test_keys_that_are_none_are_refused(void)
{
    CU_ASSERT_TRUE(pki_minisign_is_key(bytes_of(KEY)));
    CU_ASSERT_FALSE(pki_minisign_is_key(bytes_of("")));
    CU_ASSERT_FALSE(pki_minisign_is_key(bytes_of(KEY "A")));
    expect_no_key("RWQeAkrsfslW", PKI_E_FORMAT);
    expect_no_key("RUQeAkrsfslW8ydGD38Z7k0eis9hYx7UTXBbG1b2iCS71Ju/aH/bXb6Z", PKI_E_FORMAT);
    expect_no_key("RWQeAkrsfslW8ydGD38Z7k0eis9hYx7UTXBbG1b2iCS71Ju/aH/bXb6=", PKI_E_FORMAT);
    /* a point of small order, under which anything is signed */
    expect_no_key("RWQAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", PKI_E_POLICY);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"signatures of minisign verify", test_signatures_of_minisign_verify},
        {"lines may end as elsewhere", test_lines_may_end_as_elsewhere},
        {"every changed bit is found", test_every_changed_bit_is_found},
        {"what is torn is malformed", test_what_is_torn_is_malformed},
        {"the line that is wrong is named", test_the_line_that_is_wrong_is_named},
        {"keys that are none are refused", test_keys_that_are_none_are_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "minisign", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
