/*
 * Making a cellar, and applying a changed hierarchy file to it. Neither signs
 * anything: keys and certificates come with the root (pki/ops.h).
 */
#ifndef PKI_INIT_H
#define PKI_INIT_H

#include "pki/session.h"

/** A complete hierarchy file with comments, to start from; static text. */
const char *pki_init_example(void);

struct pki_init_request {
    const char *hierarchy; /* file */
    const char *directory; /* must not exist, or be empty */
    const char *tool;      /* as in pki_session_request */
    const char *command_line;
    bool dry_run;
    bool rehearsal; /* names say so, certificates are marked and live for hours */
    bool has_clock; /* of a rehearsal: it is this time */
    int64_t clock;
};

/** Make a cellar. Fails: PKI_E_USAGE the file (with line and column); PKI_E_POLICY periods that
 *  do not fit; PKI_E_EXISTS */
PKI_CHECKED bool pki_init(const struct pki_init_request *request, struct pki_report *report,
                          struct pki_error *err);

/** What a changed hierarchy file would change, line by line, in a report; changes is false when
 *  nothing. Fails: PKI_E_USAGE, PKI_E_POLICY also for what must not change once it is issued */
PKI_CHECKED bool pki_init_compare(struct pki_session *session, const char *hierarchy, bool *changes,
                                  struct pki_report *report, struct pki_error *err);
PKI_CHECKED bool pki_init_update(struct pki_session *session, const char *hierarchy,
                                 struct pki_report *report, struct pki_error *err);

#endif
