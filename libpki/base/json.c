#include "base/json.h"

#include <inttypes.h>

#include "pki/time.h"
#include "base/text.h"
#include "base/utf8.h"

static void new_line(struct pki_json *json, const char *instead)
{
    if (json->one_line) {
        pki_buf_text(json->out, instead);
        return;
    }
    pki_buf_byte(json->out, '\n');
    for (unsigned i = 0; i < json->depth; i++)
        pki_buf_text(json->out, "  ");
}

static void put_unit(struct pki_buf *out, uint32_t unit)
{
    pki_buf_printf(out, "\\u%04x", (unsigned)unit);
}

/* Characters that hide are escaped too: JSON is also read on terminals. RFC 8259 7 */
static void put_point(struct pki_buf *out, uint32_t point, struct pki_bytes spelled)
{
    if (point == '"' || point == '\\') {
        pki_buf_byte(out, '\\');
        pki_buf_byte(out, (uint8_t)point);
    } else if (!pki_utf8_is_hidden(point)) {
        pki_buf_append_bytes(out, spelled);
    } else if (point < 0x10000) {
        put_unit(out, point);
    } else {
        put_unit(out, 0xD800 + ((point - 0x10000) >> 10));
        put_unit(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
    }
}

static void put_string(struct pki_buf *out, const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t left = strlen(text);

    pki_buf_byte(out, '"');
    while (left > 0) {
        uint32_t point = 0;
        size_t length = pki_utf8_decode(at, left, &point);
        if (length > 0)
            put_point(out, point, (struct pki_bytes){at, length});
        else
            put_unit(out, 0xFFFD);
        at += length > 0 ? length : 1;
        left -= length > 0 ? length : 1;
    }
    pki_buf_byte(out, '"');
}

/* Everything that stands before a value: comma, indent, key. */
static void place(struct pki_json *json, const char *key)
{
    if (json->comma)
        pki_buf_byte(json->out, ',');
    if (json->depth > 0)
        new_line(json, json->comma ? " " : "");
    if (key) {
        put_string(json->out, key);
        pki_buf_text(json->out, ": ");
    }
}

static void placed(struct pki_json *json)
{
    json->comma = json->depth > 0;
    if (json->depth == 0)
        pki_buf_byte(json->out, '\n');
}

static void begin(struct pki_json *json, const char *key, char bracket)
{
    place(json, key);
    pki_buf_byte(json->out, (uint8_t)bracket);
    json->depth++;
    json->comma = false;
}

static void end(struct pki_json *json, char bracket)
{
    bool empty = !json->comma;

    json->depth--;
    if (!empty)
        new_line(json, "");
    pki_buf_byte(json->out, (uint8_t)bracket);
    placed(json);
}

void pki_json_object(struct pki_json *json, const char *key)
{
    begin(json, key, '{');
}

void pki_json_array(struct pki_json *json, const char *key)
{
    begin(json, key, '[');
}

void pki_json_end_object(struct pki_json *json)
{
    end(json, '}');
}

void pki_json_end_array(struct pki_json *json)
{
    end(json, ']');
}

void pki_json_text(struct pki_json *json, const char *key, const char *text)
{
    place(json, key);
    put_string(json->out, text);
    placed(json);
}

/* A value that needs no escapes. */
static void put_plain(struct pki_json *json, const char *key, const char *text)
{
    place(json, key);
    pki_buf_text(json->out, text);
    placed(json);
}

void pki_json_integer(struct pki_json *json, const char *key, int64_t value)
{
    place(json, key);
    pki_buf_printf(json->out, "%" PRId64, value);
    placed(json);
}

void pki_json_truth(struct pki_json *json, const char *key, bool value)
{
    put_plain(json, key, value ? "true" : "false");
}

void pki_json_null(struct pki_json *json, const char *key)
{
    put_plain(json, key, "null");
}

static void put_encoded(struct pki_json *json, const char *key, struct pki_bytes bytes,
                        void (*encode)(struct pki_buf *buf, struct pki_bytes bytes))
{
    place(json, key);
    pki_buf_byte(json->out, '"');
    encode(json->out, bytes);
    pki_buf_byte(json->out, '"');
    placed(json);
}

void pki_json_base64(struct pki_json *json, const char *key, struct pki_bytes bytes)
{
    put_encoded(json, key, bytes, pki_base64);
}

void pki_json_hex(struct pki_json *json, const char *key, struct pki_bytes bytes)
{
    put_encoded(json, key, bytes, pki_hex);
}

void pki_json_time(struct pki_json *json, const char *key, int64_t seconds)
{
    char text[PKI_TIME_TEXT];

    pki_json_text(json, key, pki_time_format(seconds, text));
}
