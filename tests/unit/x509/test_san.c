#include "x509/build.h"

#include "test.h"

struct good {
    uint32_t kind;
    const char *text;
};

struct bad {
    uint32_t kind;
    const char *text;
    const char *why;
};

static void test_good_names_are_taken(void)
{
    static const struct good cases[] = {
        {PKI_SAN_DNS, "a.example"},
        {PKI_SAN_DNS, "localhost"},
        {PKI_SAN_DNS, "*.prod.example"},
        {PKI_SAN_DNS, "xn--bcher-kva.example"},
        {PKI_SAN_DNS, "1and1.example"},
        {PKI_SAN_IP, "192.0.2.1"},
        {PKI_SAN_IP, "::1"},
        {PKI_SAN_IP, "2001:db8::192.0.2.1"},
        {PKI_SAN_EMAIL, "me+tag@a.example"},
        {PKI_SAN_EMAIL, "first.last@a.example"},
        {PKI_SAN_URI, "https://a.example/path?q=1"},
        {PKI_SAN_URI, "https://user@a.example:8443"},
        {PKI_SAN_URI, "https://[2001:db8::1]:8443/"},
        {PKI_SAN_URI, "https://192.0.2.1/%20"},
        {PKI_SAN_URI, "spiffe://prod.example/ns/default"},
        {PKI_SAN_URI, "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        const struct pki_san san = {cases[i].kind, cases[i].text};
        struct pki_error err = {0};
        EXPECT_OK(pki_san_judge(&san, &err), err);
    }
}

#define LONG_LABEL "0123456789012345678901234567890123456789012345678901234567890123"
#define LABEL_50   "01234567890123456789012345678901234567890123456789."

static void test_bad_names_are_refused_with_the_rule(void)
{
    static const struct bad cases[] = {
        {PKI_SAN_DNS, "", "empty"},
        {PKI_SAN_DNS, "a..example", "empty label"},
        {PKI_SAN_DNS, ".example", "empty label"},
        {PKI_SAN_DNS, "a.example.", "empty label"},
        {PKI_SAN_DNS, LONG_LABEL ".example", "over 63"},
        {PKI_SAN_DNS, LABEL_50 LABEL_50 LABEL_50 LABEL_50 LABEL_50 "example", "over 253"},
        {PKI_SAN_DNS, "a_b.example", "letters, digits and hyphens"},
        {PKI_SAN_DNS, "a b.example", "letters, digits and hyphens"},
        {PKI_SAN_DNS, "-a.example", "starts and ends"},
        {PKI_SAN_DNS, "a-.example", "starts and ends"},
        {PKI_SAN_DNS, "ab--c.example", "xn--"},
        {PKI_SAN_DNS,
         "b\xC3\xBC"
         "cher.example",
         "A-labels"},
        {PKI_SAN_DNS, "192.0.2.1", "not a DNS name"},
        {PKI_SAN_DNS, "*.example", "two labels"},
        {PKI_SAN_DNS, "*", "leftmost"},
        {PKI_SAN_DNS, "a*.prod.example", "leftmost"},
        {PKI_SAN_DNS, "a.*.example", "leftmost"},
        {PKI_SAN_DNS, "*.*.prod.example", "leftmost"},
        {PKI_SAN_IP, "192.0.2.256", "not an IPv4"},
        {PKI_SAN_IP, "192.0.2.0/24", "not an IPv4"},
        {PKI_SAN_IP, "[::1]", "not an IPv4"},
        {PKI_SAN_IP, "fe80::1%eth0", "not an IPv4"},
        {PKI_SAN_IP, "010.0.0.1", "not an IPv4"},
        {PKI_SAN_EMAIL, "a.example", "one @"},
        {PKI_SAN_EMAIL, "a@b@c.example", "one @"},
        {PKI_SAN_EMAIL, "@a.example", "before the @"},
        {PKI_SAN_EMAIL, LONG_LABEL "0@a.example", "before the @"},
        {PKI_SAN_EMAIL, "a..b@a.example", "atoms"},
        {PKI_SAN_EMAIL, ".a@a.example", "atoms"},
        {PKI_SAN_EMAIL, "a.@a.example", "dot before"},
        {PKI_SAN_EMAIL, "\"a\"@a.example", "atoms"},
        {PKI_SAN_EMAIL, "\xC3\xA4@a.example", "atoms"},
        {PKI_SAN_EMAIL, "a@*.a.example", "letters, digits and hyphens"},
        {PKI_SAN_URI, "/relative", "absolute"},
        {PKI_SAN_URI, "https:", "absolute"},
        {PKI_SAN_URI, "1a:b", "absolute"},
        {PKI_SAN_URI, "https://", "no host"},
        {PKI_SAN_URI, "https:///path", "no host"},
        {PKI_SAN_URI, "https://a b/", "percent-encoded"},
        {PKI_SAN_URI, "https://a.example/%2", "hex digits"},
        {PKI_SAN_URI, "https://-a.example/", "starts and ends"},
        {PKI_SAN_URI, "https://\xC3\xA4.example/", "percent-encoded"},
        {1u << 9, "x", "kind"},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        const struct pki_san san = {cases[i].kind, cases[i].text};
        struct pki_error err = {0};
        EXPECT_FAILS(pki_san_judge(&san, &err), err, PKI_E_USAGE);
        EXPECT_TEXT(cases[i].why);
    }
}

static void test_a_very_long_name_is_refused(void)
{
    static char text[4000];
    struct pki_error err = {0};

    memset(text, 'a', sizeof(text) - 1);
    memcpy(text, "urn:", 4);
    const struct pki_san san = {PKI_SAN_URI, text};
    EXPECT_FAILS(pki_san_judge(&san, &err), err, PKI_E_USAGE);
    EXPECT_TEXT("over 2048");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"good names are taken", test_good_names_are_taken},
        {"bad names are refused with the rule", test_bad_names_are_refused_with_the_rule},
        {"a very long name is refused", test_a_very_long_name_is_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "san", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
