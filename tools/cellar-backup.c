#include "cli/cli.h"

struct args {
    const char *to;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "to", to, "DIR", "a directory on another medium; earlier backups stay there"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_backup_request request = {.to = args->to, .dry_run = cli->common.dry_run};

    if (!args->to)
        return pki_fail(err, PKI_E_USAGE, "--to DIR is missing: a directory on another medium");
    return pki_backup(cli->session, &request, cli->report, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_BACKUP,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_OVERRIDES,
        .synopsis = "--to DIR [-C DIR]",
        .examples = "cellar backup --to /media/stick/backups -C cellar",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
