#include "cli/cli.h"

struct args {
    struct cli_texts files;
};

static const struct cli_option options[] = {
    CLI_OPERANDS(files, "FILE", "certificate, request, CRL, bundle or key file, PEM or DER"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    int64_t now = pki_session_now(NULL);

    if (args->files.n == 1)
        return pki_describe_file(args->files.list[0], now, cli->report, err);
    /* Of several each is a row: in JSON their fields have the same names. */
    struct pki_report *files = pki_report_table(cli->report, "Files");
    for (size_t i = 0; i < args->files.n; i++)
        if (!pki_describe_file(args->files.list[i], now, pki_report_row(files), err))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_SHOW,
        .options = options,
        .args_size = sizeof(struct args),
        .synopsis = "FILE...",
        .examples = "cellar show exports/prod/anchors.pem\ncellar show --json request.csr",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
