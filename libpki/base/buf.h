/*
 * A growable run of bytes. Appending never fails visibly: running out of
 * memory (or over PKI_BUF_MAX) is remembered, later appends do nothing, and
 * pki_buf_ok tells once at the end.
 *
 *   pki_scope(pki_buf) text = {0};
 *   pki_buf_printf(&text, "%s\n", name);
 *   return pki_buf_ok(&text, err);
 *
 * Not for secrets: growing leaves copies behind.
 */
#ifndef PKI_BASE_BUF_H
#define PKI_BASE_BUF_H

#include <stdarg.h>

#include "pki/error.h"

#define PKI_BUF_MAX ((size_t)1 << 30)

struct pki_buf {
    uint8_t *data;
    size_t size;
    size_t capacity;
    bool failed;
};

void pki_buf_append(struct pki_buf *buf, const void *data, size_t size);
void pki_buf_append_bytes(struct pki_buf *buf, struct pki_bytes bytes);
void pki_buf_text(struct pki_buf *buf, const char *text);
void pki_buf_printf(struct pki_buf *buf, const char *format, ...) PKI_PRINTF(2, 3);
void pki_buf_vprintf(struct pki_buf *buf, const char *format, va_list args) PKI_PRINTF(2, 0);
void pki_buf_byte(struct pki_buf *buf, uint8_t byte);

/** Room for size bytes at the end, counted in; NULL when failed. */
uint8_t *pki_buf_extend(struct pki_buf *buf, size_t size);

/** The bytes, borrowed until the next append. */
struct pki_bytes pki_buf_view(const struct pki_buf *buf);

/** NUL-terminated text, malloc'd, owned by the caller; the buffer is empty afterwards. */
PKI_CHECKED bool pki_buf_take_text(struct pki_buf *buf, char **text, struct pki_error *err);

/** Fails: PKI_E_MEMORY when any append failed */
PKI_CHECKED bool pki_buf_ok(const struct pki_buf *buf, struct pki_error *err);

void pki_buf_clear(struct pki_buf *buf);

bool pki_bytes_equal(struct pki_bytes a, struct pki_bytes b);

#endif
