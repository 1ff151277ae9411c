/*
 * Verifying a certificate against a trust anchor, and saying why not, per
 * certificate. No store, no signing code.
 */
#ifndef PKI_VERIFY_H
#define PKI_VERIFY_H

#include "pki/report.h"

struct pki_verify_request {
    const char *leaf;        /* file: the first certificate is what is verified; further ones in it
                                count as untrusted, but must stand in chain order */
    const char *anchors;     /* file */
    const char *untrusted;   /* file of intermediates, or NULL */
    const char *const *crls; /* files, DER or PEM */
    size_t n_crls;
    const char *purpose; /* code-signing, time-stamping, tls-server, tls-client, ocsp, any; NULL */
    int64_t at;          /* signatures and validity at this time */
    int64_t now;         /* revocation as known now */
    bool brief;          /* on paper the verdict alone */
};

/**
 * Verify; the report tells the path, or what is wrong with which certificate.
 *
 * Fails: PKI_E_INVALID not valid: text is the reason; PKI_E_USAGE, PKI_E_FORMAT a file
 */
PKI_CHECKED bool pki_verify_file(const struct pki_verify_request *request,
                                 struct pki_report *report, struct pki_error *err);

struct pki_verify_ceremony_request {
    const char *directory; /* script, transcript, head and evidence of one ceremony */
    const char *anchors;   /* file: one of these has to have sealed it; NULL: not asked */
    const char *page;      /* file: its report, compared with one made anew; NULL: not asked */
    const char *const *witnesses; /* files of public keys: each key has to have countersigned */
    size_t n_witnesses;
};

/**
 * Check a ceremony's directory by itself: the script, each line of the transcript and what each
 * step owes, each file that was kept, and the head; with anchors also its seal, with keys of
 * witnesses also their countersignatures, with a page also that it is the report of this record, as
 * this version makes it.
 *
 * Fails: PKI_E_INTEGRITY what differs; PKI_E_INVALID it has not ended; PKI_E_USAGE a file
 */
PKI_CHECKED bool pki_verify_ceremony(const struct pki_verify_ceremony_request *request,
                                     struct pki_report *report, struct pki_error *err);

#endif
