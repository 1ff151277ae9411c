/*
 * Between the files that read a certificate, or many.
 */
#ifndef PKI_X509_CERT_PRIVATE_H
#define PKI_X509_CERT_PRIVATE_H

#include "x509/cert.h"
#include "x509/pem.h"

/** Decode the extensions that are known; the list of them has been read. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_cert_read_extensions(struct pki_cert *cert, struct pki_error *err);

/** The blocks of a bundle; one without a label for DER. Fails: PKI_E_FORMAT, PKI_E_USAGE empty */
PKI_CHECKED bool pki_cert_blocks(struct pki_bytes text, struct pki_pem *blocks,
                                 struct pki_error *err);
/** Parse the n-th of them, which an error names. */
PKI_CHECKED bool pki_cert_parse_block(const struct pki_pem *blocks, size_t n,
                                      struct pki_cert **cert, struct pki_error *err);

#endif
