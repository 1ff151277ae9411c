#include "cli/cli.h"

struct args {
    const char *name, *purpose;
    bool due;
    struct cli_period within;
};

static const struct cli_option options[] = {
    CLI_FLAG(0, "due", due, "sign each one that is due, one after the other"),
    CLI_PERIOD(0, "within", within, "what --due counts as due (default 30d)"),
    CLI_OPTIONAL(name, "AUTHORITY", "an authority, for example root-g1; or an environment"),
    CLI_OPTIONAL(purpose, "PURPOSE", "of the environment: the line's active authority"),
    CLI_END,
};

static bool sign_one(struct cli *cli, const char *authority, struct pki_error *err)
{
    struct pki_draft *draft = NULL;

    return pki_crl_prepare(cli->session, authority, &draft, err) && cli_sign(cli, draft, err);
}

static bool sign_line(struct cli *cli, const struct args *args, struct pki_error *err)
{
    char name[128];

    return pki_line_active(cli->session, args->name, args->purpose, name, err) &&
           sign_one(cli, name, err);
}

/* Each in a block of its own. What was signed before one fails stays signed. */
static bool sign_each(struct cli *cli, const struct pki_due_crls *due, struct pki_error *err)
{
    struct pki_report *whole = cli->report;
    bool done = true;

    for (size_t i = 0; i < due->n && done; i++) {
        cli->report = pki_report_block(whole, due->list[i].authority);
        struct pki_draft *draft = NULL;
        done = pki_crl_prepare(cli->session, due->list[i].authority, &draft, err) &&
               cli_sign_one_of_all(cli, draft, err);
    }
    cli->report = whole;
    return done;
}

static bool sign_due(struct cli *cli, const struct args *args, struct pki_error *err)
{
    static const struct pki_period month = {.seconds = INT64_C(30) * 86400};
    const struct pki_period within = args->within.given ? args->within.period : month;
    int64_t now = pki_session_now(cli->session);
    struct pki_due_crls due = {0};

    if (!pki_crl_due(cli->session, pki_period_after(within, now) - now, &due, err))
        return false;
    if (due.n == 0)
        pki_report_note(cli->report, "Due", PKI_TONE_GOOD, "No CRL is due.");
    bool done = sign_each(cli, &due, err);
    pki_due_crls_clear(&due);
    return done;
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    const struct args *args = parsed;

    if (args->due == (args->name != NULL))
        return pki_fail(err, PKI_E_USAGE, "give one: AUTHORITY, ENV PURPOSE, or --due");
    if (args->within.given && !args->due)
        return pki_fail(err, PKI_E_USAGE, "--within belongs to --due");
    if (args->due)
        return sign_due(cli, args, err);
    return args->purpose ? sign_line(cli, args, err) : sign_one(cli, args->name, err);
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_CRL,
        .options = options,
        .args_size = sizeof(struct args),
        .common = (CLI_SIGNS & ~CLI_REVIEWS) | CLI_APPROVES,
        .synopsis = "AUTHORITY [-C DIR]\n"
                    "ENV PURPOSE [-C DIR]\n"
                    "--due [--within PERIOD] [-C DIR]",
        .examples = "cellar crl root-g1 -C cellar\ncellar crl --due -C cellar",
        .open = cli_open_to_write,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
