/*
 * The extensions of a certificate body (RFC 5280 4.2). Private to x509/build.
 */
#ifndef PKI_X509_BODY_EXTENSIONS_H
#define PKI_X509_BODY_EXTENSIONS_H

#include "asn1/der.h"
#include "x509/build.h"

/** Refuse names and addresses that the profile does not take or cannot do without.
 *  Fails: PKI_E_POLICY */
PKI_CHECKED bool pki_body_judge_extensions(const struct pki_body *body, struct pki_error *err);

/** Write Extensions [3]; the body was judged. */
void pki_body_write_extensions(struct pki_der *der, const struct pki_body *body);

#endif
