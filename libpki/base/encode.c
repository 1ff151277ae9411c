#include "base/text.h"

static const char hex_digits[] = "0123456789abcdef";

static void append_hex(struct pki_buf *buf, struct pki_bytes bytes, size_t group)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (group > 0 && i > 0 && i % group == 0)
            pki_buf_byte(buf, ' ');
        pki_buf_byte(buf, (uint8_t)hex_digits[bytes.data[i] >> 4]);
        pki_buf_byte(buf, (uint8_t)hex_digits[bytes.data[i] & 15]);
    }
}

void pki_hex(struct pki_buf *buf, struct pki_bytes bytes)
{
    append_hex(buf, bytes, 0);
}

void pki_hex_grouped(struct pki_buf *buf, struct pki_bytes bytes)
{
    append_hex(buf, bytes, 2);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Octets with at most one ':' or ' ' between two of them; the end of the text, or NULL. */
static const char *read_hex(const char *text, struct pki_buf *bytes)
{
    const char *at = text;

    while (*at) {
        if (at > text && (*at == ':' || *at == ' '))
            at++;
        int high = hex_value(at[0]);
        int low = high < 0 ? -1 : hex_value(at[1]);
        if (low < 0)
            return NULL;
        pki_buf_byte(bytes, (uint8_t)(high << 4 | low));
        at += 2;
    }
    return at > text ? at : NULL;
}

bool pki_hex_parse(const char *text, struct pki_buf *bytes, struct pki_error *err)
{
    size_t before = bytes->size;

    if (!read_hex(text, bytes)) {
        bytes->size = before;
        return pki_fail(err, PKI_E_USAGE,
                        "\"%.80s\" is not hex: write two digits an octet, as in 0a1b or 0a:1b",
                        text);
    }
    return pki_buf_ok(bytes, err);
}

bool pki_words_sha256(const char *text, uint8_t sha256[32], struct pki_error *err)
{
    pki_scope(pki_buf) octets = {0};
    bool hex = strspn(text, "0123456789abcdefABCDEF:") == strlen(text);

    if (!(hex ? pki_hex_parse(text, &octets, err) : pki_words_parse(text, &octets, err)))
        return false;
    if (octets.size != 32)
        return pki_fail(err, PKI_E_USAGE, "%zu %s are given; a SHA-256 has 32", octets.size,
                        hex ? "octets" : "words");
    memcpy(sha256, octets.data, octets.size);
    return true;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

#define PADDING 64 /* its place among the digits */

void pki_base64(struct pki_buf *buf, struct pki_bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        if (left > 1)
            group |= (uint32_t)bytes.data[i + 1] << 8;
        if (left > 2)
            group |= bytes.data[i + 2];
        char text[4] = {
            base64_digits[group >> 18],
            base64_digits[group >> 12 & 63],
            base64_digits[left > 1 ? group >> 6 & 63 : PADDING],
            base64_digits[left > 2 ? group & 63 : PADDING],
        };
        pki_buf_append(buf, text, sizeof(text));
    }
}

#define NO_DIGIT 0xff

static void index_digits(uint8_t values[256])
{
    memset(values, NO_DIGIT, 256);
    for (uint8_t i = 0; i < PADDING; i++)
        values[(uint8_t)base64_digits[i]] = i;
}

/* Groups of four digits, three octets each; how many characters were read before one that is no
 * digit. */
static size_t read_groups(const uint8_t values[256], struct pki_bytes text, uint8_t *octets)
{
    size_t at = 0;

    for (; at < text.size; at += 4) {
        const uint8_t *c = text.data + at;
        const uint32_t digits[4] = {values[c[0]], values[c[1]], values[c[2]], values[c[3]]};
        if ((digits[0] | digits[1] | digits[2] | digits[3]) == NO_DIGIT)
            break;
        uint32_t group = digits[0] << 18 | digits[1] << 12 | digits[2] << 6 | digits[3];
        *octets++ = (uint8_t)(group >> 16);
        *octets++ = (uint8_t)(group >> 8);
        *octets++ = (uint8_t)group;
    }
    return at;
}

/* The group with the padding; canonical: the bits left over are zero. */
static bool read_last(const uint8_t values[256], const uint8_t *text, size_t pad, uint8_t *octets)
{
    uint8_t full[4] = {text[0], text[1], 'A', 'A'};
    uint8_t read[3];

    if (pad == 1)
        full[2] = text[2];
    if (read_groups(values, (struct pki_bytes){full, sizeof(full)}, read) == 0)
        return false;
    memcpy(octets, read, 3 - pad);
    return read[2] == 0 && (pad == 1 || read[1] == 0);
}

static size_t padding(struct pki_bytes text)
{
    if (text.size < 4 || text.data[text.size - 1] != '=')
        return 0;
    return text.data[text.size - 2] == '=' ? 2 : 1;
}

/* Documented in text.h; RFC 4648 3.5 (canonical), 4. */
bool pki_base64_parse(struct pki_bytes text, struct pki_buf *bytes, struct pki_error *err)
{
    size_t before = bytes->size;
    size_t pad = padding(text);
    uint8_t values[256];

    if (text.size % 4 != 0)
        return pki_fail(err, PKI_E_FORMAT, "base64 is cut off: %zu characters (RFC 4648 4)",
                        text.size);
    uint8_t *octets = pki_buf_extend(bytes, text.size / 4 * 3 - pad);
    if (!octets)
        return pki_buf_ok(bytes, err);

    struct pki_bytes full = {text.data, pad > 0 ? text.size - 4 : text.size};
    index_digits(values);
    size_t at = read_groups(values, full, octets);
    if (at == full.size &&
        (pad == 0 || read_last(values, text.data + at, pad, octets + at / 4 * 3)))
        return true;
    bytes->size = before;
    return pki_fail(err, PKI_E_FORMAT, "not canonical base64 after character %zu (RFC 4648 4)", at);
}

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void pki_base32(struct pki_buf *buf, struct pki_bytes bytes)
{
    uint32_t held = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < bytes.size; i++) {
        held = held << 8 | bytes.data[i];
        for (bits += 8; bits >= 5; bits -= 5)
            pki_buf_byte(buf, (uint8_t)base32_digits[held >> (bits - 5) & 31]);
    }
    if (bits > 0)
        pki_buf_byte(buf, (uint8_t)base32_digits[held << (5 - bits) & 31]);
}

bool pki_base32_parse(struct pki_bytes text, struct pki_buf *bytes, struct pki_error *err)
{
    size_t before = bytes->size;
    size_t odd = text.size % 8;
    bool good = odd != 1 && odd != 3 && odd != 6; /* no number of octets is as long as that */
    uint32_t held = 0;
    unsigned bits = 0;

    for (size_t i = 0; good && i < text.size; i++) {
        const char *digit = text.data[i] ? strchr(base32_digits, text.data[i]) : NULL;
        good = digit != NULL;
        if (!good)
            break;
        held = held << 5 | (uint32_t)(digit - base32_digits);
        bits += 5;
        if (bits >= 8)
            pki_buf_byte(bytes, (uint8_t)(held >> (bits -= 8)));
    }
    if (good && (held & ((UINT32_C(1) << bits) - 1)) == 0)
        return pki_buf_ok(bytes, err);
    bytes->size = before;
    return pki_fail(err, PKI_E_FORMAT, "not canonical base32 (RFC 4648 6)");
}
