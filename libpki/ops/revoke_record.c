/*
 * The revoking duty once it was confirmed: recorded in one transaction; and what
 * a person sees before and after, with the notice to whoever verifies.
 */
#include "base/text.h"
#include "ops/crl_due.h"
#include "ops/revoke.h"
#include "x509/describe.h"

static void revoke_free(void *own)
{
    struct pki_revoke_work *revoke = own;

    pki_revoked_clear(&revoke->revoked);
    pki_authority_row_clear(&revoke->next);
    pki_buf_clear(&revoke->fetch);
    free(revoke);
}

static const struct pki_revoke_work *own_of(const struct pki_draft *draft)
{
    return draft->own;
}

bool pki_revoke_drops(const struct pki_revocation_row *row)
{
    return strcmp(row->treatment, "drop") == 0;
}

static bool drops(const struct pki_revoke_work *revoke)
{
    return pki_revoke_drops(&revoke->row);
}

/* --- telling --------------------------------------------------------------------------------- */

static const char *concern(const struct pki_revoke_work *revoke)
{
    if (revoke->revoked.is_root)
        return "everything below this root";
    if (revoke->revoked.issuing)
        return "what this authority issued";
    return revoke->revoked.companion ? "the time stamps of this generation" : "what it signed";
}

static void tell_treatment(const struct pki_revoke_work *revoke, struct pki_report *report)
{
    const struct pki_revocation_row *row = &revoke->row;
    char since[PKI_TIME_TEXT];

    if (revoke->revoked.authority.id == 0) {
        /* Trust files hold no end entities: whoever verifies what it signed goes by this. */
        pki_report_text(report, "Treatment", "%s: its CRL says so; trust files do not hold it",
                        row->treatment);
        return;
    }
    if (revoke->revoked.cross) {
        pki_report_text(
            report, "Treatment",
            "it leaves every chain and list: who knows %s alone needs %s for what hangs "
            "below that",
            revoke->revoked.issuer.name, revoke->revoked.authority.name);
        return;
    }
    if (drops(revoke)) {
        pki_report_toned(report, "Treatment", PKI_TONE_BAD,
                         "drop: nothing of %s is trusted any more", concern(revoke));
    } else {
        pki_report_text(
            report, "Treatment", "end: of %s, trust files keep what was signed until %s",
            concern(revoke),
            pki_time_format(row->has_invalidity ? row->invalidity_at : row->revoked_at, since));
    }
}

/* A date that the operator gives goes onto the list as it is. */
static bool is_dated_drop(const struct pki_revoke_work *revoke)
{
    const struct pki_revocation_row *row = &revoke->row;

    return drops(revoke) && !revoke->revoked.is_root && row->has_invalidity &&
           row->invalidity_at > revoke->revoked.cert->not_before;
}

static void tell_certificate(const struct pki_revoke_work *revoke, struct pki_report *report)
{
    const struct pki_cert *cert = revoke->revoked.cert;
    struct pki_report *block = pki_report_block(report, "Certificate");

    if (revoke->revoked.authority.id != 0) {
        pki_report_text(block, revoke->revoked.companion ? "Generation" : "Authority", "%s (%s)",
                        revoke->revoked.authority.name,
                        pki_state_name(revoke->revoked.authority.state));
    }
    pki_name_describe(cert->subject, "Subject", block);
    pki_report_text(block, "Issued by", "%s", revoke->revoked.issuer.name);
    pki_report_octets(block, "Serial", cert->serial);
    pki_report_time(block, "Not before", cert->not_before);
    pki_report_time(block, "Not after", cert->not_after);
    pki_report_fingerprint(block, "Fingerprint", cert->fingerprint);
    if (!revoke->revoked.recorded) {
        pki_report_note(block, "Recorded", PKI_TONE_WARN,
                        "This cellar did not issue it: its signature is by our key, and it is "
                        "recorded by issuer and serial.");
    }
}

static const char root_notice[] =
    "A root cannot revoke itself: whoever has its key can also sign that all is well (RFC 5280 6). "
    "Its whole tree leaves the exports, and every verifier must take it out of its trust store by "
    "hand. What replaces it is its successor, made in a ceremony: cellar root --succeed.";

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct pki_revoke_work *revoke = own_of(draft);
    const struct pki_reason *reason = pki_reason_of(revoke->row.reason);

    tell_certificate(revoke, report);
    pki_report_text(report, "Reason", "%s: %s", reason->name, reason->meaning);
    if (revoke->row.has_invalidity)
        pki_report_time(report, "Invalid since", revoke->row.invalidity_at);
    tell_treatment(revoke, report);
    if (is_dated_drop(revoke)) {
        pki_report_note(report, "Dated", PKI_TONE_WARN,
                        "The CRL will name the time since which it is invalid: whoever goes by the "
                        "CRL alone trusts what was signed before, trust files do not.");
    }
    pki_report_note(report, "Final", PKI_TONE_WARN, "A revocation is never taken back.");
    if (revoke->revoked.is_root)
        pki_report_note(report, "Root", PKI_TONE_BAD, "%s", root_notice);
    for (size_t i = 0; i < revoke->n_crosses; i++) {
        pki_report_note(report, "Cross-certificate", PKI_TONE_BAD,
                        "That of %s by %s (serial %s) is revoked with it: the CRL of %s says so.",
                        revoke->revoked.authority.name, revoke->crosses[i].issuer,
                        revoke->crosses[i].serial, revoke->crosses[i].issuer);
    }
    if (revoke->next.id != 0 && !revoke->next_published) {
        pki_report_note(report, "Early", PKI_TONE_WARN,
                        "%s, which takes its place, was never published: verifiers refuse what it "
                        "signs until they have the new files.",
                        revoke->next.name);
    }
    if (revoke->revoked.authority.state == PKI_STATE_ACTIVE && revoke->revoked.issuing &&
        revoke->next.id == 0 && !revoke->revoked.is_root) {
        pki_report_note(report, "Active", PKI_TONE_WARN,
                        "It is its line's active authority. Unless --promote-next is given the "
                        "line is left without one.");
    }
    return pki_report_ok(report, err);
}

/* --- the notice to whoever verifies ---------------------------------------------------------- */

static void write_notice(const struct pki_draft *draft, struct pki_buf *text)
{
    const struct pki_revoke_work *revoke = own_of(draft);
    const struct pki_cert *cert = revoke->revoked.cert;
    char at[PKI_TIME_TEXT];

    pki_buf_printf(text, "REVOKED: %s\n", draft->confirm);
    pki_buf_text(text, "serial ");
    pki_hex(text, cert->serial);
    pki_buf_text(text, "\nSHA-256 ");
    pki_hex(text, (struct pki_bytes){cert->fingerprint, sizeof(cert->fingerprint)});
    pki_buf_printf(text, "\nissued by %s; revoked %s, %s\n", revoke->revoked.issuer.name,
                   pki_time_format(revoke->row.revoked_at, at),
                   pki_reason_of(revoke->row.reason)->name);
    if (revoke->revoked.cross) {
        pki_buf_printf(text,
                       "Whoever knows %s alone no longer gets to %s by it: know that root itself. "
                       "What %s signed stays good.\n",
                       revoke->revoked.issuer.name, revoke->revoked.authority.name,
                       revoke->revoked.authority.name);
    } else if (drops(revoke)) {
        pki_buf_printf(text, "Trust nothing of %s any more, whenever it was signed.\n",
                       concern(revoke));
    } else {
        pki_buf_printf(text, "Of %s, trust only what was signed until %s.\n", concern(revoke),
                       pki_time_format(revoke->row.has_invalidity ? revoke->row.invalidity_at
                                                                  : revoke->row.revoked_at,
                                       at));
    }
    if (revoke->next.id != 0)
        pki_buf_printf(text, "In its place: %s, which trust files hold %s.\n", revoke->next.name,
                       revoke->next_published ? "already" : "from the next export on");
    for (size_t i = 0; i < revoke->n_crosses; i++)
        pki_buf_printf(text, "Its cross-certificate by %s, serial %s, is on that root's CRL.\n",
                       revoke->crosses[i].issuer, revoke->crosses[i].serial);
    if (revoke->revoked.is_root) {
        pki_buf_printf(text, "Take this root out of every trust store.%s\n",
                       revoke->n_crosses == 0 ? " No CRL says so." : "");
        return;
    }
    pki_buf_text(text, "Fetch trust files and CRLs anew: cosign and other Sigstore clients "
                       "read no CRL.\n");
}

static void tell_notice(const struct pki_draft *draft, struct pki_report *report)
{
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) safe = {0};

    write_notice(draft, &text);
    pki_buf_byte(&text, 0);
    if (!text.failed)
        pki_report_verbatim(report, "Notice", (const char *)text.data);
}

static void tell_due(const char *issuer, const struct pki_revocation_row *row,
                     struct pki_report *report)
{
    char due[PKI_TIME_TEXT];

    pki_report_toned(report, "CRL due", PKI_TONE_WARN, "that of %s, by %s (BR 4.9.7)", issuer,
                     pki_time_format(pki_crl_due_by(row->revoked_at), due));
}

static void tell_fetch(const struct pki_revoke_work *revoke, struct pki_report *report)
{
    struct pki_report *list = pki_report_list(report, "Verifiers fetch anew");
    struct pki_bytes left = pki_buf_view(&revoke->fetch);

    while (left.size > 0) {
        const char *path = (const char *)left.data;
        size_t size = strlen(path) + 1;
        pki_report_item(list, "%s", path);
        left = (struct pki_bytes){left.data + size, left.size - size};
    }
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    const struct pki_revoke_work *revoke = own_of(draft);

    pki_report_text(report, "Revoked", "%s", draft->subject);
    pki_report_text(report, "Serial", "%s", revoke->serial);
    pki_report_text(report, "Reason", "%s", pki_reason_of(revoke->row.reason)->name);
    pki_report_text(report, "Treatment", "%s", revoke->row.treatment);
    for (size_t i = 0; i < revoke->n_crosses; i++)
        tell_due(revoke->crosses[i].issuer, &revoke->crosses[i].row, report);
    if (!revoke->revoked.is_root)
        tell_due(revoke->revoked.issuer.name, &revoke->row, report);
    tell_fetch(revoke, report);
    tell_notice(draft, report);
}

/* --- recording ------------------------------------------------------------------------------- */

static bool record(struct pki_txn *txn, struct pki_draft *draft, int64_t at, struct pki_buf *detail,
                   struct pki_error *err)
{
    struct pki_revoke_work *revoke = draft->own;
    const struct pki_revocation_row *row = &revoke->row;
    char since[PKI_TIME_TEXT];

    (void)at;
    pki_buf_printf(detail, "serial %s of %s, %s, %s", revoke->serial, revoke->revoked.issuer.name,
                   pki_reason_of(row->reason)->name, row->treatment);
    if (row->has_invalidity)
        pki_buf_printf(detail, ", invalid since %s", pki_time_format(row->invalidity_at, since));
    if (!revoke->revoked.recorded)
        pki_buf_text(detail, ", issued elsewhere");
    for (size_t i = 0; i < revoke->n_crosses; i++) {
        struct pki_revoke_cross *cross = &revoke->crosses[i];
        pki_buf_printf(detail, "; its cross-certificate, serial %s of %s", cross->serial,
                       cross->issuer);
        if (!pki_store_add_revocation(txn, &cross->row, &cross->row.id, err))
            return false;
    }
    return revoke->revoked.is_root || pki_store_add_revocation(txn, row, &revoke->row.id, err);
}

const struct pki_draft_duty pki_revoke_duty = {
    .trust = true,
    .describe = describe,
    .record = record,
    .made = made,
    .free = revoke_free,
};
