#include "base/text.h"
#include "base/utf8.h"
#include "ceremony/booklet.h"

#define WIDTH  80
#define LABELS 22 /* columns of a label; what it labels begins there */

static void put_times(struct pki_buf *out, char c, size_t n)
{
    while (n-- > 0)
        pki_buf_byte(out, (uint8_t)c);
}

/* Words from column `from` on, where the cursor is; a longer word than a line is left whole. */
static void put_wrapped(struct pki_buf *out, const char *text, unsigned from)
{
    unsigned column = from;

    while (*text) {
        size_t size = strcspn(text, " ");
        unsigned width = pki_utf8_width(text, size);
        if (column > from && column + 1 + width > WIDTH) {
            pki_buf_byte(out, '\n');
            put_times(out, ' ', from);
            column = from;
        } else if (column > from) {
            pki_buf_byte(out, ' ');
            column++;
        }
        pki_text_safe(out, (struct pki_bytes){(const uint8_t *)text, size});
        column += width;
        text += size;
        text += strspn(text, " ");
    }
    pki_buf_byte(out, '\n');
}

static void put_label(struct pki_buf *out, const char *label)
{
    unsigned width = pki_utf8_width(label, strlen(label));

    pki_text_safe(out, (struct pki_bytes){(const uint8_t *)label, strlen(label)});
    if (width >= LABELS) {
        pki_buf_byte(out, '\n');
        width = 0;
    }
    put_times(out, ' ', LABELS - width);
}

static void put_blank(struct pki_buf *out, const struct pki_booklet_part *part)
{
    put_label(out, part->label);
    for (unsigned i = 0; i < part->lines; i++) {
        if (i > 0) {
            pki_buf_byte(out, '\n');
            put_times(out, ' ', LABELS);
        }
        put_times(out, '_', WIDTH - LABELS);
        pki_buf_byte(out, '\n');
    }
}

static void put_initials(struct pki_buf *out)
{
    for (size_t i = 0; pki_booklet_initials[i]; i++) {
        pki_buf_printf(out, "%s%s ", i == 0 ? "" : "  ", pki_booklet_initials[i]);
        put_times(out, '_', 12);
    }
    pki_buf_byte(out, '\n');
}

static void put_page(const struct pki_booklet *booklet, const struct pki_booklet_part *part,
                     struct pki_buf *out)
{
    if (out->size > 0)
        pki_buf_byte(out, '\n');
    put_times(out, '=', WIDTH);
    pki_buf_byte(out, '\n');
    put_wrapped(out, part->text, 0);
    pki_buf_printf(out, "%s\n", booklet->foot);
    put_times(out, '=', WIDTH);
    pki_buf_byte(out, '\n');
}

static void put_step(struct pki_buf *out, const struct pki_booklet_part *part)
{
    pki_buf_byte(out, '\n');
    put_times(out, '-', WIDTH);
    pki_buf_printf(out, "\n%s: ", part->label);
    put_wrapped(out, part->text, pki_utf8_width(part->label, strlen(part->label)) + 2);
}

static void put_part(const struct pki_booklet *booklet, const struct pki_booklet_part *part,
                     struct pki_buf *out)
{
    switch (part->kind) {
    case PKI_BOOKLET_PAGE:
        put_page(booklet, part, out);
        return;
    case PKI_BOOKLET_HEADING:
        pki_buf_byte(out, '\n');
        put_wrapped(out, part->text, 0);
        return;
    case PKI_BOOKLET_STEP:
        put_step(out, part);
        return;
    case PKI_BOOKLET_TEXT:
        put_wrapped(out, part->text, 0);
        return;
    case PKI_BOOKLET_SAY:
        put_label(out, "Read aloud");
        put_wrapped(out, part->text, LABELS);
        return;
    case PKI_BOOKLET_COMMAND:
        pki_buf_text(out, "\n    $ ");
        pki_text_safe(out, (struct pki_bytes){(const uint8_t *)part->text, strlen(part->text)});
        pki_buf_text(out, "\n\n");
        return;
    case PKI_BOOKLET_VALUE:
    case PKI_BOOKLET_CODE:
        put_label(out, part->label);
        put_wrapped(out, part->text, LABELS);
        return;
    case PKI_BOOKLET_BLANK:
        put_blank(out, part);
        return;
    case PKI_BOOKLET_BOX:
        pki_buf_text(out, "[ ] ");
        put_wrapped(out, part->text, 4);
        return;
    case PKI_BOOKLET_INITIALS:
        put_initials(out);
        return;
    }
}

void pki_booklet_text(const struct pki_booklet *booklet, struct pki_buf *out)
{
    for (size_t i = 0; i < booklet->n; i++)
        put_part(booklet, &booklet->parts[i], out);
}
