#include "base/html.h"

#include "base/text.h"

void pki_html_text(struct pki_buf *out, const char *text)
{
    pki_scope(pki_buf) safe = {0};

    pki_text_safe(&safe, (struct pki_bytes){(const uint8_t *)text, strlen(text)});
    for (size_t i = 0; i < safe.size; i++) {
        switch (safe.data[i]) {
        case '&':
            pki_buf_text(out, "&amp;");
            break;
        case '<':
            pki_buf_text(out, "&lt;");
            break;
        case '>':
            pki_buf_text(out, "&gt;");
            break;
        case '"':
            pki_buf_text(out, "&quot;");
            break;
        default:
            pki_buf_byte(out, safe.data[i]);
        }
    }
    out->failed = out->failed || safe.failed;
}

void pki_html_in(struct pki_buf *out, const char *before, const char *text, const char *after)
{
    pki_buf_text(out, before);
    pki_html_text(out, text);
    pki_buf_text(out, after);
}
