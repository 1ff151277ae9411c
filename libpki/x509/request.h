/*
 * Certification requests from outside (PKCS#10, RFC 2986).
 *
 * What a request proves is the possession of a key; what it asks for is shown
 * and never copied. A key that pki_spki_judge refuses, a signature by SHA-1 or
 * MD5, or one that does not verify, is refused with the rule.
 */
#ifndef PKI_X509_REQUEST_H
#define PKI_X509_REQUEST_H

#include "pki/report.h"
#include "asn1/read.h"
#include "base/buf.h"
#include "crypto/algorithm.h"

struct pki_request {
    struct pki_buf storage;
    struct pki_bytes der;
    struct pki_bytes body; /* CertificationRequestInfo, what is signed */
    struct pki_bytes subject;
    struct pki_bytes spki;
    struct pki_bytes signature, signature_algorithm;
    uint8_t spki_sha256[PKI_SHA256_SIZE];
    const struct pki_algorithm *algorithm; /* of the key; set by pki_request_judge */
    struct pki_bytes attributes;           /* DER, for describing */
};

/** PEM with exactly one request, or DER. Fails: PKI_E_FORMAT; PKI_E_MEMORY */
PKI_CHECKED bool pki_request_parse(const char *name, struct pki_bytes text,
                                   struct pki_request **request, struct pki_error *err);
void pki_request_free(struct pki_request *request);
PKI_DEFINE_AUTO(pki_request)

/** Proof of possession and the key's strength. Fails: PKI_E_POLICY with the rule; PKI_E_CRYPTO */
PKI_CHECKED bool pki_request_judge(struct pki_request *request, struct pki_error *err);

/** Add what it asks for (subject, requested extensions) to a report, marked as not copied. */
void pki_request_describe(const struct pki_request *request, struct pki_report *report);

#endif
