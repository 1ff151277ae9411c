#include "cli/cli.h"

struct args {
    const char *head, *head_from, *to, *root, *ceremony;
    bool seal;
};

static const struct cli_option options[] = {
    CLI_TEXT(0, "head", head, "WORDS", "does the journal still hold this head (words or hex)?"),
    CLI_TEXT(0, "head-from", head_from, "SEAL", "the same for the head in a seal; checks it, too"),
    CLI_FLAG(0, "seal", seal, "have a root sign counter, head and date"),
    CLI_TEXT(0, "to", to, "DIR", "the seal: a new directory of two files (default seal-ENTRY)"),
    CLI_TEXT(0, "ceremony", ceremony, "DIR", "seal this record of a ceremony instead"),
    CLI_TEXT(0, "root", root, "NAME", "the root that signs; needed where there are several"),
    CLI_END,
};

static bool open_cellar(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    return args->seal ? cli_open_to_write(cli, args, err) : cli_open_to_audit(cli, args, err);
}

static bool audit(struct cli *cli, const struct args *args, struct pki_error *err)
{
    const char *head = args->head;
    char sealed[65];

    if (args->head_from) {
        if (!pki_seal_read(cli->session, args->head_from, sealed, err))
            return false;
        head = sealed;
    }
    return pki_audit(cli->session, head, cli->report, err);
}

static bool prepare(struct cli *cli, const struct args *args, struct pki_draft **draft,
                    struct pki_error *err)
{
    return args->ceremony
               ? pki_seal_ceremony_prepare(cli->session, args->root, args->ceremony, draft, err)
               : pki_seal_prepare(cli->session, args->root, args->to, draft, err);
}

/* Only what is sound is sealed. */
static bool seal(struct cli *cli, const struct args *args, struct pki_error *err)
{
    struct pki_report *whole = cli->report;
    struct pki_draft *draft = NULL;

    if (!audit(cli, args, err) || !prepare(cli, args, &draft, err))
        return false;
    cli->report = pki_report_block(whole, "Sealed");
    bool done = cli_sign(cli, draft, err);
    cli->report = whole;
    return done;
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    if (args->head && args->head_from)
        return pki_fail(err, PKI_E_USAGE, "give one: --head or --head-from");
    if ((args->to || args->root || args->ceremony) && !args->seal)
        return pki_fail(err, PKI_E_USAGE, "--to, --root and --ceremony belong to --seal");
    if (args->to && args->ceremony)
        return pki_fail(err, PKI_E_USAGE, "the seal of a ceremony lies in its record: no --to");
    if (cli->common.seen.n > 0 && !args->seal)
        return pki_fail(err, PKI_E_USAGE, "--seen belongs to --seal; compare a head with --head");
    return args->seal ? seal(cli, args, err) : audit(cli, args, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_AUDIT,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_WRITES | CLI_PASSPHRASES | CLI_CONFIRMS | CLI_OVERRIDES | CLI_SEES,
        .synopsis = "[--head WORDS | --head-from SEAL] [-C DIR]\n"
                    "--seal [--to DIR | --ceremony DIR] [--root NAME] [-C DIR]",
        .examples = "cellar audit -C cellar\n"
                    "cellar audit --seal --to /media/usb/seal -C cellar\n"
                    "cellar audit --seal --ceremony root-genesis -C cellar",
        .open = open_cellar,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
