/*
 * Describing what was read, into reports; labels are decided here once for
 * text, JSON and transcript. describe_file recognises; one function a thing.
 * Nothing here judges: what is odd is shown as it is.
 */
#ifndef PKI_X509_DESCRIBE_H
#define PKI_X509_DESCRIBE_H

#include "pki/describe.h"
#include "x509/cert.h"
#include "x509/crl.h"

/** @now  for days left */
void pki_cert_describe(const struct pki_cert *cert, int64_t now, struct pki_report *report);
/** Reads the list to its end. Fails: PKI_E_FORMAT an entry */
PKI_CHECKED bool pki_crl_describe(const struct pki_crl *crl, int64_t now, struct pki_report *report,
                                  struct pki_error *err);

/* describe_file.c */

/** The PEM label that fits what this DER seems to be: of a certificate, a request or a CRL; NULL if
 *  it is none of them. Whether it is well formed shows when it is read. */
const char *pki_der_label(struct pki_bytes der);
/** One certificate, request or CRL. Fails: PKI_E_FORMAT */
PKI_CHECKED bool pki_describe_der(struct pki_bytes der, int64_t now, struct pki_report *report,
                                  struct pki_error *err);

/* describe_extension.c: usages, names, addresses and what else a certificate's extensions say */
void pki_extensions_describe(const struct pki_cert *cert, struct pki_report *report);

/* describe_cert.c */

/** "valid, 412 days left", "expired 3 days ago", "not valid for another 2 hours". */
void pki_validity_describe(int64_t from, int64_t until, int64_t now, struct pki_report *report);
/** A name in full, whatever is in it. */
void pki_name_describe(struct pki_bytes name, const char *label, struct pki_report *report);

#endif
