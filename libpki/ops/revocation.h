/*
 * What a revocation may say: reasons and treatments that suit a certificate.
 *
 * The codes are those of RFC 5280 5.3.1 that BR 7.2.2 allows for the kind of
 * certificate; there is no hold and no taking back. A treatment is how trust
 * files, whose readers look at no CRL, take it: "drop" is
 * nothing it signed any more, "end" is what it signed until a time.
 */
#ifndef PKI_OPS_REVOCATION_H
#define PKI_OPS_REVOCATION_H

#include "pki/ops.h"
#include "store/store.h"
#include "x509/cert.h"

struct pki_reason {
    const char *name; /* "keyCompromise" */
    int code;
    bool authority, end_entity; /* whose certificates it suits */
    bool leak;                  /* somebody else may hold the key */
    const char *treatment;      /* when none is given */
    const char *meaning;
};

/** Fails: PKI_E_USAGE unknown: lists those that suit; PKI_E_POLICY it does not suit */
PKI_CHECKED bool pki_reason_find(const char *name, const struct pki_cert *cert,
                                 const struct pki_reason **reason, struct pki_error *err);
/** Of a recorded code; never NULL for what the store takes. */
const struct pki_reason *pki_reason_of(int code);

/** The reasons that suit a certificate with their meanings, as a table. */
void pki_reason_describe(const struct pki_cert *cert, struct pki_report *report);

/**
 * Fill reason, invalidity date and treatment of a row, whose revocation date stands already. The
 * invalidity date is never after that; where it is not given, what is dropped without a leak has
 * its notBefore, so that readers of the list trust nothing of it either.
 *
 * @now    no invalidity date may be later
 * Fails:  PKI_E_USAGE; PKI_E_POLICY a reason or treatment that does not suit, an end without a time
 *         though the key may have leaked, an end for a compromised time-stamping certificate
 */
PKI_CHECKED bool pki_revocation_judge(const struct pki_revoke_request *request,
                                      const struct pki_cert *cert, int64_t now,
                                      struct pki_revocation_row *row, struct pki_error *err);

/**
 * Fill the treatment of a row that was read from a list, whose date, reason and invalidity date
 * stand: drop, unless it is certain that it was end. What is dropped here without a leak has an
 * invalidity date, so one without either was not; of any other with a date who trusts it still must
 * say so.
 *
 * @cert     the revoked certificate, or NULL: not known
 * @trusted  an export from after the revocation lists it
 * Fails:    PKI_E_POLICY a reason that no revocation has here: a hold, or its end
 */
PKI_CHECKED bool pki_revocation_found(const struct pki_cert *cert, bool trusted,
                                      struct pki_revocation_row *row, struct pki_error *err);

#endif
