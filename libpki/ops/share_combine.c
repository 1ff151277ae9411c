#include "ops/key_at.h"
#include "ops/prompts.h"
#include "ops/share.h"

/* --- one share ---------------------------------------------------------------------------------
 */

struct tested {
    struct pki_share *share;
};

static bool keep(void *context, struct pki_share *share, struct pki_error *why)
{
    struct tested *tested = context;

    (void)why;
    tested->share = share;
    return true;
}

static void tell_share(const struct pki_share *share, struct pki_report *report)
{
    pki_report_text(report, "Set", "%04x", share->set.id);
    pki_report_integer(report, "Group", share->group + 1);
    pki_report_integer(report, "Share", share->member + 1);
    pki_report_text(report, "Needed", "%u %s", share->threshold,
                    share->threshold == 1 ? "share of this group" : "shares of this group");
    if (share->set.groups > 1)
        pki_report_text(report, "Groups", "%u of %u", share->set.threshold, share->set.groups);
    pki_report_integer(report, "Bits", (int64_t)pki_secret_size(share->value) * 8);
}

/* Which key it is of, where that is recorded. */
static bool find_share(struct pki_session *session, const struct pki_share *share,
                       struct pki_share_row *row, struct pki_error *err)
{
    uint8_t sha256[PKI_SHA256_SIZE];
    bool found = false;

    if (!pki_share_digest(share, sha256, err) ||
        !pki_store_find_share(session->store, sha256, &found, row, err))
        return false;
    if (!found)
        return pki_fail(err, PKI_E_INVALID, "no key of this cellar has this share");
    return row->counts || pki_fail(err, PKI_E_INVALID,
                                   "this share of %s is void: the key has been sealed anew since; "
                                   "destroy it",
                                   row->key);
}

/* --- the record of a drill ---------------------------------------------------------------------
 */

static bool add_proof(struct pki_session *session, struct pki_txn *txn,
                      const struct pki_share *share, struct pki_error *err)
{
    struct pki_share_row row = {0};

    return find_share(session, share, &row, err) &&
           pki_store_add_share_proof(txn, row.id, pki_session_now(session), err);
}

/* Shares that were shown, for the journal. */
struct drill {
    const char *action; /* the journal's word */
    const char *key;
    const struct pki_shares *shares;
    const struct pki_buf *room;
};

/* Who showed which share: one entry, and for each share when it was seen last. */
static bool record_drill(struct pki_session *session, const struct drill *drill,
                         struct pki_error *err)
{
    pki_auto(pki_txn) txn = NULL;
    pki_scope(pki_buf) detail = {0};
    struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = drill->action,
        .subject = drill->key,
        .actor = session->actor,
    };

    if (!pki_store_begin(session->store, &txn, err))
        return false;
    for (size_t i = 0; i < drill->shares->n; i++) {
        char name[PKI_SHARE_NAME];
        pki_share_name(drill->shares->list[i], name);
        pki_buf_printf(&detail, "%s%s", i > 0 ? "; " : "", name);
        if (!add_proof(session, txn, drill->shares->list[i], err))
            return false;
    }
    pki_room_join(&detail, drill->room);
    pki_buf_byte(&detail, 0);
    if (!pki_buf_ok(&detail, err))
        return false;
    entry.detail = (const char *)detail.data;
    return pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
}

/* --- test --------------------------------------------------------------------------------------
 */

static bool tell_record(struct pki_session *session, const struct pki_shares *shares,
                        struct pki_report *report, struct pki_error *err)
{
    struct pki_share_row row = {0};
    pki_scope(pki_buf) clock = {0};
    const struct drill drill = {"share-test", row.key, shares, &clock};

    if (!find_share(session, shares->list[0], &row, err))
        return false;
    pki_report_text(report, "Key", "%s", row.key);
    if (!session->write)
        return true;
    return pki_session_check_clock(session, &clock, err) && record_drill(session, &drill, err) &&
           pki_session_head(session, report, err);
}

bool pki_share_test(struct pki_session *session, const struct pki_prompts *prompts,
                    struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "share test");
    const struct pki_share_ask ask = {.name = "", .number = 1, .of = 1};
    pki_scope(pki_shares) shares = {.n = 0};
    struct tested tested = {NULL};
    const struct pki_share_taker taker = {keep, &tested};

    if (!pki_share_ask_for(prompts, &ask, &taker, err) ||
        !pki_shares_add(&shares, tested.share, err))
        return false;
    tell_share(shares.list[0], report);
    if (session && !tell_record(session, &shares, report, err))
        return false;
    pki_report_note(report, "Result", PKI_TONE_GOOD,
                    session ? "The share is one of this key's, word for word."
                            : "The share is whole: its words and their checksum agree.");
    return pki_report_ok(report, err);
}

/* --- combine -----------------------------------------------------------------------------------
 */

struct combination {
    struct pki_session *session;
    const struct pki_key_combine_request *request;
    const struct pki_prompts *prompts;
    struct pki_key_at at;
    struct pki_shares shares;
    struct pki_secret *typed; /* the shares' own passphrase; or NULL */
    struct pki_key *key;
};

static void combination_clear(struct combination *combination)
{
    pki_key_at_clear(&combination->at);
    pki_shares_clear(&combination->shares);
    pki_secret_free(combination->typed);
    pki_key_free(combination->key);
}

static bool check_policy(const struct pki_key_at *at, struct pki_error *err)
{
    return !at->recorded || at->row.policy != PKI_POLICY_PASSPHRASE ||
           pki_fail(err, PKI_E_STATE, "%s opens with a passphrase, not with shares", at->name);
}

/* Shares that fit each other give a secret; only the key says whether it is the right one. */
static bool open_with(struct combination *combination, const struct pki_share_wish *wish,
                      struct pki_error *err)
{
    pki_auto(pki_secret) passphrase = NULL;
    struct pki_error refusal = {0};

    if (!pki_shares_collect(wish, &combination->shares, err) ||
        !pki_shares_open(wish, &combination->shares, &passphrase, err))
        return false;
    if (pki_key_at_open(&combination->at, passphrase, &combination->key, &refusal))
        return pki_key_file_try(combination->key, err);
    if (refusal.code != PKI_E_PASSPHRASE)
        return pki_fail(err, refusal.code, "%s", refusal.text);
    return pki_fail(
        err, PKI_E_PASSPHRASE, "the shares fit each other, but do not open %s: %s", wish->name,
        wish->with_passphrase ? "their passphrase is wrong, or they are of another key"
                              : "they are of another key, or were made with a passphrase");
}

static bool find(struct combination *combination, struct pki_error *err)
{
    const struct pki_key_combine_request *request = combination->request;

    return request->to_passphrase
               ? pki_key_at_find_to_change(combination->session, request->what, &combination->at,
                                           err)
               : pki_key_at_find(combination->session, request->what, &combination->at, err);
}

static bool open_key(struct combination *combination, struct pki_error *err)
{
    const struct pki_key_at *at = &combination->at;

    if (!find(combination, err) || !check_policy(at, err))
        return false;

    const struct pki_share_wish wish = {
        .name = at->name,
        .record = at->recorded ? combination->session->store : NULL,
        .with_passphrase = at->recorded ? at->row.policy == PKI_POLICY_BOTH
                                        : combination->request->with_passphrase,
        .prompts = combination->prompts,
        .typed = &combination->typed,
    };
    return open_with(combination, &wish, err);
}

static bool to_passphrase(struct combination *combination, struct pki_error *err)
{
    const struct pki_key_at *at = &combination->at;
    const struct pki_key_change change = {.action = "passphrase",
                                          .how = "under a new passphrase; its shares are void"};
    pki_auto(pki_secret) fresh = NULL;

    if (!pki_prompts_ask_fresh(combination->prompts, at->name, combination->typed, &fresh, err))
        return false;
    const struct pki_key_seal seal = {at->name, combination->key, fresh};
    return pki_key_at_replace(combination->session, at, &seal, &change, err);
}

static bool finish(struct combination *combination, struct pki_error *err)
{
    const struct drill drill = {"drill", combination->at.name, &combination->shares,
                                &combination->at.room};

    if (combination->request->dry_run)
        return true;
    if (combination->request->to_passphrase)
        return to_passphrase(combination, err);
    return !combination->at.recorded || record_drill(combination->session, &drill, err);
}

static void tell(const struct combination *combination, struct pki_report *report)
{
    struct pki_report *list = NULL;

    pki_room_tell(&combination->at.room, report);
    pki_report_text(report, "Key", "%s", combination->at.name);
    pki_key_file_describe(combination->key, pki_buf_view(&combination->at.pem), report);
    pki_report_text(report, "Set", "%04x", combination->shares.list[0]->set.id);
    list = pki_report_list(report, "Combined");
    for (size_t i = 0; i < combination->shares.n; i++) {
        char name[PKI_SHARE_NAME];
        pki_share_name(combination->shares.list[i], name);
        pki_report_item(list, "%s", name);
    }
    if (combination->request->dry_run)
        pki_report_note(report, "Dry run", PKI_TONE_FAINT, "nothing was written");
    if (combination->request->to_passphrase && !combination->request->dry_run) {
        pki_report_note(report, "Result", PKI_TONE_GOOD,
                        "The key opens with the new passphrase only; its shares open older copies "
                        "and backups: destroy them once there is a new backup.");
    } else {
        pki_report_note(report, "Result", PKI_TONE_GOOD,
                        "The shares open the key; it signs, and its signature verifies.");
    }
}

bool pki_key_combine(struct pki_session *session, const struct pki_key_combine_request *request,
                     const struct pki_prompts *prompts, struct pki_report *report,
                     struct pki_error *err)
{
    PKI_CONTEXT(err, "share combine");
    struct combination combination __attribute__((__cleanup__(combination_clear))) = {
        .session = session,
        .request = request,
        .prompts = prompts,
    };

    if (!open_key(&combination, err) || !finish(&combination, err))
        return false;
    tell(&combination, report);
    if (combination.at.recorded && !request->dry_run && !pki_session_head(session, report, err))
        return false;
    return pki_report_ok(report, err);
}
