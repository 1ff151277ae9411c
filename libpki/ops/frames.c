/* Between files and frames: which kind a file is, and what came back (docs/FRAMES.md). */
#include "pki/frames.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/qr.h"
#include "crypto/digest.h"
#include "x509/describe.h"
#include "x509/pem.h"

/* NULL: 32 octets of their own, which no file holds. */
static const char *const labels[PKI_FRAME_KINDS] = {
    [PKI_FRAME_CERTIFICATE] = PKI_PEM_CERTIFICATE,
    [PKI_FRAME_REQUEST] = PKI_PEM_REQUEST,
    [PKI_FRAME_CRL] = PKI_PEM_CRL,
};

void pki_frames_free(struct pki_frames *frames)
{
    free(frames);
}

size_t pki_frames_count(const struct pki_frames *frames)
{
    return frames->n;
}

/* --- out ----------------------------------------------------------------------------------- */

static enum pki_frame_kind kind_of(const char *label)
{
    size_t kind = PKI_FRAME_CRL; /* the last that has a label */

    while (kind > 0 && strcmp(labels[kind], label) != 0)
        kind--;
    return (enum pki_frame_kind)kind;
}

/* A text of ours with a head in it: of a ceremony or a seal. */
static bool find_head(struct pki_bytes text, struct pki_buf *head, struct pki_error *err)
{
    static const char name[] = "Root Cellar ";
    static const char line[] = "\nhead      ";
    const uint8_t *at = NULL;
    char hex[2 * PKI_SHA256_SIZE + 1] = "";

    if (text.size > sizeof(name) && memcmp(text.data, name, sizeof(name) - 1) == 0)
        at = memmem(text.data, text.size, line, sizeof(line) - 1);
    if (!at || (size_t)(text.data + text.size - at) < sizeof(line) + sizeof(hex) - 1)
        return false;
    memcpy(hex, at + sizeof(line) - 1, sizeof(hex) - 1);
    return at[sizeof(line) + sizeof(hex) - 2] == '\n' && pki_hex_parse(hex, head, err) &&
           head->size == PKI_SHA256_SIZE;
}

/* The one thing in a file, as DER. */
static bool read_thing(struct pki_bytes bytes, struct pki_buf *der, struct pki_error *err)
{
    pki_scope(pki_pem) pem = {0};

    if (!pki_pem_is(bytes)) {
        pki_buf_append_bytes(der, bytes);
        return pki_buf_ok(der, err);
    }
    if (!pki_pem_parse(bytes, &pem, err))
        return false;
    for (size_t i = 0; i < pem.n_blocks; i++)
        if (strstr(pem.blocks[i].label, "PRIVATE KEY"))
            return pki_fail(err, PKI_E_POLICY, "it holds a private key: that is never shown");
    if (pem.n_blocks != 1)
        return pki_fail(err, PKI_E_FORMAT, "it holds %zu things: frames carry one", pem.n_blocks);
    pki_buf_append_bytes(der, pki_buf_view(&pem.blocks[0].der));
    return pki_buf_ok(der, err);
}

/* Only what can be read is carried. */
static bool split_thing(struct pki_bytes bytes, bool fingerprint, struct pki_frames *frames,
                        struct pki_error *err)
{
    pki_auto(pki_report) ignored = pki_report_new();
    pki_scope(pki_buf) der = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!read_thing(bytes, &der, err) || !pki_describe_der(pki_buf_view(&der), 0, ignored, err))
        return false;
    pki_sha256(pki_buf_view(&der), sha256);
    if (fingerprint)
        return pki_frames_split(PKI_FRAME_FINGERPRINT, (struct pki_bytes){sha256, sizeof(sha256)},
                                frames, err);
    return pki_frames_split(kind_of(pki_der_label(pki_buf_view(&der))), pki_buf_view(&der), frames,
                            err);
}

static bool split_file(struct pki_bytes bytes, bool fingerprint, struct pki_frames *frames,
                       struct pki_error *err)
{
    pki_scope(pki_buf) head = {0};
    struct pki_error ignored = {0};

    if (find_head(bytes, &head, &ignored))
        return pki_frames_split(PKI_FRAME_HEAD, pki_buf_view(&head), frames, err);
    return split_thing(bytes, fingerprint, frames, err);
}

bool pki_frames_load(const char *path, bool fingerprint, struct pki_frames **frames,
                     struct pki_error *err)
{
    pki_auto(pki_frames) made = calloc(1, sizeof(*made));
    pki_scope(pki_buf) bytes = {0};

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_file_read(AT_FDCWD, path, PKI_LIMIT_BUNDLE, &bytes, err))
        return false;
    PKI_CONTEXT(err, "%s", path);
    if (!split_file(pki_buf_view(&bytes), fingerprint, made, err))
        return false;
    *frames = PKI_TAKE(made);
    return true;
}

bool pki_frames_show(const struct pki_frames *frames, size_t index, struct pki_report *report,
                     struct pki_error *err)
{
    pki_scope(pki_buf) picture = {0};
    struct pki_qr qr;

    if (!pki_qr_draw(frames->texts[index], &qr, err))
        return false;
    pki_buf_printf(&picture, "frame %zu of %zu: %s %s\n", index + 1, frames->n,
                   pki_frame_kind_title(frames->kind), frames->digest);
    pki_qr_console(&qr, &picture);
    pki_buf_byte(&picture, 0);
    if (!pki_buf_ok(&picture, err))
        return false;
    pki_report_readers(report, PKI_FOR_PAPER);
    pki_report_verbatim(report, "Picture", (const char *)picture.data);
    pki_report_readers(report, PKI_FOR_JSON);
    pki_report_note(report, "Frames", PKI_TONE_PLAIN, "%s", frames->texts[index]);
    pki_report_readers(report, PKI_FOR_ALL);
    return true;
}

bool pki_frames_write(const struct pki_frames *frames, const char *to, bool dry_run,
                      struct pki_report *report, struct pki_error *err)
{
    pki_scope(pki_buf) out = {0};
    size_t length = strlen(to);

    if (length < 5 || strcmp(to + length - 4, ".svg") != 0)
        return pki_fail(err, PKI_E_USAGE, "%s: a picture of frames is SVG: name it .svg", to);
    if (!pki_qr_sheet(frames, &out, err) ||
        (!dry_run && !pki_file_write_new(AT_FDCWD, to, 0644, pki_buf_view(&out), err)))
        return false;
    pki_report_text(report, "Frames of", "%s %s", pki_frame_kind_title(frames->kind),
                    frames->digest);
    pki_report_integer(report, "How many", (int64_t)frames->n);
    pki_report_text(report, "Picture", "%s", to);
    if (dry_run)
        pki_report_note(report, "Dry run", PKI_TONE_FAINT, "nothing was written");
    return true;
}

/* --- back ---------------------------------------------------------------------------------- */

static bool take_file(struct pki_frames_back *back, const char *path, struct pki_error *err)
{
    pki_scope(pki_buf) lines = {0};

    return pki_file_read(AT_FDCWD, path, PKI_LIMIT_BUNDLE, &lines, err) &&
           pki_frames_take(back, path, pki_buf_view(&lines), err);
}

static bool describe_thing(const struct pki_frames_back *back, struct pki_bytes whole,
                           const struct pki_frames_read_request *request, struct pki_report *report,
                           struct pki_error *err)
{
    const char *label = pki_der_label(whole);
    pki_scope(pki_buf) pem = {0};

    if (!label || strcmp(label, labels[back->kind]) != 0)
        return pki_fail(err, PKI_E_FORMAT, "what the frames bring is no %s",
                        pki_frame_kind_title(back->kind));
    if (!pki_describe_der(whole, request->now, report, err))
        return false;
    if (!request->to)
        return true;
    pki_pem_write(&pem, label, whole);
    if (!pki_buf_ok(&pem, err) ||
        (!request->dry_run &&
         !pki_file_write_new(AT_FDCWD, request->to, 0644, pki_buf_view(&pem), err)))
        return false;
    pki_report_text(report, "Written", "%s", request->to);
    return true;
}

static bool describe_digest(const struct pki_frames_back *back, struct pki_bytes whole,
                            const struct pki_frames_read_request *request,
                            struct pki_report *report, struct pki_error *err)
{
    const char *title = pki_frame_kind_title(back->kind);

    if (whole.size != PKI_SHA256_SIZE)
        return pki_fail(err, PKI_E_FORMAT, "a %s has %d octets, not %zu", title, PKI_SHA256_SIZE,
                        whole.size);
    if (request->to)
        return pki_fail(err, PKI_E_USAGE, "a %s is compared, not written: leave --to out", title);
    pki_report_text(report, "Kind", "%s", title);
    pki_report_fingerprint(report, back->kind == PKI_FRAME_HEAD ? "Head" : "SHA-256", whole.data);
    return true;
}

bool pki_frames_read(const struct pki_frames_read_request *request, struct pki_report *report,
                     struct pki_error *err)
{
    struct pki_frames_back back = {.of = 0};
    pki_scope(pki_buf) whole = {0};

    for (size_t i = 0; i < request->n_paths; i++)
        if (!take_file(&back, request->paths[i], err))
            return false;
    if (!pki_frames_join(&back, &whole, err))
        return false;
    pki_report_integer(report, "Frames read", (int64_t)back.of);
    bool done = labels[back.kind]
                    ? describe_thing(&back, pki_buf_view(&whole), request, report, err)
                    : describe_digest(&back, pki_buf_view(&whole), request, report, err);
    if (done && request->dry_run)
        pki_report_note(report, "Dry run", PKI_TONE_FAINT, "nothing was written");
    return done && pki_report_ok(report, err);
}
