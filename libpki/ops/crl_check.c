/*
 * The CRL duty: a list is checked in one reading. Each entry is linted,
 * compared with the last list and, window by window, digested as the key will
 * sign it: what was judged and what is signed are the same octets.
 */
#include "ops/crl.h"

#include "asn1/value.h"
#include "base/text.h"

/* --- the difference to the last list --------------------------------------------------------- */

/* A name for people, where the inventory knows the certificate. */
static bool name_entry(struct pki_crl_work *crl, struct pki_bytes serial,
                       struct pki_crl_shown *shown, struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    pki_scope(pki_buf) name = {0};
    bool found = false;

    if (serial.size == sizeof(row.serial) &&
        !pki_store_find_serial(crl->session->store, serial.data, &found, &row, err))
        return false;
    if (!found || row.issuer != crl->row.issuer)
        return true;
    if (!pki_name_attribute(pki_buf_view(&row.subject), PKI_OID_COMMON_NAME, &name, err))
        return false;
    (void)snprintf(shown->name, sizeof(shown->name), "%.*s", (int)name.size,
                   name.size > 0 ? (const char *)name.data : "");
    return true;
}

static bool show(struct pki_crl_work *crl, const struct pki_crl_entry *entry, const char *serial,
                 struct pki_error *err)
{
    struct pki_crl_shown *shown = &crl->shown[crl->n_shown++];

    (void)snprintf(shown->serial, sizeof(shown->serial), "%s", serial);
    shown->reason = entry->reason;
    shown->revoked_at = entry->revoked_at;
    return name_entry(crl, entry->serial, shown, err);
}

/* A revocation is never taken back or told otherwise: every entry of the last list is in this one
   as it was (rule 6). */
static bool take_change(void *of, const struct pki_crl_change *change, struct pki_error *err)
{
    struct pki_crl_work *crl = of;
    bool removed = change->kind == PKI_CRL_REMOVED;
    char serial[2 * PKI_SERIAL_SIZE + 1];
    pki_scope(pki_buf) hex = {0};

    if (change->kind == PKI_CRL_ADDED && crl->n_shown == PKI_CRL_SHOWN)
        return true;
    pki_hex(&hex, removed ? change->before.serial : change->after.serial);
    if (!pki_buf_ok(&hex, err))
        return false;
    (void)snprintf(serial, sizeof(serial), "%.*s", (int)hex.size, (const char *)hex.data);
    if (change->kind == PKI_CRL_ADDED)
        return show(crl, &change->after, serial, err);
    return pki_fail(err, PKI_E_INTEGRITY,
                    "serial %s of the last CRL %s: the inventory is not the one that it was made "
                    "from; run `cellar audit`",
                    serial, removed ? "would vanish" : "would change its date or reason");
}

/* --- one reading ----------------------------------------------------------------------------- */

struct reading {
    struct pki_crl_comparison comparison;
    struct pki_crl_pass pass;
    struct pki_work *work;
    struct pki_error why; /* what comparing failed with */
};

static bool look(void *of, const struct pki_crl_entry *entry, struct pki_bytes der)
{
    struct reading *reading = of;

    if (!pki_work_on(reading->work, &reading->why) ||
        !pki_crl_comparison_take(&reading->comparison, entry, der, &reading->why))
        return false;
    pki_crl_pass_reach(&reading->pass, der.data + der.size);
    return true;
}

/* What lint cannot know: whose list it must be (BR 7.2: the issuer byte for byte). */
static bool check_issuer(const struct pki_draft *draft, const struct pki_crl *list,
                         struct pki_error *err)
{
    const struct pki_cert *issuer = draft->issuer_cert;

    if (!pki_bytes_equal(list->issuer, issuer->subject) ||
        !pki_bytes_equal(list->authority_key_id, issuer->subject_key_id))
        return pki_fail(err, PKI_E_INTEGRITY, "the list names another issuer (RFC 5280 5.1.2.3)");
    return list->next_update <= issuer->not_after ||
           pki_fail(err, PKI_E_POLICY, "the list outlives its issuer (RFC 5280 5)");
}

static bool read_list(struct pki_draft *draft, const struct pki_crl *before,
                      const struct pki_crl *list, struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;
    const struct pki_crl_sink sink = {.take = take_change, .of = crl};
    const enum pki_digest kind = pki_crl_draft_body(crl->list)->digest_kind;
    pki_auto(pki_hash) hash = NULL;
    struct pki_sum sum = {0};

    if (!pki_hash_begin(kind, &hash, err))
        return false;
    struct reading reading = {
        .comparison = pki_crl_comparison_begin(before, &sink),
        .pass = pki_crl_pass_begin(list, hash, &sum),
        .work = &crl->work,
    };
    const struct pki_crl_watch watch = {.take = look, .of = &reading};
    if (!pki_lint_crl_body(list, &watch, &crl->findings, err))
        return false;
    if (reading.why.code != PKI_OK)
        return pki_fail(err, reading.why.code, "%s", reading.why.text);
    if (!pki_crl_comparison_end(&reading.comparison, &crl->difference, err) ||
        !pki_crl_pass_end(&reading.pass, err))
        return false;
    pki_hash_end(&hash, crl->digest);
    crl->digest_size = pki_digest_size(kind);
    crl->sum = pki_sum_end(&sum);
    return true;
}

/*
 * Whether it is the recorded list, as far as this one depends on it. Its entries are all in this
 * list, octet for octet, and are as many as were recorded; so nobody whom the recorded one held can
 * be missing here, unless the file and the inventory were changed together, which only `cellar
 * audit` can find. Its SHA-256 would cost a tenth of the signing and tell no more.
 */
static bool is_recorded(const struct pki_crl_work *crl, const struct pki_crl *before,
                        const struct pki_crl *list)
{
    const struct pki_crl_row *last = &crl->last;
    int64_t number = 0;
    struct pki_error ignored = {0};

    return (int64_t)before->der.size == last->size && before->this_update == last->this_update &&
           before->has_next_update && before->next_update == last->next_update &&
           (int64_t)crl->difference.before == last->entries &&
           pki_value_integer(before->number, &number, &ignored) && number == last->number &&
           pki_bytes_equal(before->tbs_signature, list->tbs_signature) &&
           pki_bytes_equal(before->signature_algorithm, list->tbs_signature);
}

static bool read_both(struct pki_draft *draft, struct pki_bytes last, const struct pki_crl *list,
                      struct pki_error *err)
{
    const struct pki_crl_work *crl = draft->own;
    struct pki_crl before;

    if (!pki_crl_parse(last, &before, err) || !pki_crl_may_follow(&before, list, err))
        return false;
    before.mapped = true;
    if (!read_list(draft, &before, list, err))
        return false;
    return is_recorded(crl, &before, list) ||
           pki_fail(err, PKI_E_INTEGRITY, "the last CRL is not the one that is recorded");
}

/* A last list that is not the recorded one is told as that, whatever it was found by. */
static bool blame(const struct pki_draft *draft, const struct pki_error *why, struct pki_error *err)
{
    const struct pki_crl_work *crl = draft->own;
    struct pki_bytes der = {0};

    if (!pki_crl_file_map(crl->session, draft->issuer.name, &crl->last, &der, err))
        return false;
    pki_file_unmap(&der);
    return pki_fail(err, why->code, "%s", why->text);
}

static bool read_beside_last(struct pki_draft *draft, const struct pki_crl *list,
                             struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;
    struct pki_error why = {0};
    struct pki_bytes last = {0};

    if (!pki_crl_file_open(crl->session, draft->issuer.name, &crl->last, &last, err))
        return false;
    bool good = read_both(draft, last, list, &why);
    pki_file_unmap(&last);
    return good || blame(draft, &why, err);
}

static bool check_body(struct pki_draft *draft, struct pki_bytes body, struct pki_error *err)
{
    const struct pki_crl_work *crl = draft->own;
    struct pki_crl list;

    if (!pki_crl_parse_body(body, &list, err))
        return false;
    list.mapped = true;
    return check_issuer(draft, &list, err) && (crl->has_last ? read_beside_last(draft, &list, err)
                                                             : read_list(draft, NULL, &list, err));
}

bool pki_crl_check(struct pki_draft *draft, struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;
    pki_scope(pki_crl_view) view = {0};

    return pki_work_turn(&crl->work, "checking the list", crl->row.entries, err) &&
           pki_crl_draft_view(crl->list, &view, err) && check_body(draft, view.der, err);
}
