#include "cli/cli.h"

struct args {
    const char *leaf, *anchors, *untrusted, *purpose, *ceremony, *page;
    struct cli_texts crls, witnesses;
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
    CLI_TEXT(0, "ceremony", ceremony, "DIR", "check a ceremony's transcript instead"),
    CLI_TEXTS(0, "witness", witnesses, "KEY.pub",
              "with --ceremony: has this key countersigned it? may be repeated"),
    CLI_TEXT(0, "report", page, "F.html", "with --ceremony: is this page the report of it?"),
    CLI_FLAG('q', "quiet", quiet, "print the verdict alone, one line"),
    CLI_OPTIONAL(leaf, "LEAF.pem", "what is verified; may hold its chain, leaf first"),
    CLI_END,
};

static bool verify_ceremony(struct cli *cli, const struct args *args, struct pki_error *err)
{
    const struct pki_verify_ceremony_request request = {
        .directory = args->ceremony,
        .anchors = args->anchors,
        .page = args->page,
        .witnesses = args->witnesses.list,
        .n_witnesses = args->witnesses.n,
    };

    if (args->leaf || args->untrusted || args->crls.n > 0 || args->purpose || args->at.given)
        return pki_fail(err, PKI_E_USAGE,
                        "--ceremony goes with --anchor, --witness and --report alone");
    return pki_verify_ceremony(&request, cli->report, err);
}

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

    if (args->ceremony)
        return verify_ceremony(cli, args, err);
    if (args->page)
        return pki_fail(err, PKI_E_USAGE, "--report goes with --ceremony");
    if (args->witnesses.n > 0)
        return pki_fail(err, PKI_E_USAGE, "--witness goes with --ceremony");
    if (!args->leaf)
        return pki_fail(err, PKI_E_USAGE, "LEAF.pem is missing: what is verified; see --help");
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
        .synopsis = "--anchor A.pem [--untrusted U.pem] [--crl C]... LEAF.pem\n"
                    "--ceremony DIR [--anchor A.pem] [--witness KEY]... [--report F]",
        .examples = "cellar verify --anchor anchors.pem chain.pem\n"
                    "cellar verify --anchor anchors.pem --quiet tls/chain.pem\n"
                    "cellar verify --anchor anchors.pem --at 2027-01-01 chain.pem\n"
                    "cellar verify --ceremony root-genesis --anchor anchors.pem\n"
                    "cellar verify --ceremony root-genesis --witness ann.pub --witness ben.pub",
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
