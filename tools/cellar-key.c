#include "cli/cli.h"

struct args {
    const char *what;
    const char *algorithm, *common_name, *organization, *country, *to;
    const char *copy;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "key", algorithm, "ALGORITHM", "of a new key (default ecdsa-p384)"),
    CLI_TEXT(0, "common-name", common_name, "NAME", "subject of the request"),
    CLI_TEXT(0, "organization", organization, "NAME", "subject of the request"),
    CLI_TEXT(0, "country", country, "CC", "subject of the request"),
    CLI_TEXT(0, "to", to, "DIR", "new directory for the key and the request"),
    CLI_TEXT(0, "copy", copy, "COPY", "destroy: record that this copy was destroyed as well"),
    CLI_OPTIONAL(what, "FILE|KEY", "a key file, or a key's name in the cellar"),
    CLI_END,
};

/* A file alone needs no cellar. */
static bool read_if_named(struct cli *cli, const void *args, struct pki_error *err)
{
    return !cli_names_cellar(cli) || cli_open_to_read(cli, args, err);
}

static bool make_request(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    struct pki_key_csr_request request = {
        .algorithm = args->algorithm,
        .common_name = args->common_name,
        .organization = args->organization,
        .country = args->country,
        .to = args->to,
        .dry_run = cli->common.dry_run,
    };

    return cli_dice_wanted(cli, &request.dice, err) &&
           pki_key_csr(&request, &cli->prompts, cli->report, err);
}

static bool test(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    return pki_key_test(cli->session, args->what, &cli->prompts, cli->report, err);
}

/* A dry run goes as far as opening the key: the new passphrase is not asked for. */
static bool change_passphrase(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    if (!cli->common.dry_run)
        return pki_key_passphrase(cli->session, args->what, &cli->prompts, cli->report, err);
    if (!test(cli, args, err))
        return false;
    pki_report_note(cli->report, "Dry run", PKI_TONE_FAINT, "nothing was written");
    return true;
}

static bool list(struct cli *cli, const void *parsed, struct pki_error *err)
{
    (void)parsed;
    return pki_key_list(cli->session, cli->report, err);
}

static bool destroy(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    struct pki_draft *draft = NULL;
    bool finished = false;

    if (args->copy && cli->common.dry_run)
        return pki_fail(err, PKI_E_USAGE, "--copy only writes down what was done: no --dry-run");
    if (args->copy)
        return pki_key_copy_destroyed(cli->session, args->what, args->copy, cli->report, err);
    if (!cli->common.dry_run &&
        !pki_key_destroy_finish(cli->session, args->what, &finished, cli->report, err))
        return false;
    return finished || (pki_key_destroy_prepare(cli->session, args->what, &draft, err) &&
                        cli_sign(cli, draft, err));
}

#define IN_CELLAR "cellar rehearsal-clock"
#define OPENS_KEY IN_CELLAR " override passphrase-file passphrase-fd share-file"

static const struct cli_verb verbs[] = {
    {.name = "csr",
     .synopsis = "csr [--key ALGORITHM] [--dice N] --common-name NAME --to DIR",
     .needs = "common-name to",
     .takes = "key organization country dice dice-file passphrase-file passphrase-fd dry-run",
     .run = make_request},
    {.name = "test",
     .synopsis = "test FILE",
     .takes = OPENS_KEY,
     .operand = CLI_MUST,
     .open = read_if_named,
     .run = test},
    {.name = "passphrase",
     .synopsis = "passphrase FILE",
     .takes = OPENS_KEY " dry-run",
     .operand = CLI_MUST,
     .open = cli_write_if_named,
     .run = change_passphrase},
    {.name = "list",
     .synopsis = "list -C DIR",
     .takes = IN_CELLAR,
     .open = cli_open_to_read,
     .run = list},
    {.name = "destroy",
     .synopsis = "destroy KEY [--copy COPY] -C DIR",
     .takes = IN_CELLAR " override confirm dry-run copy",
     .operand = CLI_MUST,
     .open = cli_open_to_write,
     .run = destroy},
    {.name = NULL},
};

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_KEY,
        .options = options,
        .verbs = verbs,
        .args_size = sizeof(struct args),
        .examples = "cellar key csr --common-name \"Example Prod Code Signing CA G1\" --to key\n"
                    "cellar key test key/key.key",
        .close = cli_close,
    };

    return cli_main(&tool, argc, argv);
}
