/*
 * What the journal says of backups, and of heads that were met outside
 * (pki/backup.h): entries found by their action, by the index journal_safety.
 */
#ifndef PKI_STORE_SAFETY_H
#define PKI_STORE_SAFETY_H

#include "store/store.h"

/* Entries of these actions are found by their word (safety.c). subject of the last two: what was
   seen outside (ops/alarm.h). */
#define PKI_ACTION_BACKUP    "backup"    /* begun: the copy holds this entry */
#define PKI_ACTION_BACKED_UP "backed-up" /* read back and verified */
#define PKI_ACTION_BEHIND    "behind"    /* a head was met outside that the journal does not hold */
#define PKI_ACTION_RECONCILE "reconcile"

/** Where a head that was met outside stands to this journal; counter 0: its number is unknown. */
PKI_CHECKED bool pki_journal_place(struct pki_store *store, const struct pki_journal_head *met,
                                   enum pki_place *place, struct pki_error *err);
/** Whether an entry says that what was seen is reconciled. */
PKI_CHECKED bool pki_journal_reconciled(struct pki_store *store, const char *seen, bool *is,
                                        struct pki_error *err);
/** What was met and not reconciled, newest first; none: n is 0. */
PKI_CHECKED bool pki_journal_alarms(struct pki_store *store, struct pki_alarm_rows *rows,
                                    struct pki_error *err);
/** The finished backups, the first change of trust since, and one that was begun since. */
PKI_CHECKED bool pki_journal_backups(struct pki_store *store, struct pki_backups_row *row,
                                     struct pki_error *err);

#endif
