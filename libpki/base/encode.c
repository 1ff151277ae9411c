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

static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

/* Four characters, of which `used` are digits; canonical: the bits left over are zero. */
static bool read_group(const uint8_t *text, size_t used, struct pki_buf *bytes)
{
    uint32_t group = 0;

    for (size_t i = 0; i < 4; i++) {
        int value = i < used ? base64_value(text[i]) : 0;
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
    }
    uint8_t octets[3] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
    for (size_t i = used - 1; i < 3; i++)
        if (octets[i] != 0)
            return false;
    pki_buf_append(bytes, octets, used - 1);
    return true;
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

    if (text.size % 4 != 0)
        return pki_fail(err, PKI_E_FORMAT, "base64 is cut off: %zu characters (RFC 4648 4)",
                        text.size);
    for (size_t i = 0; i < text.size; i += 4) {
        if (read_group(text.data + i, i + 4 == text.size ? 4 - pad : 4, bytes))
            continue;
        bytes->size = before;
        return pki_fail(err, PKI_E_FORMAT, "not canonical base64 after character %zu (RFC 4648 4)",
                        i);
    }
    return pki_buf_ok(bytes, err);
}
