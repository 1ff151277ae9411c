#include <fcntl.h>

#include "pki/ceremony.h"
#include "base/file.h"
#include "ceremony/booklet.h"
#include "ceremony/script_lint.h"

static bool ends_in(const char *path, const char *end)
{
    size_t length = strlen(path);

    return length > strlen(end) && strcmp(path + length - strlen(end), end) == 0;
}

static bool render(struct pki_booklet *booklet, const char *to, struct pki_buf *out,
                   struct pki_error *err)
{
    if (ends_in(to, ".pdf"))
        return pki_booklet_pdf(booklet, out, err);
    if (ends_in(to, ".html"))
        pki_booklet_html(booklet, out);
    else if (ends_in(to, ".txt"))
        pki_booklet_text(booklet, out);
    else
        return pki_fail(err, PKI_E_USAGE,
                        "%s: the name's end says what is written: .txt, .html or .pdf", to);
    return pki_buf_ok(out, err);
}

/* What is not sound is not printed: somebody would sign it. */
static bool load(const struct pki_ceremony_print_request *request, struct pki_script **script,
                 struct pki_error *err)
{
    pki_scope(pki_script_judge) judge = {.now = request->at};

    return pki_script_load(request->script, script, err) && pki_script_lint(*script, &judge, err) &&
           pki_script_refuse(&judge, request->script, err);
}

bool pki_ceremony_print(const struct pki_ceremony_print_request *request, struct pki_report *report,
                        struct pki_error *err)
{
    pki_auto(pki_script) script = NULL;
    pki_auto(pki_booklet) booklet = NULL;
    pki_scope(pki_buf) out = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!load(request, &script, err) || !pki_booklet_build(script, &booklet, err) ||
        !render(booklet, request->to, &out, err))
        return false;
    if (!request->dry_run &&
        !pki_file_write_new(AT_FDCWD, request->to, 0644, pki_buf_view(&out), err))
        return false;
    pki_sha256(pki_buf_view(&out), sha256);
    pki_report_text(report, "Booklet", "%s", request->to);
    pki_report_integer(report, "Steps", (int64_t)script->n_steps);
    pki_report_integer(report, "Octets", (int64_t)out.size);
    pki_report_fingerprint(report, "Script", script->sha256);
    pki_report_octets(report, "Sha256", (struct pki_bytes){sha256, sizeof(sha256)});
    if (request->dry_run)
        pki_report_note(report, "Dry run", PKI_TONE_FAINT, "nothing was written");
    return pki_report_ok(report, err);
}
