/*
 * The CRL duty once it was confirmed: signed, verified, recorded and named; and
 * what a person sees before and after.
 */
#include "ops/crl.h"

#include "base/text.h"
#include "crypto/hash.h"
#include "ops/revocation.h"
#include "x509/describe.h"

#define STEPS 2 /* signed, verified */

static void crl_free(void *own)
{
    struct pki_crl_work *crl = own;

    pki_crl_draft_free(crl->list);
    pki_lint_findings_clear(&crl->findings);
    pki_reservation_rows_clear(&crl->reserved);
    free(crl);
}

static const struct pki_crl_work *own_of(const struct pki_draft *draft)
{
    return draft->own;
}

/* Of the body, as the key signs it; what is told and reserved are its first 256 bits. */
static struct pki_bytes digest_of(const struct pki_crl_work *crl)
{
    return (struct pki_bytes){crl->digest, crl->digest_size};
}

/* --- telling --------------------------------------------------------------------------------- */

static void tell_shown(const struct pki_crl_work *crl, struct pki_report *report)
{
    struct pki_report *table = crl->n_shown > 0 ? pki_report_table(report, "Added") : NULL;

    for (size_t i = 0; i < crl->n_shown; i++) {
        const struct pki_crl_shown *shown = &crl->shown[i];
        struct pki_report *row = pki_report_row(table);

        pki_report_text(row, "Serial", "%s", shown->serial);
        pki_report_text(row, "Name", "%s", shown->name);
        pki_report_text(row, "Reason", "%s", pki_reason_of(shown->reason)->name);
        pki_report_time(row, "Revoked", shown->revoked_at);
    }
    if (crl->difference.added > crl->n_shown)
        pki_report_note(report, "More", PKI_TONE_WARN, "and %zu more",
                        crl->difference.added - crl->n_shown);
}

static void tell_difference(const struct pki_crl_work *crl, struct pki_report *report)
{
    char since[PKI_TIME_TEXT];

    if (crl->has_last) {
        pki_report_text(report, "Difference", "+%zu since number %lld of %s", crl->difference.added,
                        (long long)crl->last.number, pki_time_format(crl->last.this_update, since));
    } else {
        pki_report_text(report, "Difference", "+%zu, this is the authority's first",
                        crl->difference.added);
    }
    tell_shown(crl, report);
}

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct pki_crl_work *crl = own_of(draft);
    struct pki_report *block = pki_report_block(report, draft->issuer.name);

    pki_name_describe(draft->issuer_cert->subject, "Issuer", block);
    pki_report_integer(block, "CRL number", crl->row.number);
    pki_report_time(block, "This update", crl->row.this_update);
    pki_report_time(block, "Next update", crl->row.next_update);
    pki_report_integer(block, "Entries", crl->row.entries);
    tell_difference(crl, block);
    pki_report_octets(block, "Body digest", (struct pki_bytes){crl->digest, PKI_SHA256_SIZE});
    if (crl->findings.n > 0)
        pki_lint_findings_describe(&crl->findings, block);
    return pki_report_ok(report, err);
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    const struct pki_crl_work *crl = own_of(draft);
    struct pki_report *block = pki_report_block(report, draft->issuer.name);

    pki_report_text(block, "File", "%s/%s", PKI_CRLS, crl->file);
    pki_report_integer(block, "CRL number", crl->row.number);
    pki_report_integer(block, "Entries", crl->row.entries);
    pki_report_time(block, "This update", crl->row.this_update);
    pki_report_time(block, "Next update", crl->row.next_update);
    pki_report_fingerprint(block, "SHA-256", crl->row.sha256);
}

/* --- preparing ------------------------------------------------------------------------------- */

static bool body(const struct pki_draft *draft, struct pki_crl_view *view, struct pki_error *err)
{
    return pki_crl_draft_view(own_of(draft)->list, view, err);
}

static int64_t life(const struct pki_draft *draft)
{
    const struct pki_crl_work *crl = own_of(draft);

    return crl->row.next_update - crl->row.this_update;
}

/* --- signing --------------------------------------------------------------------------------- */

static bool reserve(const struct pki_draft *draft, size_t nth, struct pki_reservation_row *row,
                    struct pki_error *err)
{
    const struct pki_crl_work *crl = own_of(draft);

    (void)nth;
    (void)err;
    (void)snprintf(row->kind, sizeof(row->kind), "crl");
    pki_crl_reservation_name(draft->issuer.name, crl->row.number, row->subject,
                             sizeof(row->subject));
    memcpy(row->signer, draft->issuer_cert->spki_sha256, sizeof(row->signer));
    memcpy(row->body, crl->digest, sizeof(row->body));
    return true;
}

/* By our reader and the issuer's key; GnuTLS's import is quadratic, so it is not asked. The digest
   is that of the linted body; Ed25519 alone signs, and is verified over, the octets themselves. */
static bool verify(const struct pki_draft *draft, struct pki_bytes der, struct pki_crl *list,
                   struct pki_error *err)
{
    const struct pki_bytes spki = draft->issuer_cert->spki;

    if (!pki_crl_parse(der, list, err))
        return false;
    list->mapped = true;
    return pki_signature_is_of_digest(list->signature_algorithm)
               ? pki_crl_verify_digest(list, spki, digest_of(own_of(draft)), err)
               : pki_crl_verify_signature(list, spki, err);
}

static bool sign(struct pki_session *session, struct pki_draft *draft,
                 const struct pki_key *issuer_key, struct pki_error *err)
{
    const struct pki_crl_work *crl = own_of(draft);
    struct pki_crl list;
    pki_scope(pki_crl_view) view = {0};
    pki_scope(pki_work) work = pki_work_begin(session->progress, "signing the list", STEPS);

    return pki_crl_draft_sign(crl->list, digest_of(crl), issuer_key, err) &&
           pki_work_on(&work, err) && pki_crl_draft_view(crl->list, &view, err) &&
           verify(draft, view.der, &list, err) && pki_work_on(&work, err);
}

/* --- recording ------------------------------------------------------------------------------- */

/* What signings that were cut off have named: no row knows it, and this list is in its place. */
static bool remove_cut_off(const struct pki_draft *draft, int dir, struct pki_error *err)
{
    const struct pki_crl_work *crl = own_of(draft);
    char name[PKI_CRL_FILE_MAX];

    for (size_t i = 0; i < crl->reserved.n; i++) {
        const struct pki_reservation_row *row = &crl->reserved.list[i];
        pki_crl_file_name(draft->issuer.name, pki_crl_reserved_number(row), name);
        if (strcmp(row->outcome, "open") == 0 && !pki_dir_remove(dir, name, err))
            return false;
    }
    return true;
}

static bool name_file(struct pki_draft *draft, int dir, struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;

    if (!remove_cut_off(draft, dir, err) || !pki_dir_remove(dir, crl->file, err))
        return false;
    crl->named = pki_crl_draft_place(&crl->list, err);
    return crl->named && pki_dir_sync(dir, err);
}

/* SHA-256 of the whole list and the sum of its body, in one pass. */
static bool digest_whole(const struct pki_crl *list, uint8_t sha256[PKI_SHA256_SIZE],
                         struct pki_sum *sum, struct pki_error *err)
{
    const uint8_t *end = list->tbs.data + list->tbs.size;
    const struct pki_bytes head = {list->der.data, (size_t)(list->tbs.data - list->der.data)};
    const struct pki_bytes tail = {end, (size_t)(list->der.data + list->der.size - end)};
    pki_auto(pki_hash) hash = NULL;

    if (!pki_hash_begin(PKI_SHA256, &hash, err) || !pki_hash_add(hash, head, err) ||
        !pki_hash_add_mapped(hash, sum, list->tbs, err) || !pki_hash_add(hash, tail, err))
        return false;
    pki_hash_end(&hash, sha256);
    return true;
}

static bool judge_named(struct pki_draft *draft, struct pki_bytes der, struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;
    struct pki_sum sum = {0};
    struct pki_crl list;

    crl->row.size = (int64_t)der.size;
    if (!verify(draft, der, &list, err) || !digest_whole(&list, crl->row.sha256, &sum, err))
        return false;
    return pki_sum_end(&sum) == crl->sum ||
           pki_fail(err, PKI_E_IO, "%s: reads back without the linted body", crl->file);
}

/* What is recorded is what the medium gives back: a body of the linted one's sum, which tells a
   medium's mistakes and no more, and a signature over the linted body's digest. Another body in its
   place, put there with that sum, verifies nowhere. */
static bool read_back(struct pki_draft *draft, int dir, struct pki_error *err)
{
    const struct pki_crl_work *crl = own_of(draft);
    struct pki_bytes der = {0};

    if (!pki_file_map(dir, crl->file, PKI_LIMIT_CRL, &der, err))
        return false;
    bool good = judge_named(draft, der, err);
    pki_file_unmap(&der);
    return good;
}

static void undo(const struct pki_draft *draft)
{
    const struct pki_crl_work *crl = own_of(draft);
    pki_scope_fd int dir = -1;
    struct pki_error lost = {0};

    if (crl->named && pki_crl_directory(crl->session, &dir, &lost))
        (void)!pki_dir_remove(dir, crl->file, &lost);
}

/* The file is named inside the transaction, and read back before its row is added: a crash leaves a
   file that no row knows, which is nothing, and never a row without its file. */
static bool record(struct pki_txn *txn, struct pki_draft *draft, int64_t at, struct pki_buf *detail,
                   struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;
    char next[PKI_TIME_TEXT];
    pki_scope_fd int dir = -1;

    (void)at;
    if (!pki_crl_directory(crl->session, &dir, err) || !name_file(draft, dir, err) ||
        !read_back(draft, dir, err))
        return false;
    pki_buf_printf(detail, "number %lld, %lld entries (+%zu), next update %s, sha256 ",
                   (long long)crl->row.number, (long long)crl->row.entries, crl->difference.added,
                   pki_time_format(crl->row.next_update, next));
    pki_hex(detail, (struct pki_bytes){crl->row.sha256, sizeof(crl->row.sha256)});
    return pki_store_add_crl(txn, &crl->row, &crl->row.id, err);
}

const struct pki_draft_duty pki_crl_duty = {
    .trust = true,
    .describe = describe,
    .body = body,
    .life = life,
    .reserve = reserve,
    .sign = sign,
    .record = record,
    .undo = undo,
    .made = made,
    .free = crl_free,
};
