/*
 * What survives the loss of a cellar: copies on other media, restoring one,
 * and noticing that an old one was restored.
 *
 * A manifest, of an export or of a backup, carries a place in the journal: the
 * number of an entry and its hash. A journal that holds the entry knows
 * everything that the manifest was made from. One that does not is older than
 * the world outside (its last entry has a lower number), or forked (another
 * entry has that number: two copies of a cellar were worked with). Such a
 * cellar would take back what was revoked: the alarm is raised, and it signs and
 * exports nothing.
 *
 * An alarm names what was seen: the export of an environment or a backup, by
 * its head; or the words of a head. It goes out when reconcile has taken in the
 * manifest of that environment's export with that head, with every certificate
 * and list that it names. Nothing else says what there was: a backup is to be
 * restored itself, and words name no files. Where that cannot be, or the
 * manifest itself is lost, the typed word lost-for-good puts it out, and the
 * journal keeps it.
 *
 *   pki_backup     a complete, verified copy in a directory of its own
 *   pki_restore    a cellar from one, with proof of what was known outside
 *   pki_reconcile  certificates, CRLs and manifests found outside are checked
 *                  and recorded, and alarms are put out
 *
 * Not here: nobody signs a manifest. Whoever can change the files of an export
 * can raise a false alarm, and by withholding them keep one from being raised.
 * A backup holds private keys as the cellar does: encrypted.
 */
#ifndef PKI_BACKUP_H
#define PKI_BACKUP_H

#include "pki/ops.h"

/* The word for what an alarm names and nobody can give any more. */
#define PKI_OVERRIDE_LOST "lost-for-good"

struct pki_backup_request {
    const char *to; /* directory on another medium; must exist */
    bool dry_run;   /* say what would be copied */
};

/**
 * Copy inventory, keys, CRLs, ceremonies and the manifests of exports into DIR/cellar-ID-NNNN,
 * read back and verified before it gets that name. Earlier ones are never touched. Works on FAT.
 *
 * Effects: a journal entry before the copy is taken, which the copy holds, and one after it
 * Fails:   PKI_E_USAGE no such directory, or a name that not every medium takes; PKI_E_POLICY the
 *          clock; PKI_E_INTEGRITY the cellar does not match its record; PKI_E_IO the medium, or
 *          what was read back; PKI_E_LOCKED another backup is being made there
 */
PKI_CHECKED bool pki_backup(struct pki_session *session, const struct pki_backup_request *request,
                            struct pki_report *report, struct pki_error *err);

struct pki_restore_request {
    const char *from;        /* one generation: DIR/cellar-ID-NNNN */
    const char *to;          /* must not exist */
    const char *const *seen; /* manifests known outside */
    size_t n_seen;
    const char *head; /* words of a head known outside, or NULL */
    const char *tool, *command_line;
    const char *const *overrides;
    size_t n_overrides;
    bool dry_run; /* verify only */
};

/**
 * Verify a backup as an audit does, and make a cellar of it. Where something newer is known
 * outside, the cellar starts with the alarm raised.
 *
 * Fails: PKI_E_EXISTS; PKI_E_INTEGRITY the backup; PKI_E_FORMAT, PKI_E_USAGE a file; PKI_E_POLICY
 *        clock; PKI_E_IO
 */
PKI_CHECKED bool pki_restore(const struct pki_restore_request *request, struct pki_report *report,
                             struct pki_error *err);

/**
 * A draft that signs nothing: what the files hold and the journal does not know, and the alarms
 * that are put out by it: those that the manifests answer, and with PKI_OVERRIDE_LOST all.
 * Certificates of authorities become authorities that wait (next), with their keys elsewhere; CRLs
 * bring their revocations. The word alone needs no files.
 *
 * Fails: PKI_E_USAGE, PKI_E_FORMAT a file; PKI_E_INVALID a signature; PKI_E_POLICY lint;
 *        PKI_E_NOTFOUND by none of our authorities; PKI_E_STATE a key or a name that is somebody
 *        else's, a root that is not known, a manifest that names what is neither known nor given
 *        or is a backup's, or nothing to reconcile
 */
PKI_CHECKED bool pki_reconcile_prepare(struct pki_session *session, const char *const *files,
                                       size_t n_files, struct pki_draft **draft,
                                       struct pki_error *err);

#endif
