#include "base/text.h"

#define NAME_MAX_LENGTH 40

struct range {
    uint32_t first;
    uint32_t last;
};

/*
 * Code points that draw nothing, change direction or mean nothing to others:
 * Unicode's Default_Ignorable_Code_Point, Bidi_Control, line separators,
 * private use, non-characters, and planes without assigned characters.
 */
static const struct range hidden[] = {
    {0x0000, 0x001F},   /* C0 */
    {0x007F, 0x009F},   /* DEL, C1 */
    {0x00AD, 0x00AD},   /* soft hyphen */
    {0x034F, 0x034F},   /* combining grapheme joiner */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x115F, 0x1160},   /* Hangul fillers */
    {0x17B4, 0x17B5},   /* Khmer inherent vowels */
    {0x180B, 0x180F},   /* Mongolian selectors */
    {0x200B, 0x200F},   /* zero width, direction marks */
    {0x2028, 0x202E},   /* separators, embeddings, overrides */
    {0x2060, 0x206F},   /* joiners, isolates */
    {0x2800, 0x2800},   /* blank Braille pattern */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xE000, 0xF8FF},   /* private use */
    {0xFDD0, 0xFDEF},   /* non-characters */
    {0xFE00, 0xFE0F},   /* variation selectors */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFFA0, 0xFFA0},   /* halfwidth Hangul filler */
    {0xFFF0, 0xFFFC},   /* annotations, object replacement */
    {0xFFFE, 0xFFFF},   /* non-characters */
    {0x1BCA0, 0x1BCA3}, /* shorthand controls */
    {0x1D173, 0x1D17A}, /* musical controls */
    {0x1FFFE, 0x1FFFF}, /* non-characters */
    {0x2FFFE, 0x2FFFF}, /* non-characters */
    {0x323B0, 0x10FFFF} /* unassigned, tags, private use */
};

/* Highest code point that a sequence of this length may not reach (overlong forms). */
static const uint32_t shortest[] = {0, 0, 0x80, 0x800, 0x10000};

static size_t sequence_length(uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if ((lead & 0xF0) == 0xE0)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return 0;
}

/* One character of strict UTF-8 (RFC 3629 4): its length, or 0 where it is none. */
static size_t decode(const uint8_t *text, size_t left, uint32_t *point)
{
    size_t length = sequence_length(text[0]);

    if (length == 0 || length > left)
        return 0;
    uint32_t value = length == 1 ? text[0] : text[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (text[i] & 0x3Fu);
    }
    if (value < shortest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return length;
}

static bool is_hidden(uint32_t point)
{
    for (size_t i = 0; i < PKI_COUNT(hidden) && point >= hidden[i].first; i++)
        if (point <= hidden[i].last)
            return true;
    return false;
}

/* Bytes of the printable character at text; 0 if there is none. left is at least 1. */
static size_t printable(const uint8_t *text, size_t left)
{
    uint32_t point = 0;
    size_t length = decode(text, left, &point);

    return length > 0 && !is_hidden(point) ? length : 0;
}

void pki_text_safe(struct pki_buf *buf, struct pki_bytes text)
{
    size_t at = 0;

    while (at < text.size) {
        size_t length = printable(text.data + at, text.size - at);
        if (length > 0)
            pki_buf_append(buf, text.data + at, length);
        else
            pki_buf_printf(buf, "\\%02X", (unsigned)text.data[at]);
        at += length > 0 ? length : 1;
    }
}

void pki_text_tame(char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t length = printable((const uint8_t *)text, left);
        if (length == 0) {
            *text = '?';
            length = 1;
        }
        text += length;
        left -= length;
    }
}

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool pki_text_is_name(const char *text)
{
    size_t length = strnlen(text, NAME_MAX_LENGTH + 1);

    if (length == 0 || length > NAME_MAX_LENGTH)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_letter_or_digit(text[i]) && text[i] != '-')
            return false;
    return is_letter_or_digit(text[0]) && is_letter_or_digit(text[length - 1]);
}
