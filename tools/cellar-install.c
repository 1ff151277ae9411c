#include "cli/cli.h"

struct args {
    const char *consumer, *from, *to;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "from", from, "DIR", "the hand-over, as cellar export wrote it"),
    CLI_TEXT(0, "to", to, "DIR", "where Fulcio reads its chain.pem and key.pem"),
    CLI_OPERAND(consumer, "fulcio", "whose files they are"),
    CLI_END,
};

static bool try_out(struct cli *cli, const struct pki_install *install)
{
    cli_tell_dry_run(
        cli, "Nothing was written. To install what follows, add:", pki_install_name(install));
    pki_install_describe(install, cli->report);
    return true;
}

static bool install_confirmed(struct cli *cli, struct pki_install *install, struct pki_error *err)
{
    pki_auto(pki_report) plan = pki_report_new();

    pki_install_describe(install, plan);
    if (!pki_report_ok(plan, err) || !cli_show(cli, plan, err) ||
        !cli_confirm(cli, "install this", pki_install_name(install), err) ||
        !pki_install_write(install, cli->report, err))
        return false;
    cli->stands = "both files are in place";
    return true;
}

/* Without a passphrase the key cannot be tried, and nobody is asked for one. */
static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct cli_common *common = &cli->common;
    bool has_passphrase = common->passphrase_files.n + common->passphrase_fds.n > 0;
    const struct pki_install_request request = {
        .consumer = args->consumer,
        .from = args->from,
        .to = args->to,
        .now = pki_session_now(NULL),
        .prompts = has_passphrase ? &cli->prompts : NULL,
    };
    pki_auto(pki_install) install = NULL;

    if (!args->from || !args->to)
        return pki_fail(err, PKI_E_USAGE, "--from DIR and --to DIR are needed");
    if (!pki_install_prepare(&request, &install, cli->report, err))
        return false;
    if (!pki_install_name(install)) {
        pki_report_note(cli->report, "Result", PKI_TONE_GOOD,
                        "Both files are in place already: nothing to do.");
        pki_install_describe(install, cli->report);
        return true;
    }
    return common->dry_run ? try_out(cli, install) : install_confirmed(cli, install, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_INSTALL,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_PASSPHRASES | CLI_CONFIRMS | CLI_DRY_RUN,
        .synopsis = "fulcio --from DIR --to DIR [--passphrase-file FILE]",
        .examples = "cellar export prod code-signing --for fulcio --with-key --to handover\n"
                    "cellar install fulcio --from handover --to /etc/fulcio",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
