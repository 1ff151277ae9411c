#include "ceremony/booklet.h"
#include "ceremony/page.h"

static void put_blank(struct pki_buf *out, const struct pki_booklet_part *part)
{
    pki_html_in(out, "<dl><dt>", part->label, "</dt><dd>");
    for (unsigned i = 0; i < part->lines; i++)
        pki_buf_text(out, "<div class=\"blank\"></div>");
    pki_buf_text(out, "</dd></dl>\n");
}

static void put_initials(struct pki_buf *out)
{
    pki_buf_text(out, "<div class=\"initials\">");
    for (size_t i = 0; pki_booklet_initials[i]; i++)
        pki_html_in(out, "<div>", pki_booklet_initials[i], "</div>");
    pki_buf_text(out, "</div>\n</div>\n"); /* which ends the step */
}

static void put_page(const struct pki_booklet *booklet, const struct pki_booklet_part *part,
                     struct pki_buf *out)
{
    if (part != booklet->parts)
        pki_buf_text(out, "</section>\n");
    pki_html_in(out, "<section>\n<h1>", part->text, "</h1>\n");
    pki_html_in(out, "<p class=\"foot\">", booklet->foot, "</p>\n");
}

static void put_part(const struct pki_booklet *booklet, const struct pki_booklet_part *part,
                     struct pki_buf *out)
{
    switch (part->kind) {
    case PKI_BOOKLET_PAGE:
        put_page(booklet, part, out);
        return;
    case PKI_BOOKLET_HEADING:
        pki_html_in(out, "<h2>", part->text, "</h2>\n");
        return;
    case PKI_BOOKLET_STEP:
        pki_html_in(out, "<div class=\"step\">\n<h2><span>", part->label, "</span> ");
        pki_html_in(out, "", part->text, "</h2>\n");
        return;
    case PKI_BOOKLET_TEXT:
        pki_html_in(out, "<p>", part->text, "</p>\n");
        return;
    case PKI_BOOKLET_SAY:
        pki_html_in(out, "<p class=\"say\">", part->text, "</p>\n");
        return;
    case PKI_BOOKLET_COMMAND:
        pki_html_in(out, "<pre>$ ", part->text, "</pre>\n");
        return;
    case PKI_BOOKLET_VALUE:
        pki_html_in(out, "<dl><dt>", part->label, "</dt><dd>");
        pki_html_in(out, "", part->text, "</dd></dl>\n");
        return;
    case PKI_BOOKLET_CODE:
        pki_html_in(out, "<dl><dt>", part->label, "</dt><dd>");
        pki_page_code(out, part->text);
        pki_buf_text(out, "</dd></dl>\n");
        return;
    case PKI_BOOKLET_BLANK:
        put_blank(out, part);
        return;
    case PKI_BOOKLET_BOX:
        pki_html_in(out, "<p class=\"box\">", part->text, "</p>\n");
        return;
    case PKI_BOOKLET_INITIALS:
        put_initials(out);
        return;
    }
}

void pki_booklet_html(const struct pki_booklet *booklet, struct pki_buf *out)
{
    pki_page_begin(out, booklet->title, "booklet");
    for (size_t i = 0; i < booklet->n; i++)
        put_part(booklet, &booklet->parts[i], out);
    pki_buf_text(out, "</section>\n");
    pki_page_end(out);
}
