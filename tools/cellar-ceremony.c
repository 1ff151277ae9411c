#include <string.h>

#include "cli/cli.h"

struct args {
    const char *verb, *script, *to, *image, *second_clock;
    struct cli_time at;
};

static const struct cli_option options[] = {
    CLI_TIME(0, "at", at, "the day that the script is to be valid on"),
    CLI_TEXT(0, "to", to, "FILE", "booklet or report: a new file, .txt, .html or .pdf"),
    CLI_TEXT(0, "image", image, "DEVICE|FILE", "the boot medium, to be digested"),
    CLI_TEXT(0, "second-clock", second_clock, "TIME", "what another clock says now; UTC"),
    CLI_OPERAND(verb, "lint|print|room|report|duties", "what to do"),
    CLI_OPTIONAL(script, "SCRIPT|DIR", "the script of a ceremony; what a ceremony left"),
    CLI_END,
};

static bool print(struct cli *cli, const struct args *args, int64_t at, struct pki_error *err)
{
    const struct pki_ceremony_print_request request = {
        .script = args->script,
        .to = args->to,
        .at = at,
        .dry_run = cli->common.dry_run,
    };

    if (!args->to)
        return pki_fail(err, PKI_E_USAGE, "--to FILE is missing: FILE.txt, FILE.html or FILE.pdf");
    return pki_ceremony_print(&request, cli->report, err);
}

static bool room(struct cli *cli, const struct args *args, struct pki_error *err)
{
    const struct pki_ceremony_room_request request = {
        .directory = cli_directory(cli),
        .script = args->script,
        .image = args->image,
        .second_clock = args->second_clock,
        .progress = &cli_progress,
    };

    return pki_ceremony_room(&request, cli->report, err);
}

static bool report(struct cli *cli, const struct args *args, struct pki_error *err)
{
    const struct pki_ceremony_report_request request = {
        .directory = args->script,
        .to = args->to,
        .dry_run = cli->common.dry_run,
    };

    if (!args->script)
        return pki_fail(err, PKI_E_USAGE, "ceremony report needs the directory of a ceremony");
    if (!args->to)
        return pki_fail(err, PKI_E_USAGE, "--to FILE is missing: FILE.html");
    return pki_ceremony_report(&request, cli->report, err);
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    int64_t at = args->at.given ? args->at.seconds : pki_session_now(NULL);

    if (strcmp(args->verb, "duties") == 0)
        return pki_ceremony_duties(cli->report, err);
    if (strcmp(args->verb, "room") == 0)
        return room(cli, args, err);
    if (strcmp(args->verb, "report") == 0)
        return report(cli, args, err);
    bool prints = strcmp(args->verb, "print") == 0;
    if (!prints && strcmp(args->verb, "lint") != 0)
        return pki_fail(err, PKI_E_USAGE,
                        "unknown verb \"%s\": lint, print, room, report or duties", args->verb);
    if (!args->script)
        return pki_fail(err, PKI_E_USAGE, "ceremony %s needs a script", args->verb);
    return prints ? print(cli, args, at, err)
                  : pki_ceremony_lint(args->script, at, cli->report, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_CEREMONY,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_DRY_RUN,
        .synopsis = "lint SCRIPT [--at TIME]\n"
                    "print SCRIPT --to FILE [--at TIME]\n"
                    "room [SCRIPT] [--image DEVICE|FILE] [--second-clock TIME]\n"
                    "report DIR --to F.html\n"
                    "duties",
        .examples = "cellar ceremony lint ceremony/scripts/root-genesis.yaml\n"
                    "cellar ceremony print script.yaml --to booklet.pdf\n"
                    "cellar ceremony room script.yaml --second-clock 2026-03-01T12:00:00Z\n"
                    "cellar ceremony report root-genesis --to root-genesis.html\n"
                    "cellar ceremony duties",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
