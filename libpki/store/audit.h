/*
 * The parts of the store's audit. Private to store/audit*.c.
 */
#ifndef PKI_STORE_AUDIT_H
#define PKI_STORE_AUDIT_H

#include "store/store.h"

/** Note a finding. Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_finding_add(struct pki_store_findings *findings, struct pki_error *err,
                                 const char *format, ...) PKI_PRINTF(3, 4);

/** The file, its references, its schema. Findings are no failure. */
PKI_CHECKED bool pki_audit_storage(struct pki_store *store, struct pki_store_findings *findings,
                                   struct pki_error *err);

#endif
