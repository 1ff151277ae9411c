/*
 * A duty as the words that run it, and as a person would type them.
 */
#include "base/text.h"
#include "ceremony/duty.h"

static size_t add_params(const struct pki_duty *duty, const char *const *values, bool operands,
                         const char **words, size_t n)
{
    for (size_t i = 0; i < PKI_DUTY_PARAMS && duty->params[i].name; i++) {
        if (!values[i] || operands == (duty->params[i].option != NULL))
            continue;
        if (!operands)
            words[n++] = duty->params[i].option;
        words[n++] = values[i];
    }
    return n;
}

size_t pki_duty_words(const struct pki_duty *duty, const char *const values[PKI_DUTY_PARAMS],
                      const char *cellar, const char *words[PKI_DUTY_WORDS])
{
    size_t n = 0;

    words[n++] = "cellar";
    words[n++] = duty->tool + strlen("cellar-");
    if (duty->verb)
        words[n++] = duty->verb;
    n = add_params(duty, values, true, words, n);
    if (duty->flag)
        words[n++] = duty->flag;
    n = add_params(duty, values, false, words, n);
    if (cellar) {
        words[n++] = "-C";
        words[n++] = cellar;
    }
    return n;
}

void pki_duty_command(const struct pki_duty *duty, const char *const values[PKI_DUTY_PARAMS],
                      const char *cellar, struct pki_buf *text)
{
    const char *words[PKI_DUTY_WORDS];
    size_t n = pki_duty_words(duty, values, cellar, words);

    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            pki_buf_byte(text, ' ');
        pki_text_shell(text, words[i]);
    }
}
