#include "cli/cli.h"

struct args {
    const char *environment, *purpose;
    struct cli_texts csrs;
    const char *leaf, *common_name, *validity;
    struct cli_texts dns, ip, email, uri;
};

static const struct cli_option options[] = {
    CLI_TEXTS(0, "csr", csrs, "FILE", "request for a key made elsewhere; G1 first, then G2"),
    CLI_TEXT(0, "leaf", leaf, "PROFILE", "issue an end-entity certificate of this profile"),
    CLI_TEXT(0, "common-name", common_name, "NAME", "its common name"),
    CLI_TEXTS(0, "dns", dns, "NAME", "a DNS name of it; may be repeated"),
    CLI_TEXTS(0, "ip", ip, "ADDRESS", "an IP address of it; may be repeated"),
    CLI_TEXTS(0, "email", email, "ADDRESS", "an e-mail address of it; may be repeated"),
    CLI_TEXTS(0, "uri", uri, "URI", "a URI of it; may be repeated"),
    CLI_TEXT(0, "validity", validity, "PERIOD", "how long it is valid, for example 90d"),
    CLI_OPERAND(environment, "ENV", "environment in the hierarchy file"),
    CLI_OPERAND(purpose, "PURPOSE", "purpose of the line in that environment"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    const struct pki_issue_request request = {
        .environment = args->environment,
        .purpose = args->purpose,
        .csrs = args->csrs.list,
        .n_csrs = args->csrs.n,
        .leaf = args->leaf,
        .common_name = args->common_name,
        .dns = args->dns.list,
        .n_dns = args->dns.n,
        .ip = args->ip.list,
        .n_ip = args->ip.n,
        .email = args->email.list,
        .n_email = args->email.n,
        .uri = args->uri.list,
        .n_uri = args->uri.n,
        .validity = args->validity,
    };
    struct pki_draft *draft = NULL;

    return pki_issue_prepare(cli->session, &request, &draft, err) && cli_sign(cli, draft, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_ISSUE,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_SIGNS | CLI_DICE | CLI_APPROVES,
        .synopsis = "ENV PURPOSE [--csr FILE [--csr FILE]] [-C DIR]\n"
                    "ENV PURPOSE --leaf PROFILE --csr FILE --dns NAME ... [-C DIR]",
        .examples = "cellar issue prod code-signing -C cellar\n"
                    "cellar issue prod tls --leaf tls-server --csr web.csr --dns a.example",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
