#include "cli/cli.h"

struct args {
    const char *environment, *purpose, *proof;
    struct cli_time at;
};

static const struct cli_option options[] = {
    CLI_TIME(0, "at", at, "when the outside switched"),
    CLI_TEXT(0, "proof", proof, "FILE", "what it answers with: Fulcio's trust bundle, or PEM"),
    CLI_OPERAND(environment, "ENV", "environment in the hierarchy file"),
    CLI_OPERAND(purpose, "PURPOSE", "purpose of the line in that environment"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_cutover_request request = {
        .environment = args->environment,
        .purpose = args->purpose,
        .at = args->at.seconds,
        .proof = args->proof,
    };
    struct pki_draft *draft = NULL;

    if (!args->at.given)
        return pki_fail(err, PKI_E_USAGE, "--at TIME is missing: when did the outside switch?");
    return pki_cutover_prepare(cli->session, &request, &draft, err) && cli_sign(cli, draft, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_CUTOVER,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_CONFIRMS | CLI_OVERRIDES | CLI_SEES,
        .synopsis = "ENV PURPOSE --at TIME [--proof FILE] [-C DIR]",
        .examples = "curl https://fulcio.example.com/api/v2/trustBundle >bundle.json\n"
                    "cellar cutover prod code-signing --at 2027-01-10T12:00:00Z \\\n"
                    "    --proof bundle.json -C cellar",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
