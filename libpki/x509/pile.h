/*
 * A pile: certificates of strangers, thousands in any order, of which a path
 * needs a handful. Each is skimmed for what leads to it, its names and key
 * identifiers, and read in full when a search arrives at it.
 *
 * Checkers' side. What is no DER, or not laid out as a certificate, is refused
 * at once; what else may be wrong in a certificate is found when it is read.
 * Either refuses the pile and names the block, as reading all of it would.
 */
#ifndef PKI_X509_PILE_H
#define PKI_X509_PILE_H

#include "x509/cert.h"
#include "x509/pem.h"

/* Views of a certificate's bytes. */
struct pki_skim {
    struct pki_bytes der; /* the whole; of a body alone, the body */
    struct pki_bytes issuer, subject;
    struct pki_bytes subject_key_id, authority_key_id; /* empty: absent */
};

struct pki_pile_cert {
    struct pki_skim skim;
    struct pki_cert *cert; /* NULL: not read yet */
};

struct pki_pile {
    const char *name;   /* shown in errors; borrowed */
    struct pki_pem pem; /* owns the bytes that the views point into */
    struct pki_pile_cert *list;
    size_t n;
};

/** The same of a certificate that has been read. */
struct pki_skim pki_skim_of(const struct pki_cert *cert);

/** PEM or one DER certificate, as pki_certs_parse takes them. Fails: PKI_E_FORMAT, PKI_E_USAGE */
PKI_CHECKED bool pki_pile_parse(const char *name, struct pki_bytes text, struct pki_pile *pile,
                                struct pki_error *err);
/** @cert  lives as long as the pile. Fails: PKI_E_FORMAT, PKI_E_MEMORY */
PKI_CHECKED bool pki_pile_read(struct pki_pile *pile, size_t n, const struct pki_cert **cert,
                               struct pki_error *err);
void pki_pile_clear(struct pki_pile *pile);

#endif
