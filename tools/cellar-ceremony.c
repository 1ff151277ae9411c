#include <string.h>

#include "cli/cli.h"

struct args {
    const char *verb, *script;
    struct cli_time at;
};

static const struct cli_option options[] = {
    CLI_TIME(0, "at", at, "the day that the script is to be valid on"),
    CLI_OPERAND(verb, "lint|duties", "what to do"),
    CLI_OPTIONAL(script, "SCRIPT", "the script of a ceremony"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    int64_t at = args->at.given ? args->at.seconds : pki_session_now(NULL);

    if (strcmp(args->verb, "duties") == 0)
        return pki_ceremony_duties(cli->report, err);
    if (strcmp(args->verb, "lint") != 0)
        return pki_fail(err, PKI_E_USAGE, "unknown verb \"%s\": lint or duties", args->verb);
    if (!args->script)
        return pki_fail(err, PKI_E_USAGE, "ceremony %s needs a script", args->verb);
    return pki_ceremony_lint(args->script, at, cli->report, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_CEREMONY,
        .options = options,
        .args_size = sizeof(struct args),
        .synopsis = "lint SCRIPT [--at TIME]\nduties",
        .examples = "cellar ceremony lint ceremony/scripts/root-genesis.yaml\n"
                    "cellar ceremony duties",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
