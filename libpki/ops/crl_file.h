/*
 * CELLAR/crls/: every CRL that was signed, DER, one file each. The inventory
 * holds its digest; the file itself is here and nowhere else, as exports/ may
 * be deleted at any time.
 */
#ifndef PKI_OPS_CRL_FILE_H
#define PKI_OPS_CRL_FILE_H

#include "ops/session.h"
#include "x509/crl.h"

#define PKI_CRLS         "crls"
#define PKI_CRL_FILE_MAX (PKI_NAME_MAX + 32)

/** "prod-tls-g1-1798761300.crl" */
void pki_crl_file_name(const char *authority, int64_t number, char name[PKI_CRL_FILE_MAX]);

/** "CRL 1798761300 of prod-tls-g1": what its number is reserved for. */
void pki_crl_reservation_name(const char *authority, int64_t number, char *name, size_t size);

/** Open crls/; made when it is missing. */
PKI_CHECKED bool pki_crl_directory(const struct pki_session *session, int *dir,
                                   struct pki_error *err);

/** Map a recorded CRL, compared with its record; for pki_file_unmap.
 *  Fails: PKI_E_INTEGRITY missing, or it differs */
PKI_CHECKED bool pki_crl_file_map(const struct pki_session *session, const char *authority,
                                  const struct pki_crl_row *row, struct pki_bytes *der,
                                  struct pki_error *err);

/** The same, not compared with its record. Fails: PKI_E_INTEGRITY missing */
PKI_CHECKED bool pki_crl_file_open(const struct pki_session *session, const char *authority,
                                   const struct pki_crl_row *row, struct pki_bytes *der,
                                   struct pki_error *err);

/** What is reserved with a CRL's number: the first 256 bits of the digest that its signature is
 * over (SHA-512 for Ed25519). Fails: PKI_E_CRYPTO */
PKI_CHECKED bool pki_crl_reserved_body(const struct pki_crl *crl, uint8_t body[PKI_SHA256_SIZE],
                                       struct pki_error *err);

/** The number that a reservation's name has; 0 when it is of another kind. */
int64_t pki_crl_reserved_number(const struct pki_reservation_row *row);

#endif
