#include "base/text.h"

#include "pki/session.h"
#include "base/utf8.h"

#define NAME_MAX_LENGTH 40

/* Bytes of the printable character at text; 0 if there is none. left is at least 1. */
static size_t printable(const uint8_t *text, size_t left)
{
    uint32_t point = 0;
    size_t length = pki_utf8_decode(text, left, &point);

    return length > 0 && !pki_utf8_is_hidden(point) ? length : 0;
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

/* What a shell takes as it is. */
#define SHELL_PLAIN                        \
    "abcdefghijklmnopqrstuvwxyz"           \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
    "@%+=:,./-_"

void pki_text_shell(struct pki_buf *buf, const char *word)
{
    if (*word && strspn(word, SHELL_PLAIN) == strlen(word)) {
        pki_buf_text(buf, word);
        return;
    }
    pki_buf_byte(buf, '\'');
    for (const char *c = word; *c; c++) {
        if (*c == '\'')
            pki_buf_text(buf, "'\\''");
        else
            pki_buf_byte(buf, (uint8_t)*c);
    }
    pki_buf_byte(buf, '\'');
}

void pki_command_line(const char *program, size_t n, const char *const *words, char *line,
                      size_t size)
{
    pki_scope(pki_buf) text = {0};

    pki_buf_text(&text, program);
    for (size_t i = 0; i < n && text.size < size; i++) {
        pki_buf_byte(&text, ' ');
        pki_text_shell(&text, words[i]);
    }
    (void)snprintf(line, size, "%.*s", (int)text.size, text.data ? (const char *)text.data : "");
    if (text.size >= size)
        memcpy(line + size - sizeof(PKI_COMMAND_CUT), PKI_COMMAND_CUT, sizeof(PKI_COMMAND_CUT));
}
