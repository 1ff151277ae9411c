#include "cli/cli.h"

struct args {
    const char *to;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "to", to, "F.html", "the page: a new file"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    if (!args->to)
        return pki_fail(err, PKI_E_USAGE, "--to is missing: --to F.html, a new file");
    return pki_cellar_report(cli->session, args->to, cli->common.dry_run, cli->report, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_REPORT,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_CELLAR | CLI_DRY_RUN,
        .synopsis = "--to F.html [-C DIR]",
        .examples = "cellar report --to cellar.html -C cellar",
        .open = cli_open_to_read,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
