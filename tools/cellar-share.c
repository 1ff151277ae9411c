#include <string.h>

#include "cli/cli.h"

struct args {
    const char *verb, *what;
    struct cli_texts shares;
    const char *groups, *to;
    bool with_passphrase, to_passphrase;
};

static const struct cli_option options[] = {
    CLI_TEXTS(0, "shares", shares, "KofN", "split: K of N shares open the key; repeat for groups"),
    CLI_TEXT(0, "groups", groups, "N", "split: how many of the groups are needed (default all)"),
    CLI_TEXT(0, "to", to, "DIR", "split: new directory, a file a share (default: shown in turn)"),
    CLI_FLAG(0, "with-passphrase", with_passphrase, "shares and a passphrase are both needed"),
    CLI_FLAG(0, "to-passphrase", to_passphrase, "combine: seal it anew under a passphrase alone"),
    CLI_OPERAND(verb, "split|combine|test", "what to do"),
    CLI_OPTIONAL(what, "FILE|KEY", "a key file, or a key's name in the cellar"),
    CLI_END,
};

/* A file alone needs no cellar. */
static bool open_if_named(struct cli *cli, const void *parsed, struct pki_error *err)
{
    return !cli_names_cellar(cli) || cli_open_to_write(cli, parsed, err);
}

static bool split(struct cli *cli, const struct args *args, struct pki_error *err)
{
    const struct pki_key_split_request request = {
        .what = args->what,
        .groups = args->shares.list,
        .n_groups = args->shares.n,
        .needed = args->groups,
        .with_passphrase = args->with_passphrase,
        .to = args->to,
        .dry_run = cli->common.dry_run,
    };

    if (args->shares.n == 0)
        return pki_fail(err, PKI_E_USAGE, "share split needs --shares, such as --shares 3of5");
    return pki_key_split(cli->session, &request, &cli->prompts, cli->report, err);
}

static bool combine(struct cli *cli, const struct args *args, struct pki_error *err)
{
    const struct pki_key_combine_request request = {
        .what = args->what,
        .with_passphrase = args->with_passphrase,
        .to_passphrase = args->to_passphrase,
        .dry_run = cli->common.dry_run,
    };

    return pki_key_combine(cli->session, &request, &cli->prompts, cli->report, err);
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    if (strcmp(args->verb, "test") == 0) {
        return !args->what ? pki_share_test(cli->session, &cli->prompts, cli->report, err)
                           : pki_fail(err, PKI_E_USAGE, "share test takes a share by --share-file");
    }
    if (strcmp(args->verb, "split") != 0 && strcmp(args->verb, "combine") != 0)
        return pki_fail(err, PKI_E_USAGE, "unknown verb \"%s\": split, combine or test",
                        args->verb);
    if (!args->what)
        return pki_fail(err, PKI_E_USAGE, "share %s needs a key file, or -C and a key's name",
                        args->verb);
    return strcmp(args->verb, "split") == 0 ? split(cli, args, err) : combine(cli, args, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_SHARE,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_PASSPHRASES | CLI_OVERRIDES,
        .synopsis = "split FILE|KEY --shares KofN... [--to DIR]\n"
                    "combine FILE|KEY [--to-passphrase]\ntest",
        .examples = "cellar share split root-g1 --shares 3of5 -C cellar\n"
                    "cellar share combine root-g1 -C cellar\ncellar share test",
        .open = open_if_named,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
