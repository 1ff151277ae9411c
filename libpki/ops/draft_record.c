#include "ops/draft.h"

#include "base/text.h"
#include "store/reservations.h"

#define KIND_CERTIFICATE "certificate"

/* "prod-code-signing-g1, prod-code-signing-g2" */
static void list_names(const struct pki_draft *draft, struct pki_buf *text)
{
    for (size_t i = 0; i < draft->n; i++)
        pki_buf_printf(text, "%s%s", i > 0 ? ", " : "", draft->items[i].name);
}

static bool append(struct pki_session *session, struct pki_txn *txn, const struct pki_draft *draft,
                   struct pki_journal_entry entry, struct pki_buf *detail, struct pki_error *err)
{
    char *text = NULL;

    if (!pki_buf_take_text(detail, &text, err))
        return false;
    entry.detail = text;
    entry.subject = draft->subject;
    entry.actor = session->actor;
    bool done = pki_journal_append(txn, &entry, err);
    free(text);
    return done;
}

size_t pki_draft_reserves(const struct pki_draft *draft)
{
    if (!draft->duty || !draft->duty->reserve)
        return 0;
    return draft->duty->reserves ? draft->duty->reserves(draft) : 1;
}

/* --- reserving ----------------------------------------------------------------------------- */

void pki_item_signer_digest(const struct pki_draft *draft, const struct pki_draft_item *item,
                            uint8_t digest[PKI_SHA256_SIZE])
{
    const uint8_t *from = item->signer == PKI_SIGNER_ISSUER
                              ? draft->issuer_cert->spki_sha256
                              : draft->items[item->signer].spki_sha256;

    memcpy(digest, from, PKI_SHA256_SIZE);
}

static bool reserve_item(struct pki_txn *txn, const struct pki_draft *draft,
                         struct pki_draft_item *item, int64_t at, struct pki_error *err)
{
    struct pki_reservation_row row = {.kind = KIND_CERTIFICATE, .reserved_at = at};

    (void)snprintf(row.subject, sizeof(row.subject), "%s", item->name);
    if (item->key)
        (void)snprintf(row.key_name, sizeof(row.key_name), "%s", item->name);
    memcpy(row.serial, item->serial, sizeof(row.serial));
    memcpy(row.body, item->body_sha256, sizeof(row.body));
    pki_item_signer_digest(draft, item, row.signer);
    return pki_store_reserve(txn, &row, &item->reservation, err);
}

static bool reserve_duty(struct pki_txn *txn, struct pki_draft *draft, int64_t at,
                         struct pki_error *err)
{
    size_t n = pki_draft_reserves(draft);

    for (size_t i = 0; i < n; i++) {
        struct pki_reservation_row row = {.reserved_at = at};
        int64_t id = 0;

        if (!draft->duty->reserve(draft, i, &row, err) || !pki_store_reserve(txn, &row, &id, err))
            return false;
        if (i == 0)
            draft->reservation = id;
    }
    draft->n_reservations = n;
    return true;
}

static bool reserve_all(struct pki_txn *txn, struct pki_draft *draft, int64_t at,
                        struct pki_error *err)
{
    for (size_t i = 0; i < draft->n; i++)
        if (!reserve_item(txn, draft, &draft->items[i], at, err))
            return false;
    return reserve_duty(txn, draft, at, err);
}

/* "2 serials for prod-code-signing-g1, prod-code-signing-g2", "a crl for root-g1". What was
   overruled or found in the room goes into the first entry that a draft makes. */
static void tell_reserved(const struct pki_draft *draft, struct pki_buf *text)
{
    if (draft->n > 0) {
        pki_buf_printf(text, "%zu serial%s for ", draft->n, draft->n == 1 ? "" : "s");
        list_names(draft, text);
    }
    if (pki_draft_reserves(draft) > 0)
        pki_buf_printf(text, "%s%s of %s", draft->n > 0 ? ", " : "", draft->action, draft->subject);
    pki_room_join(text, &draft->room);
}

static void tell_approval(const uint8_t *approval, const char *how, struct pki_buf *text)
{
    if (text->size > 0)
        pki_buf_text(text, "; ");
    pki_buf_printf(text, "%s by sha256 ", how);
    pki_hex(text, (struct pki_bytes){approval, PKI_SHA256_SIZE});
}

/* Who signs it later does not know any more what went into its keys. */
static void tell_rolls(const struct pki_draft *draft, struct pki_buf *text)
{
    for (size_t i = 0; i < draft->n; i++) {
        if (draft->items[i].rolls > 0)
            pki_buf_printf(text, "; %s: %zu rolls of dice mixed in", draft->items[i].name,
                           draft->items[i].rolls);
    }
}

static void tell_prepared(const struct pki_draft *draft, const uint8_t *approval,
                          struct pki_buf *text)
{
    char until[PKI_TIME_TEXT];

    tell_rolls(draft, text);
    pki_buf_printf(text, "; to be signed until %s",
                   pki_time_format(pki_approval_ends(draft), until));
    tell_approval(approval, "to be approved", text);
}

/* What is prepared bears the date that its bodies were made by: nothing was recorded since. */
bool pki_draft_reserve(struct pki_session *session, struct pki_draft *draft,
                       const uint8_t *approval, struct pki_error *err)
{
    if (draft->n == 0 && pki_draft_reserves(draft) == 0)
        return true;
    if (draft->approval.entry != 0)
        return pki_approval_take(draft, err);
    pki_auto(pki_txn) txn = NULL;
    pki_scope(pki_buf) detail = {0};
    const struct pki_journal_entry entry = {
        .at = approval ? draft->now : pki_session_now(session),
        .action = approval ? "prepare" : "reserve",
        .prepares = true,
    };

    if (!pki_store_begin(session->store, &txn, err) || !reserve_all(txn, draft, entry.at, err))
        return false;
    tell_reserved(draft, &detail);
    if (approval)
        tell_prepared(draft, approval, &detail);
    return append(session, txn, draft, entry, &detail, err) && pki_txn_commit(&txn, err);
}

/* --- recording ----------------------------------------------------------------------------- */

static bool record_key(struct pki_txn *txn, struct pki_draft_item *item, struct pki_error *err)
{
    struct pki_key_row row = {0};

    (void)snprintf(row.name, sizeof(row.name), "%s", item->name);
    (void)snprintf(row.algorithm, sizeof(row.algorithm), "%s", item->algorithm->name);
    (void)snprintf(row.location, sizeof(row.location), "%s", item->key ? "file" : "outside");
    memcpy(row.spki_sha256, item->spki_sha256, sizeof(row.spki_sha256));
    memcpy(row.key_id, item->key_id, sizeof(row.key_id));
    return pki_store_add_key(txn, &row, &item->key_row, err) &&
           (!item->key || pki_store_add_key_file(txn, item->key_row, item->file_sha256, err));
}

static bool record_authority(struct pki_txn *txn, const struct pki_draft *draft,
                             struct pki_draft_item *item, int64_t at, struct pki_error *err)
{
    struct pki_authority_row row = {
        .generation = item->generation,
        .state = item->state,
        .state_since = at,
        .key = item->key_row,
        .issuer = item->signer == PKI_SIGNER_ISSUER ? draft->issuer.id : 0,
        .subject = item->subject, /* borrowed during the call */
    };

    (void)snprintf(row.name, sizeof(row.name), "%s", item->name);
    memcpy(row.root, draft->root, sizeof(row.root));
    memcpy(row.environment, draft->environment, sizeof(row.environment));
    memcpy(row.purpose, draft->purpose, sizeof(row.purpose));
    return pki_store_add_authority(txn, &row, at, &item->authority_row, err);
}

static bool record_certificate(struct pki_txn *txn, const struct pki_draft *draft,
                               const struct pki_draft_item *item, int64_t at, struct pki_error *err)
{
    int64_t id = 0;
    int64_t signer = item->signer == PKI_SIGNER_ISSUER ? draft->issuer.id
                                                       : draft->items[item->signer].authority_row;
    struct pki_certificate_row row = {
        .issuer = signer,
        .authority = item->authority_row,
        .key = item->key_row,
        .not_before = item->not_before,
        .not_after = item->not_after,
        .issued_at = at,
        .companion = item->authority_row == 0 && item->signer != PKI_SIGNER_ISSUER ? signer : 0,
        .subject = item->subject, /* both borrowed during the call */
        .der = item->der,
    };

    (void)snprintf(row.profile, sizeof(row.profile), "%s", item->profile->name);
    memcpy(row.serial, item->serial, sizeof(row.serial));
    memcpy(row.fingerprint, item->fingerprint, sizeof(row.fingerprint));
    return pki_store_add_certificate(txn, &row, &id, err);
}

static bool record_owner(struct pki_txn *txn, const struct pki_draft *draft,
                         struct pki_draft_item *item, int64_t at, struct pki_error *err)
{
    if (item->of) {
        item->key_row = item->of->key_row;
        item->authority_row = item->of->authority_row;
        return true;
    }
    return record_key(txn, item, err) &&
           (!pki_item_makes_authority(item) || record_authority(txn, draft, item, at, err));
}

static bool record_item(struct pki_txn *txn, const struct pki_draft *draft,
                        struct pki_draft_item *item, int64_t at, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", item->name);

    return record_owner(txn, draft, item, at, err) &&
           record_certificate(txn, draft, item, at, err) &&
           pki_store_finish(txn, item->reservation, "done", at, err);
}

/* Another part of the journal's line. */
static void part(struct pki_buf *text)
{
    if (text->size > 0)
        pki_buf_text(text, ", ");
}

static bool change_states(struct pki_txn *txn, const struct pki_draft *draft, int64_t at,
                          struct pki_buf *text, struct pki_error *err)
{
    for (size_t i = 0; i < draft->n_changes; i++) {
        const struct pki_draft_change *change = &draft->changes[i];

        if (!pki_store_set_state(txn, change->authority, change->to, at, err))
            return false;
        part(text);
        pki_buf_printf(text, "%s becomes %s", change->name, pki_state_name(change->to));
    }
    return true;
}

/* "prod-code-signing-g1 (active, sha256 1a2b...), prod-code-signing-g2 (next, ...)" */
static void tell_recorded(const struct pki_draft *draft, struct pki_buf *text)
{
    for (size_t i = 0; i < draft->n; i++) {
        const struct pki_draft_item *item = &draft->items[i];

        part(text);
        pki_buf_printf(text, "%s (%s, sha256 ", item->name,
                       pki_item_makes_authority(item) ? pki_state_name(item->state)
                                                      : item->profile->name);
        pki_hex(text, (struct pki_bytes){item->fingerprint, PKI_SHA256_SIZE});
        if (item->rolls > 0)
            pki_buf_printf(text, ", %zu rolls of dice mixed in", item->rolls);
        pki_buf_text(text, ")");
    }
}

static bool finish_duty(struct pki_txn *txn, const struct pki_draft *draft, const char *outcome,
                        int64_t at, struct pki_error *err)
{
    for (size_t i = 0; i < draft->n_reservations; i++)
        if (!pki_store_finish(txn, draft->reservation + (int64_t)i, outcome, at, err))
            return false;
    return true;
}

/* What a duty of another kind decided, and the end of its reservation. */
static bool record_duty(struct pki_txn *txn, struct pki_draft *draft, int64_t at,
                        struct pki_buf *text, struct pki_error *err)
{
    if (!draft->duty || !draft->duty->record)
        return true;
    part(text);
    return draft->duty->record(txn, draft, at, text, err) &&
           finish_duty(txn, draft, "done", at, err);
}

/* States first: a line's new active authority finds the place free, its new next the one before. */
static bool record_all(struct pki_txn *txn, struct pki_draft *draft, int64_t at,
                       struct pki_buf *text, struct pki_error *err)
{
    if (!change_states(txn, draft, at, text, err))
        return false;
    for (size_t i = 0; i < draft->n; i++)
        if (!record_item(txn, draft, &draft->items[i], at, err))
            return false;
    tell_recorded(draft, text);
    if (!record_duty(txn, draft, at, text, err))
        return false;
    /* Else it stands where they were reserved; of the room of a preparation this one says nothing.
     */
    if (draft->approval.entry != 0 || (draft->n == 0 && pki_draft_reserves(draft) == 0))
        pki_room_join(text, &draft->room);
    if (draft->approval.entry != 0)
        tell_approval(draft->approval.digest, "approved", text);
    return true;
}

/* An end entity changes nothing of what verifiers trust. */
static bool changes_trust(const struct pki_draft *draft)
{
    return draft->n_changes > 0 || (draft->n > 0 && draft->items[0].profile->authority) ||
           (draft->duty && draft->duty->trust);
}

bool pki_draft_record(struct pki_session *session, struct pki_draft *draft, struct pki_error *err)
{
    pki_auto(pki_txn) txn = NULL;
    pki_scope(pki_buf) detail = {0};
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = draft->action,
        .trust = changes_trust(draft),
    };

    return pki_store_begin(session->store, &txn, err) &&
           record_all(txn, draft, entry.at, &detail, err) &&
           append(session, txn, draft, entry, &detail, err) && pki_txn_commit(&txn, err);
}

void pki_draft_give_up(struct pki_session *session, const struct pki_draft *draft, const char *why)
{
    struct pki_error lost = {0};
    pki_auto(pki_txn) txn = NULL;
    pki_scope(pki_buf) detail = {0};
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session), .action = "abandon", .prepares = true};

    if (pki_store_recorded(session->store) > draft->counter)
        return; /* nothing to give up: what failed came after it, or is that this is not sure */
    if (draft->duty && draft->duty->undo)
        draft->duty->undo(draft);
    if (draft->approval.entry != 0 || !pki_store_begin(session->store, &txn, &lost))
        return; /* what is approved may be tried again: nothing else is ever signed for it */
    for (size_t i = 0; i < draft->n; i++)
        if (!pki_store_finish(txn, draft->items[i].reservation, "abandoned", entry.at, &lost))
            return;
    if (!finish_duty(txn, draft, "abandoned", entry.at, &lost))
        return;
    pki_buf_text(&detail, "failed: ");
    pki_text_safe(&detail, (struct pki_bytes){(const uint8_t *)why, strlen(why)});
    /* What cannot even be written down stays open, and status shows it. */
    if (append(session, txn, draft, entry, &detail, &lost))
        (void)!pki_txn_commit(&txn, &lost);
}
