#include "cli/cli.h"

struct args {
    const char *hierarchy;
    bool example;
    bool update;
    bool rehearsal;
};

static const struct cli_option options[] = {
    CLI_FLAG(0, "example", example, "print a hierarchy file to start from"),
    CLI_FLAG(0, "update", update, "apply a changed hierarchy file to a cellar that exists"),
    CLI_FLAG(0, "rehearsal", rehearsal,
             "make one to rehearse in: names say so, and every verifier refuses what it makes"),
    CLI_OPTIONAL(hierarchy, "HIERARCHY.yaml", "what the cellar is to hold"),
    CLI_END,
};

static bool open_to_update(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    return !args->update || cli_open_to_write(cli, args, err);
}

static bool update(struct cli *cli, const struct args *args, struct pki_error *err)
{
    pki_auto(pki_report) difference = pki_report_new();
    bool changes = false;

    if (cli->common.dry_run)
        return pki_init_compare(cli->session, args->hierarchy, &changes, cli->report, err);
    if (!pki_init_compare(cli->session, args->hierarchy, &changes, difference, err) ||
        !cli_show(cli, difference, err))
        return false;
    return !changes || (cli_confirm(cli, "apply this hierarchy", "update", err) &&
                        pki_init_update(cli->session, args->hierarchy, cli->report, err));
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_init_request request = {
        .hierarchy = args->hierarchy,
        .directory = cli_directory(cli),
        .tool = cli_program(cli->tool->id),
        .command_line = cli->command_line,
        .dry_run = cli->common.dry_run,
        .rehearsal = args->rehearsal,
        .has_clock = cli->common.clock.given,
        .clock = cli->common.clock.seconds,
    };

    if (args->example && (args->hierarchy || args->update)) {
        return pki_fail(err, PKI_E_USAGE,
                        "--example prints a file and takes neither HIERARCHY.yaml nor --update");
    }
    if (args->update && args->rehearsal)
        return pki_fail(err, PKI_E_USAGE, "a cellar is a rehearsal from its beginning, or never");
    if (args->example) {
        pki_report_verbatim(cli->report, "Hierarchy", pki_init_example());
        return true;
    }
    if (!args->hierarchy)
        return pki_fail(err, PKI_E_USAGE,
                        "HIERARCHY.yaml is missing; `cellar init --example` prints one");
    if (args->update)
        return update(cli, args, err);
    if (!pki_init(&request, cli->report, err))
        return false;
    cli->recorded = cli->common.dry_run ? 0 : 1;
    return true;
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_INIT,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_CONFIRMS | CLI_OVERRIDES,
        .synopsis =
            "HIERARCHY.yaml [--rehearsal] -C DIR\n--update HIERARCHY.yaml [-C DIR]\n--example",
        .examples = "cellar init --example > hierarchy.yaml\n"
                    "cellar init hierarchy.yaml -C cellar",
        .open = open_to_update,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
