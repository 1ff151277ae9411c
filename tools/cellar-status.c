#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"

struct args {
    struct cli_period within;
    bool calendar;
    const char *since;
};

static const struct cli_option options[] = {
    CLI_PERIOD(0, "within", within, "what counts as due soon (default 30d); due: status 3"),
    CLI_TEXT(0, "since", since, "ENTRY", "only what the journal holds after this entry"),
    CLI_FLAG(0, "calendar", calendar, "print what has to be done as an iCalendar"),
    CLI_END,
};

static bool tell_since(struct cli *cli, const struct args *args, struct pki_error *err)
{
    char *end = NULL;
    errno = 0;
    long long entry = strtoll(args->since, &end, 10);

    if (args->within.given || args->calendar)
        return pki_fail(err, PKI_E_USAGE, "--since stands alone");
    if (!*args->since || *end || entry < 0 || errno != 0)
        return pki_fail(err, PKI_E_USAGE, "--since %s: the number of a journal entry, from 0 on",
                        args->since);
    return pki_status_since(cli->session, entry, cli->report, err);
}

static bool run(struct cli *cli, const void *parsed, struct pki_error *err)
{
    static const struct pki_period month = {.seconds = INT64_C(30) * 86400};
    const struct args *args = parsed;
    const struct pki_period within = args->within.given ? args->within.period : month;
    int64_t now = pki_session_now(cli->session);
    bool due = false;

    if (args->since)
        return tell_since(cli, args, err);
    if (args->calendar && args->within.given)
        return pki_fail(err, PKI_E_USAGE, "--calendar holds everything: --within is not for it");
    if (args->calendar)
        return pki_status_calendar(cli->session, cli->report, err);
    if (!pki_status(cli->session, pki_period_after(within, now) - now, cli->report, &due, err))
        return false;
    return !due || pki_fail(err, PKI_E_INVALID, "something is due: see above");
}

int main(int argc, char **argv)
{
    static const struct cli_tool tool = {
        .id = CLI_TOOL_STATUS,
        .options = options,
        .args_size = sizeof(struct args),
        .common = CLI_CELLAR,
        .synopsis = "[--within PERIOD] [-C DIR]\n--since ENTRY [-C DIR]\n--calendar [-C DIR]",
        .examples = "cellar status -C cellar\ncellar status --within 90d --json\n"
                    "cellar status --calendar > cellar.ics",
        .open = cli_open_to_read,
        .close = cli_close,
        .run = run,
    };

    return cli_main(&tool, argc, argv);
}
