#include "cli/cli.h"

struct args {
    const char *root;
    bool succeed;
};

static const struct cli_option options[] = {
    CLI_FLAG(0, "succeed", succeed, "make the successor of the root that there is"),
    CLI_OPERAND(root, "ROOT", "the root's name in the hierarchy file"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    struct pki_draft *draft = NULL;

    if (!args->succeed && (cli->common.prepare || cli->common.approved)) {
        return pki_fail(err, PKI_E_USAGE,
                        "the first root is made in one go: --prepare and --approved are for its "
                        "successor");
    }
    return (args->succeed ? pki_root_succeed(cli->session, args->root, &draft, err)
                          : pki_root_prepare(cli->session, args->root, &draft, err)) &&
           cli_sign(cli, draft, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_ROOT,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_SIGNS | CLI_DICE | CLI_APPROVES,
        .synopsis = "ROOT [--succeed] [-C DIR]",
        .examples = "cellar root main -C cellar\ncellar root main -C cellar --dry-run\n"
                    "cellar root main --succeed -C cellar",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
