/*
 * Between the files that read a certificate.
 */
#ifndef PKI_X509_CERT_PRIVATE_H
#define PKI_X509_CERT_PRIVATE_H

#include "x509/cert.h"

/** Decode the extensions that are known; the list of them has been read. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_cert_read_extensions(struct pki_cert *cert, struct pki_error *err);

#endif
