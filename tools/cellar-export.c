#include "cli/cli.h"

struct args {
    const char *environment, *purpose;
    const char *consumer, *leaf, *to, *logs;
    bool with_key, replace;
    struct cli_time as_of;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "for", consumer, "CONSUMER", "only the files of one: fulcio, timestamp-server"),
    CLI_FLAG(0, "with-key", with_key, "hand the encrypted key over too; needs --for and --to"),
    CLI_TEXT(0, "leaf", leaf, "SERIAL", "an end entity's certificate with its chain; needs --to"),
    CLI_TEXT(0, "to", to, "DIR", "write there instead of the cellar's exports/"),
    CLI_FLAG(0, "replace", replace, "replace what stands in --to, as a whole"),
    CLI_TIME(0, "as-of", as_of, "as things stood at this time; reproduces an earlier export"),
    CLI_TEXT(0, "logs", logs, "FILE", "take Rekor and CT keys from this trusted_root.json"),
    CLI_OPTIONAL(environment, "ENV", "only this environment"),
    CLI_OPTIONAL(purpose, "PURPOSE", "only this purpose"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    pki_auto(pki_report) warnings = pki_report_new();
    const struct pki_export_request request = {
        .environment = args->environment,
        .purpose = args->purpose,
        .consumer = args->consumer,
        .with_key = args->with_key,
        .leaf = args->leaf,
        .to = args->to,
        .replace = args->replace,
        .has_as_of = args->as_of.given,
        .as_of = args->as_of.seconds,
        .logs = args->logs,
        .dry_run = cli->common.dry_run,
        .cellar = cli_directory(cli),
    };

    const bool done = pki_export(cli->session, &request, cli->report, warnings, err);
    struct pki_error unheard = {0};
    const bool shown = cli_show(cli, warnings, done ? err : &unheard); /* of what was written */

    return done && shown && pki_report_ok(warnings, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_EXPORT,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_OVERRIDES | CLI_SEES,
        .synopsis = "[ENV [PURPOSE]] [--to DIR [--replace]] [-C DIR]\n"
                    "ENV PURPOSE --for CONSUMER --with-key --to DIR [-C DIR]\n"
                    "--leaf SERIAL --to DIR [-C DIR]",
        .examples = "cellar export -C cellar\n"
                    "cellar export prod code-signing --for fulcio --with-key --to handover",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
