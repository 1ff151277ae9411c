#include "cli/cli.h"

struct args {
    const char *what;
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
    CLI_OPTIONAL(what, "FILE|KEY", "a key file, or a key's name in the cellar"),
    CLI_END,
};

static bool split(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_key_split_request request = {
        .what = args->what,
        .groups = args->shares.list,
        .n_groups = args->shares.n,
        .needed = args->groups,
        .with_passphrase = args->with_passphrase,
        .to = args->to,
        .dry_run = cli->common.dry_run,
    };

    return pki_key_split(cli->session, &request, &cli->prompts, cli->report, err);
}

static bool combine(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_key_combine_request request = {
        .what = args->what,
        .with_passphrase = args->with_passphrase,
        .to_passphrase = args->to_passphrase,
        .dry_run = cli->common.dry_run,
    };

    return pki_key_combine(cli->session, &request, &cli->prompts, cli->report, err);
}

static bool test(struct cli *cli, const void *parsed, struct pki_error *err)
{
    (void)parsed;
    return pki_share_test(cli->session, &cli->prompts, cli->report, err);
}

#define IN_CELLAR "cellar rehearsal-clock override share-file dry-run"
#define OPENS_KEY IN_CELLAR " passphrase-file passphrase-fd with-passphrase"

static const struct cli_verb verbs[] = {
    {.name = "split",
     .synopsis = "split FILE|KEY --shares KofN... [--to DIR]",
     .needs = "shares",
     .takes = OPENS_KEY " groups to",
     .operand = CLI_MUST,
     .open = cli_write_if_named,
     .run = split},
    {.name = "combine",
     .synopsis = "combine FILE|KEY [--to-passphrase]",
     .takes = OPENS_KEY " to-passphrase",
     .operand = CLI_MUST,
     .open = cli_write_if_named,
     .run = combine},
    {.name = "test",
     .synopsis = "test",
     .takes = IN_CELLAR,
     .open = cli_write_if_named,
     .run = test},
    {.name = NULL},
};

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_SHARE,
        .options = options,
        .verbs = verbs,
        .args_size = sizeof(struct args),
        .examples = "cellar share split root-g1 --shares 3of5 -C cellar\n"
                    "cellar share combine root-g1 -C cellar\ncellar share test",
        .close = cli_close,
    };

    return cli_main(&tool, argc, argv);
}
