/*
 * What a person sees before typing the name: told from the body as our reader
 * decoded it, not from what the maker meant to write.
 */
#include "ops/draft.h"

#include "x509/describe.h"

static void tell_authority(const struct pki_cert *cert, struct pki_report *report)
{
    if (!cert->authority)
        pki_report_text(report, "Authority", "no");
    else if (cert->has_path_length)
        pki_report_text(report, "Authority", "yes, path length %lld", (long long)cert->path_length);
    else
        pki_report_text(report, "Authority", "yes, any path length");
}

static void tell_key(const struct pki_draft_item *item, struct pki_report *report)
{
    if (item->key && item->rolls > 0) {
        pki_report_text(report, "Key", "%s, made here with %zu rolls of dice, kept in keys/%s.key",
                        item->algorithm->title, item->rolls, item->name);
    } else if (item->key) {
        pki_report_text(report, "Key", "%s, made here, kept in keys/%s.key", item->algorithm->title,
                        item->name);
    } else if (item->of) {
        pki_report_text(report, "Key", "%s, that of %s", item->algorithm->title, item->of->name);
    } else {
        pki_report_text(report, "Key", "%s, from the request %s", item->algorithm->title,
                        item->source);
    }
    pki_report_fingerprint(report, "Key fingerprint", item->read->spki_sha256);
    if (item->shared[0]) {
        pki_report_note(report, "Opens with", PKI_TONE_WARN,
                        "A passphrase alone, where %s needs shares. Once it is made: cellar share "
                        "split %s --shares KofN.",
                        item->shared, item->name);
    }
}

static void tell_item(const struct pki_draft_item *item, struct pki_report *report)
{
    const struct pki_cert *cert = item->read;
    struct pki_report *block = pki_report_block(report, item->name);

    pki_report_text(block, "Certificate", "%s (profile %s)", item->profile->title,
                    item->profile->name);
    pki_name_describe(cert->subject, "Subject", block);
    pki_name_describe(cert->issuer, "Issuer", block);
    pki_report_octets(block, "Serial", cert->serial);
    pki_report_time(block, "Not before", cert->not_before);
    pki_report_time(block, "Not after", cert->not_after);
    if (item->shortened)
        pki_report_note(block, "Shortened", PKI_TONE_WARN,
                        "It ends with its issuer, earlier than the hierarchy says.");
    tell_authority(cert, block);
    pki_extensions_describe(cert, block);
    tell_key(item, block);
    pki_report_octets(block, "Body digest",
                      (struct pki_bytes){item->body_sha256, sizeof(item->body_sha256)});
    if (item->request)
        pki_request_describe(item->request, pki_report_block(block, "Request"));
    if (item->findings.n > 0)
        pki_lint_findings_describe(&item->findings, block);
}

/* What becomes of authorities that there are already. */
static void tell_changes(const struct pki_draft *draft, struct pki_report *report)
{
    struct pki_report *table = draft->n_changes > 0 ? pki_report_table(report, "Changes") : NULL;

    for (size_t i = 0; i < draft->n_changes; i++) {
        const struct pki_draft_change *change = &draft->changes[i];
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Authority", "%s", change->name);
        pki_report_text(row, "From", "%s", pki_state_name(change->from));
        pki_report_text(row, "To", "%s", pki_state_name(change->to));
    }
}

bool pki_draft_describe(const struct pki_draft *draft, struct pki_report *report,
                        struct pki_error *err)
{
    PKI_CONTEXT(err, "describe %s", draft->subject);

    if (draft->rehearsal)
        pki_report_note(report, "Rehearsal", PKI_TONE_WARN, "%s", PKI_REHEARSAL_NOTE);
    pki_room_tell(&draft->room, report);
    tell_changes(draft, report);
    if (draft->duty && draft->duty->describe && !draft->duty->describe(draft, report, err))
        return false;
    for (size_t i = 0; i < draft->n; i++)
        tell_item(&draft->items[i], report);
    return pki_report_ok(report, err);
}

/* --- once it is made ------------------------------------------------------------------------- */

static void tell_made(const struct pki_draft_item *item, struct pki_report *report)
{
    struct pki_report *block = pki_report_block(report, item->name);
    pki_scope(pki_buf) subject = {0};
    struct pki_error unreadable = {0};

    if (pki_name_show(pki_buf_view(&item->subject), &subject, &unreadable))
        pki_report_text(block, "Subject", "%.*s", (int)subject.size, (const char *)subject.data);
    pki_report_octets(block, "Serial", (struct pki_bytes){item->serial, sizeof(item->serial)});
    pki_report_time(block, "Not after", item->not_after);
    pki_report_fingerprint(block, "Fingerprint", item->fingerprint);
    if (item->key)
        pki_report_text(block, "Key file", "keys/%s.key", item->name);
    if (item->rolls > 0)
        pki_report_integer(block, "Rolls of dice", (int64_t)item->rolls);
}

static void tell_states(const struct pki_draft *draft, struct pki_report *report)
{
    struct pki_report *table = draft->n_changes > 0 ? pki_report_table(report, "Changed") : NULL;

    for (size_t i = 0; i < draft->n_changes; i++) {
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Name", "%s", draft->changes[i].name);
        pki_report_text(row, "State", "%s", pki_state_name(draft->changes[i].to));
    }
}

static void tell_items(const struct pki_draft *draft, struct pki_report *report)
{
    struct pki_report *table = draft->n > 0 ? pki_report_table(report, "Made") : NULL;

    for (size_t i = 0; i < draft->n; i++) {
        const struct pki_draft_item *item = &draft->items[i];
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Name", "%s", item->name);
        pki_report_text(row, "Profile", "%s", item->profile->name);
        pki_report_text(row, "State", "%s",
                        pki_item_makes_authority(item) ? pki_state_name(item->state) : "issued");
        pki_report_time(row, "Not after", item->not_after);
    }
    for (size_t i = 0; i < draft->n; i++)
        tell_made(&draft->items[i], report);
}

void pki_draft_made(const struct pki_draft *draft, struct pki_report *report)
{
    tell_states(draft, report);
    tell_items(draft, report);
    if (draft->duty && draft->duty->made)
        draft->duty->made(draft, report);
}
