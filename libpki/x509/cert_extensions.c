#include "asn1/walk.h"
#include "x509/cert_private.h"
#include "x509/oids.h"

#define TAG_BIT_STRING   0x03
#define TAG_OCTET_STRING 0x04
#define TAG_OID          0x06
#define TAG_SEQUENCE     0x30
#define TAG_CONTEXT      0x80 /* [0], primitive */
#define TAG_CONSTRUCTED  0xa0 /* [0], constructed */
#define TAG_URI          0x86 /* GeneralName uniformResourceIdentifier [6] */
#define TAG_NUMBER       0x1f

#define KEY_USAGE_BITS 32

static struct pki_bytes value_of(const struct pki_cert *cert, const char *oid)
{
    const struct pki_extension *extension = pki_cert_extension(cert, oid);

    return extension ? extension->value : (struct pki_bytes){0};
}

/* One element of this tag and nothing after it. */
static bool whole(struct pki_bytes value, uint8_t tag, struct pki_bytes *content,
                  struct pki_error *err)
{
    struct pki_element element = {0};

    if (!pki_walk_scan(value, err) || !pki_walk_expect(&value, tag, &element, err))
        return false;
    *content = element.content;
    return true;
}

/* BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE,
 *      pathLenConstraint INTEGER (0..MAX) OPTIONAL }             (RFC 5280 4.2.1.9) */
static bool read_basic_constraints(struct pki_bytes value, struct pki_cert *cert,
                                   struct pki_error *err)
{
    PKI_CONTEXT(err, "basic constraints");
    pki_auto(pki_asn1) constraints = NULL;

    if (!pki_asn1_decode("BasicConstraints", value, &constraints, err) ||
        !pki_asn1_truth(constraints, "cA", &cert->authority, err))
        return false;
    cert->has_basic_constraints = true;
    cert->has_path_length = pki_asn1_has(constraints, "pathLenConstraint");
    return !cert->has_path_length ||
           pki_asn1_integer(constraints, "pathLenConstraint", &cert->path_length, err);
}

/* KeyUsage ::= BIT STRING                                        (RFC 5280 4.2.1.3) */
static bool read_key_usage(struct pki_bytes value, struct pki_cert *cert, struct pki_error *err)
{
    PKI_CONTEXT(err, "key usage");
    struct pki_bytes bits = {0};

    if (!whole(value, TAG_BIT_STRING, &bits, err))
        return false;
    cert->has_key_usage = true;
    for (size_t i = 0; i < KEY_USAGE_BITS && i / 8 + 1 < bits.size; i++)
        if (bits.data[1 + i / 8] & 0x80u >> i % 8)
            cert->key_usage |= UINT32_C(1) << i;
    return true;
}

/* ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId   (RFC 5280 4.2.1.12) */
static bool read_usages(struct pki_bytes value, struct pki_cert *cert, struct pki_error *err)
{
    PKI_CONTEXT(err, "extended key usage");
    struct pki_bytes rest = {0};
    struct pki_element usage;

    if (!whole(value, TAG_SEQUENCE, &rest, err))
        return false;
    cert->has_usages = true;
    while (rest.size > 0) {
        if (cert->n_usages == PKI_CERT_USAGES_MAX)
            return pki_fail(err, PKI_E_FORMAT, "more than the %d purposes that are read",
                            PKI_CERT_USAGES_MAX);
        if (!pki_walk_expect(&rest, TAG_OID, &usage, err) ||
            !pki_value_oid(usage.content, cert->usages[cert->n_usages], err))
            return false;
        cert->n_usages++;
    }
    return true;
}

/* SubjectKeyIdentifier ::= OCTET STRING                          (RFC 5280 4.2.1.2) */
static bool read_subject_key_id(struct pki_bytes value, struct pki_cert *cert,
                                struct pki_error *err)
{
    PKI_CONTEXT(err, "subject key identifier");

    return whole(value, TAG_OCTET_STRING, &cert->subject_key_id, err);
}

/* AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OPTIONAL,
 *      authorityCertIssuer [1] OPTIONAL, authorityCertSerialNumber [2] OPTIONAL }
 *                                                                (RFC 5280 4.2.1.1) */
static bool read_authority_key_id(struct pki_bytes value, struct pki_cert *cert,
                                  struct pki_error *err)
{
    PKI_CONTEXT(err, "authority key identifier");
    pki_auto(pki_asn1) id = NULL;

    if (!pki_asn1_decode("AuthorityKeyIdentifier", value, &id, err))
        return false;
    cert->authority_key_has_issuer =
        pki_asn1_has(id, "authorityCertIssuer") || pki_asn1_has(id, "authorityCertSerialNumber");
    return !pki_asn1_has(id, "keyIdentifier") ||
           pki_asn1_octets(id, "keyIdentifier", &cert->authority_key_id, err);
}

/* GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName         (RFC 5280 4.2.1.6) */
static bool read_names(struct pki_bytes value, struct pki_cert *cert, struct pki_error *err)
{
    PKI_CONTEXT(err, "subject alternative name");
    struct pki_bytes rest = {0};
    struct pki_element name;

    if (!whole(value, TAG_SEQUENCE, &rest, err))
        return false;
    while (rest.size > 0) {
        if (cert->n_names == PKI_CERT_NAMES_MAX)
            return pki_fail(err, PKI_E_FORMAT, "more than the %d names that are read",
                            PKI_CERT_NAMES_MAX);
        if (!pki_walk_next(&rest, &name, err))
            return false;
        if ((name.tag & 0xc0) != TAG_CONTEXT)
            return pki_fail(err, PKI_E_FORMAT, "a name of no known kind (tag 0x%02x)", name.tag);
        cert->n_names++;
    }
    return true;
}

/* Looked at later and leniently; here only that they are DER. */
static bool read_crl_points(struct pki_bytes value, struct pki_cert *cert, struct pki_error *err)
{
    PKI_CONTEXT(err, "CRL distribution points");

    (void)cert;
    return whole(value, TAG_SEQUENCE, &value, err);
}

static bool read_information_access(struct pki_bytes value, struct pki_cert *cert,
                                    struct pki_error *err)
{
    PKI_CONTEXT(err, "authority information access");

    (void)cert;
    return whole(value, TAG_SEQUENCE, &value, err);
}

static const struct reader {
    const char *oid;
    bool (*read)(struct pki_bytes value, struct pki_cert *cert, struct pki_error *err);
} readers[] = {
    {PKI_OID_AUTHORITY_KEY_ID, read_authority_key_id},
    {PKI_OID_SUBJECT_KEY_ID, read_subject_key_id},
    {PKI_OID_KEY_USAGE, read_key_usage},
    {PKI_OID_SUBJECT_ALT_NAME, read_names},
    {PKI_OID_BASIC_CONSTRAINTS, read_basic_constraints},
    {PKI_OID_EXT_KEY_USAGE, read_usages},
    {PKI_OID_CRL_DISTRIBUTION_POINTS, read_crl_points},
    {PKI_OID_AUTHORITY_INFO_ACCESS, read_information_access},
};

bool pki_cert_read_extensions(struct pki_cert *cert, struct pki_error *err)
{
    for (size_t i = 0; i < PKI_COUNT(readers); i++) {
        const struct pki_extension *extension = pki_cert_extension(cert, readers[i].oid);
        if (extension && !readers[i].read(extension->value, cert, err))
            return false;
    }
    return true;
}

const struct pki_extension *pki_cert_extension(const struct pki_cert *cert, const char *oid)
{
    for (size_t i = 0; i < cert->n_extensions; i++)
        if (strcmp(cert->extensions[i].oid, oid) == 0)
            return &cert->extensions[i];
    return NULL;
}

bool pki_cert_has_usage(const struct pki_cert *cert, const char *oid)
{
    for (size_t i = 0; i < cert->n_usages; i++)
        if (strcmp(cert->usages[i], oid) == 0)
            return true;
    return false;
}

/* Enter the next element when it has this tag; for what is looked at, not required. */
static bool enter(struct pki_bytes *rest, uint8_t tag, struct pki_bytes *content)
{
    struct pki_error ignored = {0};
    struct pki_element element = {0};

    if (pki_walk_peek(*rest) != tag || !pki_walk_next(rest, &element, &ignored))
        return false;
    *content = element.content;
    return true;
}

static bool skip(struct pki_bytes *rest)
{
    struct pki_bytes content;

    return rest->size > 0 && enter(rest, pki_walk_peek(*rest), &content);
}

/* DistributionPoint ::= SEQUENCE { distributionPoint [0] { fullName [0] GeneralNames }, ... };
 * puts the GeneralNames of the next point into names, or nothing when it has none. */
static bool next_point(struct pki_bytes *points, struct pki_bytes *names)
{
    struct pki_bytes point;
    struct pki_bytes name;

    *names = (struct pki_bytes){0};
    if (!enter(points, TAG_SEQUENCE, &point))
        return false;
    if (enter(&point, TAG_CONSTRUCTED, &name) && !enter(&name, TAG_CONSTRUCTED, names))
        *names = (struct pki_bytes){0};
    return true;
}

/* The first URI among the names left; moves behind it. */
static bool next_uri(struct pki_bytes *names, struct pki_bytes *url)
{
    while (names->size > 0) {
        if (enter(names, TAG_URI, url))
            return true;
        if (!skip(names))
            return false;
    }
    return false;
}

bool pki_cert_crl_url(const struct pki_cert *cert, size_t n, struct pki_bytes *url)
{
    struct pki_bytes value = value_of(cert, PKI_OID_CRL_DISTRIBUTION_POINTS);
    struct pki_bytes points;
    struct pki_bytes names;
    struct pki_bytes found;

    if (!enter(&value, TAG_SEQUENCE, &points))
        return false;
    while (next_point(&points, &names)) {
        while (next_uri(&names, &found)) {
            if (n-- > 0)
                continue;
            *url = found;
            return true;
        }
    }
    return false;
}

/* AccessDescription ::= SEQUENCE { accessMethod OID, accessLocation GeneralName } */
static bool is_issuer_url(struct pki_bytes description, struct pki_bytes *url)
{
    struct pki_error ignored = {0};
    struct pki_bytes method;
    char oid[PKI_OID_TEXT];

    return enter(&description, TAG_OID, &method) && pki_value_oid(method, oid, &ignored) &&
           strcmp(oid, PKI_OID_CA_ISSUERS) == 0 && enter(&description, TAG_URI, url);
}

bool pki_cert_issuer_url(const struct pki_cert *cert, size_t n, struct pki_bytes *url)
{
    struct pki_bytes value = value_of(cert, PKI_OID_AUTHORITY_INFO_ACCESS);
    struct pki_bytes descriptions;
    struct pki_bytes description;
    struct pki_bytes found;

    if (!enter(&value, TAG_SEQUENCE, &descriptions))
        return false;
    while (enter(&descriptions, TAG_SEQUENCE, &description)) {
        if (!is_issuer_url(description, &found) || n-- > 0)
            continue;
        *url = found;
        return true;
    }
    return false;
}

bool pki_cert_san(const struct pki_cert *cert, size_t n, unsigned *kind, struct pki_bytes *value)
{
    struct pki_bytes names = value_of(cert, PKI_OID_SUBJECT_ALT_NAME);
    struct pki_bytes rest;

    if (n >= cert->n_names || !enter(&names, TAG_SEQUENCE, &rest))
        return false;
    while (n-- > 0)
        if (!skip(&rest))
            return false;

    uint8_t tag = pki_walk_peek(rest);
    struct pki_bytes content;
    if (!enter(&rest, tag, &content))
        return false;
    *kind = tag & TAG_NUMBER;
    *value = content;
    return true;
}
