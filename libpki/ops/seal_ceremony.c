/*
 * The seal of a ceremony's record: a root signs head.txt, once the ceremony has
 * ended and everything in the record agrees. It cannot be a step of the ceremony,
 * since the transcript would go on behind the head that is signed. What is signed
 * is made from the check, which has found head.txt equal to it.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "pki/seal.h"
#include "base/file.h"
#include "base/text.h"
#include "ops/seal.h"
#include "ops/verify_ceremony.h"

struct record_seal {
    struct pki_transcript_summary summary;
    char record[PATH_MAX]; /* as typed */
    int dir;
    struct pki_file *file; /* without a name from before anything is reserved */
    struct pki_buf text, signed_text;
};

static const struct record_seal *own_of(const struct pki_draft *draft)
{
    return draft->own;
}

static void record_seal_free(void *own)
{
    struct record_seal *seal = own;

    pki_file_free(seal->file);
    pki_fd_close_(&seal->dir);
    pki_buf_clear(&seal->text);
    pki_buf_clear(&seal->signed_text);
    free(seal);
}

/* --- the draft's hooks ------------------------------------------------------------------------
 */

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct record_seal *seal = own_of(draft);
    struct pki_report *block = pki_report_block(report, "Seal");

    pki_report_text(block, "Signed by", "%s", draft->issuer.name);
    pki_ceremony_describe(&seal->summary, block);
    pki_report_text(block, "File", "%s/" PKI_TRANSCRIPT_SEAL, seal->record);
    return pki_report_ok(report, err);
}

static bool reserve(const struct pki_draft *draft, size_t nth, struct pki_reservation_row *row,
                    struct pki_error *err)
{
    struct record_seal *seal = draft->own;

    (void)nth;
    (void)snprintf(row->subject, sizeof(row->subject), "seal of ceremony %s by %.60s",
                   seal->summary.id, draft->issuer.name);
    pki_seal_fill_row(draft, pki_buf_view(&seal->text), row);
    return pki_file_create(seal->dir, PKI_TRANSCRIPT_SEAL, 0644, &seal->file, err);
}

static bool sign(struct pki_session *session, struct pki_draft *draft,
                 const struct pki_key *issuer_key, struct pki_error *err)
{
    struct record_seal *seal = draft->own;

    (void)session;
    return pki_seal_sign(draft, issuer_key, pki_buf_view(&seal->text), &seal->signed_text, err);
}

static bool record(struct pki_txn *txn, struct pki_draft *draft, int64_t at, struct pki_buf *detail,
                   struct pki_error *err)
{
    struct record_seal *seal = draft->own;
    uint8_t sha256[PKI_SHA256_SIZE];

    (void)txn;
    (void)at;
    pki_sha256(pki_buf_view(&seal->signed_text), sha256);
    pki_buf_printf(detail, "ceremony %s, head ", seal->summary.id);
    pki_hex(detail, (struct pki_bytes){seal->summary.head, sizeof(seal->summary.head)});
    pki_buf_text(detail, ", signature sha256 ");
    pki_hex(detail, (struct pki_bytes){sha256, sizeof(sha256)});
    return pki_buf_ok(detail, err);
}

static bool publish(struct pki_draft *draft, struct pki_error *err)
{
    struct record_seal *seal = draft->own;
    struct pki_error why = {0};

    if (pki_file_write(seal->file, pki_buf_view(&seal->signed_text), &why) &&
        pki_file_commit(&seal->file, &why))
        return true;
    return pki_fail(err, why.code, "the seal is recorded and could not be written: %s: seal again",
                    why.text);
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    const struct record_seal *seal = own_of(draft);
    char head[PATH_MAX + sizeof(PKI_TRANSCRIPT_HEAD)];

    (void)snprintf(head, sizeof(head), "%s/" PKI_TRANSCRIPT_HEAD, seal->record);
    pki_report_text(report, "Ceremony", "%s", seal->summary.id);
    pki_report_text(report, "Signature", "%s/" PKI_TRANSCRIPT_SEAL, seal->record);
    pki_report_fingerprint(report, "Head", seal->summary.head);
    pki_report_note(report, "To check", PKI_TONE_PLAIN,
                    "Whoever has the root's certificate from elsewhere checks the record with its "
                    "seal, or the seal alone:");
    pki_report_line(report, "To check", PKI_TONE_PLAIN,
                    "  cellar verify --ceremony %s --anchor anchors.pem", seal->record);
    pki_seal_tell_check(draft, head, report);
}

static const struct pki_draft_duty duty = {
    .describe = describe,
    .reserve = reserve,
    .sign = sign,
    .record = record,
    .publish = publish,
    .made = made,
    .free = record_seal_free,
};

/* --- preparing --------------------------------------------------------------------------------
 */

/* Checked as by an outsider; ended; of keys that live as long as those that sign; not sealed. */
static bool take_record(const struct pki_draft *draft, struct record_seal *seal,
                        struct pki_error *err)
{
    PKI_CONTEXT(err, "ceremony %s", seal->record);
    struct pki_transcript_summary *summary = &seal->summary;
    struct stat status;

    if (!pki_dir_open(AT_FDCWD, seal->record, &seal->dir, err) ||
        !pki_transcript_check(seal->dir, false, summary, err))
        return false;
    if (summary->open)
        return pki_fail(err, PKI_E_STATE,
                        "it has not ended: `cellar ceremony run` goes on with it");
    if (summary->rehearsal && !draft->rehearsal)
        return pki_fail(err, PKI_E_STATE,
                        "it is that of a rehearsal: only the root of one seals it");
    if (draft->rehearsal && !summary->rehearsal)
        return pki_fail(err, PKI_E_STATE, "the root is that of a rehearsal, and the record is not");
    if (fstatat(seal->dir, PKI_TRANSCRIPT_SEAL, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return pki_fail(err, PKI_E_EXISTS,
                        "it has a seal (" PKI_TRANSCRIPT_SEAL "), which is never overwritten");
    pki_transcript_head_text(summary, &seal->text);
    return pki_buf_ok(&seal->text, err);
}

bool pki_seal_ceremony_prepare(struct pki_session *session, const char *root, const char *record_at,
                               struct pki_draft **draft, struct pki_error *err)
{
    PKI_CONTEXT(err, "seal");
    pki_auto(pki_draft) fresh = NULL;
    struct record_seal *seal = NULL;

    if (strlen(record_at) >= sizeof(seal->record))
        return pki_fail(err, PKI_E_USAGE, "path is too long");
    if (!pki_draft_begin(session, "seal", &fresh, err))
        return false;
    seal = calloc(1, sizeof(*seal));
    if (!seal)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    seal->dir = -1;
    (void)snprintf(seal->record, sizeof(seal->record), "%s", record_at);
    fresh->own = seal;
    fresh->duty = &duty;
    if (!pki_seal_find_root(session, root, fresh, err) || !take_record(fresh, seal, err))
        return false;
    memcpy(fresh->subject, fresh->issuer.name, sizeof(fresh->subject));
    (void)snprintf(fresh->next, sizeof(fresh->next), "cellar status");
    *draft = PKI_TAKE(fresh);
    return true;
}
