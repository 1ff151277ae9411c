/*
 * Certificates and lists from tests/fixtures/chains (made by OpenSSL), by the
 * name of their file without its end.
 */
#ifndef CHAIN_FIXTURE_H
#define CHAIN_FIXTURE_H

#include "x509/chain.h"

#include "test.h"

/* Within the validity of the fixtures. */
#define FIXTURE_NOW INT64_C(1782864000) /* 2026-07-01T00:00:00Z */

/** The path of FIXTURES/chains/NAME; one at a time. */
const char *chain_path(const char *name);
/** Certificates by space-separated names; owned by the caller. */
struct pki_certs chain_certs(const char *names);
/** The same unread, named "pile.pem"; owned by the caller. */
struct pki_pile chain_pile(const struct pki_certs *certs);
/** The DER of a list; owned by the caller. */
struct pki_buf chain_crl(const char *name);

#endif
