/*
 * Going past entries of a revocation list quickly: nearly all have one shape,
 * which is recognised without decoding what is in it. Checkers' side.
 */
#ifndef PKI_X509_CRL_SKIM_H
#define PKI_X509_CRL_SKIM_H

#include "x509/crl.h"

/**
 * Take the next entry off rest and give its serial. Dates and reason are not judged where the entry
 * has the usual shape; whoever uses them reads the entry with pki_crl_next.
 *
 * Fails: PKI_E_FORMAT
 */
PKI_CHECKED bool pki_crl_skim(struct pki_bytes *rest, struct pki_bytes *serial,
                              bool *has_unknown_critical, struct pki_error *err);

/** Take the next entry off rest if it has the usual shape and every value of it is good; if not,
 *  nothing is taken, and the reader of any shape says why. */
bool pki_crl_take_usual(struct pki_bytes *rest, struct pki_crl_entry *entry);

#endif
