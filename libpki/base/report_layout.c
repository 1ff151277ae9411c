#include "base/report_layout.h"

#include "base/utf8.h"

#define NARROWEST 16 /* columns that a text gets, however far it is indented */

#define ANSI_PLAIN "\033[0m"
#define ANSI_BOLD  "\033[1m"

static const char *const ansi[] = {
    [PKI_TONE_GOOD] = "\033[32m",
    [PKI_TONE_WARN] = "\033[33m",
    [PKI_TONE_BAD] = "\033[31m",
    [PKI_TONE_FAINT] = "\033[2m",
};

/* Bytes of as many characters as fit; at least one, so that a line always moves on. */
static size_t fitting(const char *text, size_t size, unsigned columns)
{
    unsigned taken = 0;
    size_t used = 0;

    while (used < size) {
        uint32_t point = '?';
        size_t length = pki_utf8_decode((const uint8_t *)text + used, size - used, &point);
        taken += pki_utf8_columns(point);
        if (used > 0 && taken > columns)
            break;
        used += length > 0 ? length : 1;
    }
    return used;
}

static size_t without_spaces(const char *text, size_t size)
{
    while (size > 0 && text[size - 1] == ' ')
        size--;
    return size;
}

/* Where a text of which `fits` bytes fit is broken: at the last space, if there is one. */
static size_t break_at(const char *text, size_t fits)
{
    if (text[fits] == 0 || text[fits] == '\n' || text[fits] == ' ')
        return fits;
    const char *space = memrchr(text, ' ', fits);
    size_t before = space ? without_spaces(text, (size_t)(space - text)) : 0;

    return before > 0 ? before : fits;
}

bool pki_report_next_line(const char **rest, unsigned columns, struct report_line *line)
{
    const char *text = *rest;

    if (*text == 0)
        return false;

    size_t end = break_at(text, fitting(text, strcspn(text, "\n"), columns));
    line->text = text;
    line->size = without_spaces(text, end);
    line->columns = pki_utf8_width(text, line->size);
    end += strspn(text + end, " ");
    *rest = text + end + (text[end] == '\n' ? 1 : 0);
    return true;
}

void pki_report_spaces(struct report_pen *pen, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        pki_buf_byte(pen->out, ' ');
}

static void put_painted(struct report_pen *pen, const char *paint, const struct report_line *line)
{
    bool painted = pen->colour && paint && line->size > 0;

    if (painted)
        pki_buf_text(pen->out, paint);
    pki_buf_append(pen->out, line->text, line->size);
    if (painted)
        pki_buf_text(pen->out, ANSI_PLAIN);
}

void pki_report_put_line(struct report_pen *pen, enum pki_tone tone, const struct report_line *line)
{
    put_painted(pen, ansi[tone], line);
}

void pki_report_put_heading(struct report_pen *pen, const char *text)
{
    struct report_line line = {.text = text, .size = strlen(text)};

    put_painted(pen, ANSI_BOLD, &line);
}

void pki_report_put_wrapped(struct report_pen *pen, unsigned indent, enum pki_tone tone,
                            const char *text)
{
    unsigned columns = pen->width > indent + NARROWEST ? pen->width - indent : NARROWEST;
    struct report_line line = {0};
    bool first = true;

    while (pki_report_next_line(&text, columns, &line)) {
        if (!first) {
            pki_buf_byte(pen->out, '\n');
            pki_report_spaces(pen, indent);
        }
        first = false;
        pki_report_put_line(pen, tone, &line);
    }
    pki_buf_byte(pen->out, '\n');
}
