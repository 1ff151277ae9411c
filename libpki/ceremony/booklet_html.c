#include "base/text.h"
#include "ceremony/booklet.h"
#include "crypto/digest.h"

/* Its digest stands in the page's policy, so that no other style is ever applied. */
static const char style[] =
    "@page{size:A4;margin:18mm}"
    "body{font:11pt/1.4 system-ui,sans-serif;max-width:48em;margin:2em auto;padding:0 1em;"
    "color:#111;background:#fff}"
    "section{break-before:page;border-top:3px solid #111;margin-top:3em}"
    "section:first-of-type{break-before:auto;margin-top:0}"
    "h1{font-size:1.5em;margin:.4em 0 0}h2{font-size:1.15em;margin:1.4em 0 .3em}"
    ".foot{color:#555;font-size:.8em;margin:0 0 1em}"
    ".step{break-inside:avoid;border-top:1px solid #111;margin-top:1.2em;padding-top:.3em}"
    ".step h2{margin:.2em 0}.step h2 span{font-weight:400;color:#555}"
    "dl{display:grid;grid-template-columns:11em 1fr;gap:.15em 1em;margin:.3em 0}"
    "dt{color:#555}dd{margin:0;overflow-wrap:anywhere}"
    ".blank{border-bottom:1px solid #111;height:1.8em}"
    ".say{border-left:4px solid #888;padding:.2em .8em;margin:.5em 0;font-size:1.1em}"
    "pre{background:#eee;padding:.5em;white-space:pre-wrap;overflow-wrap:anywhere}"
    ".box::before{content:\"\\2610\";font-size:1.3em;padding-right:.5em}"
    ".initials{display:grid;grid-template-columns:repeat(3,1fr);gap:1em;margin:.8em 0}"
    ".initials div{border:1px solid #111;height:3em;padding:.2em .4em;font-size:.8em;color:#555}"
    "p{margin:.4em 0;overflow-wrap:anywhere}";

/* Text of a script between tags: hidden characters are spelled out first. */
static void put(struct pki_buf *out, const char *text)
{
    pki_scope(pki_buf) safe = {0};

    pki_text_safe(&safe, (struct pki_bytes){(const uint8_t *)text, strlen(text)});
    for (size_t i = 0; i < safe.size; i++) {
        switch (safe.data[i]) {
        case '&':
            pki_buf_text(out, "&amp;");
            break;
        case '<':
            pki_buf_text(out, "&lt;");
            break;
        case '>':
            pki_buf_text(out, "&gt;");
            break;
        case '"':
            pki_buf_text(out, "&quot;");
            break;
        default:
            pki_buf_byte(out, safe.data[i]);
        }
    }
    out->failed = out->failed || safe.failed;
}

static void put_in(struct pki_buf *out, const char *before, const char *text, const char *after)
{
    pki_buf_text(out, before);
    put(out, text);
    pki_buf_text(out, after);
}

static void put_head(const struct pki_booklet *booklet, struct pki_buf *out)
{
    uint8_t sha256[PKI_SHA256_SIZE];

    pki_sha256((struct pki_bytes){(const uint8_t *)style, sizeof(style) - 1}, sha256);
    pki_buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'sha256-");
    pki_base64(out, (struct pki_bytes){sha256, sizeof(sha256)});
    pki_buf_text(out, "'; base-uri 'none'; form-action 'none'\">\n");
    put_in(out, "<title>", booklet->title, "</title>\n");
    pki_buf_text(out, "<style>");
    pki_buf_text(out, style);
    pki_buf_text(out, "</style>\n</head>\n<body>\n");
}

static void put_blank(struct pki_buf *out, const struct pki_booklet_part *part)
{
    put_in(out, "<dl><dt>", part->label, "</dt><dd>");
    for (unsigned i = 0; i < part->lines; i++)
        pki_buf_text(out, "<div class=\"blank\"></div>");
    pki_buf_text(out, "</dd></dl>\n");
}

static void put_initials(struct pki_buf *out)
{
    pki_buf_text(out, "<div class=\"initials\">");
    for (size_t i = 0; pki_booklet_initials[i]; i++)
        put_in(out, "<div>", pki_booklet_initials[i], "</div>");
    pki_buf_text(out, "</div>\n</div>\n"); /* which ends the step */
}

static void put_page(const struct pki_booklet *booklet, const struct pki_booklet_part *part,
                     struct pki_buf *out)
{
    if (part != booklet->parts)
        pki_buf_text(out, "</section>\n");
    put_in(out, "<section>\n<h1>", part->text, "</h1>\n");
    put_in(out, "<p class=\"foot\">", booklet->foot, "</p>\n");
}

static void put_part(const struct pki_booklet *booklet, const struct pki_booklet_part *part,
                     struct pki_buf *out)
{
    switch (part->kind) {
    case PKI_BOOKLET_PAGE:
        put_page(booklet, part, out);
        return;
    case PKI_BOOKLET_HEADING:
        put_in(out, "<h2>", part->text, "</h2>\n");
        return;
    case PKI_BOOKLET_STEP:
        put_in(out, "<div class=\"step\">\n<h2><span>", part->label, "</span> ");
        put_in(out, "", part->text, "</h2>\n");
        return;
    case PKI_BOOKLET_TEXT:
        put_in(out, "<p>", part->text, "</p>\n");
        return;
    case PKI_BOOKLET_SAY:
        put_in(out, "<p class=\"say\">", part->text, "</p>\n");
        return;
    case PKI_BOOKLET_COMMAND:
        put_in(out, "<pre>$ ", part->text, "</pre>\n");
        return;
    case PKI_BOOKLET_VALUE:
        put_in(out, "<dl><dt>", part->label, "</dt><dd>");
        put_in(out, "", part->text, "</dd></dl>\n");
        return;
    case PKI_BOOKLET_BLANK:
        put_blank(out, part);
        return;
    case PKI_BOOKLET_BOX:
        put_in(out, "<p class=\"box\">", part->text, "</p>\n");
        return;
    case PKI_BOOKLET_INITIALS:
        put_initials(out);
        return;
    }
}

void pki_booklet_html(const struct pki_booklet *booklet, struct pki_buf *out)
{
    put_head(booklet, out);
    for (size_t i = 0; i < booklet->n; i++)
        put_part(booklet, &booklet->parts[i], out);
    pki_buf_text(out, "</section>\n</body>\n</html>\n");
}
