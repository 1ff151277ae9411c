#include "cli/cli.h"

struct args {
    const char *file, *profile, *consumer;
    struct cli_time at;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "profile", profile, "PROFILE", "the profile it is meant to have"),
    CLI_TEXT(0, "for", consumer, "CONSUMER", "also its rules: fulcio, cosign, timestamp-server"),
    CLI_TIME(0, "at", at, "judge validity at this time"),
    CLI_OPERAND(file, "FILE", "certificate, chain, request or CRL, PEM or DER"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_lint_request request = {
        .path = args->file,
        .profile = args->profile,
        .consumer = args->consumer,
        .at = args->at.given ? args->at.seconds : pki_session_now(NULL),
    };

    return pki_lint_file(&request, cli->report, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_LINT,
        .options = options,
        .args_size = sizeof(struct args),
        .synopsis = "FILE [--profile PROFILE] [--for CONSUMER]",
        .examples = "cellar lint root.pem\ncellar lint --for fulcio handover/chain.pem",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
