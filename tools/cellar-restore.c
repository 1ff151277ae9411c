#include "cli/cli.h"

struct args {
    const char *from, *to, *head;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "to", to, "DIR", "the cellar to make; must not exist"),
    CLI_TEXT(0, "head", head, "WORDS", "the newest head that was written down"),
    CLI_OPERAND(from, "FROM", "one backup: MEDIUM/cellar-ID-NNNN"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_restore_request request = {
        .from = args->from,
        .to = args->to,
        .seen = cli->common.seen.list,
        .n_seen = cli->common.seen.n,
        .head = args->head,
        .tool = cli_program(cli->tool->id),
        .command_line = cli->command_line,
        .overrides = cli->common.overrides.list,
        .n_overrides = cli->common.overrides.n,
        .dry_run = cli->common.dry_run,
    };

    if (!args->to)
        return pki_fail(err, PKI_E_USAGE, "--to DIR is missing: the cellar to make");
    if (request.n_seen == 0 && !request.head && !request.dry_run &&
        !cli_confirm(cli, "restore with nothing from outside to compare (--seen, --head)",
                     "nothing-seen", err))
        return false;
    if (!pki_restore(&request, cli->report, err))
        return false;
    if (!request.dry_run)
        cli->stands = "the cellar is in place";
    return true;
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_RESTORE,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_DRY_RUN | CLI_CONFIRMS | CLI_OVERRIDES | CLI_SEES,
        .synopsis = "FROM --to DIR --seen FILE\n"
                    "FROM --to DIR --head WORDS\n"
                    "FROM --to DIR --confirm nothing-seen",
        .examples = "cellar restore /media/stick/backups/cellar-1a2b3c4d-0007 --to cellar \\\n"
                    "    --seen published/manifest.json",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
