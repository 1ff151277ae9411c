/*
 * The first half of a two-phase approval: reserved, its keys sealed, and
 * written out. In that order: a sheet that somebody approves is of something
 * that is recorded.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/bundle.h"
#include "ops/draft.h"
#include "ops/export_target.h"
#include "x509/crl_build.h"

#define SHEET "approve.txt"

static bool write_file(int dir, const char *name, struct pki_bytes content, struct pki_error *err)
{
    return pki_file_write_new(dir, name, 0644, content, err);
}

static bool write_body(int dir, const char *name, struct pki_bytes body, struct pki_error *err)
{
    char file[PKI_NAME_MAX + sizeof(".tbs")];

    (void)snprintf(file, sizeof(file), "%s.tbs", name);
    return write_file(dir, file, body, err);
}

static bool write_bodies(const struct pki_draft *draft, int dir, struct pki_error *err)
{
    pki_scope(pki_crl_view) view = {0};

    for (size_t i = 0; i < draft->n; i++) {
        const struct pki_draft_item *item = &draft->items[i];
        if (!write_body(dir, item->name, pki_buf_view(&item->body), err))
            return false;
    }
    if (!draft->duty || !draft->duty->body)
        return true;
    return draft->duty->body(draft, &view, err) && write_body(dir, draft->subject, view.der, err);
}

/* As certificates, for whoever reads no bodies. */
static bool write_review(const struct pki_draft *draft, int dir, struct pki_error *err)
{
    pki_scope(pki_buf) pem = {0};

    return draft->n == 0 || (pki_draft_review_pem(draft, &pem, err) &&
                             write_file(dir, "review.pem", pki_buf_view(&pem), err));
}

/* What the person saw who prepared it, with what lint found. */
static bool write_description(const struct pki_draft *draft, int dir, struct pki_error *err)
{
    static const struct pki_report_style style = {.width = 100};
    pki_auto(pki_report) report = pki_report_new();
    char *text = NULL;

    if (!pki_draft_describe(draft, report, err) || !pki_report_to_text(report, &style, &text, err))
        return false;
    bool written =
        write_file(dir, "draft.txt", (struct pki_bytes){(const uint8_t *)text, strlen(text)}, err);
    free(text);
    return written;
}

static bool write_words(struct pki_bytes digest, int dir, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    pki_words(&text, digest);
    pki_buf_text(&text, "\n\n");
    pki_hex(&text, digest);
    pki_buf_text(&text, "  " SHEET "\n");
    return pki_buf_ok(&text, err) && write_file(dir, "words.txt", pki_buf_view(&text), err);
}

static bool write_out(const struct pki_draft *draft, struct pki_bytes sheet,
                      struct pki_bytes digest, int dir, struct pki_error *err)
{
    return write_bodies(draft, dir, err) && write_review(draft, dir, err) &&
           write_description(draft, dir, err) && write_words(digest, dir, err) &&
           write_file(dir, SHEET, sheet, err) && pki_bundle_open_up(dir, err);
}

/* Its name is there, though the medium did not confirm it: given up, it approves nothing. */
static bool finish(struct pki_target *target, struct pki_error *err)
{
    struct pki_error why = {0};

    if (pki_target_finish(target, &why))
        return true;
    if (why.code == PKI_E_EXISTS)
        return pki_fail(err, why.code, "%s", why.text);
    return pki_fail(err, why.code, "%s: %s may stay: remove it", why.text, target->name);
}

/* Seal the new keys, and make the directory: complete, or not under its name. */
static bool fix(struct pki_session *session, struct pki_draft *draft, struct pki_bytes sheet,
                struct pki_bytes digest, struct pki_target *target, struct pki_error *err)
{
    pki_scope_fd int dir = -1;

    return pki_draft_write_keys(session, draft, err) && pki_target_begin(target, &dir, err) &&
           write_out(draft, sheet, digest, dir, err) && finish(target, err);
}

static bool tell(struct pki_session *session, const struct pki_draft *draft, const char *directory,
                 struct pki_bytes digest, struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s is in place, and can be approved, but", directory);

    pki_report_text(report, "Prepared", "%s", directory);
    pki_report_text(report, "Sheet", "%s/" SHEET, directory);
    pki_report_fingerprint(report, "Approval", digest.data);
    pki_report_time(report, "Sign until", pki_approval_ends(draft));
    pki_report_note(report, "Then", PKI_TONE_PLAIN,
                    "The same command with --approved and these words in place of --prepare signs "
                    "exactly this, unless trust changes before. Without it, it starts anew.");
    if (!pki_session_head(session, report, err))
        return false;
    pki_report_next_here(report, "cellar status");
    return pki_report_ok(report, err);
}

bool pki_draft_prepare(struct pki_session *session, struct pki_draft *draft, const char *directory,
                       struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "prepare %s %s", draft->action, draft->subject);
    pki_auto(pki_draft) taken = draft;
    pki_scope(pki_buf) sheet = {0};
    pki_scope(pki_target) target = {.above = -1};
    uint8_t sha256[PKI_SHA256_SIZE];
    const struct pki_bytes digest = {sha256, sizeof(sha256)};

    if (taken->n + pki_draft_reserves(taken) == 0)
        return pki_fail(err, PKI_E_STATE, "nothing is signed: there is nothing to approve");
    if (!pki_draft_check_unmoved(session, taken, err) ||
        !pki_approval_sheet(session, taken, &sheet, err) ||
        !pki_target_open(&target, directory, false, err) ||
        !pki_draft_ask_fresh(session, taken, err))
        return false;
    pki_sha256(pki_buf_view(&sheet), sha256);
    if (!pki_draft_reserve(session, taken, sha256, err))
        return false;
    if (!fix(session, taken, pki_buf_view(&sheet), digest, &target, err)) {
        pki_draft_give_up(session, taken, err->text);
        return false;
    }
    pki_target_warn(&target, report);
    return tell(session, taken, directory, digest, report, err);
}
