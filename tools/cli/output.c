#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

bool cli_colour(const struct cli *cli, int fd)
{
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    if (cli->common.no_colour || (no_colour && *no_colour) || !isatty(fd))
        return false;
    return terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

unsigned cli_width(int fd)
{
    struct winsize size = {0};

    if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 60)
        return 80;
    return size.ws_col > 100 ? 100 : size.ws_col;
}

/* A full device may fail while stdio empties its buffer, long before the flush. */
static bool wrote(FILE *out, struct pki_error *err)
{
    return (fflush(out) == 0 && !ferror(out)) || pki_fail(err, PKI_E_IO, "cannot write the result");
}

static bool print_text(const struct cli *cli, const struct pki_report *report, FILE *out,
                       struct pki_error *err)
{
    int fd = fileno(out);
    const struct pki_report_style style = {.width = cli_width(fd), .colour = cli_colour(cli, fd)};
    char *text = NULL;

    if (!pki_report_to_text(report, &style, &text, err))
        return false;
    (void)fputs(text, out);
    free(text);
    return wrote(out, err);
}

bool cli_show(const struct cli *cli, const struct pki_report *report, struct pki_error *err)
{
    return cli->common.json || print_text(cli, report, stderr, err);
}

bool cli_may_page(const struct cli *cli)
{
    return !cli->common.json && isatty(STDOUT_FILENO) && cli_may_ask(cli);
}

bool cli_turn_page(struct cli *cli, const char *prompt, struct pki_error *err)
{
    char line[80];

    if (!print_text(cli, cli->report, stdout, err))
        return false;
    pki_report_free(cli->report);
    cli->report = pki_report_new();
    return pki_report_ok(cli->report, err) && cli_read_line(prompt, line, sizeof(line), err);
}

static struct pki_report *describe_error(const struct pki_error *err)
{
    struct pki_report *report = pki_report_new();

    pki_report_text(report, "Code", "%s", pki_code_name(err->code));
    pki_report_text(report, "Text", "%s", err->text);
    return report;
}

/* {"schema": 1, "tool": ..., "status": N, "error": {...} or null, "result": {...}} */
static bool print_json(const struct cli *cli, const struct pki_error *failure,
                       struct pki_error *err)
{
    pki_auto(pki_report) problem = describe_error(failure);
    char *error = NULL;
    char *result = NULL;
    bool failed = failure->code != PKI_OK;

    bool made = (!failed || pki_report_to_json(problem, &error, err)) &&
                pki_report_to_json(cli->report, &result, err);
    if (made) {
        (void)printf("{\n\"schema\": 1,\n\"tool\": \"%s\",\n\"status\": %d,\n\"error\": %s,\n"
                     "\"result\": %s\n}\n",
                     cli_program(cli->tool->id), pki_exit_status(failure->code),
                     failed ? error : "null", result);
    }
    free(error);
    free(result);
    return made && wrote(stdout, err);
}

/* The library's text begins with the duty, "issue prod tls: ...", and so does the program's name.
 */
static void print_error(const struct cli *cli, const struct pki_error *err)
{
    const char *program = cli_program(cli->tool->id);
    const char *verb = program + strlen("cellar-");
    const char *text = err->text;
    size_t length = strlen(verb);

    if (strncmp(text, verb, length) == 0 && strstr(text, ": ")) {
        if (text[length] == ' ')
            text += length + 1;
        else if (text[length] == ':')
            text += length + 2;
    }
    (void)fprintf(stderr, "%s: %s\n", program, text);
}

/* Whoever reads "failed" must not do it twice. */
static void tell_recorded(const struct cli *cli, struct pki_error *err)
{
    size_t used = strlen(err->text);
    size_t most = sizeof(err->text) - 100;

    if (err->code == PKI_OK)
        return;
    used = used < most ? used : most;
    if (cli->stands && !strstr(err->text, cli->stands))
        (void)snprintf(err->text + used, sizeof(err->text) - used, "; yet %s", cli->stands);
    if (cli->recorded == 0 || strstr(err->text, "recorded"))
        return;
    (void)snprintf(err->text + used, sizeof(err->text) - used,
                   "; yet it is recorded, as journal entry %lld: see `cellar status`",
                   (long long)cli->recorded);
}

int cli_finish(struct cli *cli, struct pki_error *err)
{
    struct pki_error printing = {0};

    if (!cli->report)
        cli->report = pki_report_new();
    tell_recorded(cli, err);
    bool printed = cli->common.json ? print_json(cli, err, &printing)
                                    : print_text(cli, cli->report, stdout, &printing);
    if (err->code != PKI_OK && !cli->common.json)
        print_error(cli, err);
    tell_recorded(cli, &printing);
    if (!printed)
        print_error(cli, &printing);
    if (err->code != PKI_OK)
        return pki_exit_status(err->code);
    return printed ? 0 : pki_exit_status(printing.code);
}
