#include "ops/draft.h"

#include "ops/key_file.h"
#include "ops/prompts.h"

/* --- before anything is reserved ----------------------------------------------------------- */

bool pki_draft_check_unmoved(struct pki_session *session, const struct pki_draft *draft,
                             struct pki_error *err)
{
    struct pki_journal_head head;

    if (!pki_journal_get_head(session->store, &head, err))
        return false;
    return head.counter == draft->counter ||
           pki_fail(err, PKI_E_STATE,
                    "the cellar has moved on since this draft (journal entry %lld, now %lld): "
                    "prepare it again",
                    (long long)draft->counter, (long long)head.counter);
}

bool pki_draft_ask_fresh(struct pki_session *session, struct pki_draft *draft,
                         struct pki_error *err)
{
    for (size_t i = 0; i < draft->n; i++) {
        struct pki_draft_item *item = &draft->items[i];
        if (item->key &&
            !pki_prompts_ask_fresh(&session->prompts, item->name, NULL, &item->passphrase, err))
            return false;
    }
    return true;
}

/* Whoever cannot open the issuer's key, or chooses a poor passphrase, has spent no serial. What was
   prepared has its keys already. */
static bool ask_all(struct pki_session *session, struct pki_draft *draft,
                    struct pki_key **issuer_key, struct pki_error *err)
{
    if (draft->has_issuer && !pki_session_open_row(session, &draft->issuer_key, issuer_key, err))
        return false;
    return draft->approval.entry != 0 || pki_draft_ask_fresh(session, draft, err);
}

/* --- with everything reserved -------------------------------------------------------------- */

bool pki_draft_write_keys(struct pki_session *session, struct pki_draft *draft,
                          struct pki_error *err)
{
    for (size_t i = 0; i < draft->n; i++) {
        struct pki_draft_item *item = &draft->items[i];
        const struct pki_key_seal seal = {item->name, item->key, item->passphrase};

        if (item->key && !pki_session_write_key(session, &seal, item->file_sha256, err))
            return false;
    }
    return true;
}

/* Our reader finds the linted body in the certificate, and GnuTLS the issuer's signature over it.
 */
static bool check_signed(const struct pki_draft *draft, const struct pki_draft_item *item,
                         struct pki_error *err)
{
    struct pki_bytes issuer_der = item->signer == PKI_SIGNER_ISSUER
                                      ? draft->issuer_cert->der
                                      : pki_buf_view(&draft->items[item->signer].der);
    pki_auto(pki_cert) cert = NULL;

    if (!pki_cert_parse(pki_buf_view(&item->der), &cert, err))
        return false;
    if (!pki_bytes_equal(cert->tbs, pki_buf_view(&item->body)))
        return pki_fail(err, PKI_E_INTEGRITY, "the certificate does not hold the linted body");
    return pki_cert_second_opinion(pki_buf_view(&item->der), issuer_der, err);
}

static bool sign_item(const struct pki_draft *draft, struct pki_draft_item *item,
                      const struct pki_key *issuer_key, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", item->name);
    const struct pki_key *key =
        item->signer == PKI_SIGNER_ISSUER ? issuer_key : draft->items[item->signer].key;
    pki_scope(pki_buf) signature = {0};

    if (!pki_key_sign(key, pki_buf_view(&item->body), &signature, err) ||
        !pki_certificate_assemble(pki_buf_view(&item->body), pki_key_algorithm_of(key),
                                  pki_buf_view(&signature), &item->der, err))
        return false;
    pki_sha256(pki_buf_view(&item->der), item->fingerprint);
    return check_signed(draft, item, err);
}

static bool sign_reserved(struct pki_session *session, struct pki_draft *draft,
                          const struct pki_key *issuer_key, struct pki_error *err)
{
    if (draft->approval.entry == 0 && !pki_draft_write_keys(session, draft, err))
        return false;
    for (size_t i = 0; i < draft->n; i++)
        if (!sign_item(draft, &draft->items[i], issuer_key, err))
            return false;
    if (draft->duty && draft->duty->sign && !draft->duty->sign(session, draft, issuer_key, err))
        return false;
    return pki_draft_record(session, draft, err);
}

bool pki_draft_sign(struct pki_session *session, struct pki_draft *draft, struct pki_report *report,
                    struct pki_error *err)
{
    PKI_CONTEXT(err, "%s %s", draft->action, draft->subject);
    pki_auto(pki_draft) taken = draft;
    pki_auto(pki_key) issuer_key = NULL;

    if (!pki_draft_check_unmoved(session, taken, err) ||
        !pki_draft_check_approval(session, taken, err) ||
        !ask_all(session, taken, &issuer_key, err) || !pki_draft_reserve(session, taken, NULL, err))
        return false;
    if (!sign_reserved(session, taken, issuer_key, err)) {
        pki_draft_give_up(session, taken, err->text);
        return false;
    }
    if (taken->duty && taken->duty->publish && !taken->duty->publish(taken, err))
        return false;
    pki_draft_made(taken, report);
    if (!pki_session_head(session, report, err))
        return false;
    pki_report_next_here(report, "%s", taken->next);
    return pki_report_ok(report, err);
}
