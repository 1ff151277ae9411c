/*
 * The reconciling duty once it was confirmed, in one transaction; and what a
 * person sees before and after.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ops/reconcile.h"

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

const char *pki_reconcile_issuer(const struct pki_reconcile *own,
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

        pki_report_text(row, "Name", "%s", found->foreign ? "passed over" : found->name);
        pki_report_text(row, "Profile", "%s", found->foreign ? "" : found->profile->name);
        pki_report_text(row, "Issued by", "%s",
                        pki_reconcile_issuer(own, &found->issuer, found->above));
        pki_report_octets(row, "Serial", found->cert->serial);
    }
    if (own->n_foreign > 0) {
        pki_report_note(report, "Passed over", PKI_TONE_WARN,
                        "What has a serial number of other than 20 octets was issued under our "
                        "authority by something else. It is not recorded: find out by what, and "
                        "revoke it (cellar revoke --certificate FILE).");
    }
}

static void tell_crls(const struct pki_reconcile *own, struct pki_report *report)
{
    struct pki_report *table = own->n_crls > 0 ? pki_report_table(report, "CRLs") : NULL;

    for (size_t i = 0; i < own->n_crls; i++) {
        const struct pki_found_crl *found = &own->crls[i];
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Authority", "%s",
                        pki_reconcile_issuer(own, &found->issuer, found->above));
        pki_report_integer(row, "Number", found->number);
        pki_report_integer(row, "Entries", (int64_t)found->entries);
        pki_report_integer(row, "Not known", (int64_t)found->unknown);
    }
}

static void tell_revocations(const struct pki_reconcile *own, struct pki_report *report)
{
    struct pki_report *table =
        own->n_revocations > 0 ? pki_report_table(report, "Revocations") : NULL;

    for (size_t i = 0; i < own->n_revocations; i++) {
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Name", "%s", own->revocations[i].name);
        pki_report_text(row, "Treatment", "%s", own->revocations[i].treatment);
        pki_report_octets(row, "Serial", own->revocations[i].serial);
    }
}

static void tell_alarms(const struct pki_reconcile *own, struct pki_report *report)
{
    struct pki_report *table = own->n_answered > 0 ? pki_report_table(report, "Alarms") : NULL;
    bool lost = false;

    for (size_t i = 0; i < own->n_answered; i++) {
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Head", "%.16s...", own->answered[i].seen);
        pki_report_text(row, "Met", "%s", own->answered[i].detail);
        lost = lost || own->answered[i].lost;
    }
    if (lost) {
        pki_report_note(report, "Given up", PKI_TONE_WARN,
                        "What else was signed there is forgotten for good. Revoke again whatever "
                        "was revoked, and make no successor of a root that may have one.");
    }
    if (own->left.seen[0]) {
        pki_report_note(report, "Still behind", PKI_TONE_WARN, "The cellar stays %s: %s.",
                        own->left.detail, pki_alarm_answer(own->left.seen));
    }
}

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct pki_reconcile *own = draft->own;

    tell_certs(own, report);
    tell_crls(own, report);
    tell_revocations(own, report);
    tell_alarms(own, report);
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
    tell_revocations(own, report);
    tell_alarms(own, report);
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

/* --- the record ------------------------------------------------------------------------------- */

/* One entry for each: the draft's own is for the first. */
static bool put_out(struct pki_txn *txn, const struct pki_reconcile *own, int64_t at,
                    struct pki_error *err)
{
    for (size_t i = 1; i < own->n_answered; i++) {
        const struct pki_journal_entry entry = {
            .at = at,
            .action = PKI_ACTION_RECONCILE,
            .subject = own->answered[i].seen,
            .detail = own->answered[i].detail,
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
        if (!own->certs[i].foreign && !add_cert(txn, own, &own->certs[i], at, err))
            return false;
    for (size_t i = 0; i < own->n_crls; i++) {
        if (!pki_reconcile_add_list(txn, own, &own->crls[i], at, err))
            return false;
        revocations += own->crls[i].added;
    }
    pki_buf_printf(detail, "as found: %zu certificates, %zu CRLs, %zu revocations",
                   own->n_certs - own->n_foreign, own->n_crls, revocations);
    if (own->n_answered > 0)
        pki_buf_printf(detail, "; %s", own->answered[0].detail);
    return put_out(txn, own, at, err);
}

const struct pki_draft_duty pki_reconcile_duty = {
    .trust = true,
    .describe = describe,
    .reserves = pki_reconcile_reserves,
    .reserve = pki_reconcile_reserve,
    .record = record,
    .undo = pki_reconcile_undo,
    .made = made,
    .free = free_own,
};
