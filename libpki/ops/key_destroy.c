/*
 * The end of a key: recorded as gone, then its file is overwritten and removed.
 * Stopped between the two, the same command finishes it. What else holds it,
 * backups and shares, is listed until somebody has recorded its end as well.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "pki/key.h"
#include "pki/time.h"
#include "base/file.h"
#include "ops/crl_due.h"
#include "ops/draft.h"
#include "store/copies.h"

struct destruction {
    struct pki_session *session;
    struct pki_key_row key;
    bool needed; /* and overruled */
    struct pki_copy_rows copies;
};

/* --- the hooks ------------------------------------------------------------------------------- */

static void tell_copies(const struct destruction *own, struct pki_report *report)
{
    struct pki_report *table = own->copies.n > 0 ? pki_report_table(report, "Copies") : NULL;

    for (size_t i = 0; i < own->copies.n; i++) {
        const struct pki_copy_row *copy = &own->copies.list[i];
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Copy", "%s", copy->copy);
        pki_report_text(row, "What", "%s", copy->what);
        pki_report_day(row, "Since", copy->since);
    }
}

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct destruction *own = draft->own;

    pki_report_text(report, "Key", "%s", own->key.name);
    pki_report_fingerprint(report, "Key fingerprint", own->key.spki_sha256);
    pki_report_note(report, "Destroy", PKI_TONE_BAD,
                    "Its file is overwritten and removed; nothing brings it back but its copies. "
                    "Media of flash and file systems with journals or snapshots may keep what was "
                    "overwritten: destroy the medium where that matters.");
    if (own->needed) {
        pki_report_note(report, "Needed", PKI_TONE_BAD,
                        "It still has to sign. Without it there is no further CRL: what it issued "
                        "is refused once the last one is over.");
    }
    tell_copies(own, report);
    return pki_report_ok(report, err);
}

/* A file of zeros' digest is none (schema/queries/keys.sql). */
static bool record(struct pki_txn *txn, struct pki_draft *draft, int64_t at, struct pki_buf *detail,
                   struct pki_error *err)
{
    static const uint8_t none[PKI_SHA256_SIZE];
    const struct destruction *own = draft->own;

    (void)at;
    pki_buf_printf(detail, "its file%s", own->needed ? ", overruled: " PKI_OVERRIDE_NEEDED : "");
    return pki_store_add_key_file(txn, own->key.id, none, err);
}

/* The file in force, and one that a stopped change of its passphrase left. */
static bool erase(const struct pki_session *session, const char *name, struct pki_error *err)
{
    PKI_CONTEXT(err, "recorded as destroyed, but not all of it is gone; run the same again");
    pki_scope_fd int dir = -1;
    char file[PKI_NAME_MAX + 16];
    char beside[PKI_NAME_MAX + 16];

    (void)snprintf(file, sizeof(file), "%s.key", name);
    (void)snprintf(beside, sizeof(beside), "%s.key.new", name);
    return pki_session_keys(session, &dir, err) && pki_key_file_erase(dir, beside, err) &&
           pki_key_file_erase(dir, file, err);
}

static bool publish(struct pki_draft *draft, struct pki_error *err)
{
    const struct destruction *own = draft->own;

    return erase(own->session, own->key.name, err);
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    const struct destruction *own = draft->own;

    pki_report_text(report, "Key", "%s", own->key.name);
    pki_report_note(report, "Result", PKI_TONE_GOOD, "Destroyed: recorded, overwritten, removed.");
    if (own->copies.n > 0) {
        pki_report_note(report, "Copies left", PKI_TONE_WARN,
                        "Each of these has to go as well. Once one is destroyed: cellar key "
                        "destroy %s --copy COPY.",
                        own->key.name);
    }
    tell_copies(own, report);
}

static void free_own(void *own)
{
    struct destruction *destruction = own;

    if (destruction)
        pki_copy_rows_clear(&destruction->copies);
    free(destruction);
}

static const struct pki_draft_duty duty = {
    .describe = describe,
    .record = record,
    .publish = publish,
    .made = made,
    .free = free_own,
};

/* --- whether it may go ----------------------------------------------------------------------- */

static bool owes_list(const struct pki_crl_debts *debts, int64_t authority)
{
    for (size_t i = 0; i < debts->n; i++)
        if (debts->list[i].authority == authority)
            return debts->list[i].owed;
    return false;
}

/* What it signs is accepted, and asked for: its own lists at the least. */
static bool must_sign(struct pki_session *session, const struct pki_certificate_row *cert,
                      bool *must, struct pki_authority_row *row, struct pki_error *err)
{
    pki_scope(pki_crl_debts) debts = {0};
    struct pki_revocation_row revocation;
    bool revoked = false;

    if (!pki_store_authority(session->store, cert->authority ? cert->authority : cert->companion,
                             row, err) ||
        !pki_crl_debts_load(session, &debts, err) ||
        !pki_store_find_revocation(session->store, cert->issuer,
                                   (struct pki_bytes){cert->serial, sizeof(cert->serial)}, &revoked,
                                   &revocation, err))
        return false;
    *must = row->state != PKI_STATE_REVOKED ? !(revoked && !cert->authority)
                                            : cert->authority && owes_list(&debts, row->id);
    return true;
}

static bool refuse_needed(const struct pki_key_row *key, const struct pki_authority_row *row,
                          const struct pki_certificate_row *cert, struct pki_error *err)
{
    char until[PKI_TIME_TEXT];

    return pki_fail(err, PKI_E_POLICY,
                    "%s still has to sign: %s is %s, its certificate valid until %s. If it must go "
                    "all the same: --override " PKI_OVERRIDE_NEEDED,
                    key->name, row->name, pki_state_name(row->state),
                    pki_time_format(cert->not_after, until));
}

static bool check_needed(struct pki_session *session, struct destruction *own,
                         struct pki_error *err)
{
    struct pki_certificate_rows rows = {0};
    bool good = pki_store_list_certificates(session->store, &rows, err);

    for (size_t i = 0; good && i < rows.n; i++) {
        const struct pki_certificate_row *cert = &rows.list[i];
        pki_scope(pki_authority_row) row = {0};
        bool must = false;
        if (cert->key != own->key.id || cert->not_after < pki_session_now(session))
            continue;
        good = must_sign(session, cert, &must, &row, err);
        own->needed = own->needed || must;
        if (good && must && !pki_session_overrides(session, PKI_OVERRIDE_NEEDED))
            good = refuse_needed(&own->key, &row, cert, err);
    }
    pki_certificate_rows_clear(&rows);
    return good;
}

static bool find_key(struct pki_session *session, const char *name, struct pki_key_row *key,
                     struct pki_error *err)
{
    bool found = false;

    if (!pki_store_key_by_name(session->store, name, &found, key, err))
        return false;
    return found || pki_fail(err, PKI_E_NOTFOUND, "no key of this cellar is called %s", name);
}

static bool check_there(const struct pki_key_row *key, struct pki_error *err)
{
    if (key->destroyed)
        return pki_fail(err, PKI_E_STATE, "%s was destroyed before; --copy records a copy's end",
                        key->name);
    return key->has_file ||
           pki_fail(err, PKI_E_STATE, "the key of %s is not in this cellar", key->name);
}

/* What is erased is what is recorded: under this name there may lie another key. */
static bool check_file(struct pki_session *session, const struct pki_key_row *key,
                       struct pki_error *err)
{
    pki_scope(pki_buf) pem = {0};

    return !pki_session_has_key_file(session, key->name) ||
           pki_session_read_key(session, key, &pem, err);
}

/* --- what was stopped ------------------------------------------------------------------------ */

/* What somebody laid there since is not ours to erase. */
static bool check_rest(struct pki_session *session, const struct pki_key_row *key,
                       struct pki_error *err)
{
    bool is = false;

    return pki_session_is_rest(session, key, &is, err) &&
           (is || pki_fail(err, PKI_E_INTEGRITY,
                           "keys/%s.key is not a file that %s had, which was destroyed: it is left "
                           "as it is; move it out of the cellar",
                           key->name, key->name));
}

bool pki_key_destroy_finish(struct pki_session *session, const char *name, bool *finished,
                            struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "key destroy");
    struct pki_key_row key = {0};

    *finished = false;
    if (!find_key(session, name, &key, err))
        return false;
    if (!key.destroyed || !pki_session_has_key_file(session, key.name))
        return true;
    if (!check_rest(session, &key, err) || !erase(session, key.name, err))
        return false;
    *finished = true;
    pki_report_text(report, "Key", "%s", key.name);
    pki_report_note(report, "Result", PKI_TONE_GOOD,
                    "It was recorded as destroyed: now the rest of its file is removed.");
    return pki_report_ok(report, err);
}

/* --- the duty -------------------------------------------------------------------------------- */

/* An authority's key by the authority's name; another's by its own. */
static bool name_it(struct pki_session *session, struct pki_draft *draft, const char *name,
                    struct pki_error *err)
{
    pki_scope(pki_authority_row) row = {0};
    bool found = false;

    (void)snprintf(draft->subject, sizeof(draft->subject), "%s", name);
    (void)snprintf(draft->confirm, sizeof(draft->confirm), "%s", name);
    (void)snprintf(draft->next, sizeof(draft->next), "cellar backup --to DIR");
    return pki_store_authority_by_name(session->store, name, &found, &row, err) &&
           (!found || pki_draft_confirm_by(draft, &row, err));
}

bool pki_key_destroy_prepare(struct pki_session *session, const char *name,
                             struct pki_draft **draft, struct pki_error *err)
{
    PKI_CONTEXT(err, "key destroy");
    pki_auto(pki_draft) fresh = NULL;
    struct destruction *own = NULL;

    if (!pki_draft_begin_keyless(session, PKI_ACTION_DESTROY, &fresh, err))
        return false;
    own = calloc(1, sizeof(*own));
    if (!own)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    fresh->own = own;
    fresh->duty = &duty;
    own->session = session;
    if (!find_key(session, name, &own->key, err) || !check_there(&own->key, err) ||
        !check_file(session, &own->key, err) || !check_needed(session, own, err) ||
        !pki_store_list_copies(session->store, &own->key, &own->copies, err) ||
        !name_it(session, fresh, own->key.name, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}

/* --- a copy ---------------------------------------------------------------------------------- */

static bool find_copy(struct pki_session *session, const struct pki_key_row *key, const char *copy,
                      struct pki_copy_row *found, struct pki_error *err)
{
    pki_scope(pki_copy_rows) rows = {0};

    if (!pki_store_list_copies(session->store, key, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        if (strcmp(rows.list[i].copy, copy) != 0)
            continue;
        *found = rows.list[i];
        return !found->gone || pki_fail(err, PKI_E_STATE, "%s is recorded as destroyed", copy);
    }
    return pki_fail(err, PKI_E_NOTFOUND, "%s has no copy \"%s\": see cellar status", key->name,
                    copy);
}

static bool record_copy(struct pki_session *session, const struct pki_key_row *key,
                        const struct pki_copy_row *copy, struct pki_error *err)
{
    pki_auto(pki_txn) txn = NULL;
    pki_scope(pki_buf) detail = {0};
    char clock[PKI_CLOCK_TEXT] = "";
    char subject[PKI_NAME_MAX + PKI_COPY_MAX + 1];

    if (!pki_session_clock_text(session, clock, err))
        return false;
    (void)snprintf(subject, sizeof(subject), "%s %s", key->name, copy->copy);
    pki_buf_printf(&detail, "%s%s%s", copy->what, *clock ? "; " : "", clock);
    pki_buf_byte(&detail, 0);
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = PKI_ACTION_COPY_DESTROYED,
        .subject = subject,
        .detail = (const char *)detail.data,
        .actor = session->actor,
    };
    return pki_buf_ok(&detail, err) && pki_store_begin(session->store, &txn, err) &&
           pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
}

bool pki_key_copy_destroyed(struct pki_session *session, const char *name, const char *copy,
                            struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "key destroy");
    struct pki_copy_row found = {0};
    struct pki_key_row key = {0};

    if (!find_key(session, name, &key, err))
        return false;
    if (!key.destroyed)
        return pki_fail(err, PKI_E_STATE, "%s is not destroyed yet", name);
    if (!find_copy(session, &key, copy, &found, err) || !record_copy(session, &key, &found, err))
        return false;
    pki_report_text(report, "Key", "%s", key.name);
    pki_report_text(report, "Copy", "%s", found.copy);
    pki_report_text(report, "What", "%s", found.what);
    return pki_session_head(session, report, err) && pki_report_ok(report, err);
}
