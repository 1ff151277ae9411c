#include "cli/cli.h"

struct args {
    const char *head;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "head", head, "WORDS", "does the journal still hold this head (words or hex)?"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    return pki_audit(cli->session, args->head, cli->report, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_AUDIT,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_CELLAR,
        .synopsis = "[--head WORDS] [-C DIR]",
        .examples = "cellar audit -C cellar",
        .open = cli_open_to_audit,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
