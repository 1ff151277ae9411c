/*
 * A ceremony's directory, checked by somebody who has nothing else but, for its
 * seal, a root's certificate from elsewhere (docs/CEREMONY.md).
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "pki/verify.h"
#include "base/file.h"
#include "ceremony/record.h"
#include "crypto/key.h"
#include "ops/verify_ceremony.h"
#include "ops/witness.h"
#include "x509/cert.h"
#include "x509/name.h"

/* One of the anchors signed head.txt; the name of its subject. */
static bool find_signer(const struct pki_certs *anchors, struct pki_bytes head,
                        struct pki_bytes signature, struct pki_buf *name, struct pki_error *err)
{
    for (size_t i = 0; i < anchors->n; i++) {
        const struct pki_cert *cert = anchors->list[i];
        const struct pki_algorithm *algorithm = NULL;
        struct pki_error why = {0};
        if (pki_spki_judge(cert->spki, &algorithm, &why) &&
            pki_spki_verify(cert->spki, algorithm->signature, head, signature, &why))
            return pki_name_show(cert->subject, name, err) && pki_buf_ok(name, err);
    }
    return pki_fail(err, PKI_E_INTEGRITY,
                    PKI_TRANSCRIPT_SEAL " is no signature of " PKI_TRANSCRIPT_HEAD
                                        " by any of the anchors");
}

static bool check_seal(int dir, const char *path, struct pki_buf *name, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) head = {0};
    pki_scope(pki_buf) signature = {0};
    pki_scope(pki_certs) anchors = {0};

    return pki_file_read(AT_FDCWD, path, PKI_LIMIT_BUNDLE, &text, err) &&
           pki_certs_parse(path, pki_buf_view(&text), &anchors, err) &&
           pki_file_read(dir, PKI_TRANSCRIPT_HEAD, PKI_LIMIT_KEY, &head, err) &&
           pki_file_read(dir, PKI_TRANSCRIPT_SEAL, PKI_LIMIT_KEY, &signature, err) &&
           find_signer(&anchors, pki_buf_view(&head), pki_buf_view(&signature), name, err);
}

/* Whoever gives an anchor wants a seal. */
static bool describe_seal(int dir, const char *anchors, struct pki_report *report,
                          struct pki_error *err)
{
    struct stat status;
    pki_scope(pki_buf) name = {0};
    bool sealed = fstatat(dir, PKI_TRANSCRIPT_SEAL, &status, AT_SYMLINK_NOFOLLOW) == 0;

    if (!anchors) {
        pki_report_text(report, "Seal", "%s",
                        sealed ? "not checked: no anchor was given (--anchor)" : "none");
        return true;
    }
    if (!sealed)
        return pki_fail(err, PKI_E_INTEGRITY, "it has no seal (" PKI_TRANSCRIPT_SEAL ")");
    if (!check_seal(dir, anchors, &name, err))
        return false;
    pki_report_toned(report, "Seal", PKI_TONE_GOOD, "signed by %.*s", (int)name.size,
                     (const char *)name.data);
    return true;
}

/* What they signed is made from the check, which has found head.txt equal to it. */
static bool check_witnesses(int dir, const struct pki_transcript_summary *summary,
                            const struct pki_verify_ceremony_request *request,
                            struct pki_report *report, struct pki_error *err)
{
    pki_scope(pki_witnesses) witnesses = {0};
    pki_scope(pki_buf) head = {0};

    for (size_t i = 0; i < request->n_witnesses; i++)
        if (!pki_witnesses_read(request->witnesses[i], &witnesses, err))
            return false;
    pki_transcript_head_text(summary, &head);
    return pki_buf_ok(&head, err) &&
           pki_witnesses_check(dir, pki_buf_view(&head), &witnesses, report, err);
}

/* A report is made from the record alone: so it is made again. */
static bool check_page(int dir, const char *path, struct pki_report *report, struct pki_error *err)
{
    pki_scope(pki_buf) held = {0};
    pki_scope(pki_buf) made = {0};
    size_t line = 1;

    if (!pki_file_read(AT_FDCWD, path, PKI_LIMIT_CRL, &held, err) ||
        !pki_record_page(dir, &made, err))
        return false;
    for (size_t i = 0; i < held.size && i < made.size && held.data[i] == made.data[i]; i++)
        line += held.data[i] == '\n';
    if (!pki_bytes_equal(pki_buf_view(&held), pki_buf_view(&made)))
        return pki_fail(err, PKI_E_INTEGRITY,
                        "%s:%zu: this is not the report that the record gives", path, line);
    pki_report_toned(report, "Report", PKI_TONE_GOOD, "%s is made from this record", path);
    return true;
}

/* The SHA-256 of the sheet that was looked at, whoever has it compares. */
static void describe_approved(const struct pki_transcript_approved *approved,
                              struct pki_report *report)
{
    struct pki_report *table = approved->n > 0 ? pki_report_table(report, "Approved") : NULL;

    for (size_t i = 0; i < approved->n; i++) {
        struct pki_report *row = pki_report_row(table);
        pki_report_text(row, "Step", "%s", approved->list[i].step);
        pki_report_fingerprint(row, "Sheet", approved->list[i].body);
    }
}

static void describe_end(const struct pki_transcript_summary *summary, struct pki_report *report)
{
    if (summary->stopped) {
        pki_report_toned(report, "Ended", PKI_TONE_WARN, "stopped at step %s%s%s", summary->due,
                         summary->why[0] ? ": " : "", summary->why);
        return;
    }
    pki_report_text(report, "Ended", "%s",
                    summary->open             ? "not yet"
                    : summary->steps_left > 0 ? "after its last step, not all of them done"
                                              : "after its last step");
}

void pki_ceremony_describe(const struct pki_transcript_summary *summary, struct pki_report *report)
{
    pki_report_text(report, "Ceremony", "%s", summary->id);
    pki_report_text(report, "Title", "%s", summary->title);
    if (summary->rehearsal)
        pki_report_toned(report, "Rehearsal", PKI_TONE_WARN, "yes: its keys are thrown away");
    describe_end(summary, report);
    pki_report_integer(report, "Steps", (int64_t)summary->steps);
    pki_report_integer(report, "Steps done", (int64_t)summary->steps_done);
    pki_report_integer(report, "Steps left out", (int64_t)summary->steps_left);
    pki_report_integer(report, "Exceptions", summary->exceptions);
    pki_report_integer(report, "Lines", summary->lines);
    pki_report_integer(report, "Evidence files", summary->files);
    pki_report_time(report, "From", summary->began);
    pki_report_time(report, "To", summary->ended);
    describe_approved(&summary->approved, report);
    pki_report_fingerprint(report, "Script", summary->script);
    pki_report_fingerprint(report, "Head", summary->head);
}

bool pki_verify_ceremony(const struct pki_verify_ceremony_request *request,
                         struct pki_report *report, struct pki_error *err)
{
    PKI_CONTEXT(err, "ceremony %s", request->directory);
    struct pki_transcript_summary summary;
    pki_scope_fd int dir = -1;

    if (!pki_dir_open(AT_FDCWD, request->directory, &dir, err) ||
        !pki_transcript_check(dir, false, &summary, err))
        return false;
    pki_ceremony_describe(&summary, report);
    if (!describe_seal(dir, request->anchors, report, err))
        return false;
    if (summary.open) {
        return pki_fail(err, PKI_E_INVALID,
                        "it has not ended: there is no " PKI_TRANSCRIPT_HEAD
                        " to compare its last line with");
    }
    if (!check_witnesses(dir, &summary, request, report, err) ||
        (request->page && !check_page(dir, request->page, report, err)))
        return false;
    pki_report_note(report, "Verdict", PKI_TONE_GOOD,
                    "Script, transcript and evidence belong together. Whether this is the "
                    "transcript that was written on the day shows its head: compare it with the "
                    "one on paper, or check its seal or countersignatures.");
    return pki_report_ok(report, err);
}
