/*
 * What an export tells: the files with their use, what a user of them must
 * know, and the command that checks them as a verifier will.
 */
#ifndef PKI_OPS_EXPORT_REPORT_H
#define PKI_OPS_EXPORT_REPORT_H

#include "pki/ops.h"
#include "ops/bundle.h"
#include "ops/session.h"

/* One environment: its trust and the bundle made from it. */
struct pki_export_set {
    char environment[PKI_WORD_MAX];
    struct pki_trust *trust;
    struct pki_bundle bundle;
};

struct pki_export_told {
    struct pki_session *session;
    const struct pki_export_request *request;
    const struct pki_export_set *sets;
    size_t n_sets;
};

/** Formats that do not separate environments. */
void pki_export_warn(const struct pki_export_told *told, struct pki_report *warnings);

/** Where the files are, each with its use, the head, and what follows. */
PKI_CHECKED bool pki_export_report(const struct pki_export_told *told, struct pki_report *report,
                                   struct pki_error *err);

#endif
