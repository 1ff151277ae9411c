/*
 * The reconciling duty once it was confirmed, in one transaction; and what a
 * person sees before and after.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/reconcile.h"
#include "ops/revocation.h"

#define CROSS "cross"

static void free_own(void *of)
{
    struct pki_reconcile *own = of;

    for (size_t i = 0; own && i < PKI_RECONCILE_MAX; i++) {
        pki_cert_free(own->certs[i].cert);
        pki_authority_row_clear(&own->certs[i].issuer);
        pki_buf_clear(&own->crls[i].der);
        pki_authority_row_clear(&own->crls[i].issuer);
        pki_manifest_clear(&own->manifests[i]);
    }
    free(own);
}

static const char *issuer_name(const struct pki_reconcile *own,
                               const struct pki_authority_row *issuer, size_t above)
{
    return issuer->id != 0 ? issuer->name : own->certs[above].name;
}

/* --- telling ---------------------------------------------------------------------------------- */

static void tell_certs(const struct pki_reconcile *own, struct pki_report *report)
{
    struct pki_report *table = own->n_certs > 0 ? pki_report_table(report, "Certificates") : NULL;

    for (size_t i = 0; i < own->n_certs; i++) {
        const struct pki_found_cert *found = &own->certs[i];
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Name", "%s", found->name);
        pki_report_text(row, "Profile", "%s", found->profile->name);
        pki_report_text(row, "Issued by", "%s", issuer_name(own, &found->issuer, found->above));
        pki_report_octets(row, "Serial", found->cert->serial);
    }
}

static void tell_crls(const struct pki_reconcile *own, struct pki_report *report)
{
    struct pki_report *table = own->n_crls > 0 ? pki_report_table(report, "CRLs") : NULL;

    for (size_t i = 0; i < own->n_crls; i++) {
        const struct pki_found_crl *found = &own->crls[i];
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Authority", "%s", issuer_name(own, &found->issuer, found->above));
        pki_report_integer(row, "Number", found->number);
        pki_report_integer(row, "Entries", (int64_t)found->entries);
        pki_report_integer(row, "Not known", (int64_t)found->unknown);
    }
}

static void tell_heads(const struct pki_reconcile *own, struct pki_report *report)
{
    struct pki_report *table = own->n_heads > 0 ? pki_report_table(report, "Alarms") : NULL;

    for (size_t i = 0; i < own->n_heads; i++) {
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Head", "%.16s...", own->heads[i]);
        pki_report_text(row, "Met", "%s", own->details[i]);
    }
}

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct pki_reconcile *own = draft->own;

    tell_certs(own, report);
    tell_crls(own, report);
    tell_heads(own, report);
    pki_report_note(report, "Final", PKI_TONE_WARN,
                    "What is taken in is never taken back. Whatever else was signed since the "
                    "backup and is not among these files stays unknown: look for it first.");
    return pki_report_ok(report, err);
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    const struct pki_reconcile *own = draft->own;

    tell_certs(own, report);
    tell_crls(own, report);
    tell_heads(own, report);
}

/* --- certificates ----------------------------------------------------------------------------- */

static bool add_key(struct pki_txn *txn, const struct pki_found_cert *found, int64_t *id,
                    struct pki_error *err)
{
    struct pki_key_row row = {0};

    (void)snprintf(row.name, sizeof(row.name), "%s", found->name);
    (void)snprintf(row.algorithm, sizeof(row.algorithm), "%s", found->algorithm->name);
    (void)snprintf(row.location, sizeof(row.location), "outside");
    memcpy(row.spki_sha256, found->cert->spki_sha256, sizeof(row.spki_sha256));
    return pki_spki_key_id(found->cert->spki, row.key_id, err) &&
           pki_store_add_key(txn, &row, id, err);
}

/* It waits: in every trust file from now on, and nothing is issued by it here. */
static bool add_authority(struct pki_txn *txn, struct pki_found_cert *found, int64_t issuer,
                          int64_t key, int64_t at, struct pki_error *err)
{
    struct pki_authority_row row = {
        .generation = found->generation,
        .state = PKI_STATE_NEXT,
        .state_since = at,
        .key = key,
        .issuer = issuer,
    };

    (void)snprintf(row.name, sizeof(row.name), "%s", found->name);
    (void)snprintf(row.root, sizeof(row.root), "%s", found->plan->root->name);
    (void)snprintf(row.environment, sizeof(row.environment), "%s", found->plan->environment);
    (void)snprintf(row.purpose, sizeof(row.purpose), "%s", found->plan->purpose);
    pki_buf_append_bytes(&row.subject, found->cert->subject);
    bool added = pki_buf_ok(&row.subject, err) &&
                 pki_store_add_authority(txn, &row, at, &found->authority_row, err);
    pki_authority_row_clear(&row);
    return added;
}

static bool add_cert(struct pki_txn *txn, const struct pki_reconcile *own,
                     struct pki_found_cert *found, int64_t at, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", found->name);
    const struct pki_cert *cert = found->cert;
    int64_t issuer =
        found->issuer.id != 0 ? found->issuer.id : own->certs[found->above].authority_row;
    pki_scope(pki_certificate_row) row = {
        .issuer = issuer,
        .not_before = cert->not_before,
        .not_after = cert->not_after,
        .issued_at = at,
        .companion = found->companion ? issuer : 0,
    };
    int64_t id = 0;

    if (!add_key(txn, found, &row.key, err) ||
        (found->plan && !add_authority(txn, found, issuer, row.key, at, err)))
        return false;
    row.authority = found->authority_row;
    (void)snprintf(row.profile, sizeof(row.profile), "%s", found->profile->name);
    memcpy(row.serial, cert->serial.data, sizeof(row.serial));
    memcpy(row.fingerprint, cert->fingerprint, sizeof(row.fingerprint));
    pki_buf_append_bytes(&row.subject, cert->subject);
    pki_buf_append_bytes(&row.der, cert->der);
    return pki_buf_ok(&row.subject, err) && pki_buf_ok(&row.der, err) &&
           pki_store_add_certificate(txn, &row, &id, err);
}

/* --- CRLs ------------------------------------------------------------------------------------- */

/* What a revocation means for the authority that it concerns, as in cellar revoke. */
static bool follow(struct pki_txn *txn, struct pki_store *store, int64_t issuer,
                   struct pki_bytes serial, int64_t at, struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    pki_scope(pki_authority_row) authority = {0};
    bool found = false;

    if (serial.size != PKI_SERIAL_SIZE)
        return true;
    if (!pki_store_find_serial(store, serial.data, &found, &row, err))
        return false;
    int64_t concerned = row.authority != 0 ? row.authority : row.companion;
    if (!found || row.issuer != issuer || concerned == 0 || strcmp(row.profile, CROSS) == 0)
        return true;
    if (!pki_store_authority(store, concerned, &authority, err))
        return false;
    if (row.authority != 0 && authority.state != PKI_STATE_REVOKED)
        return pki_store_set_state(txn, concerned, PKI_STATE_REVOKED, at, err);
    if (row.authority == 0 && authority.state == PKI_STATE_ACTIVE)
        return pki_store_set_state(txn, concerned, PKI_STATE_RETIRING, at, err);
    return true;
}

static bool add_entry(struct pki_txn *txn, struct pki_store *store, int64_t issuer,
                      const struct pki_crl_entry *entry, int64_t at, struct pki_error *err)
{
    struct pki_revocation_row row = {
        .issuer = issuer,
        .serial_size = entry->serial.size,
        .revoked_at = entry->revoked_at,
        .reason = entry->reason,
        .has_invalidity = entry->has_invalidity,
        .invalidity_at = entry->invalidity_at,
    };
    const struct pki_reason *reason = pki_reason_of(entry->reason);
    int64_t id = 0;

    if (!reason || entry->serial.size > sizeof(row.serial))
        return pki_fail(err, PKI_E_POLICY, "reason %d: no cellar wrote that entry", entry->reason);
    memcpy(row.serial, entry->serial.data, entry->serial.size);
    (void)snprintf(row.treatment, sizeof(row.treatment), "%s", reason->treatment);
    return pki_store_add_revocation(txn, &row, &id, err) &&
           follow(txn, store, issuer, entry->serial, at, err);
}

static bool add_entries(struct pki_txn *txn, struct pki_store *store, struct pki_found_crl *found,
                        int64_t issuer, int64_t at, struct pki_error *err)
{
    struct pki_bytes rest = found->crl.entries;
    struct pki_crl_entry entry;
    struct pki_revocation_row row = {0};

    while (rest.size > 0) {
        bool known = false;

        if (!pki_crl_next(&rest, &entry, err) ||
            !pki_store_find_revocation(store, issuer, entry.serial, &known, &row, err) ||
            (!known && !add_entry(txn, store, issuer, &entry, at, err)))
            return false;
        found->added += !known;
    }
    return true;
}

/* Named inside the transaction, as in ops/crl_sign: never a row without its file. */
static bool put_file(const struct pki_reconcile *own, struct pki_found_crl *found,
                     const char *authority, struct pki_error *err)
{
    char name[PKI_CRL_FILE_MAX];
    pki_scope_fd int dir = -1;

    pki_crl_file_name(authority, found->number, name);
    if (!pki_crl_directory(own->session, &dir, err) || !pki_dir_remove(dir, name, err))
        return false;
    found->named = true; /* or it may be, where that failed in its last step */
    return pki_file_write_new(dir, name, 0600, pki_buf_view(&found->der), err);
}

/* The list counts as one of ours, so that the next one's number and date lie after it. Without
   every revocation that is recorded it covers no more than the one before. */
static bool add_list(struct pki_txn *txn, const struct pki_reconcile *own,
                     struct pki_found_crl *found, int64_t issuer, const char *authority,
                     struct pki_error *err)
{
    struct pki_store *store = own->session->store;
    struct pki_crl_row last = {0};
    struct pki_crl_row row = {
        .issuer = issuer,
        .number = found->number,
        .this_update = found->crl.this_update,
        .next_update = found->crl.next_update,
        .entries = (int64_t)found->entries,
        .size = (int64_t)found->der.size,
    };
    int64_t count = 0;
    int64_t id = 0;
    bool any = false;

    if (!pki_store_last_crl(store, issuer, &any, &last, err) ||
        !pki_store_count_revocations(store, issuer, &row.covers, &count, err))
        return false;
    if (any && (row.number <= last.number || row.this_update <= last.this_update))
        return true; /* an older one: its entries were all that was new */
    if (count != row.entries)
        row.covers = any ? last.covers : 0;
    pki_sha256(pki_buf_view(&found->der), row.sha256);
    return pki_store_add_crl(txn, &row, &id, err) && put_file(own, found, authority, err);
}

static bool add_crl(struct pki_txn *txn, const struct pki_reconcile *own,
                    struct pki_found_crl *found, int64_t at, struct pki_error *err)
{
    PKI_CONTEXT(err, "CRL %lld", (long long)found->number);
    int64_t issuer =
        found->issuer.id != 0 ? found->issuer.id : own->certs[found->above].authority_row;

    return add_entries(txn, own->session->store, found, issuer, at, err) &&
           add_list(txn, own, found, issuer, issuer_name(own, &found->issuer, found->above), err);
}

/* --- reserving: as for a list that is signed here, so that a file that a stopped command named is
   known to be its ---------------------------------------------------------------------------- */

static size_t reserves(const struct pki_draft *draft)
{
    const struct pki_reconcile *own = draft->own;

    return own->n_newer;
}

static const struct pki_found_crl *nth_newer(const struct pki_reconcile *own, size_t nth)
{
    const struct pki_found_crl *found = own->crls;

    for (;; found++)
        if (found->newer && nth-- == 0)
            return found;
}

static bool reserve(const struct pki_draft *draft, size_t nth, struct pki_reservation_row *row,
                    struct pki_error *err)
{
    const struct pki_reconcile *own = draft->own;
    const struct pki_found_crl *found = nth_newer(own, nth);

    (void)err;
    (void)snprintf(row->kind, sizeof(row->kind), "crl");
    pki_crl_reservation_name(issuer_name(own, &found->issuer, found->above), found->number,
                             row->subject, sizeof(row->subject));
    memcpy(row->signer, found->signer, sizeof(row->signer));
    pki_sha256(found->crl.tbs, row->body);
    return true;
}

static void undo(const struct pki_draft *draft)
{
    const struct pki_reconcile *own = draft->own;
    pki_scope_fd int dir = -1;
    struct pki_error lost = {0};
    char name[PKI_CRL_FILE_MAX];

    if (!pki_crl_directory(own->session, &dir, &lost))
        return;
    for (size_t i = 0; i < own->n_crls; i++) {
        const struct pki_found_crl *found = &own->crls[i];

        pki_crl_file_name(issuer_name(own, &found->issuer, found->above), found->number, name);
        if (found->named)
            (void)!pki_dir_remove(dir, name, &lost);
        lost = (struct pki_error){0};
    }
}

/* --- the record ------------------------------------------------------------------------------- */

/* One entry a head: the draft's own is for the first. */
static bool put_out(struct pki_txn *txn, const struct pki_reconcile *own, int64_t at,
                    struct pki_error *err)
{
    for (size_t i = 1; i < own->n_heads; i++) {
        const struct pki_journal_entry entry = {
            .at = at,
            .action = PKI_ACTION_RECONCILE,
            .subject = own->heads[i],
            .detail = own->details[i],
            .actor = own->session->actor,
            .trust = true,
        };
        if (!pki_journal_append(txn, &entry, err))
            return false;
    }
    return true;
}

static bool record(struct pki_txn *txn, struct pki_draft *draft, int64_t at, struct pki_buf *detail,
                   struct pki_error *err)
{
    struct pki_reconcile *own = draft->own;
    size_t revocations = 0;

    for (size_t i = 0; i < own->n_certs; i++)
        if (!add_cert(txn, own, &own->certs[i], at, err))
            return false;
    for (size_t i = 0; i < own->n_crls; i++) {
        if (!add_crl(txn, own, &own->crls[i], at, err))
            return false;
        revocations += own->crls[i].added;
    }
    pki_buf_printf(detail, "as found: %zu certificates, %zu CRLs, %zu revocations", own->n_certs,
                   own->n_crls, revocations);
    if (own->n_heads > 0)
        pki_buf_printf(detail, "; %s", own->details[0]);
    return put_out(txn, own, at, err);
}

const struct pki_draft_duty pki_reconcile_duty = {
    .trust = true,
    .describe = describe,
    .reserves = reserves,
    .reserve = reserve,
    .record = record,
    .undo = undo,
    .made = made,
    .free = free_own,
};
