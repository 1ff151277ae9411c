#include "x509/build.h"

#include <inttypes.h>

#include "pki/time.h"
#include "asn1/der.h"
#include "x509/body_extensions.h"

#define SECONDS_A_DAY 86400

#define VERSION_CERTIFICATE 2 /* v3 (RFC 5280 4.1.2.1) */
#define VERSION_REQUEST     0 /* v1 (RFC 2986 4.1) */

static bool judge_validity(const struct pki_body *body, struct pki_error *err)
{
    if (body->not_before < 0 || body->not_after > PKI_TIME_MAX ||
        body->not_after < body->not_before) {
        return pki_fail(err, PKI_E_POLICY,
                        "validity ends before it begins, or lies outside 1970 to 9999 "
                        "(RFC 5280 4.1.2.5)");
    }
    int64_t days = (body->not_after - body->not_before) / SECONDS_A_DAY + 1; /* begun ones */
    if (days > body->profile->max_validity_days) {
        return pki_fail(err, PKI_E_POLICY,
                        "validity of %" PRId64 " days is over the %u that profile %s allows (%s)",
                        days, body->profile->max_validity_days, body->profile->name,
                        body->profile->citation);
    }
    return true;
}

/* RFC 5280 4.1.2.2: positive and at most 20 octets. */
static bool judge_serial(const struct pki_body *body, struct pki_error *err)
{
    static const uint8_t zero[PKI_SERIAL_SIZE];

    if (body->serial[0] & 0x80 || memcmp(body->serial, zero, sizeof(zero)) == 0)
        return pki_fail(err, PKI_E_POLICY,
                        "serial number is zero or over 159 bits (RFC 5280 4.1.2.2)");
    return true;
}

/* Verifiers tell a root by its equal names, and only by them. */
static bool judge_issuer(const struct pki_body *body, struct pki_error *err)
{
    bool root = body->profile->id == PKI_PROFILE_ROOT;

    if (pki_bytes_equal(body->issuer, body->subject) != root)
        return pki_fail(err, PKI_E_POLICY, "profile %s: issuer and subject %s (RFC 5280 3.2)",
                        body->profile->name, root ? "differ" : "are the same name");
    if (body->profile->authority && body->subject.size <= 2)
        return pki_fail(err, PKI_E_POLICY, "an authority needs a subject (RFC 5280 4.1.2.6)");
    return true;
}

/* Validity ::= SEQUENCE { notBefore Time, notAfter Time } */
static void write_validity(struct pki_der *der, const struct pki_body *body)
{
    pki_der_begin(der, PKI_DER_SEQUENCE);
    pki_der_time(der, body->not_before);
    pki_der_time(der, body->not_after);
    pki_der_end(der);
}

/*
 * TBSCertificate ::= SEQUENCE { version [0] EXPLICIT, serialNumber, signature, issuer, validity,
 *     subject, subjectPublicKeyInfo, extensions [3] EXPLICIT }
 */
bool pki_body_build(const struct pki_body *body, struct pki_buf *tbs, struct pki_error *err)
{
    struct pki_der der = {.out = tbs};

    if (!judge_serial(body, err) || !judge_issuer(body, err) || !judge_validity(body, err) ||
        !pki_body_judge_extensions(body, err))
        return false;
    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_begin(&der, PKI_DER_CONTEXT_CONSTRUCTED(0));
    pki_der_integer(&der, VERSION_CERTIFICATE);
    pki_der_end(&der);
    pki_der_unsigned(&der, (struct pki_bytes){body->serial, PKI_SERIAL_SIZE});
    pki_der_raw(&der, body->issuer_algorithm->signature);
    pki_der_raw(&der, body->issuer);
    write_validity(&der, body);
    pki_der_raw(&der, body->subject);
    pki_der_raw(&der, body->spki);
    pki_body_write_extensions(&der, body);
    pki_der_end(&der);
    return pki_buf_ok(tbs, err);
}

/* Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature BIT STRING } */
bool pki_certificate_assemble(struct pki_bytes tbs, const struct pki_algorithm *issuer_algorithm,
                              struct pki_bytes signature, struct pki_buf *der,
                              struct pki_error *err)
{
    struct pki_der writer = {.out = der};

    pki_der_begin(&writer, PKI_DER_SEQUENCE);
    pki_der_raw(&writer, tbs);
    pki_der_raw(&writer, issuer_algorithm->signature);
    pki_der_bits(&writer, signature);
    pki_der_end(&writer);
    return pki_buf_ok(der, err);
}

/*
 * CertificationRequestInfo ::= SEQUENCE { version INTEGER { v1(0) }, subject Name,
 *     subjectPKInfo SubjectPublicKeyInfo, attributes [0] Attributes }
 */
bool pki_request_body_build(struct pki_bytes subject, struct pki_bytes spki, struct pki_buf *body,
                            struct pki_error *err)
{
    struct pki_der der = {.out = body};

    pki_der_begin(&der, PKI_DER_SEQUENCE);
    pki_der_integer(&der, VERSION_REQUEST);
    pki_der_raw(&der, subject);
    pki_der_raw(&der, spki);
    pki_der_begin(&der, PKI_DER_CONTEXT_CONSTRUCTED(0)); /* attributes: none, but not optional */
    pki_der_end(&der);
    pki_der_end(&der);
    return pki_buf_ok(body, err);
}
