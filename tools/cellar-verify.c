#include "cli/cli.h"

struct args {
    const char *leaf, *anchors, *untrusted, *purpose;
    struct cli_texts crls;
    struct cli_time at;
    bool quiet;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "anchor", anchors, "FILE", "the certificates that are trusted"),
    CLI_TEXT(0, "untrusted", untrusted, "FILE", "intermediates, in any order"),
    CLI_TEXTS(0, "crl", crls, "FILE", "a revocation list, PEM or DER; may be repeated"),
    CLI_TIME(0, "at", at, "verify as of this time; revocation as known now"),
    CLI_TEXT(0, "purpose", purpose, "PURPOSE",
             "code-signing, time-stamping, tls-server, tls-client, ocsp or any"),
    CLI_FLAG('q', "quiet", quiet, "print the verdict alone, one line"),
    CLI_OPERAND(leaf, "LEAF.pem", "what is verified; may hold its chain, leaf first"),
    CLI_END,
};

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;
    int64_t now = pki_session_now(NULL);
    const struct pki_verify_request request = {
        .leaf = args->leaf,
        .anchors = args->anchors,
        .untrusted = args->untrusted,
        .crls = args->crls.list,
        .n_crls = args->crls.n,
        .purpose = args->purpose,
        .at = args->at.given ? args->at.seconds : now,
        .now = now,
        .brief = args->quiet,
    };

    if (!args->anchors) {
        return pki_fail(
            err, PKI_E_USAGE,
            "--anchor is missing: give --anchor FILE, the certificates that are trusted");
    }
    return pki_verify_file(&request, cli->report, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_VERIFY,
        .options = options,
        .args_size = sizeof(struct args),
        .synopsis = "--anchor A.pem [--untrusted U.pem] [--crl C]... LEAF.pem",
        .examples = "cellar verify --anchor anchors.pem chain.pem\n"
                    "cellar verify --anchor anchors.pem --quiet tls/chain.pem\n"
                    "cellar verify --anchor anchors.pem --at 2027-01-01 chain.pem",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
