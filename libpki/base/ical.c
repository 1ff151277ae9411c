#include "base/ical.h"

#include <string.h>

#include "pki/time.h"

#define LINE_MAX_OCTETS 75 /* without CRLF (RFC 5545 3.1) */

static bool continues_character(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

static void put_folded(struct pki_buf *out, const struct pki_buf *line)
{
    size_t room = LINE_MAX_OCTETS;
    size_t at = 0;

    while (line->size - at > room) {
        size_t end = at + room;
        while (end > at + 1 && continues_character(line->data[end]))
            end--;
        pki_buf_append(out, line->data + at, end - at);
        pki_buf_text(out, "\r\n ");
        at = end;
        room = LINE_MAX_OCTETS - 1; /* the blank counts */
    }
    pki_buf_append(out, line->data + at, line->size - at);
    pki_buf_text(out, "\r\n");
}

void pki_ical_plain(struct pki_buf *out, const char *name, const char *value)
{
    pki_scope(pki_buf) line = {0};

    pki_buf_printf(&line, "%s:%s", name, value);
    put_folded(out, &line);
}

static void put_escaped(struct pki_buf *line, char byte)
{
    switch (byte) {
    case '\\':
    case ';':
    case ',':
        pki_buf_byte(line, '\\');
        pki_buf_byte(line, (uint8_t)byte);
        break;
    case '\n':
        pki_buf_text(line, "\\n");
        break;
    default:
        pki_buf_byte(line, (uint8_t)byte < 0x20 || byte == 0x7f ? '?' : (uint8_t)byte);
    }
}

void pki_ical_text(struct pki_buf *out, const char *name, const char *text)
{
    pki_scope(pki_buf) line = {0};

    pki_buf_printf(&line, "%s:", name);
    for (; *text; text++)
        put_escaped(&line, *text);
    put_folded(out, &line);
}

/* "2026-03-01T12:00:00Z" without its marks. */
void pki_ical_time(struct pki_buf *out, const char *name, int64_t seconds)
{
    char text[PKI_TIME_TEXT];
    char *end = text;

    (void)pki_time_format(seconds, text);
    for (const char *from = text; *from; from++)
        if (*from != '-' && *from != ':')
            *end++ = *from;
    *end = '\0';
    pki_ical_plain(out, name, text);
}
