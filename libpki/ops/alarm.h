/*
 * The rollback alarm (pki/backup.h): manifests that were met, against the
 * journal. Once raised it stays, by a journal entry, until it was reconciled.
 */
#ifndef PKI_OPS_ALARM_H
#define PKI_OPS_ALARM_H

#include "ops/manifest.h"

/** Refuse what an old or forked cellar must not do. Looks at the manifests of --seen, at those in
 *  exports/, and at alarms raised before; what is new is recorded, if the session writes.
 *  Fails: PKI_E_STATE with what to do; PKI_E_USAGE a manifest of another cellar */
PKI_CHECKED bool pki_alarm_check(struct pki_session *session, struct pki_error *err);

/** Whether a manifest is of this cellar. Fails: PKI_E_USAGE it is not */
PKI_CHECKED bool pki_alarm_is_ours(struct pki_store *store, const struct pki_manifest *manifest,
                                   struct pki_error *err);

/** Compare with the journal, and raise the alarm where it does not hold the head.
 *  @name  where the head was met. Fails: PKI_E_IO and the like */
PKI_CHECKED bool pki_alarm_meet(struct pki_session *session, const char *name,
                                const struct pki_journal_head *met, bool *known,
                                struct pki_error *err);

/** How far the manifest was that raised an alarm, by the alarm's detail; 0: it was a head alone. */
int64_t pki_alarm_entry(const char *detail);

#endif
