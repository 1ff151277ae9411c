/*
 * Cross-certificates: no authorities of their own, so that no list of those
 * names them. Part of status, and of the report: from rows alone.
 */
#ifndef PKI_OPS_STATUS_CROSSES_H
#define PKI_OPS_STATUS_CROSSES_H

#include "ops/session.h"

struct pki_cross {
    char name[PKI_NAME_MAX], issuer[PKI_NAME_MAX]; /* "root-g2-cross", "root-g1" */
    const char *state;                             /* good, ended, revoked, issuer revoked */
    enum pki_tone tone;
};

/** What there is to say of a row; found false: it is none. */
PKI_CHECKED bool pki_cross_look(struct pki_session *session, const struct pki_certificate_row *row,
                                bool *found, struct pki_cross *cross, struct pki_error *err);

/** A table of them; nothing where there are none. */
PKI_CHECKED bool pki_status_crosses(struct pki_session *session, struct pki_report *report,
                                    struct pki_error *err);

#endif
