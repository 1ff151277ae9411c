/* Rolls of dice, typed without echo or read from a file; neither is kept. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define FILE_MAX (4 * (size_t)PKI_DICE_MOST) /* bytes: each roll with what parts it */

bool cli_dice_wanted(const struct cli *cli, unsigned *wanted, struct pki_error *err)
{
    const char *text = cli->common.dice;
    unsigned n = cli->common.dice_file ? PKI_DICE_LEAST : 0;

    if (text) {
        n = 0;
        for (; *text >= '0' && *text <= '9' && n <= PKI_DICE_MOST; text++)
            n = n * 10 + (unsigned)(*text - '0');
        if (*text || n < PKI_DICE_LEAST || n > PKI_DICE_MOST)
            return pki_fail(err, PKI_E_USAGE, "--dice %s: give a number of rolls from %d to %d",
                            cli->common.dice, PKI_DICE_LEAST, PKI_DICE_MOST);
    }
    *wanted = n;
    return true;
}

/* Rolls may be written in groups and lines. */
static void drop_spaces(struct pki_secret *rolls)
{
    uint8_t *digits = pki_secret_open(rolls);
    size_t size = pki_secret_size(rolls);
    size_t n = 0;

    for (size_t i = 0; i < size; i++)
        if (!strchr(" \t\r\n", digits[i]) || digits[i] == 0)
            digits[n++] = digits[i];
    pki_secret_close(rolls);
    pki_secret_truncate(rolls, n);
}

static bool are_digits(struct pki_secret *rolls)
{
    const uint8_t *digits = pki_secret_open(rolls);
    bool good = true;

    for (size_t i = 0; i < pki_secret_size(rolls); i++)
        good = good && digits[i] >= '1' && digits[i] <= '6';
    pki_secret_close(rolls);
    return good;
}

/* One more line at the end of what was typed; false where it holds something else. */
static bool take_line(struct pki_secret *line, struct pki_secret *all, size_t *used)
{
    drop_spaces(line);
    size_t n = pki_secret_size(line);
    if (!are_digits(line) || n > pki_secret_size(all) - *used)
        return false;
    memcpy(pki_secret_open(all) + *used, pki_secret_open(line), n);
    pki_secret_close(line);
    pki_secret_close(all);
    *used += n;
    return true;
}

static bool type_rolls(unsigned wanted, struct pki_secret **rolls, struct pki_error *err)
{
    pki_auto(pki_secret) all = NULL;
    size_t used = 0;
    bool taken = true;

    if (!pki_secret_new(2 * (size_t)PKI_DICE_MOST, &all, err))
        return false;
    while (used < wanted) {
        pki_auto(pki_secret) line = NULL;
        char prompt[160];
        (void)snprintf(prompt, sizeof(prompt),
                       "%sRolls of dice, %zu of %u so far (digits 1 to 6, not shown; Enter): ",
                       taken ? "" : "That line is not taken: digits 1 to 6 only.\n", used, wanted);
        if (!cli_read_secret_line(prompt, &line, err))
            return false;
        taken = take_line(line, all, &used);
    }
    pki_secret_truncate(all, used);
    *rolls = PKI_TAKE(all);
    return true;
}

static bool read_rolls(const char *path, struct pki_secret **rolls, struct pki_error *err)
{
    static const struct pki_secret_limit list = {"list of rolls", FILE_MAX, PKI_E_USAGE};

    if (!pki_secret_read_file(path, &list, rolls, err))
        return false;
    drop_spaces(*rolls);
    return true;
}

bool cli_ask_dice(void *context, unsigned wanted, struct pki_secret **rolls, struct pki_error *err)
{
    const struct cli *cli = context;
    PKI_CONTEXT(err, "dice");

    if (cli->common.dice_file)
        return read_rolls(cli->common.dice_file, rolls, err);
    if (!cli_may_ask(cli))
        return pki_fail(err, PKI_E_POLICY, "%u rolls are needed: give --dice-file FILE", wanted);
    return type_rolls(wanted, rolls, err);
}
