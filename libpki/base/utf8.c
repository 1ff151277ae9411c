#include "base/utf8.h"

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

/* Drawn over the character before (the blocks that names are likely to use). */
static const struct range combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF},
    {0x302A, 0x302D}, {0x3099, 0x309A}, {0xFE20, 0xFE2F},
};

/* Unicode's East_Asian_Width W and F, by blocks. */
static const struct range wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x17000, 0x18CFF}, {0x1B000, 0x1B2FF},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool is_among(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count && point >= ranges[i].first; i++)
        if (point <= ranges[i].last)
            return true;
    return false;
}

/* Lowest code point that needs a sequence of this length; a lower one is an overlong form. */
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
size_t pki_utf8_decode(const uint8_t *text, size_t left, uint32_t *point)
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

bool pki_utf8_is_hidden(uint32_t point)
{
    return is_among(hidden, PKI_COUNT(hidden), point);
}

unsigned pki_utf8_columns(uint32_t point)
{
    if (is_among(combining, PKI_COUNT(combining), point))
        return 0;
    return is_among(wide, PKI_COUNT(wide), point) ? 2 : 1;
}

unsigned pki_utf8_width(const char *text, size_t size)
{
    unsigned columns = 0;

    while (size > 0) {
        uint32_t point = '?';
        size_t length = pki_utf8_decode((const uint8_t *)text, size, &point);
        if (length == 0)
            length = 1;
        columns += pki_utf8_columns(point);
        text += length;
        size -= length;
    }
    return columns;
}
