#include "crypto/algorithm.h"

#include <assert.h>

#include "asn1/read.h"
#include "base/buf.h"

#define DER(...)                                                                                \
    {                                                                                           \
        .data = (const uint8_t[]){__VA_ARGS__}, .size = sizeof((const uint8_t[]){__VA_ARGS__}), \
    }

/* 1.2.840.10045.2.1 with a named curve (RFC 5480 2.1.1), CA/B BR 7.1.3.1.2 */
#define EC_P256                                                                                   \
    DER(0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, \
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07)
#define EC_P384                                                                                   \
    DER(0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, \
        0x04, 0x00, 0x22)
#define EC_P521                                                                                   \
    DER(0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, \
        0x04, 0x00, 0x23)
/* 1.2.840.113549.1.1.N with NULL (RFC 4055 2.1, 5), CA/B BR 7.1.3.1.1, 7.1.3.2.1 */
#define PKCS1(n) \
    DER(0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, n, 0x05, 0x00)
/* 1.2.840.10045.4.3.N (RFC 5758 3.2), CA/B BR 7.1.3.2.2 */
#define ECDSA(n) DER(0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, n)
/* 1.3.101.112 (RFC 8410 3) */
#define ED25519 DER(0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70)

static const struct pki_algorithm algorithms[PKI_KEY_ALGORITHMS] = {
    {
        .id = PKI_KEY_ECDSA_P256,
        .name = "ecdsa-p256",
        .title = "ECDSA P-256",
        .family = "ECDSA",
        .spki_algorithm = EC_P256,
        .signature = ECDSA(2),
        .digest = PKI_SHA256,
        .bits = 256,
        .sigstore_details = "PKIX_ECDSA_P256_SHA_256",
    },
    {
        .id = PKI_KEY_ECDSA_P384,
        .name = "ecdsa-p384",
        .title = "ECDSA P-384",
        .family = "ECDSA",
        .spki_algorithm = EC_P384,
        .signature = ECDSA(3),
        .digest = PKI_SHA384,
        .bits = 384,
        .sigstore_details = "PKIX_ECDSA_P384_SHA_384",
    },
    {
        .id = PKI_KEY_ECDSA_P521,
        .name = "ecdsa-p521",
        .title = "ECDSA P-521",
        .family = "ECDSA",
        .spki_algorithm = EC_P521,
        .signature = ECDSA(4),
        .digest = PKI_SHA512,
        .bits = 521,
        .sigstore_details = "PKIX_ECDSA_P521_SHA_512",
    },
    {
        .id = PKI_KEY_RSA_3072,
        .name = "rsa-3072",
        .title = "RSA 3072",
        .family = "RSA",
        .spki_algorithm = PKCS1(1),
        .signature = PKCS1(11),
        .digest = PKI_SHA256,
        .bits = 3072,
        .sigstore_details = "PKIX_RSA_PKCS1V15_3072_SHA256",
    },
    {
        .id = PKI_KEY_RSA_4096,
        .name = "rsa-4096",
        .title = "RSA 4096",
        .family = "RSA",
        .spki_algorithm = PKCS1(1),
        .signature = PKCS1(11),
        .digest = PKI_SHA256,
        .bits = 4096,
        .sigstore_details = "PKIX_RSA_PKCS1V15_4096_SHA256",
    },
    {
        .id = PKI_KEY_ED25519,
        .name = "ed25519",
        .title = "Ed25519",
        .family = "Ed25519",
        .spki_algorithm = ED25519,
        .signature = ED25519,
        .digest = PKI_SHA512, /* inside the algorithm; it signs the message itself */
        .bits = 256,
        .sigstore_details = "PKIX_ED25519",
    },
};

static const struct pki_signature signatures[] = {
    {"ECDSA with SHA-256", "ECDSA", ECDSA(2), PKI_SHA256},
    {"ECDSA with SHA-384", "ECDSA", ECDSA(3), PKI_SHA384},
    {"ECDSA with SHA-512", "ECDSA", ECDSA(4), PKI_SHA512},
    {"RSA with SHA-256", "RSA", PKCS1(11), PKI_SHA256},
    {"RSA with SHA-384", "RSA", PKCS1(12), PKI_SHA384},
    {"RSA with SHA-512", "RSA", PKCS1(13), PKI_SHA512},
    {"Ed25519", "Ed25519", ED25519, PKI_SHA512},
};

#define OID_EC_PUBLIC_KEY "1.2.840.10045.2.1"
#define TAG_OID           0x06

/* To say what something is: what we take, and what is met and refused. */
static const struct {
    const char *oid;
    const char *name;
} names[] = {
    {"1.2.156.10197.1.301", "SM2"},
    {"1.2.840.10040.4.1", "DSA"},
    {"1.2.840.10040.4.3", "DSA with SHA-1"},
    {"1.2.840.10045.3.1.1", "P-192"},
    {"1.2.840.10045.3.1.7", "P-256"},
    {"1.2.840.10045.4.1", "ECDSA with SHA-1"},
    {"1.2.840.10045.4.3.1", "ECDSA with SHA-224"},
    {"1.2.840.10045.4.3.2", "ECDSA with SHA-256"},
    {"1.2.840.10045.4.3.3", "ECDSA with SHA-384"},
    {"1.2.840.10045.4.3.4", "ECDSA with SHA-512"},
    {"1.2.840.10046.2.1", "Diffie-Hellman"},
    {"1.2.840.113549.1.1.1", "RSA"},
    {"1.2.840.113549.1.1.2", "RSA with MD2"},
    {"1.2.840.113549.1.1.4", "RSA with MD5"},
    {"1.2.840.113549.1.1.5", "RSA with SHA-1"},
    {"1.2.840.113549.1.1.7", "RSAES-OAEP"},
    {"1.2.840.113549.1.1.10", "RSASSA-PSS"},
    {"1.2.840.113549.1.1.11", "RSA with SHA-256"},
    {"1.2.840.113549.1.1.12", "RSA with SHA-384"},
    {"1.2.840.113549.1.1.13", "RSA with SHA-512"},
    {"1.2.840.113549.1.1.14", "RSA with SHA-224"},
    {"1.3.101.110", "X25519"},
    {"1.3.101.111", "X448"},
    {"1.3.101.112", "Ed25519"},
    {"1.3.101.113", "Ed448"},
    {"1.3.132.0.10", "secp256k1"},
    {"1.3.132.0.33", "P-224"},
    {"1.3.132.0.34", "P-384"},
    {"1.3.132.0.35", "P-521"},
    {"1.3.14.3.2.29", "RSA with SHA-1"},
    {"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"},
    {"1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"},
    {"1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"},
    {"2.16.840.1.101.3.4.3.2", "DSA with SHA-256"},
    {"2.16.840.1.101.3.4.3.17", "ML-DSA-44"},
    {"2.16.840.1.101.3.4.3.18", "ML-DSA-65"},
    {"2.16.840.1.101.3.4.3.19", "ML-DSA-87"},
};

const struct pki_algorithm *pki_algorithm_get(enum pki_key_algorithm id)
{
    assert((size_t)id < PKI_COUNT(algorithms) && algorithms[id].id == id);
    return &algorithms[id];
}

const struct pki_algorithm *pki_algorithm_find(const char *name)
{
    for (size_t i = 0; i < PKI_COUNT(algorithms); i++)
        if (strcmp(algorithms[i].name, name) == 0)
            return &algorithms[i];
    return NULL;
}

const struct pki_signature *pki_algorithm_find_signature(struct pki_bytes identifier)
{
    for (size_t i = 0; i < PKI_COUNT(signatures); i++) {
        if (pki_bytes_equal(signatures[i].identifier, identifier))
            return &signatures[i];
    }
    return NULL;
}

const struct pki_signature *pki_algorithm_signs(const char *family, enum pki_digest digest)
{
    for (size_t i = 0; i < PKI_COUNT(signatures); i++)
        if (strcmp(signatures[i].family, family) == 0 && signatures[i].digest == digest)
            return &signatures[i];
    return NULL;
}

static const char *name_of(const char *oid)
{
    for (size_t i = 0; i < PKI_COUNT(names); i++)
        if (strcmp(names[i].oid, oid) == 0)
            return names[i].name;
    return oid;
}

/* The parameters of an elliptic curve key: a name, or the curve spelled out. */
static void describe_curve(const struct pki_asn1 *asn1, char text[PKI_ALGORITHM_TEXT])
{
    struct pki_error ignored = {0};
    struct pki_bytes der;
    char curve[PKI_OID_TEXT];

    if (!pki_asn1_der(asn1, "parameters", &der, &ignored))
        (void)snprintf(text, PKI_ALGORITHM_TEXT, "elliptic curve key without a curve");
    else if (der.data[0] == TAG_OID && pki_asn1_oid(asn1, "parameters", curve, &ignored))
        (void)snprintf(text, PKI_ALGORITHM_TEXT, "elliptic curve %s", name_of(curve));
    else
        (void)snprintf(text, PKI_ALGORITHM_TEXT, "elliptic curve with explicit parameters");
}

const char *pki_algorithm_describe(struct pki_bytes identifier, char text[PKI_ALGORITHM_TEXT])
{
    pki_auto(pki_asn1) asn1 = NULL;
    struct pki_error ignored = {0};
    char oid[PKI_OID_TEXT];

    if (!pki_asn1_decode("AlgorithmIdentifier", identifier, &asn1, &ignored) ||
        !pki_asn1_oid(asn1, "algorithm", oid, &ignored))
        (void)snprintf(text, PKI_ALGORITHM_TEXT, "malformed algorithm identifier");
    else if (strcmp(oid, OID_EC_PUBLIC_KEY) == 0)
        describe_curve(asn1, text);
    else
        (void)snprintf(text, PKI_ALGORITHM_TEXT, "%s", name_of(oid));
    return text;
}
