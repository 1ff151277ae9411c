#include "x509/cert.h"

#include "asn1/walk.h"
#include "base/file.h"
#include "crypto/key.h"
#include "x509/cert_private.h"
#include "x509/oids.h"

#define VERSION_LAST 2 /* v3, RFC 5280 4.1.2.1 */

/*
 * TBSCertificate  ::=  SEQUENCE  {
 *      version         [0]  EXPLICIT Version DEFAULT v1,
 *      serialNumber         CertificateSerialNumber,
 *      signature            AlgorithmIdentifier,
 *      issuer               Name,
 *      validity             Validity,
 *      subject              Name,
 *      subjectPublicKeyInfo SubjectPublicKeyInfo,
 *      issuerUniqueID  [1]  IMPLICIT UniqueIdentifier OPTIONAL,
 *      subjectUniqueID [2]  IMPLICIT UniqueIdentifier OPTIONAL,
 *      extensions      [3]  EXPLICIT Extensions OPTIONAL }     (RFC 5280 4.1)
 */
static bool read_version(const struct pki_asn1 *tbs, struct pki_cert *cert, struct pki_error *err)
{
    int64_t version = 0;

    if (!pki_asn1_integer(tbs, "version", &version, err))
        return false;
    if (version < 0 || version > VERSION_LAST) {
        return pki_fail(err, PKI_E_FORMAT,
                        "certificate version is none of 1, 2, 3 "
                        "(RFC 5280 4.1.2.1)");
    }
    cert->version = version + 1;
    return true;
}

static bool read_fields(const struct pki_asn1 *tbs, struct pki_cert *cert, struct pki_error *err)
{
    cert->has_unique_ids =
        pki_asn1_has(tbs, "issuerUniqueID") || pki_asn1_has(tbs, "subjectUniqueID");
    return read_version(tbs, cert, err) &&
           pki_asn1_octets(tbs, "serialNumber", &cert->serial, err) &&
           pki_asn1_der(tbs, "signature", &cert->tbs_signature, err) &&
           pki_asn1_der(tbs, "issuer", &cert->issuer, err) &&
           pki_asn1_der(tbs, "validity", &cert->validity, err) &&
           pki_asn1_time(tbs, "validity.notBefore", &cert->not_before, err) &&
           pki_asn1_time(tbs, "validity.notAfter", &cert->not_after, err) &&
           pki_asn1_der(tbs, "subject", &cert->subject, err) &&
           pki_asn1_der(tbs, "subjectPublicKeyInfo", &cert->spki, err);
}

static bool read_extension(const struct pki_asn1 *tbs, size_t n, struct pki_extension *extension,
                           struct pki_error *err)
{
    char id[48];
    char critical[48];
    char value[48];

    (void)snprintf(id, sizeof(id), "extensions.?%zu.extnID", n);
    (void)snprintf(critical, sizeof(critical), "extensions.?%zu.critical", n);
    (void)snprintf(value, sizeof(value), "extensions.?%zu.extnValue", n);
    return pki_asn1_oid(tbs, id, extension->oid, err) &&
           pki_asn1_truth(tbs, critical, &extension->critical, err) &&
           pki_asn1_octets(tbs, value, &extension->value, err);
}

static bool read_extensions(const struct pki_asn1 *tbs, struct pki_cert *cert,
                            struct pki_error *err)
{
    size_t count = pki_asn1_count(tbs, "extensions");

    if (count > PKI_CERT_EXTENSIONS_MAX)
        return pki_fail(err, PKI_E_FORMAT, "%zu extensions, more than the %d that are read", count,
                        PKI_CERT_EXTENSIONS_MAX);
    if (count == 0)
        return true;
    cert->extensions = calloc(count, sizeof(*cert->extensions));
    if (!cert->extensions)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < count; i++)
        if (!read_extension(tbs, i + 1, &cert->extensions[i], err))
            return false;
    cert->n_extensions = count;
    return true;
}

static bool read_tbs(struct pki_cert *cert, struct pki_error *err)
{
    pki_auto(pki_asn1) tbs = NULL;

    if (!pki_asn1_decode("TBSCertificate", cert->tbs, &tbs, err) || !read_fields(tbs, cert, err) ||
        !read_extensions(tbs, cert, err) || !pki_cert_read_extensions(cert, err))
        return false;
    pki_sha256(cert->spki, cert->spki_sha256);
    pki_sha256(cert->der.size > 0 ? cert->der : cert->tbs, cert->fingerprint);
    return true;
}

/* Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature } (RFC 5280 4.1) */
static bool read_outside(struct pki_cert *cert, struct pki_error *err)
{
    pki_auto(pki_asn1) outside = NULL;

    return pki_asn1_decode("Certificate", cert->der, &outside, err) &&
           pki_asn1_der(outside, "tbsCertificate", &cert->tbs, err) &&
           pki_asn1_der(outside, "signatureAlgorithm", &cert->signature_algorithm, err) &&
           pki_asn1_bits(outside, "signature", &cert->signature, NULL, err);
}

static struct pki_cert *copy_in(struct pki_bytes der, struct pki_error *err)
{
    if (der.size == 0 || der.size > PKI_LIMIT_CERTIFICATE) {
        pki_fail(err, PKI_E_FORMAT, "a certificate of %zu octets; from 1 to %zu are read", der.size,
                 PKI_LIMIT_CERTIFICATE);
        return NULL;
    }
    pki_auto(pki_cert) cert = calloc(1, sizeof(*cert));
    if (!cert) {
        pki_fail(err, PKI_E_MEMORY, "out of memory");
        return NULL;
    }
    pki_buf_append_bytes(&cert->storage, der);
    return pki_buf_ok(&cert->storage, err) ? PKI_TAKE(cert) : NULL;
}

bool pki_cert_parse(struct pki_bytes der, struct pki_cert **cert, struct pki_error *err)
{
    pki_auto(pki_cert) read = copy_in(der, err);

    if (!read)
        return false;
    read->der = pki_buf_view(&read->storage);
    if (!read_outside(read, err) || !read_tbs(read, err))
        return false;
    *cert = PKI_TAKE(read);
    return true;
}

bool pki_cert_parse_body(struct pki_bytes tbs, struct pki_cert **cert, struct pki_error *err)
{
    pki_auto(pki_cert) read = copy_in(tbs, err);

    if (!read)
        return false;
    read->tbs = pki_buf_view(&read->storage);
    if (!read_tbs(read, err))
        return false;
    *cert = PKI_TAKE(read);
    return true;
}

void pki_cert_free(struct pki_cert *cert)
{
    if (!cert)
        return;
    free(cert->extensions);
    pki_buf_clear(&cert->storage);
    free(cert);
}

bool pki_cert_is_self_issued(const struct pki_cert *cert)
{
    return pki_bytes_equal(cert->issuer, cert->subject);
}

bool pki_cert_is_rehearsal(const struct pki_cert *cert)
{
    return pki_cert_extension(cert, PKI_OID_REHEARSAL) != NULL;
}

bool pki_cert_verify_signature(const struct pki_cert *cert, struct pki_bytes spki,
                               struct pki_error *err)
{
    if (cert->der.size == 0)
        return pki_fail(err, PKI_E_INVALID, "a to-be-signed body has no signature");
    if (!pki_bytes_equal(cert->signature_algorithm, cert->tbs_signature)) {
        return pki_fail(err, PKI_E_INVALID,
                        "the signature algorithms inside and outside differ "
                        "(RFC 5280 4.1.1.2)");
    }
    return pki_spki_verify(spki, cert->signature_algorithm, cert->tbs, cert->signature, err);
}
