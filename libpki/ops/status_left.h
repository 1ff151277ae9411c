/*
 * What an interrupted duty left behind, with the command that finishes it.
 */
#ifndef PKI_OPS_STATUS_LEFT_H
#define PKI_OPS_STATUS_LEFT_H

#include "ops/session.h"

/** Add a table "Left half done" when there is anything: open reservations, new key files that have
 *  not their name yet, unfinished exports and backups. any tells. */
PKI_CHECKED bool pki_status_left(struct pki_session *session, struct pki_report *report, bool *any,
                                 struct pki_error *err);

/** Whether exports/ENV holds the manifest that was recorded last: its word for status, "" when it
 *  is as recorded or was deleted (exports can be made again). */
const char *pki_status_export(const struct pki_session *session,
                              const struct pki_publication_row *last);

#endif
