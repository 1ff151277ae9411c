/*
 * Alternative names and addresses, judged and written (RFC 5280 4.2.1.6).
 * Makers' side, private to x509.
 */
#ifndef PKI_X509_SAN_H
#define PKI_X509_SAN_H

#include "asn1/der.h"
#include "x509/build.h"

#define PKI_SAN_MAX 1000 /* GnuTLS and Go grow quadratic beyond (CVE-2025-14831) */

/** As pki_san_judge, failing with a code of the caller's. */
PKI_CHECKED bool pki_san_judge_as(const struct pki_san *san, enum pki_code code,
                                  struct pki_error *err);

/** A GeneralName; the name was judged. */
void pki_san_write(struct pki_der *der, const struct pki_san *san);

/** An absolute http URI, for CRL distribution points and authority information access.
 *  Fails: PKI_E_POLICY */
PKI_CHECKED bool pki_address_judge(const char *what, const char *url, struct pki_error *err);

#endif
