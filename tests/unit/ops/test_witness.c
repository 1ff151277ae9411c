#include "ops/witness.h"

#include "test.h"

/* A row of tests/fixtures/keys/sshsig.txt. */
#define TYPE  "ssh-ed25519"
#define KEY   "AAAAC3NzaC1lZDI1NTE5AAAAIBNBy3nVO3z+UWYre7lAWPIKybVFj9JevkgptLVmtznT"
#define PRINT "SHA256:ER1LX/kOwonO64OZUooKSS56unSktN6KDsezMhbQHhY"
#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END   "-----END SSH SIGNATURE-----\n"
static const char head[] = "signed by ssh-keygen";
static const char armor[] =
    BEGIN "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgE0HLedU7fP5RZit7uUBY8grJtU\n"
          "WP0l6+SCm0tWa3OdMAAAAUcm9vdC1jZWxsYXItY2VyZW1vbnkAAAAAAAAABnNoYTUxMgAA\n"
          "AFMAAAALc3NoLWVkMjU1MTkAAABAQXoWxD3XzIvtptcr1ya1O9RHvzgVqMYA0KU84zweag\n"
          "9v3OfAoUVYEo3Rumcv9XBZDCi8QCQ/DJVDyq5uh0WIAQ==\n" END;

/* Of minisign 0.11, over "signed by minisign"; and another key with the id of that one. */
#define MINISIGN "RWQeAkrsfslW8ydGD38Z7k0eis9hYx7UTXBbG1b2iCS71Ju/aH/bXb6Z"
#define TWIN     "RWQeAkrsfslW8xNBy3nVO3z+UWYre7lAWPIKybVFj9JevkgptLVmtznT"
static const char signed_by_minisign[] =
    "untrusted comment: signature from minisign secret key\n"
    "RUQeAkrsfslW887QW8ihp66P5Pxc6oFUbb2xr6z1MSv91Q5Yn/"
    "9LzxCXyr1jGmGvjigzjesIlx91WlXMnoAzvucibk4GHA2vsAw=\n"
    "trusted comment: ann signed\n"
    "mAUKAK2Ppj9RcZKt36GdoJ0VyOnrQVKW/SM/Uawokx25VxGsyoL58mtIsbKK+CKoAP3v7RaFx+8Y978AnNHsAA==\n";

static struct pki_bytes bytes_of(const char *text)
{
    return (struct pki_bytes){(const uint8_t *)text, strlen(text)};
}

static bool parse(const char *text, struct pki_witnesses *witnesses, struct pki_error *err)
{
    return pki_witnesses_parse("keys", bytes_of(text), witnesses, err);
}

/* --- keys ---------------------------------------------------------------------------------- */

static void expect_name(const char *text, const char *name)
{
    pki_scope(pki_witnesses) witnesses = {0};
    struct pki_error err = {0};

    EXPECT_OK(parse(text, &witnesses, &err), err);
    CU_ASSERT_EQUAL_FATAL(witnesses.n, 1);
    CU_ASSERT_STRING_EQUAL(witnesses.list[0].name, name);
    CU_ASSERT_STRING_EQUAL(witnesses.list[0].print, PRINT);
    CU_ASSERT_FALSE(witnesses.list[0].has_signed);
}

static void test_a_witness_is_named_by_the_line_of_the_key(void)
{
    expect_name(TYPE " " KEY " Ann of Corp\n", "Ann of Corp");
    expect_name(TYPE "\t" KEY " \r\n\n", "keys");
    expect_name(TYPE " " KEY, "keys");
    expect_name("# who was there\n\n  ann@example.com " TYPE " " KEY " home\n", "ann@example.com");
}

static void test_keys_of_minisign_stand_among_others(void)
{
    pki_scope(pki_witnesses) witnesses = {0};
    struct pki_error err = {0};

    EXPECT_OK(parse("untrusted comment: minisign public key F356C97EEC4A021E\n" MINISIGN
                    "\nann " TYPE " " KEY "\n",
                    &witnesses, &err),
              err);
    CU_ASSERT_EQUAL_FATAL(witnesses.n, 2);
    CU_ASSERT_STRING_EQUAL(witnesses.list[0].name, "keys");
    CU_ASSERT_STRING_EQUAL(witnesses.list[0].print, "minisign F356C97EEC4A021E");
    CU_ASSERT_STRING_EQUAL(witnesses.list[1].print, PRINT);
}

static void expect_no_keys(const char *text, const char *part)
{
    pki_scope(pki_witnesses) witnesses = {0};
    struct pki_error err = {0};

    EXPECT_FAILS(parse(text, &witnesses, &err), err, PKI_E_USAGE);
    EXPECT_TEXT(part);
}

static void test_a_line_that_is_no_key_is_named(void)
{
    expect_no_keys("", "keys: there is no public key in it");
    expect_no_keys("# " TYPE " " KEY "\n", "keys: there is no public key in it");
    expect_no_keys("\nann\n", "keys:2: neither its first nor its second word is of a public key");
    expect_no_keys("ann cert-authority " TYPE " " KEY,
                   "keys:1: neither its first nor its second word");
    expect_no_keys(TYPE, "keys:1: ");
    expect_no_keys(TYPE " " KEY "=", "keys:1: base64");
    expect_no_keys("ssh-rsa " KEY,
                   "keys:1: its type is another one than that of the key behind it");
    expect_no_keys("cert-authority " TYPE " " KEY, "keys:1: neither");
    expect_no_keys("@revoked " TYPE " " KEY, "keys:1: neither");
    expect_no_keys("namespaces=\"file\" " TYPE " " KEY, "keys:1: neither");
    expect_no_keys(TYPE " " KEY " ann\r" TYPE " " KEY, "keys:1: a control octet");
    expect_no_keys("ann " TYPE " " KEY "\nben " TYPE " " KEY,
                   "keys:2: the same key as that of " PRINT " before it");
    expect_no_keys("ann " MINISIGN "\nben " MINISIGN, "keys:2: the same key as that of minisign");
    expect_no_keys("ssh-dss " KEY, "keys:1: neither its first nor its second word");
}

/* --- countersignatures ----------------------------------------------------------------------- */

static void test_a_countersignature_is_good_by_the_key_that_is_given(void)
{
    pki_scope(pki_witnesses) witnesses = {0};
    struct pki_countersignature found;
    struct pki_error err = {0};

    EXPECT_OK(pki_witnesses_verify(&witnesses, bytes_of(head), bytes_of(armor), &found, &err), err);
    CU_ASSERT_PTR_NULL(found.by);
    CU_ASSERT_STRING_EQUAL(found.print, PRINT);

    EXPECT_OK(parse("ann " TYPE " " KEY "\nben " MINISIGN, &witnesses, &err), err);
    EXPECT_OK(pki_witnesses_verify(&witnesses, bytes_of(head), bytes_of(armor), &found, &err), err);
    CU_ASSERT_PTR_NOT_NULL(found.by);
    CU_ASSERT_TRUE(witnesses.list[0].has_signed && !witnesses.list[1].has_signed);
}

static void test_a_key_that_borrows_an_id_hinders_nobody(void)
{
    pki_scope(pki_witnesses) witnesses = {0};
    pki_scope(pki_witnesses) twin = {0};
    struct pki_countersignature found;
    struct pki_error err = {0};
    const struct pki_bytes made = bytes_of(signed_by_minisign);
    const struct pki_bytes text = bytes_of("signed by minisign");

    EXPECT_OK(parse(TWIN "\n" MINISIGN "\n", &witnesses, &err), err);
    EXPECT_OK(pki_witnesses_verify(&witnesses, text, made, &found, &err), err);
    CU_ASSERT_PTR_EQUAL(found.by, &witnesses.list[1]);
    CU_ASSERT_TRUE(witnesses.list[1].has_signed);
    CU_ASSERT_FALSE(witnesses.list[0].has_signed);
    EXPECT_OK(parse(TWIN, &twin, &err), err);
    EXPECT_FAILS(pki_witnesses_verify(&twin, text, made, &found, &err), err, PKI_E_INTEGRITY);
}

static void test_what_is_no_countersignature_of_the_head_is_refused(void)
{
    pki_scope(pki_witnesses) witnesses = {0};
    struct pki_countersignature found;
    struct pki_error err = {0};
    char text[1000];

    EXPECT_OK(parse(TYPE " " KEY, &witnesses, &err), err);
    EXPECT_FAILS(
        pki_witnesses_verify(&witnesses, bytes_of("signed"), bytes_of(armor), &found, &err), err,
        PKI_E_INTEGRITY);
    EXPECT_TEXT("signature does not verify");
    CU_ASSERT_FALSE(witnesses.list[0].has_signed);

    (void)snprintf(text, sizeof(text), "%s%s", armor, armor);
    EXPECT_FAILS(pki_witnesses_verify(&witnesses, bytes_of(head), bytes_of(text), &found, &err),
                 err, PKI_E_INTEGRITY);
    EXPECT_TEXT("it is no single");
    (void)snprintf(text, sizeof(text), "-----BEGIN SIGNATURE-----\n%s\n-----END SIGNATURE-----\n",
                   "AAAA");
    EXPECT_FAILS(pki_witnesses_verify(&witnesses, bytes_of(head), bytes_of(text), &found, &err),
                 err, PKI_E_INTEGRITY);
    EXPECT_TEXT("it begins neither with");
    EXPECT_FAILS(pki_witnesses_verify(&witnesses, bytes_of(head), bytes_of("x"), &found, &err), err,
                 PKI_E_INTEGRITY);
    EXPECT_TEXT("it begins neither with");
    (void)snprintf(text, sizeof(text), "I did not approve\n%s", armor);
    EXPECT_FAILS(pki_witnesses_verify(&witnesses, bytes_of(head), bytes_of(text), &found, &err),
                 err, PKI_E_INTEGRITY);
    EXPECT_TEXT("it begins neither with");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a witness is named by the line of the key",
         test_a_witness_is_named_by_the_line_of_the_key},
        {"keys of minisign stand among others", test_keys_of_minisign_stand_among_others},
        {"a line that is no key is named", test_a_line_that_is_no_key_is_named},
        {"a countersignature is good by the key that is given",
         test_a_countersignature_is_good_by_the_key_that_is_given},
        {"a key that borrows an id hinders nobody", test_a_key_that_borrows_an_id_hinders_nobody},
        {"what is no countersignature of the head is refused",
         test_what_is_no_countersignature_of_the_head_is_refused},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "witness", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
