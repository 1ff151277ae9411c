/*
 * A seal: counter, head and date of the journal in a text that a root signs,
 * to be kept where nobody who can write the cellar can change it. It seals the
 * head before its own entries: those of its reservation and of its record.
 * Text and signature get their names in one step, as a directory.
 */
#include <fcntl.h>
#include <limits.h>

#include "pki/seal.h"
#include "base/file.h"
#include "base/text.h"
#include "ops/bundle.h"
#include "ops/draft.h"
#include "ops/export_target.h"
#include "ops/seal.h"

/* What a root signs here begins so, and a ceremony's head.txt with other words. Bodies of
   certificates, CRLs and OCSP responses begin with 0x30 (SEQUENCE), so that none of them can ever
   be passed off as a seal, nor a seal as one. */
#define FIRST_LINE "Root Cellar seal 1\n"

#define TEXT      "seal.txt"
#define SIGNATURE "seal.txt.sig"

struct seal {
    struct pki_journal_head head;
    char to[PATH_MAX];        /* the directory, as typed */
    struct pki_target target; /* begun before anything is reserved, named after the record */
    int dir;                  /* while it has no name */
    struct pki_buf text, signed_text;
};

static const struct seal *own_of(const struct pki_draft *draft)
{
    return draft->own;
}

static void seal_free(void *own)
{
    struct seal *seal = own;

    pki_buf_clear(&seal->text);
    pki_buf_clear(&seal->signed_text);
    pki_fd_close_(&seal->dir);
    pki_target_clear(&seal->target);
    free(seal);
}

/* --- the text ----------------------------------------------------------------------------------
 */

static void put_hex(struct pki_buf *text, const char *label, const uint8_t *octets, size_t size)
{
    pki_buf_printf(text, "%-10s", label);
    pki_hex(text, (struct pki_bytes){octets, size});
    pki_buf_byte(text, '\n');
}

static bool write_text(struct pki_session *session, const struct pki_draft *draft,
                       struct seal *seal, struct pki_error *err)
{
    struct pki_cellar_row cellar = {0};
    char date[PKI_TIME_TEXT];
    struct pki_buf *text = &seal->text;

    if (!pki_store_cellar(session->store, &cellar, err))
        return false;
    pki_buf_text(text, FIRST_LINE);
    put_hex(text, "cellar", cellar.id, sizeof(cellar.id));
    pki_buf_printf(text, "%-10s%s\n", "authority", draft->issuer.name);
    put_hex(text, "key", draft->issuer_cert->spki_sha256, PKI_SHA256_SIZE);
    pki_buf_printf(text, "%-10s%lld\n", "entry", (long long)seal->head.counter);
    put_hex(text, "head", seal->head.hash, sizeof(seal->head.hash));
    pki_buf_printf(text, "%-10s", "words");
    pki_words(text, (struct pki_bytes){seal->head.hash, sizeof(seal->head.hash)});
    pki_buf_printf(text, "\n%-10s%s\n", "date", pki_time_format(draft->now, date));
    return pki_buf_ok(text, err);
}

/* --- the draft's hooks -------------------------------------------------------------------------
 */

static bool describe(const struct pki_draft *draft, struct pki_report *report,
                     struct pki_error *err)
{
    const struct seal *seal = own_of(draft);
    struct pki_report *block = pki_report_block(report, "Seal");

    pki_report_text(block, "Signed by", "%s", draft->issuer.name);
    pki_report_integer(block, "Entry", seal->head.counter);
    pki_report_words(block, "Head", seal->head.hash);
    pki_report_text(block, "File", "%s/" TEXT, seal->to);
    return pki_report_ok(report, err);
}

static bool reserve(const struct pki_draft *draft, size_t nth, struct pki_reservation_row *row,
                    struct pki_error *err)
{
    struct seal *seal = draft->own;

    (void)nth;
    (void)snprintf(row->subject, sizeof(row->subject), "seal of entry %lld by %.80s",
                   (long long)seal->head.counter, draft->issuer.name);
    pki_seal_fill_row(draft, pki_buf_view(&seal->text), row);
    return pki_target_begin(&seal->target, &seal->dir, err);
}

static bool sign(struct pki_session *session, struct pki_draft *draft,
                 const struct pki_key *issuer_key, struct pki_error *err)
{
    struct seal *seal = draft->own;

    (void)session;
    return pki_seal_sign(draft, issuer_key, pki_buf_view(&seal->text), &seal->signed_text, err);
}

static bool record(struct pki_txn *txn, struct pki_draft *draft, int64_t at, struct pki_buf *detail,
                   struct pki_error *err)
{
    struct seal *seal = draft->own;
    uint8_t sha256[PKI_SHA256_SIZE];

    (void)txn;
    (void)at;
    pki_sha256(pki_buf_view(&seal->signed_text), sha256);
    pki_buf_printf(detail, "entry %lld, signature sha256 ", (long long)seal->head.counter);
    pki_hex(detail, (struct pki_bytes){sha256, sizeof(sha256)});
    return pki_buf_ok(detail, err);
}

static bool publish(struct pki_draft *draft, struct pki_error *err)
{
    struct seal *seal = draft->own;
    struct pki_error why = {0};

    if (pki_file_write_new(seal->dir, TEXT, 0644, pki_buf_view(&seal->text), &why) &&
        pki_file_write_new(seal->dir, SIGNATURE, 0644, pki_buf_view(&seal->signed_text), &why) &&
        pki_bundle_open_up(seal->dir, &why) && pki_target_finish(&seal->target, &why))
        return true;
    return pki_fail(err, why.code, "the seal is recorded and could not be written: %s: seal again",
                    why.text);
}

static void made(const struct pki_draft *draft, struct pki_report *report)
{
    const struct seal *seal = own_of(draft);
    char text[PATH_MAX + sizeof(TEXT)];

    (void)snprintf(text, sizeof(text), "%s/" TEXT, seal->to);
    pki_target_warn(&seal->target, report);
    pki_report_text(report, "Seal", "%s", text);
    pki_report_text(report, "Signature", "%s/" SIGNATURE, seal->to);
    pki_report_integer(report, "Sealed entry", seal->head.counter);
    pki_report_note(report, "To check", PKI_TONE_PLAIN,
                    "Keep both files away from the cellar. Anybody can check them:");
    pki_seal_tell_check(draft, text, report);
}

static const struct pki_draft_duty duty = {
    .describe = describe,
    .reserve = reserve,
    .sign = sign,
    .record = record,
    .publish = publish,
    .made = made,
    .free = seal_free,
};

/* --- preparing ---------------------------------------------------------------------------------
 */

static bool choose_directory(struct seal *seal, const char *to, struct pki_error *err)
{
    int length =
        to ? snprintf(seal->to, sizeof(seal->to), "%s", to)
           : snprintf(seal->to, sizeof(seal->to), "seal-%lld", (long long)seal->head.counter);

    return length < (int)sizeof(seal->to) ? pki_target_open(&seal->target, seal->to, false, err)
                                          : pki_fail(err, PKI_E_USAGE, "path is too long");
}

bool pki_seal_prepare(struct pki_session *session, const char *root, const char *to,
                      struct pki_draft **draft, struct pki_error *err)
{
    PKI_CONTEXT(err, "seal");
    pki_auto(pki_draft) fresh = NULL;
    struct seal *seal = NULL;

    if (!pki_draft_begin(session, "seal", &fresh, err))
        return false;
    seal = calloc(1, sizeof(*seal));
    if (!seal)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    seal->dir = -1;
    seal->target.above = -1;
    fresh->own = seal;
    fresh->duty = &duty;
    if (!pki_seal_find_root(session, root, fresh, err) ||
        !pki_journal_get_head(session->store, &seal->head, err) ||
        !choose_directory(seal, to, err) || !write_text(session, fresh, seal, err))
        return false;
    memcpy(fresh->subject, fresh->issuer.name, sizeof(fresh->subject));
    (void)snprintf(fresh->next, sizeof(fresh->next), "cellar audit --head-from SEAL");
    *draft = PKI_TAKE(fresh);
    return true;
}

/* --- checking ----------------------------------------------------------------------------------
 */

/* The value of a line "LABEL     VALUE"; false where there is none that fits. */
static bool line_value(const char *text, const char *label, char *value, size_t size)
{
    char start[16];

    (void)snprintf(start, sizeof(start), "\n%-10s", label);
    const char *found = strstr(text, start);
    size_t length = found ? strcspn(found + strlen(start), "\n") : 0;

    if (length == 0 || length >= size)
        return false;
    (void)snprintf(value, size, "%.*s", (int)length, found + strlen(start));
    return true;
}

static bool verify(struct pki_session *session, const char *name, struct pki_bytes text,
                   struct pki_bytes signature, struct pki_error *err)
{
    pki_scope(pki_authority_row) root = {0};
    pki_scope(pki_certificate_row) row = {0};
    pki_auto(pki_cert) cert = NULL;
    const struct pki_algorithm *algorithm = NULL;
    struct pki_key_row key = {0};
    bool found = false;

    if (!pki_store_authority_by_name(session->store, name, &found, &root, err))
        return false;
    if (!found || root.environment[0])
        return pki_fail(err, PKI_E_INTEGRITY, "this cellar has no root %s", name);
    if (!pki_store_certificate(session->store, root.certificate, &row, err) ||
        !pki_cert_parse(pki_buf_view(&row.der), &cert, err) ||
        !pki_store_find_key(session->store, cert->spki_sha256, &found, &key, err))
        return false;
    algorithm = found ? pki_algorithm_find(key.algorithm) : NULL;
    if (!algorithm)
        return pki_fail(err, PKI_E_INTEGRITY, "the key of %s is not recorded", name);
    struct pki_error why = {0};
    return pki_spki_verify(cert->spki, algorithm->signature, text, signature, &why) ||
           pki_fail(err, PKI_E_INTEGRITY, "%s did not sign it: %s", name, why.text);
}

bool pki_seal_read(struct pki_session *session, const char *path, char head[65],
                   struct pki_error *err)
{
    PKI_CONTEXT(err, "seal %s", path);
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_buf) signature = {0};
    pki_scope_fd int dir = -1;
    char name[PKI_NAME_MAX];

    if (!pki_dir_open(AT_FDCWD, path, &dir, err) ||
        !pki_file_read(dir, TEXT, PKI_LIMIT_KEY, &text, err) ||
        !pki_file_read(dir, SIGNATURE, PKI_LIMIT_KEY, &signature, err))
        return false;
    struct pki_bytes body = pki_buf_view(&text);
    pki_buf_byte(&text, 0);
    if (!pki_buf_ok(&text, err))
        return false;
    body.data = text.data;
    if (strncmp((const char *)text.data, FIRST_LINE, strlen(FIRST_LINE)) != 0 ||
        !line_value((const char *)text.data, "authority", name, sizeof(name)) ||
        !line_value((const char *)text.data, "head", head, 65))
        return pki_fail(err, PKI_E_USAGE, "this is no seal of a cellar");
    return verify(session, name, body, pki_buf_view(&signature), err);
}
