#include "pki/key.h"

#include "ops/key_at.h"
#include "ops/prompts.h"

static bool ask_and_open(struct pki_session *session, const struct pki_key_at *at,
                         const struct pki_prompts *prompts, struct pki_secret **passphrase,
                         struct pki_key **key, struct pki_error *err)
{
    return pki_key_at_ask(session, at, prompts, passphrase, NULL, err) &&
           pki_key_at_open(at, *passphrase, key, err);
}

/* --- test ---------------------------------------------------------------------------------- */

/* A path, too, may lead to a key that this cellar knows. */
static bool tell_record(struct pki_session *session, const struct pki_key *key,
                        struct pki_report *report, struct pki_error *err)
{
    uint8_t sha256[PKI_SHA256_SIZE];
    struct pki_key_row row;
    bool known = false;

    if (!session)
        return true;
    pki_sha256(pki_key_spki(key), sha256);
    if (!pki_store_find_key(session->store, sha256, &known, &row, err))
        return false;
    pki_report_text(report, "Record", "%s", known ? row.name : "not a key of this cellar");
    return true;
}

bool pki_key_test(struct pki_session *session, const char *what, const struct pki_prompts *prompts,
                  struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "key test");
    pki_scope(pki_key_at) at = {0};
    pki_auto(pki_secret) passphrase = NULL;
    pki_auto(pki_key) key = NULL;
    bool done = pki_key_at_find(session, what, &at, err) &&
                ask_and_open(session, &at, prompts, &passphrase, &key, err) &&
                pki_key_file_try(key, err);

    if (done) {
        pki_room_tell(&at.room, report);
        pki_report_text(report, "Key", "%s", at.name);
        pki_key_file_describe(key, pki_buf_view(&at.pem), report);
        done = tell_record(session, key, report, err);
        pki_report_note(report, "Result", PKI_TONE_GOOD,
                        "The key opens, signs, and its signature verifies.");
    }
    return done && pki_report_ok(report, err);
}

/* --- passphrase ---------------------------------------------------------------------------- */

/* Who keeps a share of it has a word in this. */
static bool check_policy(const struct pki_key_at *at, struct pki_error *err)
{
    return !at->recorded || at->row.policy == PKI_POLICY_PASSPHRASE ||
           pki_fail(err, PKI_E_POLICY,
                    "%s opens with shares: cellar share combine %s --to-passphrase changes that",
                    at->name, at->name);
}

bool pki_key_passphrase(struct pki_session *session, const char *what,
                        const struct pki_prompts *prompts, struct pki_report *report,
                        struct pki_error *err)
{
    PKI_CONTEXT(err, "key passphrase");
    pki_scope(pki_key_at) at = {0};
    pki_auto(pki_secret) old = NULL;
    pki_auto(pki_secret) fresh = NULL;
    pki_auto(pki_key) key = NULL;
    bool done = pki_key_at_find_to_change(session, what, &at, err) && check_policy(&at, err) &&
                ask_and_open(session, &at, prompts, &old, &key, err) &&
                pki_prompts_ask_fresh(prompts, at.name, old, &fresh, err);
    const struct pki_key_seal seal = {at.name, key, fresh};
    const struct pki_key_change change = {.action = "passphrase", .how = "under a new passphrase"};

    done = done && pki_key_at_replace(session, &at, &seal, &change, err);
    if (done) {
        pki_room_tell(&at.room, report);
        pki_report_text(report, "Key", "%s", at.name);
        pki_report_note(report, "Result", PKI_TONE_GOOD,
                        "The key file opens with the new passphrase only; older copies and "
                        "backups still open with the old one.");
    }
    if (!done || (at.recorded && !pki_session_head(session, report, err)))
        return false;
    return pki_report_ok(report, err);
}

/* --- list ---------------------------------------------------------------------------------- */

static void tell_file(struct pki_session *session, const struct pki_key_row *row,
                      struct pki_report *report)
{
    pki_scope(pki_buf) pem = {0};
    struct pki_error differs = {0};

    if (!row->has_file)
        pki_report_text(report, "File", "-");
    else if (pki_session_read_key(session, row, &pem, &differs))
        pki_report_toned(report, "File", PKI_TONE_GOOD, "as recorded");
    else
        pki_report_toned(report, "File", PKI_TONE_BAD, "missing or differs");
}

static const char *const opens_with[] = {
    [PKI_POLICY_PASSPHRASE] = "passphrase",
    [PKI_POLICY_SHARES] = "shares",
    [PKI_POLICY_BOTH] = "shares and passphrase",
};

bool pki_key_list(struct pki_session *session, struct pki_report *report, struct pki_error *err)
{
    struct pki_key_rows keys = {0};

    if (!pki_store_list_keys(session->store, &keys, err))
        return false;
    struct pki_report *table = pki_report_table(report, "Keys");
    for (size_t i = 0; i < keys.n; i++) {
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Name", "%s", keys.list[i].name);
        pki_report_text(row, "Algorithm", "%s", keys.list[i].algorithm);
        pki_report_text(row, "Where", "%s",
                        keys.list[i].has_file    ? "this cellar"
                        : keys.list[i].destroyed ? "destroyed"
                                                 : "elsewhere");
        pki_report_text(row, "Opens with", "%s",
                        keys.list[i].has_file ? opens_with[keys.list[i].policy] : "-");
        pki_report_octets(row, "Fingerprint",
                          (struct pki_bytes){keys.list[i].spki_sha256, PKI_SHA256_SIZE});
        tell_file(session, &keys.list[i], row);
    }
    pki_key_rows_clear(&keys);
    return pki_report_ok(report, err);
}
