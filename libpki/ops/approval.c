/*
 * Two-phase approval. What is to be signed is fixed and reserved first, with
 * its serials, keys and dates, and written out (draft_prepare.c); people look
 * at it wherever they like, with whatever they like. Later the same command
 * makes the same draft again from the inventory and the reservations, and it
 * is signed only if the sheet that says what it is has the digest whose words
 * were approved. Nothing is read from the directory that was written out: what
 * came back from outside decides nothing but by those words.
 */
#include <stdlib.h>
#include <string.h>

#include "pki/time.h"
#include "base/file.h"
#include "base/text.h"
#include "ops/draft.h"
#include "ops/prompts.h"
#include "store/reservations.h"
#include "x509/crl_build.h"

#define LONGEST (INT64_C(30) * 86400)
#define PART    4 /* of its life may be over before it is signed */

/* --- which one ------------------------------------------------------------------------------- */

static bool read_words(const char *text, uint8_t digest[PKI_SHA256_SIZE], struct pki_error *err)
{
    PKI_CONTEXT(err, "--approved");

    return pki_words_sha256(text, digest, err);
}

/* Of the open reservations, those that the entry with this digest made. */
static bool keep_prepared(struct pki_session *session, struct pki_approval *approval,
                          const char *digest, struct pki_error *err)
{
    struct pki_reservation_rows *rows = &approval->rows;
    size_t kept = 0;

    for (size_t i = 0; i < rows->n; i++) {
        struct pki_reserved_by by;

        if (!pki_store_reserved_by(session->store, rows->list[i].id, &by, err))
            return false;
        if (strcmp(by.approval, digest) != 0)
            continue;
        approval->entry = by.entry;
        approval->at = by.at;
        rows->list[kept++] = rows->list[i];
    }
    rows->n = kept;
    return kept > 0 ||
           pki_fail(err, PKI_E_NOTFOUND,
                    "nothing waits for these words: it was never prepared in this cellar, is "
                    "signed, or was given up when its like was begun again (cellar status)");
}

static bool check_trust(struct pki_session *session, const struct pki_approval *approval,
                        struct pki_error *err)
{
    struct pki_journal_head trust = {0};

    if (!pki_journal_trust_head(session->store, &trust, err))
        return false;
    return trust.counter < approval->entry ||
           pki_fail(err, PKI_E_STATE,
                    "what verifiers trust has changed since it was prepared (journal entry %lld, "
                    "prepared by entry %lld): prepare it again, and have that approved",
                    (long long)trust.counter, (long long)approval->entry);
}

bool pki_approval_find(struct pki_session *session, struct pki_draft *draft, struct pki_error *err)
{
    struct pki_approval *approval = &draft->approval;
    pki_scope(pki_buf) hex = {0};

    if (!session->approved)
        return true;
    if (!read_words(session->approved, approval->digest, err))
        return false;
    pki_hex(&hex, (struct pki_bytes){approval->digest, PKI_SHA256_SIZE});
    pki_buf_byte(&hex, 0);
    if (!pki_buf_ok(&hex, err) || !pki_store_list_open(session->store, &approval->rows, err) ||
        !keep_prepared(session, approval, (const char *)hex.data, err) ||
        !check_trust(session, approval, err))
        return false;
    draft->now = approval->at;
    return true;
}

bool pki_approval_key(struct pki_session *session, struct pki_draft_item *item,
                      struct pki_error *err)
{
    PKI_CONTEXT(err, "%s, whose key was prepared", item->name);
    pki_auto(pki_secret) passphrase = NULL;
    pki_scope(pki_buf) pem = {0};
    pki_scope_fd int dir = -1;
    char file[PKI_NAME_MAX + sizeof(".key")];

    (void)snprintf(file, sizeof(file), "%s.key", item->name);
    if (!pki_session_keys(session, &dir, err) ||
        !pki_file_read(dir, file, PKI_LIMIT_KEY, &pem, err) ||
        !pki_prompts_ask_passphrase(&session->prompts, item->name, &passphrase, err) ||
        !pki_key_file_open(item->name, pki_buf_view(&pem), passphrase, &item->key, err))
        return false;
    pki_sha256(pki_buf_view(&pem), item->file_sha256);
    return true;
}

/* --- the sheet ------------------------------------------------------------------------------- */

static void line_hex(struct pki_buf *sheet, const char *label, struct pki_bytes octets)
{
    pki_buf_text(sheet, label);
    pki_hex(sheet, octets);
}

static void line_time(struct pki_buf *sheet, const char *label, int64_t at)
{
    char text[PKI_TIME_TEXT];

    pki_buf_printf(sheet, "%s%s\n", label, pki_time_format(at, text));
}

static void tell_body(struct pki_buf *sheet, const char *name, const uint8_t *sha256,
                      const uint8_t *signer)
{
    pki_buf_printf(sheet, "sign: %s.tbs\n", name);
    line_hex(sheet, "  sha256: ", (struct pki_bytes){sha256, PKI_SHA256_SIZE});
    line_hex(sheet, "\n  with the key: ", (struct pki_bytes){signer, PKI_SHA256_SIZE});
    pki_buf_byte(sheet, '\n');
}

static void tell_items(const struct pki_draft *draft, struct pki_buf *sheet)
{
    uint8_t signer[PKI_SHA256_SIZE];

    for (size_t i = 0; i < draft->n_changes; i++) {
        const struct pki_draft_change *change = &draft->changes[i];
        pki_buf_printf(sheet, "change: %s from %s to %s\n", change->name,
                       pki_state_name(change->from), pki_state_name(change->to));
    }
    for (size_t i = 0; i < draft->n; i++) {
        pki_item_signer_digest(draft, &draft->items[i], signer);
        tell_body(sheet, draft->items[i].name, draft->items[i].body_sha256, signer);
    }
}

static bool tell_duty(const struct pki_draft *draft, struct pki_buf *sheet, struct pki_error *err)
{
    pki_scope(pki_crl_view) view = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!draft->duty || !draft->duty->body)
        return true;
    if (!draft->duty->body(draft, &view, err))
        return false;
    pki_sha256(view.der, sha256);
    tell_body(sheet, draft->subject, sha256, draft->issuer_cert->spki_sha256);
    return true;
}

bool pki_approval_sheet(const struct pki_session *session, const struct pki_draft *draft,
                        struct pki_buf *sheet, struct pki_error *err)
{
    struct pki_cellar_row cellar = {0};
    struct pki_journal_head trust = {0};
    const char *confirm = pki_draft_name(draft);

    if (!pki_store_cellar(session->store, &cellar, err) ||
        !pki_journal_trust_head(session->store, &trust, err))
        return false;
    pki_buf_text(sheet, "Root Cellar: prepared, to be approved by the SHA-256 of this file\n");
    line_hex(sheet, "cellar: ", (struct pki_bytes){cellar.id, sizeof(cellar.id)});
    pki_buf_printf(sheet, "%s\ntrust: journal entry %lld, ",
                   cellar.rehearsal ? " " PKI_REHEARSAL : "", (long long)trust.counter);
    line_hex(sheet, "", (struct pki_bytes){trust.hash, sizeof(trust.hash)});
    line_time(sheet, "\nprepared: ", draft->now);
    line_time(sheet, "to be signed until: ", pki_approval_ends(draft));
    pki_buf_printf(sheet, "duty: %s %s\nname: ", draft->action, draft->subject);
    pki_text_safe(sheet, (struct pki_bytes){(const uint8_t *)confirm, strlen(confirm)});
    pki_buf_byte(sheet, '\n');
    tell_items(draft, sheet);
    return tell_duty(draft, sheet, err) && pki_buf_ok(sheet, err);
}

/* --- whether it is the one that was approved -------------------------------------------------- */

static int64_t shorter(int64_t most, int64_t life)
{
    return life / PART < most ? life / PART : most;
}

int64_t pki_approval_ends(const struct pki_draft *draft)
{
    int64_t most = LONGEST;

    for (size_t i = 0; i < draft->n; i++)
        most = shorter(most, draft->items[i].not_after - draft->items[i].not_before);
    if (draft->duty && draft->duty->life)
        most = shorter(most, draft->duty->life(draft));
    return draft->now + most;
}

/* Signed late, it would bear a date long past, and be over sooner than anybody planned. */
static bool check_time(const struct pki_session *session, const struct pki_draft *draft,
                       struct pki_error *err)
{
    int64_t now = pki_session_now(session);
    int64_t ends = pki_approval_ends(draft);
    char text[PKI_TIME_TEXT];

    if (now < draft->now) {
        return pki_fail(err, PKI_E_POLICY,
                        "it was prepared %s, and the clock says earlier: set the clock",
                        pki_time_format(draft->now, text));
    }
    if (now > ends) {
        return pki_fail(err, PKI_E_STATE,
                        "it was to be signed until %s (30 days, or a quarter of its life): prepare "
                        "it again, and have that approved",
                        pki_time_format(ends, text));
    }
    return !draft->has_issuer || now <= draft->issuer_cert->not_after ||
           pki_fail(err, PKI_E_POLICY, "%s ended %s (RFC 5280 6.1.3)", draft->issuer.name,
                    pki_time_format(draft->issuer_cert->not_after, text));
}

static bool is_reserved(const struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_reservation_rows *rows = &draft->approval.rows;
    bool same = rows->n == draft->n + pki_draft_reserves(draft);

    for (size_t i = 0; same && i < draft->n; i++)
        same = strcmp(rows->list[i].subject, draft->items[i].name) == 0 &&
               memcmp(rows->list[i].body, draft->items[i].body_sha256, PKI_SHA256_SIZE) == 0;
    for (size_t i = draft->n; same && i < rows->n; i++) {
        struct pki_reservation_row row = {0};

        if (!draft->duty->reserve(draft, i - draft->n, &row, err))
            return false;
        same = strcmp(rows->list[i].subject, row.subject) == 0 &&
               memcmp(rows->list[i].body, row.body, PKI_SHA256_SIZE) == 0;
    }
    return same || pki_fail(err, PKI_E_STATE,
                            "this is not what was prepared for %s and approved: give the very "
                            "command that prepared it, with the same files",
                            rows->list[0].subject);
}

bool pki_draft_check_approval(const struct pki_session *session, const struct pki_draft *draft,
                              struct pki_error *err)
{
    pki_scope(pki_buf) sheet = {0};
    uint8_t digest[PKI_SHA256_SIZE];

    if (draft->approval.entry == 0)
        return true;
    if (!is_reserved(draft, err) || !check_time(session, draft, err) ||
        !pki_approval_sheet(session, draft, &sheet, err))
        return false;
    pki_sha256(pki_buf_view(&sheet), digest);
    return memcmp(digest, draft->approval.digest, sizeof(digest)) == 0 ||
           pki_fail(err, PKI_E_STATE,
                    "what the command would do now is not what was approved: prepare it again");
}

bool pki_approval_take(struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_reservation_rows *rows = &draft->approval.rows;

    if (!is_reserved(draft, err))
        return false;
    for (size_t i = 0; i < draft->n; i++)
        draft->items[i].reservation = rows->list[i].id;
    draft->n_reservations = rows->n - draft->n;
    if (draft->n_reservations > 0)
        draft->reservation = rows->list[draft->n].id;
    return true;
}
