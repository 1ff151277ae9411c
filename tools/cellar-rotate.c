#include <string.h>

#include "cli/cli.h"

struct args {
    const char *environment, *purpose;
    bool all, promote_only, revert, now;
    struct cli_texts csrs;
};

static const struct cli_option options[] = {
    CLI_FLAG(0, "all", all, "every line that is due, one after the other"),
    CLI_FLAG(0, "promote-only", promote_only, "issue no new next: needs no root key"),
    CLI_FLAG(0, "revert", revert, "take the last promotion back"),
    CLI_FLAG(0, "now", now, "before the next was published for publish_lead"),
    CLI_TEXTS(0, "csr", csrs, "FILE", "request for the new next's key, made elsewhere"),
    CLI_OPTIONAL(environment, "ENV", "environment in the hierarchy file"),
    CLI_OPTIONAL(purpose, "PURPOSE", "purpose of the line in that environment"),
    CLI_END,
};

static bool check(const struct cli *cli, const struct args *args, struct pki_error *err)
{
    if (!args->all)
        return args->purpose || pki_fail(err, PKI_E_USAGE, "ENV and PURPOSE, or --all, are needed");
    if (args->environment)
        return pki_fail(err, PKI_E_USAGE, "--all takes neither ENV nor PURPOSE");
    if (args->revert || args->csrs.n > 0)
        return pki_fail(err, PKI_E_USAGE, "--revert and --csr are for one line, not for --all");
    return !cli->common.confirm || strcmp(cli->common.confirm, CLI_CONFIRM_ALL) == 0 ||
           pki_fail(err, PKI_E_USAGE,
                    "with --all, --confirm takes " CLI_CONFIRM_ALL " and no name");
}

static bool rotate(struct cli *cli, const struct args *args, const char *environment,
                   const char *purpose, struct pki_error *err)
{
    const struct pki_rotate_request request = {
        .environment = environment,
        .purpose = purpose,
        .promote_only = args->promote_only,
        .revert = args->revert,
        .now = args->now,
        .csrs = args->csrs.list,
        .n_csrs = args->csrs.n,
    };
    struct pki_draft *draft = NULL;

    return pki_rotate_prepare(cli->session, &request, &draft, err) &&
           (args->all ? cli_sign_one_of_all(cli, draft, err) : cli_sign(cli, draft, err));
}

/* Each in a block of its own; what was done before one fails stays done and is told. */
static bool rotate_in_block(struct cli *cli, const struct args *args,
                            const struct pki_due_line *line, struct pki_error *err)
{
    struct pki_report *whole = cli->report;
    char heading[100];

    (void)snprintf(heading, sizeof(heading), "%s %s", line->environment, line->purpose);
    cli->report = pki_report_block(whole, heading);
    bool done = rotate(cli, args, line->environment, line->purpose, err);
    cli->report = whole;
    return done;
}

static bool rotate_all(struct cli *cli, const struct args *args, struct pki_error *err)
{
    struct pki_due_lines lines = {0};
    bool done = pki_rotate_due(cli->session, &lines, err);

    if (done && lines.n == 0)
        pki_report_note(cli->report, "Nothing", PKI_TONE_GOOD, "No rotation is due.");
    for (size_t i = 0; done && i < lines.n; i++)
        done = rotate_in_block(cli, args, &lines.list[i], err);
    pki_due_lines_clear(&lines);
    return done;
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    if (!check(cli, args, err))
        return false;
    return args->all ? rotate_all(cli, args, err)
                     : rotate(cli, args, args->environment, args->purpose, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_ROTATE,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_SIGNS | CLI_DICE | CLI_APPROVES,
        .synopsis = "ENV PURPOSE [--csr FILE] [--promote-only] [--now] [-C DIR]\n"
                    "ENV PURPOSE --revert [-C DIR]\n"
                    "--all [--promote-only] [--now] [-C DIR]",
        .examples = "cellar rotate prod code-signing -C cellar --dry-run\n"
                    "cellar rotate --all -C cellar",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
