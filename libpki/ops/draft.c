#include "ops/draft.h"

#include <assert.h>

#include "ops/alarm.h"
#include "ops/seams.h"

static void clear_item(struct pki_draft_item *item)
{
    pki_key_free(item->key);
    pki_request_free(item->request);
    pki_secret_free(item->passphrase);
    pki_buf_clear(&item->spki);
    pki_buf_clear(&item->subject);
    pki_buf_clear(&item->body);
    pki_buf_clear(&item->der);
    pki_cert_free(item->read);
    pki_lint_findings_clear(&item->findings);
    free(item->crl_url);
    free(item->issuer_url);
    free(item->names);
}

void pki_draft_free(struct pki_draft *draft)
{
    if (!draft)
        return;
    for (size_t i = 0; i < draft->n; i++)
        clear_item(&draft->items[i]);
    if (draft->duty && draft->duty->free)
        draft->duty->free(draft->own);
    pki_reservation_rows_clear(&draft->approval.rows);
    pki_buf_clear(&draft->room);
    pki_authority_row_clear(&draft->issuer);
    pki_cert_free(draft->issuer_cert);
    free(draft);
}

const char *pki_draft_name(const struct pki_draft *draft)
{
    const struct pki_draft_item *first = &draft->items[0];

    if (draft->confirm[0])
        return draft->confirm;
    if (first->common_name[0])
        return first->common_name;
    return first->n_names > 0 ? first->names[0].text : first->name;
}

typedef bool room_check(struct pki_session *session, struct pki_buf *findings,
                        struct pki_error *err);

static bool begin(struct pki_session *session, const char *action, room_check *check,
                  struct pki_draft **draft, struct pki_error *err)
{
    pki_auto(pki_draft) fresh = calloc(1, sizeof(*fresh));
    struct pki_journal_head head;

    if (!fresh)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!check(session, &fresh->room, err) || !pki_journal_get_head(session->store, &head, err))
        return false;
    fresh->action = action;
    fresh->rehearsal = session->rehearsal;
    fresh->now = pki_session_now(session);
    fresh->counter = head.counter;
    if (!pki_approval_find(session, fresh, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}

bool pki_draft_begin(struct pki_session *session, const char *action, struct pki_draft **draft,
                     struct pki_error *err)
{
    return pki_alarm_check(session, err) &&
           begin(session, action, pki_session_check_room, draft, err);
}

bool pki_draft_begin_keyless(struct pki_session *session, const char *action,
                             struct pki_draft **draft, struct pki_error *err)
{
    return pki_alarm_check(session, err) &&
           begin(session, action, pki_session_check_clock, draft, err);
}

bool pki_draft_begin_behind(struct pki_session *session, const char *action,
                            struct pki_draft **draft, struct pki_error *err)
{
    return begin(session, action, pki_session_check_clock, draft, err);
}

bool pki_draft_confirm_by(struct pki_draft *draft, const struct pki_authority_row *row,
                          struct pki_error *err)
{
    pki_scope(pki_buf) name = {0};

    if (!pki_name_attribute(pki_buf_view(&row->subject), PKI_OID_COMMON_NAME, &name, err) ||
        !pki_buf_ok(&name, err))
        return false;
    (void)snprintf(draft->confirm, sizeof(draft->confirm), "%.*s", (int)name.size,
                   (const char *)name.data);
    return true;
}

void pki_draft_set_line(struct pki_draft *draft, const struct pki_line_plan *plan)
{
    (void)snprintf(draft->root, sizeof(draft->root), "%s", plan->root->name);
    (void)snprintf(draft->environment, sizeof(draft->environment), "%s", plan->environment);
    (void)snprintf(draft->purpose, sizeof(draft->purpose), "%s", plan->purpose);
}

void pki_draft_change(struct pki_draft *draft, const struct pki_authority_row *authority,
                      enum pki_authority_state to)
{
    assert(draft->n_changes < PKI_DRAFT_CHANGES);
    struct pki_draft_change *change = &draft->changes[draft->n_changes++];

    change->authority = authority->id;
    memcpy(change->name, authority->name, sizeof(change->name));
    change->from = authority->state;
    change->to = to;
}

struct pki_draft_item *pki_draft_add(struct pki_draft *draft, const struct pki_profile *profile,
                                     int signer)
{
    assert(draft->n < PKI_DRAFT_ITEMS && signer <= (int)draft->n);
    struct pki_draft_item *item = &draft->items[draft->n++];

    item->profile = profile;
    item->signer = signer;
    return item;
}

/* --- the issuer ---------------------------------------------------------------------------- */

/* No word overrules this one: whoever verifies would refuse what is signed outside of it. */
static bool check_validity(const struct pki_draft *draft, struct pki_error *err)
{
    char from[PKI_TIME_TEXT];
    char to[PKI_TIME_TEXT];
    const struct pki_cert *cert = draft->issuer_cert;

    if (draft->now >= cert->not_before && draft->now <= cert->not_after)
        return true;
    return pki_fail(err, PKI_E_POLICY,
                    "the clock lies outside the validity of %s (%s to %s): set the clock, or "
                    "succeed the authority (RFC 5280 6.1.3)",
                    draft->issuer.name, pki_time_format(cert->not_before, from),
                    pki_time_format(cert->not_after, to));
}

static bool read_certificate(struct pki_session *session, struct pki_draft *draft,
                             struct pki_error *err)
{
    struct pki_certificate_row row = {0};
    bool done = pki_store_certificate(session->store, draft->issuer.certificate, &row, err) &&
                pki_cert_parse(pki_buf_view(&row.der), &draft->issuer_cert, err);

    pki_certificate_row_clear(&row);
    return done;
}

static bool find_issuer_key(struct pki_session *session, struct pki_draft *draft,
                            struct pki_error *err)
{
    bool found = false;

    if (!pki_store_find_key(session->store, draft->issuer_cert->spki_sha256, &found,
                            &draft->issuer_key, err))
        return false;
    if (!found || draft->issuer_key.id != draft->issuer.key)
        return pki_fail(err, PKI_E_INTEGRITY, "the certificate of %s is not for its recorded key",
                        draft->issuer.name);
    draft->issuer_algorithm = pki_algorithm_find(draft->issuer_key.algorithm);
    return draft->issuer_algorithm ||
           pki_fail(err, PKI_E_STORE, "the key of %s has an unknown algorithm \"%.15s\"",
                    draft->issuer.name, draft->issuer_key.algorithm);
}

bool pki_draft_set_issuer(struct pki_session *session, struct pki_draft *draft,
                          const struct pki_authority_row *issuer, struct pki_error *err)
{
    draft->issuer = *issuer;
    draft->issuer.subject = (struct pki_buf){0};
    pki_buf_append_bytes(&draft->issuer.subject, pki_buf_view(&issuer->subject));
    draft->has_issuer = true;
    if (!pki_buf_ok(&draft->issuer.subject, err) || !read_certificate(session, draft, err) ||
        !pki_session_takes(session, draft->issuer_cert, err) || !check_validity(draft, err) ||
        !find_issuer_key(session, draft, err))
        return false;
    if (draft->issuer_key.destroyed)
        return pki_fail(err, PKI_E_STATE, "the key of %s was destroyed", draft->issuer.name);
    return draft->issuer_key.has_file ||
           pki_fail(err, PKI_E_STATE,
                    "the key of %s is not in this cellar (its certificate was issued for a "
                    "request): it issues where its key is",
                    draft->issuer.name);
}

/* --- declined ------------------------------------------------------------------------------ */

bool pki_draft_abandon(struct pki_session *session, struct pki_draft *draft, const char *why,
                       struct pki_error *err)
{
    PKI_CONTEXT(err, "abandon %s", draft->subject);
    pki_auto(pki_draft) taken = draft;
    pki_auto(pki_txn) txn = NULL;
    char detail[300];
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = "abandon",
        .subject = taken->subject,
        .detail = detail,
        .actor = session->actor,
        .prepares = true,
    };

    (void)snprintf(detail, sizeof(detail), "%s draft not signed: %.200s", taken->action, why);
    return pki_store_begin(session->store, &txn, err) && pki_journal_append(txn, &entry, err) &&
           pki_txn_commit(&txn, err);
}
