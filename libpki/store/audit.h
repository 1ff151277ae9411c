/*
 * The parts of the store's audit. Private to store/audit*.c.
 */
#ifndef PKI_STORE_AUDIT_H
#define PKI_STORE_AUDIT_H

#include "store/sql.h"

/** Note a finding. Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_finding_add(struct pki_store_findings *findings, struct pki_error *err,
                                 const char *format, ...) PKI_PRINTF(3, 4);

/** The file, its references, its schema. Findings are no failure. */
PKI_CHECKED bool pki_audit_storage(struct pki_store *store, struct pki_store_findings *findings,
                                   struct pki_error *err);

/** Note each table, index, trigger and view that is not that of a version: schema.c. */
PKI_CHECKED bool pki_schema_compare(struct pki_store *store, int64_t version,
                                    struct pki_store_findings *findings, struct pki_error *err);

/** The chain: each entry in its place, with its hash. Each row that an entry covers is given to
 *  visit, whose failure ends it. Findings are no failure. */
PKI_CHECKED bool pki_audit_chain(struct pki_store *store, struct pki_store_findings *findings,
                                 bool (*visit)(void *context, const struct pki_chain_row *row,
                                               struct pki_error *err),
                                 void *context, struct pki_error *err);

#endif
