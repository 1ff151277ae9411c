#include "pki/error.h"

#include <assert.h>
#include <stdarg.h>

#include "base/text.h"

#undef pki_fail /* what analysers see instead */

#define CUT "..."

/* One row a code: the word for --json and its exit status. */
static const struct {
    const char *name;
    int status;
} codes[PKI_CODES] = {
    [PKI_OK] = {"ok", 0},
    [PKI_E_IO] = {"io", 1},
    [PKI_E_CRYPTO] = {"crypto", 1},
    [PKI_E_MEMORY] = {"memory", 1},
    [PKI_E_USAGE] = {"usage", 2},
    [PKI_E_INVALID] = {"invalid", 3},
    [PKI_E_FORMAT] = {"format", 3},
    [PKI_E_POLICY] = {"policy", 4},
    [PKI_E_STATE] = {"state", 4},
    [PKI_E_EXISTS] = {"exists", 4},
    [PKI_E_NOTFOUND] = {"notfound", 4},
    [PKI_E_PASSPHRASE] = {"passphrase", 4},
    [PKI_E_INTEGRITY] = {"integrity", 5},
    [PKI_E_CANCELLED] = {"cancelled", 6},
    [PKI_E_LOCKED] = {"locked", 7},
    [PKI_E_STORE] = {"store", 8},
};

/* Ends a text that did not fit in "...", and not in the middle of a character. */
static void finish(char *text, size_t size, int wanted)
{
    if (wanted < 0) {
        text[0] = 0;
    } else if ((size_t)wanted >= size) {
        size_t end = size - sizeof(CUT);
        while (end > 0 && ((uint8_t)text[end] & 0xC0) == 0x80)
            end--;
        memcpy(text + end, CUT, sizeof(CUT));
    }
    pki_text_tame(text);
}

bool pki_fail(struct pki_error *err, enum pki_code code, const char *format, ...)
{
    va_list args;

    assert(err->code == PKI_OK); /* a failure is reported once, where it happened */
    assert(code > PKI_OK && code < PKI_CODES);
    err->code = code;
    va_start(args, format);
    int wanted = vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    finish(err->text, sizeof(err->text), wanted);
    return false;
}

int pki_exit_status(enum pki_code code)
{
    assert(code < PKI_CODES);
    return codes[code].status;
}

const char *pki_code_name(enum pki_code code)
{
    assert(code < PKI_CODES);
    return codes[code].name;
}

struct pki_error_scope pki_error_scope_begin(struct pki_error *err, const char *format, ...)
{
    struct pki_error_scope scope = {.err = err};
    va_list args;

    assert(err->code == PKI_OK);
    va_start(args, format);
    int wanted = vsnprintf(scope.prefix, sizeof(scope.prefix), format, args);
    va_end(args);
    finish(scope.prefix, sizeof(scope.prefix), wanted);
    return scope;
}

void pki_error_scope_end_(struct pki_error_scope *scope)
{
    struct pki_error *err = scope->err;
    struct pki_error inner = *err;

    if (inner.code == PKI_OK)
        return;

    int wanted = snprintf(err->text, sizeof(err->text), "%s: %s", scope->prefix, inner.text);
    finish(err->text, sizeof(err->text), wanted);
}
