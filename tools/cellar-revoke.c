#include "cli/cli.h"

struct args {
    const char *what, *certificate;
    const char *reason, *treatment;
    struct cli_time invalid_since;
    bool promote_next;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "certificate", certificate, "FILE", "the certificate; also one that others issued"),
    CLI_TEXT(0, "reason", reason, "REASON", "keyCompromise, superseded, ...; see the manual"),
    CLI_TIME(0, "invalid-since", invalid_since, "since when the key may be in other hands"),
    CLI_TEXT(0, "treatment", treatment, "WORD", "in trust files: drop or end; default by reason"),
    CLI_FLAG(0, "promote-next", promote_next, "let the line's next authority take over at once"),
    CLI_OPTIONAL(what, "SERIAL", "serial or fingerprint of a certificate of this cellar"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_revoke_request request = {
        .what = args->what,
        .certificate = args->certificate,
        .reason = args->reason,
        .has_invalid_since = args->invalid_since.given,
        .invalid_since = args->invalid_since.seconds,
        .treatment = args->treatment,
        .promote_next = args->promote_next,
    };
    struct pki_draft *draft = NULL;

    return pki_revoke_prepare(cli->session, &request, &draft, err) && cli_sign(cli, draft, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_REVOKE,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_CONFIRMS | CLI_OVERRIDES | CLI_SEES,
        .synopsis = "SERIAL --reason REASON [--promote-next] [-C DIR]\n"
                    "--certificate FILE --reason REASON [-C DIR]",
        .examples = "cellar revoke 4f1c...e2 --reason superseded -C cellar\n"
                    "cellar revoke --certificate g1.pem --reason keyCompromise --promote-next",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
