#include <string.h>

#include "cli/cli.h"

struct args {
    const char *verb, *what;
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
    CLI_OPERAND(verb, "csr|test|passphrase|list|destroy", "what to do"),
    CLI_OPTIONAL(what, "FILE|KEY", "a key file, or a key's name in the cellar"),
    CLI_END,
};

/* A cellar is opened for its list, and wherever -C or $CELLAR_DIR names one; a file alone needs
 * none. */
static bool open_if_named(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    bool destroy = strcmp(args->verb, "destroy") == 0;
    bool list = strcmp(args->verb, "list") == 0;

    if (!list && !destroy && !cli_names_cellar(cli))
        return true;
    return destroy || strcmp(args->verb, "passphrase") == 0 ? cli_open_to_write(cli, args, err)
                                                            : cli_open_to_read(cli, args, err);
}

static bool make_request(struct cli *cli, const struct args *args, struct pki_error *err)
{
    struct pki_key_csr_request request = {
        .algorithm = args->algorithm,
        .common_name = args->common_name,
        .organization = args->organization,
        .country = args->country,
        .to = args->to,
        .dry_run = cli->common.dry_run,
    };

    if (!args->common_name || !args->to)
        return pki_fail(err, PKI_E_USAGE, "key csr needs --common-name and --to");
    return cli_dice_wanted(cli, &request.dice, err) &&
           pki_key_csr(&request, &cli->prompts, cli->report, err);
}

/* A dry run goes as far as opening the key: the new passphrase is not asked for. */
static bool change_passphrase(struct cli *cli, const struct args *args, struct pki_error *err)
{
    if (!cli->common.dry_run)
        return pki_key_passphrase(cli->session, args->what, &cli->prompts, cli->report, err);
    if (!pki_key_test(cli->session, args->what, &cli->prompts, cli->report, err))
        return false;
    pki_report_note(cli->report, "Dry run", PKI_TONE_FAINT, "nothing was written");
    return true;
}

static bool destroy(struct cli *cli, const struct args *args, struct pki_error *err)
{
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

/* The verbs that work on one key. */
static bool run_on_key(struct cli *cli, const struct args *args, struct pki_error *err)
{
    if (!args->what)
        return pki_fail(err, PKI_E_USAGE, "key %s needs a key file, or -C and a key's name",
                        args->verb);
    if (strcmp(args->verb, "destroy") == 0)
        return destroy(cli, args, err);
    return strcmp(args->verb, "test") == 0
               ? pki_key_test(cli->session, args->what, &cli->prompts, cli->report, err)
               : change_passphrase(cli, args, err);
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    if (strcmp(args->verb, "csr") == 0)
        return make_request(cli, args, err);
    if (cli->common.dice || cli->common.dice_file)
        return pki_fail(err, PKI_E_USAGE, "--dice and --dice-file are for csr, which makes a key");
    if (strcmp(args->verb, "list") == 0)
        return pki_key_list(cli->session, cli->report, err);
    if (strcmp(args->verb, "test") != 0 && strcmp(args->verb, "passphrase") != 0 &&
        strcmp(args->verb, "destroy") != 0)
        return pki_fail(err, PKI_E_USAGE,
                        "unknown verb \"%s\": csr, test, passphrase, list or destroy", args->verb);
    return run_on_key(cli, args, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_KEY,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_PASSPHRASES | CLI_CONFIRMS | CLI_OVERRIDES | CLI_DICE,
        .synopsis = "csr [--key ALGORITHM] [--dice N] --common-name NAME --to DIR\n"
                    "test FILE\npassphrase FILE\nlist -C DIR\n"
                    "destroy KEY [--copy COPY] -C DIR",
        .examples = "cellar key csr --common-name \"Example Prod Code Signing CA G1\" --to key\n"
                    "cellar key test key/key.key",
        .open = open_if_named,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
