/*
 * Going past entries of a revocation list quickly: nearly all have one shape,
 * which is recognised without decoding what is in it. Checkers' side.
 */
#ifndef PKI_X509_CRL_SKIM_H
#define PKI_X509_CRL_SKIM_H

#include "x509/crl.h"

/**
 * Go past the entries in front that have the usual shape and another serial, at most about a window
 * of them (base/file.h), and give how many they were; 0: the next one is for pki_crl_next to read,
 * if there is one. Dates and reasons of those that it goes past are not judged.
 */
size_t pki_crl_skip(struct pki_bytes *rest, struct pki_bytes serial);

/** Take the next entry off rest if it has the usual shape and every value of it is good; if not,
 *  nothing is taken, and the reader of any shape says why. */
bool pki_crl_take_usual(struct pki_bytes *rest, struct pki_crl_entry *entry);

#endif
