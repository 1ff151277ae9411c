#include "ceremony/page.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"
#include "ceremony/qr.h"

/* Its digest stands in the page's policy, so that no other style is ever applied. */
static const char style[] =
    "@page{size:A4;margin:18mm}"
    ":root{color-scheme:light dark;--ink:#111;--soft:#555;--line:#bbb;--ground:#fff;--fill:#f1f1f1;"
    "--good:#0a6b2d;--warn:#8a4b00;--bad:#b00020;--use:#2f6f4f;--wait:#9fc5b0;--rest:#c9c9c9}"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#a8a8a8;"
    "--line:#555;--ground:#16181a;--fill:#24272a;--good:#6fd08c;--warn:#f0b35a;--bad:#ff8a8a;"
    "--use:#4fa57a;--wait:#2f5a45;--rest:#555}}"
    "body{font:11pt/1.4 system-ui,sans-serif;max-width:48em;margin:2em auto;padding:0 1em;"
    "color:var(--ink);background:var(--ground)}"
    ".booklet section{break-before:page;border-top:3px solid var(--ink);margin-top:3em}"
    ".booklet section:first-of-type{break-before:auto;margin-top:0}"
    "h1{font-size:1.5em;margin:.4em 0 0;overflow-wrap:anywhere}"
    "h2{font-size:1.15em;margin:1.4em 0 .3em;overflow-wrap:anywhere;break-after:avoid}"
    "h3{font-size:1em;margin:1.1em 0 .2em;overflow-wrap:anywhere;break-after:avoid}"
    ".report h2{border-top:2px solid var(--ink);padding-top:.4em;margin-top:2em}"
    ".foot{color:var(--soft);font-size:.8em;margin:0 0 1em}"
    ".step{break-inside:avoid;border-top:1px solid var(--ink);margin-top:1.2em;padding-top:.3em}"
    ".step h2{margin:.2em 0}.step h2 span{font-weight:400;color:var(--soft)}"
    "dl{display:grid;grid-template-columns:11em 1fr;gap:.15em 1em;margin:.3em 0}"
    "dt{color:var(--soft);overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}"
    ".blank{border-bottom:1px solid var(--ink);height:1.8em}"
    ".say{border-left:4px solid var(--line);padding:.2em .8em;margin:.5em 0;font-size:1.1em}"
    "pre{background:var(--fill);padding:.5em;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".box::before{content:\"\\2610\";font-size:1.3em;padding-right:.5em}"
    ".initials{display:grid;grid-template-columns:repeat(3,1fr);gap:1em;margin:.8em 0}"
    ".initials div{border:1px solid var(--ink);height:3em;padding:.2em .4em;font-size:.8em;"
    "color:var(--soft)}"
    "p{margin:.4em 0;overflow-wrap:anywhere}"
    ".wide{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;font-size:.85em;margin:.4em 0}"
    "th,td{text-align:left;vertical-align:top;padding:.25em .5em;border-bottom:1px solid "
    "var(--line)}.short{white-space:nowrap}.long{overflow-wrap:anywhere;min-width:9em}"
    ".text{min-width:14em}"
    "th{color:var(--soft);font-weight:600}tr{break-inside:avoid}thead{display:table-header-group}"
    ".good{color:var(--good)}.warn{color:var(--warn);font-weight:600}"
    ".bad{color:var(--bad);font-weight:600}.faint{color:var(--soft)}"
    ".digest{display:grid;grid-template-columns:8.5em 1fr;gap:1em;align-items:center;"
    "break-inside:avoid;margin:.6em 0}"
    ".code{width:8.5em;height:8.5em}"
    ".digest code{font:.95em/1.5 ui-monospace,monospace;overflow-wrap:anywhere}"
    ".sign{display:grid;grid-template-columns:11em 2fr 1fr 2fr;gap:1em;margin:1.6em 0 0;"
    "align-items:end;break-inside:avoid}"
    ".sign div{border-top:1px solid var(--ink);font-size:.8em;color:var(--soft);margin-top:1.6em}"
    "svg.chart{width:100%;height:auto;display:block;margin:.6em 0;"
    "font:11px system-ui,sans-serif;break-inside:avoid}"
    ".chart text{fill:var(--ink)}.chart .soft{fill:var(--soft)}.chart .strong{font-weight:700}"
    ".chart .mark{fill:var(--ground)}"
    ".chart .rule{stroke:var(--line)}.chart .now{stroke:var(--bad);stroke-width:1.5}"
    ".chart .box{fill:var(--ground);stroke:var(--ink)}"
    ".chart .active{fill:var(--fill);stroke:var(--use);stroke-width:2.5}"
    ".chart .next{fill:var(--ground);stroke:var(--use);stroke-dasharray:4 3}"
    ".chart .retiring,.chart .retired{fill:var(--ground);stroke:var(--line)}"
    ".chart .revoked{fill:var(--ground);stroke:var(--bad);stroke-width:2.5}"
    ".chart .use{fill:var(--use)}.chart .wait{fill:var(--wait)}.chart .rest{fill:var(--rest)}"
    "@media print{body{max-width:none;margin:0;padding:0;print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}.wide{overflow:visible}}"
    "@media screen and (max-width:40em){dl,.digest{grid-template-columns:1fr}"
    ".sign{grid-template-columns:1fr}dd{margin-bottom:.4em}}";

void pki_page_begin(struct pki_buf *out, const char *title, const char *kind)
{
    uint8_t sha256[PKI_SHA256_SIZE];

    pki_sha256((struct pki_bytes){(const uint8_t *)style, sizeof(style) - 1}, sha256);
    pki_buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'sha256-");
    pki_base64(out, (struct pki_bytes){sha256, sizeof(sha256)});
    pki_buf_text(out, "'; base-uri 'none'; form-action 'none'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width\">\n");
    pki_html_in(out, "<title>", title, "</title>\n");
    pki_buf_text(out, "<style>");
    pki_buf_text(out, style);
    pki_buf_printf(out, "</style>\n</head>\n<body class=\"%s\">\n", kind);
}

void pki_page_end(struct pki_buf *out)
{
    pki_buf_text(out, "</body>\n</html>\n");
}

/* On white, also where the page is dark: scanners expect it. */
void pki_page_code(struct pki_buf *out, const char *text)
{
    struct pki_error ignored = {0};
    struct pki_qr qr;

    if (!pki_qr_draw(text, &qr, &ignored)) {
        out->failed = true;
        return;
    }
    pki_buf_printf(out,
                   "<svg class=\"code\" role=\"img\" aria-label=\"QR code\" "
                   "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
                   "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>",
                   PKI_QR_SIDE, PKI_QR_SIDE, PKI_QR_SIDE, PKI_QR_SIDE);
    pki_qr_path(&qr, out);
    pki_buf_text(out, "</svg>");
}

bool pki_page_digest(struct pki_buf *out, const char *label, enum pki_frame_kind kind,
                     const uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err)
{
    const struct pki_bytes bytes = {sha256, PKI_SHA256_SIZE};
    struct pki_frames frames = {.n = 0};

    if (!pki_frames_split(kind, bytes, &frames, err))
        return false;
    pki_buf_text(out, "<div class=\"digest\">");
    pki_page_code(out, frames.texts[0]);
    pki_html_in(out, "<div>", label, "<br><code>");
    pki_hex_grouped(out, bytes);
    pki_buf_text(out, "</code><br>");
    pki_words(out, bytes);
    pki_buf_text(out, "</div></div>\n");
    return pki_buf_ok(out, err);
}

void pki_page_signatures(struct pki_buf *out, const char *const *roles, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pki_html_in(out, "<div class=\"sign\"><span>", roles[i], "</span>");
        pki_buf_text(out, "<div>Name</div><div>Date</div><div>Signature</div></div>\n");
    }
}

bool pki_page_write(const struct pki_buf *out, const char *to, bool dry_run,
                    struct pki_report *report, struct pki_error *err)
{
    uint8_t sha256[PKI_SHA256_SIZE];
    size_t length = strlen(to);

    if (length < 6 || strcmp(to + length - 5, ".html") != 0)
        return pki_fail(err, PKI_E_USAGE, "%s: a report is a page: name it .html", to);
    if (!dry_run && !pki_file_write_new(AT_FDCWD, to, 0644, pki_buf_view(out), err))
        return false;
    pki_sha256(pki_buf_view(out), sha256);
    pki_report_text(report, "Report", "%s", to);
    pki_report_integer(report, "Octets", (int64_t)out->size);
    pki_report_octets(report, "Sha256", (struct pki_bytes){sha256, sizeof(sha256)});
    if (dry_run)
        pki_report_note(report, "Dry run", PKI_TONE_FAINT, "nothing was written");
    return pki_report_ok(report, err);
}
