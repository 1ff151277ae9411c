/*
 * Certificates and requests from tests/fixtures/cert (made by OpenSSL and
 * certtool) for the tests of what reads them.
 */
#ifndef X509_FIXTURE_H
#define X509_FIXTURE_H

#include "base/buf.h"
#include "x509/cert.h"

/** A file of tests/fixtures/cert; ends the test where it cannot be read. */
struct pki_buf fixture_text(const char *name);
/** The first PEM block in it, as DER. */
struct pki_buf fixture_der(const char *name);
/** The certificate in it. */
struct pki_cert *fixture_cert(const char *name);

#endif
