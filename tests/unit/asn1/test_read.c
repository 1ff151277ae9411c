#include "asn1/read.h"

#include "base/text.h"
#include "test.h"

/* A self-signed P-256 certificate: CN=x, a critical CA flag, two alternative names, no URLs */
#define CERTIFICATE FIXTURES "/asn1/certificate.hex"

struct input {
    struct pki_buf der;
    struct pki_asn1 *asn1;
};

static void decode(struct input *input, const char *type, const char *hex)
{
    struct pki_error err = {0};

    EXPECT_OK(pki_hex_parse(hex, &input->der, &err), err);
    EXPECT_OK(pki_asn1_decode(type, pki_buf_view(&input->der), &input->asn1, &err), err);
}

static void input_clear(struct input *input)
{
    pki_asn1_free(input->asn1);
    pki_buf_clear(&input->der);
}

static void test_a_certificate_is_read_without_a_copy(void)
{
    size_t size = 0;
    uint8_t *data = test_load_hex(CERTIFICATE, &size);
    struct pki_error err = {0};
    struct pki_asn1 *asn1 = NULL;
    struct pki_asn1 *tbs = NULL;
    struct pki_bytes view;
    char oid[PKI_OID_TEXT];
    int64_t value = 0;
    bool truth = false;

    EXPECT_OK(pki_asn1_decode("Certificate", (struct pki_bytes){data, size}, &asn1, &err), err);
    EXPECT_OK(pki_asn1_der(asn1, "tbsCertificate", &view, &err), err);
    CU_ASSERT_PTR_EQUAL(view.data, data + 4);
    EXPECT_OK(pki_asn1_der(asn1, "", &view, &err), err);
    CU_ASSERT_EQUAL(view.size, size);
    EXPECT_OK(pki_asn1_oid(asn1, "signatureAlgorithm.algorithm", oid, &err), err);
    CU_ASSERT_STRING_EQUAL(oid, "1.2.840.10045.4.3.2");
    CU_ASSERT_FALSE(pki_asn1_has(asn1, "signatureAlgorithm.parameters"));
    EXPECT_OK(pki_asn1_der(asn1, "tbsCertificate", &view, &err), err);
    EXPECT_OK(pki_asn1_decode("TBSCertificate", view, &tbs, &err), err);
    EXPECT_OK(pki_asn1_integer(tbs, "version", &value, &err), err);
    CU_ASSERT_EQUAL(value, 2);
    CU_ASSERT_FALSE(pki_asn1_has(tbs, "issuerUniqueID"));
    CU_ASSERT_EQUAL(pki_asn1_count(tbs, "extensions"), 3);
    EXPECT_OK(pki_asn1_truth(tbs, "extensions.?1.critical", &truth, &err), err);
    CU_ASSERT_TRUE(truth);
    CU_ASSERT_FALSE(pki_asn1_has(tbs, "extensions.?2.critical"));
    EXPECT_OK(pki_asn1_truth(tbs, "extensions.?2.critical", &truth, &err), err);
    CU_ASSERT_FALSE(truth);
    EXPECT_OK(pki_asn1_bits(tbs, "subjectPublicKeyInfo.subjectPublicKey", &view, NULL, &err), err);
    CU_ASSERT_EQUAL(view.size, 65);
    CU_ASSERT_EQUAL(view.data[0], 4);
    CU_ASSERT_TRUE(view.data > data && view.data < data + size);
    pki_asn1_free(tbs);
    pki_asn1_free(asn1);
    free(data);
}

static void test_times_of_both_forms_are_read(void)
{
    struct input input = {0};
    struct pki_error err = {0};
    char name[64];
    int64_t seconds = 0;

    decode(&input, "Validity",
           "3020"
           "170d3730303130313030303030315a"
           "180f32303530303130313030303030305a");
    EXPECT_OK(pki_asn1_choice(input.asn1, "notBefore", name, &err), err);
    CU_ASSERT_STRING_EQUAL(name, "utcTime");
    EXPECT_OK(pki_asn1_choice(input.asn1, "notAfter", name, &err), err);
    CU_ASSERT_STRING_EQUAL(name, "generalTime");
    EXPECT_OK(pki_asn1_time(input.asn1, "notBefore", &seconds, &err), err);
    CU_ASSERT_EQUAL(seconds, 1);
    EXPECT_OK(pki_asn1_time(input.asn1, "notAfter", &seconds, &err), err);
    CU_ASSERT_EQUAL(seconds, INT64_C(2524608000));
    input_clear(&input);
}

static void test_defaults_are_given_and_optionals_are_not(void)
{
    struct input empty = {0};
    struct input length = {0};
    struct pki_error err = {0};
    int64_t value = 0;
    bool authority = true;

    decode(&empty, "BasicConstraints", "3000");
    EXPECT_OK(pki_asn1_truth(empty.asn1, "cA", &authority, &err), err);
    CU_ASSERT_FALSE(authority);
    CU_ASSERT_FALSE(pki_asn1_has(empty.asn1, "cA"));
    CU_ASSERT_FALSE(pki_asn1_has(empty.asn1, "pathLenConstraint"));
    EXPECT_FAILS(pki_asn1_integer(empty.asn1, "pathLenConstraint", &value, &err), err,
                 PKI_E_FORMAT);
    EXPECT_TEXT("pathLenConstraint is missing");
    decode(&length, "BasicConstraints", "30060101ff020100");
    EXPECT_OK(pki_asn1_truth(length.asn1, "cA", &authority, &err), err);
    CU_ASSERT_TRUE(authority);
    EXPECT_OK(pki_asn1_integer(length.asn1, "pathLenConstraint", &value, &err), err);
    CU_ASSERT_EQUAL(value, 0);
    input_clear(&empty);
    input_clear(&length);
}

static void test_an_encoded_default_shows(void)
{
    struct input input = {0};

    decode(&input, "BasicConstraints", "3003010100");
    CU_ASSERT_TRUE(pki_asn1_has(input.asn1, "cA"));
    input_clear(&input);
}

static void test_tags_are_taken_off(void)
{
    struct input names = {0};
    struct input scope = {0};
    struct input subtrees = {0};
    struct pki_error err = {0};
    struct pki_bytes view;
    int64_t value = 7;
    bool truth = false;
    char name[64];

    /* dNSName a.b, directoryName CN=hi, registeredID 1.2.3 */
    decode(&names, "GeneralNames", "301a8203612e62a40f300d310b300906035504030c02686988022a03");
    CU_ASSERT_EQUAL(pki_asn1_count(names.asn1, ""), 3);
    EXPECT_OK(pki_asn1_choice(names.asn1, "?1", name, &err), err);
    CU_ASSERT_STRING_EQUAL(name, "dNSName");
    EXPECT_OK(pki_asn1_octets(names.asn1, "?1", &view, &err), err);
    CU_ASSERT_TRUE(pki_bytes_equal(view, (struct pki_bytes){(const uint8_t *)"a.b", 3}));
    EXPECT_OK(pki_asn1_octets(names.asn1, "?2", &view, &err), err);
    CU_ASSERT_EQUAL(view.data[0], 0x30); /* the Name inside [4] */
    CU_ASSERT_EQUAL(view.size, 15);
    CU_ASSERT_EQUAL(pki_asn1_count(names.asn1, "?2.directoryName.rdnSequence"), 1);
    CU_ASSERT_FALSE(pki_asn1_has(names.asn1, "?4"));
    decode(&scope, "IssuingDistributionPoint", "30078201ff83020780");
    EXPECT_OK(pki_asn1_truth(scope.asn1, "onlyContainsCACerts", &truth, &err), err);
    CU_ASSERT_TRUE(truth);
    EXPECT_OK(pki_asn1_truth(scope.asn1, "onlyContainsUserCerts", &truth, &err), err);
    CU_ASSERT_FALSE(truth);
    decode(&subtrees, "NameConstraints", "3009a00730058203612e62");
    EXPECT_OK(pki_asn1_integer(subtrees.asn1, "permittedSubtrees.?1.minimum", &value, &err), err);
    CU_ASSERT_EQUAL(value, 0);
    CU_ASSERT_FALSE(pki_asn1_has(subtrees.asn1, "excludedSubtrees"));
    input_clear(&names);
    input_clear(&scope);
    input_clear(&subtrees);
}

static void test_bits_must_be_whole_where_nobody_asks(void)
{
    struct input input = {0};
    struct pki_error err = {0};
    struct pki_bytes bits;
    unsigned unused = 0;

    decode(&input, "KeyUsage", "03020106");
    EXPECT_OK(pki_asn1_bits(input.asn1, "", &bits, &unused, &err), err);
    CU_ASSERT_EQUAL(unused, 1);
    CU_ASSERT_EQUAL(bits.size, 1);
    CU_ASSERT_EQUAL(bits.data[0], 0x06);
    EXPECT_FAILS(pki_asn1_bits(input.asn1, "", &bits, NULL, &err), err, PKI_E_FORMAT);
    input_clear(&input);
}

/* What libtasn1 alone would let pass, or what has two readings. */
static void test_what_does_not_fit_is_refused(void)
{
    static const struct {
        const char *type;
        const char *hex;
    } bad[] = {
        {"BasicConstraints", "30060101ff040100"},     /* another type */
        {"BasicConstraints", "30090101ff0201000500"}, /* one element too many */
        {"BasicConstraints", "30060201000101ff"},     /* wrong order */
        {"BasicConstraints", "3003010101"},           /* BOOLEAN 01 */
        {"BasicConstraints", "30030101ff00"},         /* bytes behind */
        {"BasicConstraints", "30800101ff0000"},       /* indefinite length */
        {"SubjectKeyIdentifier", "0203010203"},
        {"SubjectKeyIdentifier", "24040402abcd"}, /* constructed OCTET STRING */
        {"Name", "310030"},
        {"GeneralNames", "3003890161"},              /* no such alternative */
        {"ExtKeyUsageSyntax", "300406022a80"},       /* OID without an end */
        {"ECDSA-Sig-Value", "30080202000102020001"}, /* INTEGERs with a leading zero */
        {"ECDSA-Sig-Value", "3003020101"},           /* s is missing */
        {"TBSCertificate", "0500"},
    };

    for (size_t i = 0; i < PKI_COUNT(bad); i++) {
        pki_scope(pki_buf) der = {0};
        struct pki_error err = {0};
        pki_auto(pki_asn1) asn1 = NULL;

        EXPECT_OK(pki_hex_parse(bad[i].hex, &der, &err), err);
        EXPECT_FAILS(pki_asn1_decode(bad[i].type, pki_buf_view(&der), &asn1, &err), err,
                     PKI_E_FORMAT);
        EXPECT_TEXT(bad[i].type);
        CU_ASSERT_PTR_NULL(asn1);
    }
}

/* libtasn1 takes an empty SEQUENCE for any; what it needs is then missing where it is read. */
static void test_an_empty_sequence_lacks_what_it_needs(void)
{
    struct input input = {0};
    struct pki_error err = {0};
    struct pki_bytes view;
    char oid[PKI_OID_TEXT];

    decode(&input, "Certificate", "3000");
    CU_ASSERT_FALSE(pki_asn1_has(input.asn1, "tbsCertificate"));
    EXPECT_FAILS(pki_asn1_der(input.asn1, "tbsCertificate", &view, &err), err, PKI_E_FORMAT);
    EXPECT_FAILS(pki_asn1_bits(input.asn1, "signature", &view, NULL, &err), err, PKI_E_FORMAT);
    EXPECT_FAILS(pki_asn1_oid(input.asn1, "signatureAlgorithm.algorithm", oid, &err), err,
                 PKI_E_FORMAT);
    EXPECT_TEXT("signatureAlgorithm.algorithm is missing");
    input_clear(&input);
}

static void test_no_input_is_larger_than_libtasn1_can_take(void)
{
    struct pki_error err = {0};
    struct pki_asn1 *asn1 = NULL;
    size_t size = 70 * 1024;
    uint8_t *data = calloc(1, size);

    CU_ASSERT_PTR_NOT_NULL_FATAL(data);
    EXPECT_FAILS(pki_asn1_decode("Name", (struct pki_bytes){data, size}, &asn1, &err), err,
                 PKI_E_FORMAT);
    EXPECT_TEXT("more than the");
    free(data);
}

/* Cut anywhere or with any octet changed, the certificate is read or refused, never misread. */
static void test_no_damage_harms_the_reader(void)
{
    size_t size = 0;
    uint8_t *data = test_load_hex(CERTIFICATE, &size);
    struct pki_bytes view;
    size_t read = 0;

    for (size_t i = 0; i < size; i++) {
        struct pki_error err = {0};
        struct pki_asn1 *asn1 = NULL;
        struct pki_asn1 *tbs = NULL;

        CU_ASSERT_FALSE(pki_asn1_decode("Certificate", (struct pki_bytes){data, i}, &asn1, &err));
        memset(&err, 0, sizeof(err));
        data[i] ^= 0x11;
        if (pki_asn1_decode("Certificate", (struct pki_bytes){data, size}, &asn1, &err) &&
            pki_asn1_der(asn1, "tbsCertificate", &view, &err) &&
            pki_asn1_decode("TBSCertificate", view, &tbs, &err)) {
            read += pki_asn1_der(tbs, "subject", &view, &err);
            CU_ASSERT_TRUE(view.data >= data && view.data + view.size <= data + size);
        }
        data[i] ^= 0x11;
        pki_asn1_free(tbs);
        pki_asn1_free(asn1);
    }
    CU_ASSERT_TRUE(read > size / 2);
    free(data);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a certificate is read without a copy", test_a_certificate_is_read_without_a_copy},
        {"times of both forms are read", test_times_of_both_forms_are_read},
        {"defaults are given and optionals are not", test_defaults_are_given_and_optionals_are_not},
        {"an encoded default shows", test_an_encoded_default_shows},
        {"tags are taken off", test_tags_are_taken_off},
        {"bits must be whole where nobody asks", test_bits_must_be_whole_where_nobody_asks},
        {"what does not fit is refused", test_what_does_not_fit_is_refused},
        {"an empty sequence lacks what it needs", test_an_empty_sequence_lacks_what_it_needs},
        {"no input is larger than libtasn1 can take",
         test_no_input_is_larger_than_libtasn1_can_take},
        {"no damage harms the reader", test_no_damage_harms_the_reader},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "read", .pTests = tests}, CU_SUITE_INFO_NULL};

    return test_run(suites);
}
