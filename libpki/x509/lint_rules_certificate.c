/*
 * What RFC 5280 4.1 asks of every certificate outside its names and extensions.
 */
#include "pki/time.h"
#include "asn1/walk.h"
#include "crypto/key.h"
#include "x509/lint_private.h"

#define SERIAL_MAX 20 /* octets, RFC 5280 4.1.2.2 */
#define SERIAL_MIN 8  /* octets, BR 7.1 */
#define UTC_TIME   0x17
#define SEQUENCE   0x30
#define YEAR_2050  INT64_C(2524608000)
#define BITS_IN(n) ((n)*8)

static bool check_version(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->cert->version == 3 ||
           pki_lint_no(text, "version %d", (int)subject->cert->version);
}

static bool check_algorithms_match(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *cert = subject->cert;

    return cert->der.size == 0 || /* a body has one only */
           pki_bytes_equal(cert->signature_algorithm, cert->tbs_signature) ||
           pki_lint_no(text, "the AlgorithmIdentifier outside is not the one that is signed");
}

static bool check_algorithm_exact(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_algorithm_find_signature(subject->cert->tbs_signature) ||
           pki_lint_no(text, "not ECDSA with SHA-256, -384 or -512, RSA with SHA-256, -384 or "
                             "-512, or Ed25519, in its one encoding");
}

static bool check_serial_positive(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_bytes serial = subject->cert->serial;

    if (serial.size > 0 && serial.data[0] >= 0x80)
        return pki_lint_no(text, "the serial number is negative");
    if (serial.size == 0 || (serial.size == 1 && serial.data[0] == 0))
        return pki_lint_no(text, "the serial number is zero");
    return true;
}

static bool check_serial_size(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->cert->serial.size <= SERIAL_MAX ||
           pki_lint_no(text, "the serial number has %zu octets", subject->cert->serial.size);
}

static bool check_serial_random(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->cert->serial.size >= SERIAL_MIN ||
           pki_lint_no(text, "the serial number has room for %zu bits only",
                       BITS_IN(subject->cert->serial.size));
}

/* Validity ::= SEQUENCE { notBefore Time, notAfter Time } */
static bool check_time_form(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const int64_t times[] = {subject->cert->not_before, subject->cert->not_after};
    static const char *const names[] = {"notBefore", "notAfter"};
    struct pki_error ignored = {0};
    struct pki_bytes rest = subject->cert->validity;
    struct pki_element element;

    if (!pki_walk_expect(&rest, SEQUENCE, &element, &ignored))
        return pki_lint_no(text, "the validity cannot be read");
    rest = element.content;
    for (size_t i = 0; i < PKI_COUNT(times); i++) {
        if (!pki_walk_next(&rest, &element, &ignored))
            return pki_lint_no(text, "%s is missing", names[i]);
        if ((element.tag == UTC_TIME) != (times[i] < YEAR_2050))
            return pki_lint_no(text, "%s is a %s", names[i],
                               element.tag == UTC_TIME ? "UTCTime" : "GeneralizedTime");
    }
    return true;
}

static bool check_time_order(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    char before[PKI_TIME_TEXT];
    char after[PKI_TIME_TEXT];

    return subject->cert->not_before <= subject->cert->not_after ||
           pki_lint_no(text, "valid from %s to %s, which is never",
                       pki_time_format(subject->cert->not_before, before),
                       pki_time_format(subject->cert->not_after, after));
}

static bool check_no_unique_ids(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->cert->has_unique_ids ||
           pki_lint_no(text, "issuerUniqueID or subjectUniqueID is there");
}

static bool check_key(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_error why = {0};

    return pki_spki_judge(subject->cert->spki, NULL, &why) || pki_lint_no_because(text, &why);
}

static const struct pki_lint_rule rules[] = {
    {"version_3", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.2.1", "A certificate has version 3.",
     NULL, check_version},
    {"signature_algorithms_match", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.1.2",
     "The signature algorithm outside equals the signed one inside, byte for byte.", NULL,
     check_algorithms_match},
    {"signature_algorithm_exact", PKI_LINT_ERROR, PKI_LINT_ANY, "BR 7.1.3.2",
     "The signature AlgorithmIdentifier is one of the listed encodings; no SHA-1, MD5 or PSS.",
     NULL, check_algorithm_exact},
    {"serial_positive", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.2.2",
     "The serial number is a positive integer.", NULL, check_serial_positive},
    {"serial_size", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.2.2",
     "The serial number has at most 20 octets.", NULL, check_serial_size},
    {"serial_random", PKI_LINT_ERROR, PKI_LINT_ANY, "BR 7.1.2.1.1",
     "The serial number has room for at least 64 random bits.", NULL, check_serial_random},
    {"time_form", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.2.5",
     "Times through 2049 are UTCTime, later ones GeneralizedTime.", NULL, check_time_form},
    {"time_order", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.2.5",
     "notBefore is not after notAfter.", NULL, check_time_order},
    {"unique_ids_absent", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.1.2.8",
     "There are no issuer or subject unique identifiers.", NULL, check_no_unique_ids},
    {"key_acceptable", PKI_LINT_ERROR, PKI_LINT_ANY, "BR 6.1.5, 6.1.6, 7.1.3.1",
     "The key is ECDSA P-256, P-384 or P-521, RSA of 3072 or 4096 bits, or Ed25519, without known "
     "weakness.",
     NULL, check_key},
};

PKI_LINT_TABLE(pki_lint_rules_certificate, rules);
