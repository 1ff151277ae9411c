#include "crypto/envelope.h"

#include "test.h"

static bool judge(const char *text, size_t size, struct pki_error *err)
{
    pki_auto(pki_secret) passphrase = NULL;

    return pki_secret_copy(text, size, &passphrase, err) && pki_passphrase_judge(passphrase, err);
}

static void test_strong_passphrases_pass(void)
{
    static const char *const good[] = {
        "orbit cactus velvet drummer oyster lantern",
        "Trommel-Kaktus-Austern-Laterne-Samt-Orbit",
        "9f3kQ7zLw2xV",
        "k3#vT!q9Zp&m",
        "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8\xc3\xaa\xc3\xa0\xc3\xa2\xc3\xae\xc3\xb4"
        "\xc3\xb1",
        "730195284610927365820147",
        "password orbit cactus velvet",
        "my horse ate seventeen blue lanterns",
    };

    for (size_t i = 0; i < PKI_COUNT(good); i++) {
        struct pki_error err = {0};
        EXPECT_OK(judge(good[i], strlen(good[i]), &err), err);
    }
}

static void test_weak_passphrases_are_refused_with_the_reason(void)
{
    static const struct {
        const char *text;
        const char *reason;
    } bad[] = {
        {"", "empty"},
        {"short", "fewer than 12"},
        {"elevenchars", "fewer than 12"},
        {"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc", "fewer than 12"},
        {"aaaaaaaaaaaaaaaa", "repeats"},
        {"abcabcabcabcabc", "repeats"},
        {"Xk9!Xk9!Xk9!Xk9!", "repeats"},
        {"orbit orbit orbit ", "repeats"},
        {"abcdefghijklmnop", "runs along"},
        {"ponmlkjihgfedcba", "runs along"},
        {"123456789012", "runs along"},
        {"qwertyuiopas", "runs along"},
        {"QWERTZUIOPASDF", "runs along"},
        {"1qaz2wsx3edc", "runs along"},
        {"123456abcdef", "runs along"},
        {"1111222233334444", "runs along"},
        {"194705221968", "number"},
        {"1947-05-22-1968-11", "number"},
        {"passwordpassword1", "common"},
        {"Password2024!", "common"},
        {"P4$$w0rd2024!!", "common"},
        {"correct horse battery staple", "common"},
        {"MySecretPassphrase", "common"},
        {"root-ca-key-2024", "common"},
        {"!!!letmein123!!!", "common"},
        {"administrator1", "common"},
        {"orbit cactus\nvelvet", "line end"},
    };

    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        struct pki_error err = {0};

        EXPECT_FAILS(judge(bad[i].text, strlen(bad[i].text), &err), err, PKI_E_PASSPHRASE);
        EXPECT_TEXT(bad[i].reason);
        EXPECT_TEXT("use at least six random words");
        if (bad[i].text[0])
            CU_ASSERT_PTR_NULL(strstr(test_last.text, bad[i].text));
    }
}

static void test_nul_is_refused(void)
{
    struct pki_error err = {0};

    EXPECT_FAILS(judge("orbit cactus\0velvet drummer", 27, &err), err, PKI_E_PASSPHRASE);
    EXPECT_TEXT("NUL");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"strong passphrases pass", test_strong_passphrases_pass},
        {"weak passphrases are refused with the reason",
         test_weak_passphrases_are_refused_with_the_reason},
        {"NUL is refused", test_nul_is_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "passphrase", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
