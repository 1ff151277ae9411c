/*
 * Whether what an export is asked for may be: before anything is read, and
 * again, once it is composed, before anything is written.
 */
#ifndef PKI_OPS_EXPORT_CHECK_H
#define PKI_OPS_EXPORT_CHECK_H

#include "ops/export_report.h"

/** Options that need or exclude each other. Fails: PKI_E_USAGE */
PKI_CHECKED bool pki_export_check_options(const struct pki_export_request *request,
                                          struct pki_error *err);

/** Below exports/ lies what was published last, to which audit and status compare it: an earlier
 *  time may be asked for there only to make that again, byte for byte. Fails: PKI_E_STATE */
PKI_CHECKED bool pki_export_check_as_of(const struct pki_export_told *told, struct pki_error *err);

/** What a publication is known by: the digest of its manifest, which is composed last. */
void pki_export_digest(const struct pki_export_set *set, uint8_t sha256[PKI_SHA256_SIZE]);

#endif
