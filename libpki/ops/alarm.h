/*
 * The rollback alarm (pki/backup.h): what was seen outside, against the
 * journal. Once raised it stays, by a journal entry, until another says that it
 * was answered. Both call what was seen by the same text, with the head in hex:
 *
 *   HEAD export ENVIRONMENT   a manifest of an export; answered by that of the
 *                             whole environment with the same head
 *   HEAD backup               that of a backup
 *   HEAD                      the words of a head
 */
#ifndef PKI_OPS_ALARM_H
#define PKI_OPS_ALARM_H

#include "ops/manifest.h"

struct pki_seen {
    const char *name;             /* where, for people; borrowed */
    struct pki_journal_head head; /* counter 0: its words alone */
    char text[PKI_NAME_MAX];      /* as above */
};

/** What a manifest says of a cellar's journal. */
void pki_seen_manifest(const struct pki_manifest *manifest, struct pki_seen *seen);
/** The same of a head's words. */
void pki_seen_head(const char *name, const uint8_t hash[PKI_SHA256_SIZE], struct pki_seen *seen);

/** Where it stands to the journal; what was reconciled is known. */
PKI_CHECKED bool pki_seen_place(struct pki_store *store, const struct pki_seen *seen,
                                enum pki_place *place, struct pki_error *err);

/** Raise the alarm where the journal does not hold what was seen. A session that does not write
 *  refuses it instead. Fails: PKI_E_STATE, PKI_E_IO and the like */
PKI_CHECKED bool pki_alarm_meet(struct pki_session *session, const struct pki_seen *seen,
                                struct pki_error *err);

/** What puts an alarm out, by its text: in words, and the command. */
const char *pki_alarm_answer(const char *seen);
const char *pki_alarm_command(const char *seen);

/** Refuse what an old or forked cellar must not do. Looks at the manifests of --seen, at those in
 *  exports/, and at alarms raised before; what is new is recorded, if the session writes.
 *  Fails: PKI_E_STATE with what to do; PKI_E_USAGE a manifest of another cellar */
PKI_CHECKED bool pki_alarm_check(struct pki_session *session, struct pki_error *err);

/** Whether a manifest is of this cellar. Fails: PKI_E_USAGE it is not */
PKI_CHECKED bool pki_alarm_is_ours(struct pki_store *store, const struct pki_manifest *manifest,
                                   struct pki_error *err);

#endif
