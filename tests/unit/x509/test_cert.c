#include "x509/cert.h"

#include "asn1/der.h"
#include "test.h"
#include "x509/oids.h"
#include "x509_fixture.h"

static bool is_text(struct pki_bytes bytes, const char *text)
{
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static void test_authority_is_read(void)
{
    pki_auto(pki_cert) sub = fixture_cert("sub.pem");
    pki_auto(pki_cert) root = fixture_cert("root.pem");

    CU_ASSERT_EQUAL(sub->version, 3);
    CU_ASSERT_EQUAL(sub->serial.size, 20);
    CU_ASSERT_EQUAL(sub->serial.data[0], 0x4b);
    CU_ASSERT_TRUE(pki_bytes_equal(sub->issuer, root->subject));
    CU_ASSERT_EQUAL(sub->not_after - sub->not_before, INT64_C(2000) * 86400);
    CU_ASSERT_TRUE(sub->has_basic_constraints && sub->authority && sub->has_path_length);
    CU_ASSERT_EQUAL(sub->path_length, 0);
    CU_ASSERT_TRUE(sub->has_key_usage);
    CU_ASSERT_EQUAL(sub->key_usage, PKI_KU_KEY_CERT_SIGN | PKI_KU_CRL_SIGN);
    CU_ASSERT_TRUE(sub->has_usages);
    CU_ASSERT_EQUAL(sub->n_usages, 2);
    CU_ASSERT_TRUE(pki_cert_has_usage(sub, PKI_OID_CODE_SIGNING));
    CU_ASSERT_FALSE(pki_cert_has_usage(sub, PKI_OID_SERVER_AUTH));
    CU_ASSERT_EQUAL(sub->subject_key_id.size, 20);
    CU_ASSERT_TRUE(pki_bytes_equal(sub->authority_key_id, root->subject_key_id));
    CU_ASSERT_FALSE(sub->authority_key_has_issuer || sub->has_unique_ids);
    CU_ASSERT_FALSE(pki_cert_is_self_issued(sub));
    CU_ASSERT_TRUE(pki_cert_is_self_issued(root));
    CU_ASSERT_FALSE(root->has_path_length || root->has_usages);
}

static void test_leaf_is_read(void)
{
    pki_auto(pki_cert) leaf = fixture_cert("leaf.pem");

    CU_ASSERT_TRUE(leaf->has_basic_constraints);
    CU_ASSERT_FALSE(leaf->authority || leaf->has_path_length);
    CU_ASSERT_EQUAL(leaf->key_usage, PKI_KU_DIGITAL_SIGNATURE);
    CU_ASSERT_TRUE(leaf->authority_key_has_issuer);
    CU_ASSERT_EQUAL(leaf->authority_key_id.size, 20);
}

static void test_extension_is_found_by_oid(void)
{
    pki_auto(pki_cert) leaf = fixture_cert("leaf.pem");
    const struct pki_extension *extension = pki_cert_extension(leaf, PKI_OID_KEY_USAGE);

    CU_ASSERT_PTR_NOT_NULL_FATAL(extension);
    CU_ASSERT_TRUE(extension->critical);
    CU_ASSERT_FALSE(pki_cert_extension(leaf, PKI_OID_EXT_KEY_USAGE)->critical);
    CU_ASSERT_PTR_NULL(pki_cert_extension(leaf, PKI_OID_NAME_CONSTRAINTS));
}

static void test_names_are_given_in_order(void)
{
    pki_auto(pki_cert) leaf = fixture_cert("leaf.pem");
    static const uint8_t address[] = {192, 0, 2, 1};
    struct pki_bytes value = {0};
    unsigned kind = 0;

    CU_ASSERT_EQUAL(leaf->n_names, 5);
    CU_ASSERT_TRUE(pki_cert_san(leaf, 0, &kind, &value));
    CU_ASSERT_TRUE(kind == 1 && is_text(value, "dev@example.com"));
    CU_ASSERT_TRUE(pki_cert_san(leaf, 1, &kind, &value));
    CU_ASSERT_TRUE(kind == 2 && is_text(value, "a.example"));
    CU_ASSERT_TRUE(pki_cert_san(leaf, 2, &kind, &value));
    CU_ASSERT_TRUE(kind == 6 && is_text(value, "https://example.com/x"));
    CU_ASSERT_TRUE(pki_cert_san(leaf, 3, &kind, &value));
    CU_ASSERT_TRUE(kind == 7 && value.size == 4 && memcmp(value.data, address, 4) == 0);
    CU_ASSERT_TRUE(pki_cert_san(leaf, 4, &kind, &value));
    CU_ASSERT_TRUE(kind == 7 && value.size == 16);
    CU_ASSERT_FALSE(pki_cert_san(leaf, 5, &kind, &value));
}

static void test_addresses_are_given_in_order(void)
{
    pki_auto(pki_cert) sub = fixture_cert("sub.pem");
    pki_auto(pki_cert) root = fixture_cert("root.pem");
    struct pki_bytes url = {0};

    CU_ASSERT_TRUE(pki_cert_crl_url(sub, 0, &url));
    CU_ASSERT_TRUE(is_text(url, "http://pki.example.com/root-g1.crl"));
    CU_ASSERT_TRUE(pki_cert_crl_url(sub, 1, &url));
    CU_ASSERT_TRUE(is_text(url, "ldap://pki.example.com/root"));
    CU_ASSERT_FALSE(pki_cert_crl_url(sub, 2, &url));
    CU_ASSERT_TRUE(pki_cert_issuer_url(sub, 0, &url)); /* the OCSP address is not one */
    CU_ASSERT_TRUE(is_text(url, "http://pki.example.com/root-g1.cer"));
    CU_ASSERT_FALSE(pki_cert_issuer_url(sub, 1, &url));
    CU_ASSERT_FALSE(pki_cert_crl_url(root, 0, &url) || pki_cert_issuer_url(root, 0, &url));
}

static void test_generalized_time_and_rsa_are_read(void)
{
    pki_auto(pki_cert) rsa = fixture_cert("rsa.pem");

    CU_ASSERT_EQUAL(rsa->not_after, INT64_C(2840140800)); /* 2060-01-01 */
    CU_ASSERT_TRUE(rsa->authority);
}

static void test_version_1_is_read_and_not_judged(void)
{
    pki_auto(pki_cert) v1 = fixture_cert("v1.pem");

    CU_ASSERT_EQUAL(v1->version, 1);
    CU_ASSERT_EQUAL(v1->n_extensions, 0);
    CU_ASSERT_FALSE(v1->has_basic_constraints || v1->has_key_usage || v1->authority);
}

static void test_body_is_the_certificate_without_signature(void)
{
    pki_auto(pki_cert) sub = fixture_cert("sub.pem");
    pki_auto(pki_cert) body = NULL;
    struct pki_error err = {0};
    uint8_t digest[PKI_SHA256_SIZE];

    EXPECT_OK(pki_cert_parse_body(sub->tbs, &body, &err), err);
    CU_ASSERT_EQUAL(body->der.size, 0);
    CU_ASSERT_EQUAL(body->signature.size, 0);
    CU_ASSERT_TRUE(pki_bytes_equal(body->subject, sub->subject));
    CU_ASSERT_EQUAL(memcmp(body->spki_sha256, sub->spki_sha256, PKI_SHA256_SIZE), 0);
    pki_sha256(sub->tbs, digest);
    CU_ASSERT_EQUAL(memcmp(body->fingerprint, digest, PKI_SHA256_SIZE), 0);
    EXPECT_FAILS(pki_cert_verify_signature(body, sub->spki, &err), err, PKI_E_INVALID);
}

static void test_views_lie_in_the_own_copy(void)
{
    pki_scope(pki_buf) der = fixture_der("sub.pem");
    pki_auto(pki_cert) sub = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_cert_parse(pki_buf_view(&der), &sub, &err), err);
    memset(der.data, 0, der.size);
    CU_ASSERT_EQUAL(sub->serial.data[0], 0x4b);
    CU_ASSERT_EQUAL(sub->subject.data[0], 0x30);
}

static void test_signature_is_verified(void)
{
    pki_auto(pki_cert) root = fixture_cert("root.pem");
    pki_auto(pki_cert) sub = fixture_cert("sub.pem");
    pki_auto(pki_cert) rsa = fixture_cert("rsa.pem");
    struct pki_error err = {0};

    EXPECT_OK(pki_cert_verify_signature(root, root->spki, &err), err);
    EXPECT_OK(pki_cert_verify_signature(sub, root->spki, &err), err);
    EXPECT_OK(pki_cert_verify_signature(rsa, rsa->spki, &err), err);
    EXPECT_FAILS(pki_cert_verify_signature(root, sub->spki, &err), err, PKI_E_INVALID);
    EXPECT_FAILS(pki_cert_verify_signature(sub, rsa->spki, &err), err, PKI_E_INVALID);
    sub->tbs_signature = root->spki;
    EXPECT_FAILS(pki_cert_verify_signature(sub, root->spki, &err), err, PKI_E_INVALID);
    EXPECT_TEXT("RFC 5280 4.1.1.2");
}

static void test_empty_and_oversized_are_refused(void)
{
    static uint8_t huge[65537];
    pki_auto(pki_cert) cert = NULL;
    struct pki_error err = {0};

    EXPECT_FAILS(pki_cert_parse((struct pki_bytes){0}, &cert, &err), err, PKI_E_FORMAT);
    EXPECT_FAILS(pki_cert_parse((struct pki_bytes){huge, sizeof(huge)}, &cert, &err), err,
                 PKI_E_FORMAT);
    EXPECT_FAILS(pki_cert_parse_body((struct pki_bytes){huge, 5}, &cert, &err), err, PKI_E_FORMAT);
    CU_ASSERT_PTR_NULL(cert);
}

/* Reads from memory of exactly this size, so that the address sanitizer sees a step too far. */
static bool parse_exactly(struct pki_bytes der, size_t size, struct pki_error *err)
{
    pki_auto(pki_cert) cert = NULL;
    uint8_t *copy = malloc(size + (size == 0));

    memcpy(copy, der.data, size);
    bool done = pki_cert_parse((struct pki_bytes){copy, size}, &cert, err);
    free(copy);
    return done;
}

static void test_cut_anywhere_is_refused(void)
{
    pki_scope(pki_buf) der = fixture_der("leaf.pem");
    size_t refused = 0;

    for (size_t size = 0; size < der.size; size++) {
        struct pki_error err = {0};
        if (!parse_exactly(pki_buf_view(&der), size, &err) && err.code == PKI_E_FORMAT)
            refused++;
    }
    CU_ASSERT_EQUAL(refused, der.size);
}

typedef void add_value(struct pki_der *der, size_t n);

static void add_uri(struct pki_der *der, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pki_der_text(der, PKI_DER_CONTEXT(6), "u:");
}

static void add_purpose(struct pki_der *der, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pki_der_oid(der, PKI_OID_CODE_SIGNING);
}

static void add_extension(struct pki_der *der, const char *oid, add_value *add, size_t n)
{
    pki_scope(pki_buf) value = {0};
    struct pki_der inner = {.out = &value};

    pki_der_begin(&inner, PKI_DER_SEQUENCE);
    add(&inner, n);
    pki_der_end(&inner);
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_oid(der, oid);
    pki_der_octets(der, pki_buf_view(&value));
    pki_der_end(der);
}

/* The to-be-signed body of sub.pem with this extension alone, so many times. */
static struct pki_buf body_with(const char *oid, add_value *add, size_t n, size_t times)
{
    pki_auto(pki_cert) sub = fixture_cert("sub.pem");
    struct pki_buf body = {0};
    struct pki_der der = {.out = &body};

    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_begin(&der, PKI_DER_CONTEXT_CONSTRUCTED(0));
    pki_der_integer(&der, 2);
    pki_der_end(&der);
    pki_der_primitive(&der, PKI_DER_INTEGER, sub->serial);
    pki_der_raw(&der, sub->tbs_signature);
    pki_der_raw(&der, sub->issuer);
    pki_der_raw(&der, sub->validity);
    pki_der_raw(&der, sub->subject);
    pki_der_raw(&der, sub->spki);
    pki_der_begin(&der, PKI_DER_CONTEXT_CONSTRUCTED(3));
    pki_der_begin(&der, PKI_DER_SEQUENCE);
    for (size_t i = 0; i < times; i++)
        add_extension(&der, oid, add, n);
    pki_der_end(&der);
    pki_der_end(&der);
    pki_der_end(&der);
    return body;
}

static void test_limits_hold(void)
{
    static const struct {
        const char *oid;
        add_value *add;
        size_t n, times;
        bool good;
    } cases[] = {
        {PKI_OID_SUBJECT_ALT_NAME, add_uri, 1000, 1, true},
        {PKI_OID_SUBJECT_ALT_NAME, add_uri, 1001, 1, false},
        {PKI_OID_EXT_KEY_USAGE, add_purpose, 32, 1, true},
        {PKI_OID_EXT_KEY_USAGE, add_purpose, 33, 1, false},
        {"1.2.3", add_uri, 1, 64, true},
        {"1.2.3", add_uri, 1, 65, false},
    };

    for (size_t i = 0; i < PKI_COUNT(cases); i++) {
        pki_scope(pki_buf) body = body_with(cases[i].oid, cases[i].add, cases[i].n, cases[i].times);
        pki_auto(pki_cert) cert = NULL;
        struct pki_error err = {0};
        if (cases[i].good) {
            EXPECT_OK(pki_cert_parse_body(pki_buf_view(&body), &cert, &err), err);
            continue;
        }
        EXPECT_FAILS(pki_cert_parse_body(pki_buf_view(&body), &cert, &err), err, PKI_E_FORMAT);
        EXPECT_TEXT("more than the");
    }
}

static void look_at_all(const struct pki_cert *cert)
{
    struct pki_bytes bytes;
    unsigned kind;

    for (size_t n = 0; pki_cert_san(cert, n, &kind, &bytes); n++)
        ;
    for (size_t n = 0; pki_cert_crl_url(cert, n, &bytes); n++)
        ;
    for (size_t n = 0; pki_cert_issuer_url(cert, n, &bytes); n++)
        ;
}

static void flip_everywhere(const char *name)
{
    pki_scope(pki_buf) der = fixture_der(name);
    size_t refused = 0;

    for (size_t i = 0; i < der.size; i++) {
        pki_auto(pki_cert) cert = NULL;
        struct pki_error err = {0};
        der.data[i] ^= 0xff;
        if (pki_cert_parse(pki_buf_view(&der), &cert, &err))
            look_at_all(cert);
        else
            refused += err.code == PKI_E_FORMAT && err.text[0];
        der.data[i] ^= 0xff;
    }
    CU_ASSERT_TRUE(refused > 100);
}

static void test_flipped_anywhere_never_crashes(void)
{
    flip_everywhere("leaf.pem");
    flip_everywhere("sub.pem");
}

static void test_list_is_read_from_pem_and_der(void)
{
    pki_scope(pki_buf) chain = fixture_text("sub.pem");
    pki_scope(pki_buf) root = fixture_text("root.pem");
    pki_scope(pki_buf) der = fixture_der("root.pem");
    pki_scope(pki_certs) certs = {0};
    pki_scope(pki_certs) one = {0};
    struct pki_error err = {0};

    pki_buf_append_bytes(&chain, pki_buf_view(&root));
    EXPECT_OK(pki_certs_parse("chain.pem", pki_buf_view(&chain), &certs, &err), err);
    CU_ASSERT_EQUAL_FATAL(certs.n, 2);
    CU_ASSERT_TRUE(pki_bytes_equal(certs.list[0]->issuer, certs.list[1]->subject));
    EXPECT_OK(pki_certs_parse("root.cer", pki_buf_view(&der), &one, &err), err);
    CU_ASSERT_EQUAL(one.n, 1);
    pki_certs_clear(&one);
    pki_certs_clear(&one);
}

static void test_list_refuses_other_blocks_by_name(void)
{
    pki_scope(pki_buf) text = fixture_text("root.pem");
    pki_scope(pki_buf) request = fixture_text("request.pem");
    static const char plain[] = "no PEM at all";
    pki_scope(pki_certs) certs = {0};
    struct pki_error err = {0};

    pki_buf_append_bytes(&text, pki_buf_view(&request));
    EXPECT_FAILS(pki_certs_parse("a.pem", pki_buf_view(&text), &certs, &err), err, PKI_E_FORMAT);
    EXPECT_TEXT("a.pem: ");
    EXPECT_TEXT("CERTIFICATE REQUEST");
    EXPECT_FAILS(pki_certs_parse("a.pem", (struct pki_bytes){0}, &certs, &err), err, PKI_E_USAGE);
    EXPECT_FAILS(pki_certs_parse("a.pem", (struct pki_bytes){(const uint8_t *)plain, sizeof(plain)},
                                 &certs, &err),
                 err, PKI_E_FORMAT);
    CU_ASSERT_EQUAL(certs.n, 0);
}

static void test_gnutls_agrees(void)
{
    pki_auto(pki_cert) root = fixture_cert("root.pem");
    pki_auto(pki_cert) sub = fixture_cert("sub.pem");
    struct pki_error err = {0};

    EXPECT_OK(pki_cert_second_opinion(root->der, (struct pki_bytes){0}, &err), err);
    EXPECT_OK(pki_cert_second_opinion(root->der, root->der, &err), err);
    EXPECT_OK(pki_cert_second_opinion(sub->der, root->der, &err), err);
}

static void test_gnutls_disagrees_with_a_wrong_issuer_or_byte(void)
{
    pki_auto(pki_cert) root = fixture_cert("root.pem");
    pki_auto(pki_cert) rsa = fixture_cert("rsa.pem");
    pki_scope(pki_buf) sub = fixture_der("sub.pem");
    struct pki_error err = {0};

    EXPECT_FAILS(pki_cert_second_opinion(pki_buf_view(&sub), rsa->der, &err), err, PKI_E_INTEGRITY);
    sub.data[sub.size - 1] ^= 1;
    EXPECT_FAILS(pki_cert_second_opinion(pki_buf_view(&sub), root->der, &err), err,
                 PKI_E_INTEGRITY);
    sub.size /= 2;
    EXPECT_FAILS(pki_cert_second_opinion(pki_buf_view(&sub), root->der, &err), err,
                 PKI_E_INTEGRITY);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"an authority's certificate is read", test_authority_is_read},
        {"a leaf is read", test_leaf_is_read},
        {"an extension is found by its OID", test_extension_is_found_by_oid},
        {"alternative names are given in order", test_names_are_given_in_order},
        {"addresses are given in order", test_addresses_are_given_in_order},
        {"GeneralizedTime and RSA are read", test_generalized_time_and_rsa_are_read},
        {"version 1 is read and not judged", test_version_1_is_read_and_not_judged},
        {"a body is the certificate without its signature",
         test_body_is_the_certificate_without_signature},
        {"views lie in the certificate's own copy", test_views_lie_in_the_own_copy},
        {"the signature is verified", test_signature_is_verified},
        {"empty and oversized input is refused", test_empty_and_oversized_are_refused},
        {"limits on names, purposes and extensions hold", test_limits_hold},
        {"a certificate cut anywhere is refused", test_cut_anywhere_is_refused},
        {"a byte flipped anywhere never crashes", test_flipped_anywhere_never_crashes},
        {"a list is read from PEM and from DER", test_list_is_read_from_pem_and_der},
        {"a list refuses other blocks by name", test_list_refuses_other_blocks_by_name},
        {"GnuTLS agrees", test_gnutls_agrees},
        {"GnuTLS disagrees with a wrong issuer or byte",
         test_gnutls_disagrees_with_a_wrong_issuer_or_byte},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "cert", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
