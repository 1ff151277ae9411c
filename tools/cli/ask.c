/* Passphrases and confirmations, each with its flag twin. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

bool cli_may_ask(const struct cli *cli)
{
    return !cli->common.no_input && isatty(STDIN_FILENO);
}

/* "KEY=FILE" for this key, or "FILE" for every key; a name wins over none. */
const char *cli_value_for(const char *source, const char *name, bool *named)
{
    size_t length = strlen(name);

    *named = strncmp(source, name, length) == 0 && source[length] == '=';
    if (*named)
        return source + length + 1;
    return strchr(source, '=') ? NULL : source;
}

static bool find_source(const struct cli_texts *sources, const char *name, bool want_named,
                        size_t *index, const char **value)
{
    for (size_t i = 0; i < sources->n; i++) {
        bool named = false;
        *value = cli_value_for(sources->list[i], name, &named);
        *index = i;
        if (*value && named == want_named)
            return true;
    }
    return false;
}

static const struct pki_secret_limit passphrase = {"passphrase", 1024, PKI_E_PASSPHRASE};

static bool read_file(const char *path, struct pki_secret **secret, struct pki_error *err)
{
    PKI_CONTEXT(err, "passphrase file");

    return pki_secret_read_file(path, &passphrase, secret, err);
}

static bool read_descriptor(const char *text, struct pki_secret **secret, struct pki_error *err)
{
    char *end = NULL;
    long fd = strtol(text, &end, 10);

    if (!*text || *end || fd < 0 || fd > 1023 || fcntl((int)fd, F_GETFD) < 0)
        return pki_fail(err, PKI_E_USAGE, "--passphrase-fd %s: not an open descriptor", text);
    return pki_secret_read((int)fd, &passphrase, secret, err);
}

static bool copy_secret(struct pki_secret *from, struct pki_secret **to, struct pki_error *err)
{
    bool copied = pki_secret_copy(pki_secret_open(from), pki_secret_size(from), to, err);

    pki_secret_close(from);
    return copied;
}

/* A source is read once and kept, as one descriptor may serve several keys. */
static bool from_options(struct cli *cli, const char *name, bool named, bool *found,
                         struct pki_secret **secret, struct pki_error *err)
{
    const struct cli_texts *files = &cli->common.passphrase_files;
    const struct cli_texts *fds = &cli->common.passphrase_fds;
    const char *value = NULL;
    size_t i = 0;
    bool file = find_source(files, name, named, &i, &value);

    *found = file || find_source(fds, name, named, &i, &value);
    if (!*found)
        return true;
    struct pki_secret **kept = &cli->secrets[file ? i : CLI_TEXTS_MAX + i];
    if (!*kept && !(file ? read_file(value, kept, err) : read_descriptor(value, kept, err)))
        return false;
    return copy_secret(*kept, secret, err);
}

/* A changed passphrase has two under one name: "new=FILE" is the fresh one, where it is given. */
static bool from_any_option(struct cli *cli, const struct pki_passphrase_ask *ask, bool *found,
                            struct pki_secret **secret, struct pki_error *err)
{
    bool read = !ask->fresh || from_options(cli, "new", true, found, secret, err);

    if (read && !*found)
        read = from_options(cli, ask->name, true, found, secret, err);
    if (read && !*found)
        read = from_options(cli, ask->name, false, found, secret, err);
    return read;
}

static bool type_twice(const char *name, struct pki_secret **secret, struct pki_error *err)
{
    pki_auto(pki_secret) again = NULL;
    pki_auto(pki_secret) first = NULL;
    char prompt[256];

    (void)snprintf(prompt, sizeof(prompt),
                   "New passphrase for %s (six random words or more): ", name);
    if (!cli_read_secret_line(prompt, &first, err))
        return false;
    (void)snprintf(prompt, sizeof(prompt), "The same again: ");
    if (!cli_read_secret_line(prompt, &again, err))
        return false;
    if (!pki_secret_equal(first, again))
        return pki_fail(err, PKI_E_PASSPHRASE, "the two passphrases for %s differ", name);
    *secret = PKI_TAKE(first);
    return true;
}

bool cli_ask_passphrase(void *context, const struct pki_passphrase_ask *ask,
                        struct pki_secret **secret, struct pki_error *err)
{
    struct cli *cli = context;
    char prompt[256];
    bool found = false;

    if (!from_any_option(cli, ask, &found, secret, err))
        return false;
    if (found)
        return true;
    if (!cli_may_ask(cli)) {
        return pki_fail(err, PKI_E_POLICY,
                        "the passphrase of %s is needed: give --passphrase-file %s=FILE", ask->name,
                        ask->name);
    }
    if (ask->fresh)
        return type_twice(ask->name, secret, err);
    (void)snprintf(prompt, sizeof(prompt), "Passphrase of %s: ", ask->name);
    return cli_read_secret_line(prompt, secret, err);
}

bool cli_confirm(struct cli *cli, const char *what, const char *name, struct pki_error *err)
{
    const char *given = cli->common.confirm;
    char prompt[512];
    char typed[256] = "";

    if (given) {
        return strcmp(given, name) == 0 ||
               pki_fail(err, PKI_E_POLICY, "not confirmed: --confirm says \"%s\", not \"%s\"",
                        given, name);
    }
    if (!cli_may_ask(cli))
        return pki_fail(err, PKI_E_POLICY, "not confirmed: give --confirm \"%s\"", name);
    (void)snprintf(prompt, sizeof(prompt), "To %s, type its name:\n  %s\n> ", what, name);
    if (!cli_read_line(prompt, typed, sizeof(typed), err))
        return false;
    return strcmp(typed, name) == 0 ||
           pki_fail(err, PKI_E_CANCELLED, "declined: what was typed is not \"%s\"", name);
}

void cli_tell_dry_run(const struct cli *cli, const char *note, const char *name)
{
    pki_report_note(cli->report, "Dry run", PKI_TONE_PLAIN, "%s", note);
    pki_report_line(cli->report, "Dry run", PKI_TONE_PLAIN, "  --confirm \"%s\"", name);
    pki_report_readers(cli->report, PKI_FOR_JSON);
    pki_report_text(cli->report, "Confirm", "%s", name);
    pki_report_readers(cli->report, PKI_FOR_ALL);
}
