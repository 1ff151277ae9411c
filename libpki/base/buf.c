#include "base/buf.h"

#define BUF_FIRST 64

/* Makes the capacity at least `needed`; doubles, so that many small appends stay linear. */
static bool reserve(struct pki_buf *buf, size_t needed)
{
    if (buf->failed || needed > PKI_BUF_MAX) {
        buf->failed = true;
        return false;
    }
    if (buf->data && needed <= buf->capacity)
        return true;

    size_t capacity = buf->capacity > 0 ? buf->capacity : BUF_FIRST;
    while (capacity < needed)
        capacity *= 2;
    uint8_t *data = realloc(buf->data, capacity);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

uint8_t *pki_buf_extend(struct pki_buf *buf, size_t size)
{
    if (size > PKI_BUF_MAX)
        buf->failed = true;
    if (buf->failed || !reserve(buf, buf->size + size))
        return NULL;

    uint8_t *room = buf->data + buf->size;
    buf->size += size;
    return room;
}

void pki_buf_append(struct pki_buf *buf, const void *data, size_t size)
{
    if (size == 0)
        return;

    uint8_t *room = pki_buf_extend(buf, size);
    if (room)
        memcpy(room, data, size);
}

void pki_buf_append_bytes(struct pki_buf *buf, struct pki_bytes bytes)
{
    pki_buf_append(buf, bytes.data, bytes.size);
}

void pki_buf_text(struct pki_buf *buf, const char *text)
{
    pki_buf_append(buf, text, strlen(text));
}

void pki_buf_byte(struct pki_buf *buf, uint8_t byte)
{
    pki_buf_append(buf, &byte, 1);
}

void pki_buf_vprintf(struct pki_buf *buf, const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *room = length < 0 ? NULL : (char *)pki_buf_extend(buf, (size_t)length + 1);
    if (room) {
        (void)vsnprintf(room, (size_t)length + 1, format, again);
        buf->size--; /* vsnprintf's NUL is not part of the text */
    } else {
        buf->failed = true;
    }
    va_end(again);
}

void pki_buf_printf(struct pki_buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    pki_buf_vprintf(buf, format, args);
    va_end(args);
}

struct pki_bytes pki_buf_view(const struct pki_buf *buf)
{
    return (struct pki_bytes){.data = buf->data, .size = buf->size};
}

bool pki_buf_ok(const struct pki_buf *buf, struct pki_error *err)
{
    if (buf->failed)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    return true;
}

bool pki_buf_take_text(struct pki_buf *buf, char **text, struct pki_error *err)
{
    pki_buf_byte(buf, 0);
    if (!pki_buf_ok(buf, err))
        return false;

    *text = (char *)buf->data;
    *buf = (struct pki_buf){0};
    return true;
}

void pki_buf_clear(struct pki_buf *buf)
{
    free(buf->data);
    *buf = (struct pki_buf){0};
}

bool pki_bytes_equal(struct pki_bytes a, struct pki_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}
