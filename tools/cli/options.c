#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define OPTIONS_MAX 48

#define COMMON(tools_, letter_, name_, kind_, field, value_, help_)                              \
    {                                                                                            \
        .name = (name_), .value = (value_), .help = (help_), .kind = kind_, .letter = (letter_), \
        .tools = (tools_), .offset = offsetof(struct cli_common, field)                          \
    }

const struct cli_option cli_common_options[] = {
    COMMON(CLI_CELLAR, 'C', "cellar", CLI_KIND_TEXT, directory, "DIR",
           "the cellar (else $CELLAR_DIR, else the current directory)"),
    COMMON(CLI_PASSPHRASES, 0, "passphrase-file", CLI_KIND_TEXTS, passphrase_files, "[KEY=]FILE",
           "read a key's passphrase from a file; may be repeated"),
    COMMON(CLI_PASSPHRASES, 0, "passphrase-fd", CLI_KIND_TEXTS, passphrase_fds, "[KEY=]N",
           "read a key's passphrase from a descriptor; may be repeated"),
    COMMON(CLI_PASSPHRASES, 0, "share-file", CLI_KIND_TEXTS, share_files, "[KEY=]FILE",
           "read a share from a file; each serves once, may be repeated"),
    COMMON(CLI_CONFIRMS, 0, "confirm", CLI_KIND_TEXT, confirm, "NAME",
           "confirm what will be signed by its common name"),
    COMMON(CLI_DRY_RUN, 0, "dry-run", CLI_KIND_FLAG, dry_run, NULL,
           "show what would happen and the name to confirm; change nothing"),
    COMMON(CLI_REVIEWS, 0, "review", CLI_KIND_TEXT, review, "FILE",
           "with --dry-run: write what would be signed, under a throw-away key, for linters"),
    COMMON(CLI_APPROVES, 0, "prepare", CLI_KIND_TEXT, prepare, "DIR",
           "reserve and write out what would be signed, to be approved; sign nothing"),
    COMMON(CLI_APPROVES, 0, "approved", CLI_KIND_TEXT, approved, "WORDS",
           "sign what was prepared, if its digest has these words"),
    COMMON(CLI_OVERRIDES, 0, "override", CLI_KIND_TEXTS, overrides, "WORD",
           "overrule a finding by its word, which the journal keeps"),
    COMMON(CLI_SEES, 0, "seen", CLI_KIND_TEXTS, seen, "FILE",
           "a manifest.json from outside: is the cellar as new? may be repeated"),
    COMMON(CLI_CELLAR, 0, "rehearsal-clock", CLI_KIND_TIME, clock, "TIME",
           "in a rehearsal only: the time that it pretends to be"),
    COMMON(CLI_DICE, 0, "dice", CLI_KIND_TEXT, dice, "N",
           "mix N rolls of a die or more into the keys that are made; 100 at least"),
    COMMON(CLI_DICE, 0, "dice-file", CLI_KIND_TEXT, dice_file, "FILE",
           "read the rolls from a file, digits 1 to 6"),
    COMMON(0, 0, "no-input", CLI_KIND_FLAG, no_input, NULL, "never ask; fail instead"),
    COMMON(0, 0, "json", CLI_KIND_FLAG, json, NULL, "print one JSON object"),
    COMMON(0, 0, "no-color", CLI_KIND_FLAG, no_colour, NULL, "no colour (also: NO_COLOR)"),
    COMMON(0, 'h', "help", CLI_KIND_FLAG, help, NULL, "show this help"),
    COMMON(0, 'V', "version", CLI_KIND_FLAG, version, NULL, "show the version"),
    COMMON(0, 0, "spec", CLI_KIND_FLAG, spec, NULL, "print the option table for scripts"),
    {.name = NULL},
};

/* Is it one of these names, parted by spaces? */
static bool is_listed(const char *names, const char *name)
{
    size_t size = 0;

    for (const char *at = names; at && *at; at += size + (at[size] == ' ')) {
        size = strcspn(at, " ");
        if (size == strlen(name) && strncmp(at, name, size) == 0)
            return true;
    }
    return false;
}

static bool goes_with(const struct cli_verb *verb, const struct cli_option *option)
{
    return is_listed(verb->needs, option->name) || is_listed(verb->takes, option->name);
}

bool cli_option_applies(const struct cli_tool *tool, const struct cli_option *option)
{
    bool applies = option->tools == 0 || (tool->common & option->tools) != 0;

    for (const struct cli_verb *verb = tool->verbs; !applies && verb && verb->name; verb++)
        applies = goes_with(verb, option);
    for (const struct cli_option *own = tool->options; applies && own->name; own++)
        applies = strcmp(own->name, option->name) != 0;
    return applies;
}

/* The options of this run: the tool's, then the common ones that it takes. */
struct table {
    const struct cli_option *row[OPTIONS_MAX];
    void *base[OPTIONS_MAX]; /* struct that the row's offset is in */
    bool given[OPTIONS_MAX];
    struct option longs[OPTIONS_MAX + 1];
    char shorts[OPTIONS_MAX * 2 + 2];
    size_t n;
};

static void add_row(struct table *table, const struct cli_option *option, void *base)
{
    size_t i = table->n++;
    bool value = option->kind != CLI_KIND_FLAG;

    table->row[i] = option;
    table->base[i] = base;
    table->longs[i] = (struct option){option->name, value ? required_argument : no_argument, NULL,
                                      (int)(256 + i)};
    if (option->letter) {
        size_t end = strlen(table->shorts);
        table->shorts[end] = option->letter;
        if (value)
            table->shorts[end + 1] = ':';
    }
}

static void make_table(struct table *table, struct cli *cli, void *args)
{
    /* ":" in front: getopt stays quiet and tells a missing value apart. */
    table->shorts[0] = ':';
    for (const struct cli_option *o = cli->tool->options; o->name; o++)
        if (o->name[0])
            add_row(table, o, args);
    for (const struct cli_option *o = cli_common_options; o->name; o++)
        if (cli_option_applies(cli->tool, o))
            add_row(table, o, &cli->common);
}

static bool add_text(struct cli_texts *texts, const struct cli_option *option, const char *text,
                     struct pki_error *err)
{
    if (texts->n == CLI_TEXTS_MAX)
        return pki_fail(err, PKI_E_USAGE, "%s%s: more than %d of them", option->name[0] ? "--" : "",
                        option->name[0] ? option->name : option->value, CLI_TEXTS_MAX);
    texts->list[texts->n++] = text;
    return true;
}

static bool set_text(const char **field, const struct cli_option *option, const char *text,
                     struct pki_error *err)
{
    if (*field)
        return pki_fail(err, PKI_E_USAGE, "--%s is given twice", option->name);
    *field = text;
    return true;
}

static bool set_time(struct cli_time *time, const char *text, struct pki_error *err)
{
    time->given = true;
    return pki_time_parse(text, &time->seconds, err);
}

static bool set_period(struct cli_period *period, const char *text, struct pki_error *err)
{
    period->given = true;
    return pki_period_parse(text, &period->period, err);
}

static bool set(const struct cli_option *option, void *base, const char *text,
                struct pki_error *err)
{
    void *field = (char *)base + option->offset;

    switch (option->kind) {
    case CLI_KIND_FLAG:
        *(bool *)field = true;
        return true;
    case CLI_KIND_TEXTS:
    case CLI_KIND_OPERANDS:
    case CLI_KIND_OPTIONAL_OPERANDS:
        return add_text(field, option, text, err);
    case CLI_KIND_TIME:
        return set_time(field, text, err);
    case CLI_KIND_PERIOD:
        return set_period(field, text, err);
    case CLI_KIND_TEXT:
    case CLI_KIND_OPERAND:
    case CLI_KIND_OPTIONAL_OPERAND:
        return set_text(field, option, text, err);
    }
    return true;
}

/* What getopt_long gave: a letter, or 256 and the place in the table. */
static size_t place_of(const struct table *table, int found)
{
    size_t i = 0;

    if (found >= 256)
        return (size_t)found - 256;
    while (i + 1 < table->n && table->row[i]->letter != found)
        i++;
    return i;
}

/* at: where getopt_long stood before it stumbled. */
static bool refuse_option(int found, int at, char **argv, struct pki_error *err)
{
    if (found == ':')
        return pki_fail(err, PKI_E_USAGE, "%s needs a value; see --help", argv[optind - 1]);
    return pki_fail(err, PKI_E_USAGE, "unknown option %s; see --help",
                    argv[optind > at ? optind - 1 : at]);
}

static bool parse_options(struct table *table, int argc, char **argv, struct pki_error *err)
{
    opterr = 0;
    for (;;) {
        int at = optind > 0 ? optind : 1;
        int found = getopt_long(argc, argv, table->shorts, table->longs, NULL);
        if (found == -1)
            return true;
        if (found == ':' || found == '?')
            return refuse_option(found, at, argv, err);
        size_t i = place_of(table, found);
        assert(i < table->n && table->row[i]);
        table->given[i] = true;
        if (!set(table->row[i], table->base[i], optarg, err))
            return false;
    }
}

/* The first operand. */
static bool find_verb(struct cli *cli, const char *word, struct pki_error *err)
{
    if (!word)
        return pki_fail(err, PKI_E_USAGE, "what to do is missing; see --help");
    for (cli->verb = cli->tool->verbs; cli->verb->name; cli->verb++)
        if (strcmp(cli->verb->name, word) == 0)
            return true;
    return pki_fail(err, PKI_E_USAGE, "unknown verb \"%s\"; see --help", word);
}

/* What the verb of this run would ignore is refused. */
static bool check_verb(const struct cli *cli, const struct table *table, struct pki_error *err)
{
    const struct cli_verb *verb = cli->verb;

    for (size_t i = 0; i < table->n; i++) {
        const struct cli_option *o = table->row[i];
        bool common = table->base[i] == &cli->common && o->tools == 0;
        if (table->given[i] && !common && !goes_with(verb, o))
            return pki_fail(err, PKI_E_USAGE, "%s takes no --%s; see --help", verb->name, o->name);
        if (!table->given[i] && is_listed(verb->needs, o->name))
            return pki_fail(err, PKI_E_USAGE, "%s needs --%s %s; see --help", verb->name, o->name,
                            o->value);
    }
    return true;
}

/* Whether there must be a word for this row, or may be. */
static enum cli_operand wants(const struct cli *cli, const struct cli_option *option)
{
    if (option->name[0])
        return CLI_NONE;
    if (cli->verb)
        return cli->verb->operand;
    return option->kind == CLI_KIND_OPTIONAL_OPERAND || option->kind == CLI_KIND_OPTIONAL_OPERANDS
               ? CLI_MAY
               : CLI_MUST;
}

static bool parse_operands(const struct cli *cli, void *args, char **words, struct pki_error *err)
{
    for (const struct cli_option *o = cli->tool->options; o->name; o++) {
        enum cli_operand wanted = wants(cli, o);
        if (wanted == CLI_MUST && !*words)
            return pki_fail(err, PKI_E_USAGE, "%s is missing: %s; see --help", o->value, o->help);
        bool many = o->kind == CLI_KIND_OPERANDS || o->kind == CLI_KIND_OPTIONAL_OPERANDS;
        for (bool more = wanted != CLI_NONE; more && *words; more = many)
            if (!set(o, args, *words++, err))
                return false;
    }
    return !*words || pki_fail(err, PKI_E_USAGE, "unexpected \"%s\"; see --help", *words);
}

bool cli_parse(struct cli *cli, void *args, int argc, char **argv, struct pki_error *err)
{
    struct table table = {.n = 0};

    make_table(&table, cli, args);
    if (!parse_options(&table, argc, argv, err))
        return false;
    if (cli->common.help || cli->common.version || cli->common.spec)
        return true;
    if (!cli->tool->verbs)
        return parse_operands(cli, args, argv + optind, err);
    return find_verb(cli, argv[optind], err) && check_verb(cli, &table, err) &&
           parse_operands(cli, args, argv + optind + 1, err);
}
