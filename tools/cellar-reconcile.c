#include "cli/cli.h"

struct args {
    struct cli_texts files;
};

static const struct cli_option options[] = {
    CLI_OPTIONALS(files, "FILE", "manifest.json, certificates or CRLs that were found outside"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    struct pki_draft *draft = NULL;

    if (args->files.n == 0 && cli->common.overrides.n == 0)
        return pki_fail(err, PKI_E_USAGE, "FILE is missing: what was found outside; see --help");
    return pki_reconcile_prepare(cli->session, args->files.list, args->files.n, &draft, err) &&
           cli_sign(cli, draft, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_RECONCILE,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_CONFIRMS | CLI_OVERRIDES,
        .synopsis = "FILE... [-C DIR]\n"
                    "[FILE...] --override lost-for-good [-C DIR]",
        .examples = "cellar reconcile manifest.json code-signing/*/chain.pem crl/* -C cellar",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
