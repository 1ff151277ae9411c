#include <assert.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/cli.h"

static const struct {
    const char *program, *summary;
} rows[] = {
#define CLI_TOOL(id, program, group, summary) [CLI_TOOL_##id] = {program, summary},
#include "tools.def"
#undef CLI_TOOL
};

const char *cli_program(enum cli_tool_id id)
{
    return rows[id].program;
}

const char *cli_summary(enum cli_tool_id id)
{
    return rows[id].summary;
}

static bool inform(const struct cli *cli)
{
    if (cli->common.help)
        cli_print_help(cli->tool);
    else if (cli->common.version)
        (void)printf("%s %s\n", cli_program(cli->tool->id), pki_version());
    else if (cli->common.spec)
        cli_print_spec(cli->tool);
    else
        return false;
    return true;
}

static bool work(struct cli *cli, void *args, struct pki_error *err)
{
    const struct cli_tool *tool = cli->tool;
    const struct cli_verb *verb = cli->verb;
    bool (*open)(struct cli *, const void *, struct pki_error *) = verb ? verb->open : tool->open;

    cli->report = pki_report_new();
    pki_report_at(cli->report, cli->common.directory);
    bool done = pki_report_ok(cli->report, err) && (!open || open(cli, args, err)) &&
                (verb ? verb->run : tool->run)(cli, args, err) && pki_report_ok(cli->report, err);
    if (tool->close)
        tool->close(cli);
    return done;
}

static void forget(struct cli *cli)
{
    for (size_t i = 0; i < PKI_COUNT(cli->secrets); i++)
        pki_secret_free(cli->secrets[i]);
    pki_report_free(cli->report);
}

/* Files are mapped to read them. Cut shorter meanwhile, or on a medium that was pulled out, they
   end the process by SIGBUS: whatever it did by then is as after a power cut, but it says why. */
static void tell_lost_file(int number)
{
    static const char text[] =
        "cellar: a file was cut shorter, or its medium went away, while it was read\n";

    (void)number;
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0) {
        /* nobody listens */
    }
    _exit(1);
}

/* SIGXFSZ: a limit of file size is an error like a full disk, not the end. */
static void choose_signals(void)
{
    const struct sigaction lost = {.sa_handler = tell_lost_file};

    (void)sigaction(SIGBUS, &lost, NULL);
    (void)signal(SIGXFSZ, SIG_IGN);
}

/* Nothing is read before the sandbox is closed: not even the arguments. */
static bool prepare(struct cli *cli, void *args, int argc, char **argv, struct pki_error *err)
{
    choose_signals();
    if (!pki_harden(err) ||
        !(cli->tool->runs_siblings ? pki_sandbox_enter_front(err) : pki_sandbox_enter(err)))
        return false;
    /* For the journal. Secrets are never among the words: they have no option. */
    pki_command_line(cli_program(cli->tool->id), argc > 0 ? (size_t)argc - 1 : 0,
                     (const char *const *)argv + 1, cli->command_line, sizeof(cli->command_line));
    return cli_parse(cli, args, argc, argv, err);
}

#define HEAP_AT_START ((size_t)576 * 1024)

/*
 * A signing duty touches some 140 pages of heap, a page fault each. Asked for at once, an issuance
 * is about a twentieth faster. A kernel that does not know how (before 5.14) says so, and nothing
 * is lost.
 */
static void warm_heap(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    (void)mallopt(M_TOP_PAD, 1024 * 1024);
    char *first =
        malloc((size_t)127 * 1024); /* more than the first heap has left, less than a mapping */
    if (first)
        (void)madvise(first + page - (uintptr_t)first % page, HEAP_AT_START, MADV_POPULATE_WRITE);
    free(first);
}

int cli_main(const struct cli_tool *tool, int argc, char **argv)
{
    struct cli cli = {.tool = tool};
    struct pki_error err = {0};
    warm_heap();
    void *args = calloc(1, tool->args_size + 1);
    int status = 1;

    if (!args)
        return status;
    cli.prompts = (struct pki_prompts){.context = &cli,
                                       .passphrase = cli_ask_passphrase,
                                       .share = cli_ask_share,
                                       .show_share = cli_show_share,
                                       .dice = cli_ask_dice};
    bool ready = prepare(&cli, args, argc, argv, &err);
    if (ready && inform(&cli)) {
        status = fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
    } else {
        /* A failure is in err, and cli_finish turns it into words and a status. */
        if (ready && !work(&cli, args, &err))
            assert(err.code != PKI_OK);
        status = cli_finish(&cli, &err);
    }
    free(args);
    forget(&cli);
    return status;
}
