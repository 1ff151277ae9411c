/*
 * Lists that were found outside: their revocations become ours, and each that
 * is newer than the last one recorded becomes one of ours, with its file.
 *
 * Number, digest and signer are reserved before, as for a list that is signed
 * here: a file that a stopped command has named is known to be its.
 */
#include <stdio.h>
#include <string.h>

#include "pki/time.h"
#include "base/file.h"
#include "base/text.h"
#include "ops/line.h"
#include "ops/reconcile.h"
#include "ops/revocation.h"

/* What a revocation means for the authority that it concerns, as in cellar revoke. */
static bool follow(struct pki_txn *txn, struct pki_store *store,
                   const struct pki_certificate_row *revoked, int64_t at, struct pki_error *err)
{
    pki_scope(pki_authority_row) authority = {0};
    int64_t concerned = revoked->authority != 0 ? revoked->authority : revoked->companion;

    if (concerned == 0 || pki_certificate_is_cross(revoked))
        return true;
    if (!pki_store_authority(store, concerned, &authority, err))
        return false;
    if (revoked->authority != 0 && authority.state != PKI_STATE_REVOKED)
        return pki_store_set_state(txn, concerned, PKI_STATE_REVOKED, at, err);
    if (revoked->authority == 0 && authority.state == PKI_STATE_ACTIVE)
        return pki_store_set_state(txn, concerned, PKI_STATE_RETIRING, at, err);
    return true;
}

/* The certificate that an entry is about; others issued by the same key may not be known. All that
   are recorded have serial numbers of one size (schema: certificate): a shorter one is of what
   somebody else issued under our key, and is recorded as a revocation like the rest. */
static bool find_revoked(struct pki_store *store, int64_t issuer, struct pki_bytes serial,
                         bool *found, struct pki_certificate_row *row, struct pki_error *err)
{
    *found = false;
    if (serial.size != PKI_SERIAL_SIZE)
        return true;
    if (!pki_store_find_serial(store, serial.data, found, row, err))
        return false;
    *found = *found && row->issuer == issuer;
    return true;
}

static int64_t issuer_row(const struct pki_reconcile *own, const struct pki_found_crl *found)
{
    return found->issuer.id != 0 ? found->issuer.id : own->certs[found->above].authority_row;
}

static bool fill_revocation(const struct pki_reconcile *own, const struct pki_found_crl *found,
                            const struct pki_cert *cert, const struct pki_crl_entry *entry,
                            struct pki_revocation_row *row, struct pki_error *err)
{
    bool trusted = false;

    if (entry->serial.size > sizeof(row->serial))
        return pki_fail(err, PKI_E_POLICY, "an entry's serial number has %zu octets (RFC 5280 5.1)",
                        entry->serial.size);
    memcpy(row->serial, entry->serial.data, entry->serial.size);
    row->serial_size = entry->serial.size;
    row->revoked_at = entry->revoked_at;
    row->reason = entry->reason;
    row->has_invalidity = entry->has_invalidity;
    row->invalidity_at = entry->invalidity_at;
    return (!cert || pki_reconcile_trusts(own, found, cert->fingerprint, &trusted, err)) &&
           pki_revocation_found(cert, trusted, row, err);
}

static bool add_entry(struct pki_txn *txn, const struct pki_reconcile *own,
                      const struct pki_found_crl *found, const struct pki_crl_entry *entry,
                      int64_t at, struct pki_error *err)
{
    struct pki_store *store = own->session->store;
    pki_scope(pki_certificate_row) revoked = {0};
    pki_auto(pki_cert) cert = NULL;
    bool is = false;
    int64_t id = 0;
    struct pki_revocation_row row = {.issuer = issuer_row(own, found)};

    if (!find_revoked(store, row.issuer, entry->serial, &is, &revoked, err) ||
        (is && !pki_cert_parse(pki_buf_view(&revoked.der), &cert, err)) ||
        !fill_revocation(own, found, cert, entry, &row, err) ||
        !pki_store_add_revocation(txn, &row, &id, err))
        return false;
    return !is || follow(txn, store, &revoked, at, err);
}

bool pki_reconcile_same(const struct pki_found_crl *found, const struct pki_revocation_row *row,
                        const struct pki_crl_entry *entry, struct pki_error *err)
{
    bool same = row->revoked_at == entry->revoked_at && row->reason == entry->reason &&
                row->has_invalidity == entry->has_invalidity &&
                (!row->has_invalidity || row->invalidity_at == entry->invalidity_at);
    pki_scope(pki_buf) serial = {0};
    char recorded[PKI_TIME_TEXT];
    char outside[PKI_TIME_TEXT];

    if (same || !found->newer)
        return true;
    pki_hex(&serial, entry->serial);
    pki_buf_byte(&serial, 0);
    return pki_buf_ok(&serial, err) &&
           pki_fail(err, PKI_E_POLICY,
                    "serial %s was revoked again here: %s, reason %d, is recorded; the list says "
                    "%s, reason %d, and no list could follow both (or their invalidity dates). "
                    "Restore the backup again and reconcile before anything is revoked; or leave "
                    "this list out and sign the next one, whose number must lie after %lld",
                    (const char *)serial.data, pki_time_format(row->revoked_at, recorded),
                    row->reason, pki_time_format(entry->revoked_at, outside), entry->reason,
                    (long long)found->number);
}

static bool add_entries(struct pki_txn *txn, const struct pki_reconcile *own,
                        struct pki_found_crl *found, int64_t issuer, int64_t at,
                        struct pki_error *err)
{
    struct pki_store *store = own->session->store;
    struct pki_bytes rest = found->crl.entries;
    struct pki_crl_entry entry;
    struct pki_revocation_row row = {0};

    while (rest.size > 0) {
        bool known = false;

        if (!pki_crl_next(&rest, &entry, err) ||
            !pki_store_find_revocation(store, issuer, entry.serial, &known, &row, err) ||
            (known && !pki_reconcile_same(found, &row, &entry, err)) ||
            (!known && !add_entry(txn, own, found, &entry, at, err)))
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

bool pki_reconcile_add_list(struct pki_txn *txn, const struct pki_reconcile *own,
                            struct pki_found_crl *found, int64_t at, struct pki_error *err)
{
    PKI_CONTEXT(err, "CRL %lld", (long long)found->number);
    int64_t issuer = issuer_row(own, found);

    if (found->absent && !put_file(own, found, found->issuer.name, err))
        return false;
    return add_entries(txn, own, found, issuer, at, err) &&
           add_list(txn, own, found, issuer,
                    pki_reconcile_issuer(own, &found->issuer, found->above), err);
}

/* --- what they bring, for people ----------------------------------------------------------------
 */

/* Of what trust files hold: by a certificate that is recorded, or found itself. */
static const char *name_of(const struct pki_reconcile *own, const struct pki_found_crl *found,
                           struct pki_bytes serial, const struct pki_certificate_row *recorded,
                           const struct pki_authority_row *authority, struct pki_bytes *der)
{
    if (authority->id != 0) {
        *der = pki_buf_view(&recorded->der);
        return authority->name;
    }
    for (size_t i = 0; i < own->n_certs; i++) {
        const struct pki_found_cert *cert = &own->certs[i];
        bool held = !cert->foreign && (cert->plan || cert->companion);

        if (held && pki_bytes_equal(cert->cert->serial, serial) &&
            pki_bytes_equal(cert->cert->issuer, found->crl.issuer)) {
            *der = cert->cert->der;
            return cert->name;
        }
    }
    return NULL;
}

/* By an earlier list; or there is no room. */
static bool is_noted(const struct pki_reconcile *own, struct pki_bytes serial)
{
    for (size_t i = 0; i < own->n_revocations; i++)
        if (pki_bytes_equal(own->revocations[i].serial, serial))
            return true;
    return own->n_revocations == PKI_RECONCILE_MAX;
}

static bool note_entry(struct pki_reconcile *own, const struct pki_found_crl *found,
                       const struct pki_crl_entry *entry, struct pki_error *err)
{
    pki_scope(pki_certificate_row) recorded = {0};
    pki_scope(pki_authority_row) authority = {0};
    struct pki_revocation_row row = {0};
    pki_auto(pki_cert) cert = NULL;
    struct pki_bytes der = {0};
    bool is = false;

    if (!find_revoked(own->session->store, found->issuer.id, entry->serial, &is, &recorded, err))
        return false;
    int64_t concerned = recorded.authority != 0 ? recorded.authority : recorded.companion;
    if (is && concerned != 0 &&
        !pki_store_authority(own->session->store, concerned, &authority, err))
        return false;
    const char *name = name_of(own, found, entry->serial, &recorded, &authority, &der);
    if (!name || is_noted(own, entry->serial))
        return true;
    if (!pki_cert_parse(der, &cert, err) || !fill_revocation(own, found, cert, entry, &row, err))
        return false;
    struct pki_found_revocation *note = &own->revocations[own->n_revocations++];
    note->serial = entry->serial;
    (void)snprintf(note->name, sizeof(note->name), "%s", name);
    (void)snprintf(note->treatment, sizeof(note->treatment), "%s", row.treatment);
    return true;
}

bool pki_reconcile_note_lists(struct pki_reconcile *own, struct pki_error *err)
{
    struct pki_revocation_row row = {0};
    struct pki_crl_entry entry;

    for (size_t i = 0; i < own->n_crls; i++) {
        const struct pki_found_crl *found = &own->crls[i];
        struct pki_bytes rest = found->crl.entries;

        while (found->unknown > 0 && rest.size > 0) {
            bool known = false;

            if (!pki_crl_next(&rest, &entry, err) ||
                !pki_store_find_revocation(own->session->store, found->issuer.id, entry.serial,
                                           &known, &row, err))
                return false;
            if (!known && !note_entry(own, found, &entry, err))
                return false;
        }
    }
    return true;
}

/* --- reserving -------------------------------------------------------------------------------- */

size_t pki_reconcile_reserves(const struct pki_draft *draft)
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

bool pki_reconcile_reserve(const struct pki_draft *draft, size_t nth,
                           struct pki_reservation_row *row, struct pki_error *err)
{
    const struct pki_reconcile *own = draft->own;
    const struct pki_found_crl *found = nth_newer(own, nth);

    (void)snprintf(row->kind, sizeof(row->kind), "crl");
    pki_crl_reservation_name(pki_reconcile_issuer(own, &found->issuer, found->above), found->number,
                             row->subject, sizeof(row->subject));
    memcpy(row->signer, found->signer, sizeof(row->signer));
    return pki_crl_reserved_body(&found->crl, row->body, err);
}

void pki_reconcile_undo(const struct pki_draft *draft)
{
    const struct pki_reconcile *own = draft->own;
    pki_scope_fd int dir = -1;
    struct pki_error lost = {0};
    char name[PKI_CRL_FILE_MAX];

    if (!pki_crl_directory(own->session, &dir, &lost))
        return;
    for (size_t i = 0; i < own->n_crls; i++) {
        const struct pki_found_crl *found = &own->crls[i];

        pki_crl_file_name(pki_reconcile_issuer(own, &found->issuer, found->above), found->number,
                          name);
        if (found->named)
            (void)!pki_dir_remove(dir, name, &lost);
        lost = (struct pki_error){0};
    }
}
