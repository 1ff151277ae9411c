/*
 * An audit under way: the store proves journal and rows; ops/audit.c proves
 * signatures, rules and heads, ops/audit_files.c the files beside the
 * inventory. A finding never stops the audit: all of them are listed.
 */
#ifndef PKI_OPS_AUDIT_H
#define PKI_OPS_AUDIT_H

#include "pki/ops.h"
#include "ops/session.h"
#include "x509/cert.h"

struct pki_audit {
    struct pki_session *session;
    struct pki_report *report;
    struct pki_report *table; /* of findings, made with the first one */
    struct pki_report *left;  /* of files that something stopped half way left, likewise */
    size_t findings;
    int64_t certificates, keys, crls, exports;
    struct pki_work work; /* on what it is at */
    int64_t issuer_id;    /* whose certificate is at hand */
    struct pki_cert *issuer;
};

void pki_audit_find(struct pki_audit *audit, const char *what, const char *format, ...)
    PKI_PRINTF(3, 4);

/** keys/, crls/ and exports/: every file as recorded, no other, nobody else may write there. What
 *  a stopped command left, by its reservation, is listed and is no finding. */
PKI_CHECKED bool pki_audit_files(struct pki_audit *audit, struct pki_error *err);

#endif
