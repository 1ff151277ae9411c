/* Apart from the rest, so that a tool without a cellar links no SQLite. */
#include <stdio.h>

#include "cli/cli.h"

enum purpose {
    READ,
    AUDIT,
    WRITE
};

static bool open_session(struct cli *cli, enum purpose purpose, struct pki_error *err)
{
    struct pki_session_request request = {
        .directory = cli_directory(cli),
        .write = purpose == WRITE,
        .audit = purpose == AUDIT,
        .prompts = cli->prompts,
        .progress = &cli_progress,
        .tool = cli_program(cli->tool->id),
        .command_line = cli->command_line,
        .overrides = cli->common.overrides.list,
        .n_overrides = cli->common.overrides.n,
        .seen = cli->common.seen.list,
        .n_seen = cli->common.seen.n,
        .approved = cli->common.approved,
        .has_clock = cli->common.clock.given,
        .clock = cli->common.clock.seconds,
    };

    if (!cli_dice_wanted(cli, &request.dice, err) ||
        !pki_session_open(&request, &cli->session, err))
        return false;
    if (pki_session_is_rehearsal(cli->session) && !cli->common.json)
        (void)fprintf(stderr, "%s\n", PKI_REHEARSAL_NOTE);
    return true;
}

bool cli_open_to_read(struct cli *cli, const void *args, struct pki_error *err)
{
    (void)args;
    return open_session(cli, READ, err);
}

bool cli_open_to_audit(struct cli *cli, const void *args, struct pki_error *err)
{
    (void)args;
    return open_session(cli, AUDIT, err);
}

/* A dry run only reads: it must not even lock. */
bool cli_open_to_write(struct cli *cli, const void *args, struct pki_error *err)
{
    (void)args;
    return open_session(cli, cli->common.dry_run ? READ : WRITE, err);
}

bool cli_write_if_named(struct cli *cli, const void *args, struct pki_error *err)
{
    return !cli_names_cellar(cli) || cli_open_to_write(cli, args, err);
}

void cli_close(struct cli *cli)
{
    if (cli->session)
        cli->recorded = pki_session_recorded(cli->session);
    pki_session_free(PKI_TAKE(cli->session));
}
