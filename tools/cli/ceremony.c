#include "cli/ceremony.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/sibling.h"

#define WIDTH 76 /* of a console of 80 columns */

static int64_t now(void *context)
{
    (void)context;
    return pki_session_now(NULL);
}

static int64_t monotonic_ms(void *context)
{
    struct timespec at = {0};

    (void)context;
    (void)clock_gettime(CLOCK_BOOTTIME, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

/* --- the screen ----------------------------------------------------------------------------- */

static bool is_plain(const struct cli_ceremony *ceremony)
{
    return !cli_colour(ceremony->cli, STDERR_FILENO);
}

/* Columns of a word of UTF-8, one a character. */
static size_t columns(const char *text, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* A text in lines of words, each line indented. */
static void put_text(const char *text, unsigned indent)
{
    size_t at = 0;

    while (*text) {
        size_t size = strcspn(text, " \n");
        size_t wide = columns(text, size);
        if (at > 0 && at + 1 + wide > WIDTH) {
            (void)fputc('\n', stderr);
            at = 0;
        }
        if (at == 0)
            (void)fprintf(stderr, "%*s", (int)indent, "");
        else
            (void)fputc(' ', stderr);
        (void)fwrite(text, 1, size, stderr);
        at = at == 0 ? indent + wide : at + 1 + wide;
        text += size;
        if (*text == '\n') {
            (void)fputc('\n', stderr);
            at = 0;
        }
        text += *text != 0;
    }
    (void)fputc('\n', stderr);
}

static void put_part(const char *label, const char *text)
{
    if (!text)
        return;
    (void)fprintf(stderr, "\n%s\n", label);
    put_text(text, 4);
}

static void put_head(const struct cli_ceremony *ceremony, const struct pki_ceremony_view *view)
{
    static const char line[] =
        "------------------------------------------------------------------------------";
    bool plain = is_plain(ceremony);

    (void)fprintf(stderr, "%s%s\n", plain ? "\n" : "\033[2J\033[H", line);
    (void)fprintf(stderr, " %s\n", view->ceremony);
    (void)fprintf(stderr, " %sstep %u of %u, %lld min, expected %lld%s%s\n", plain ? "" : "\033[1m",
                  view->number, view->of, (long long)view->passed, (long long)view->expected,
                  view->rehearsal ? ", REHEARSAL" : "", plain ? "" : "\033[0m");
    (void)fprintf(stderr, "%s\n", line);
    if (view->resumed)
        put_text("Taken up from its record.", 1);
    if (ceremony->said[0])
        put_text(ceremony->said, 1);
}

static void show(void *context, const struct pki_ceremony_view *view)
{
    struct cli_ceremony *ceremony = context;
    bool plain = is_plain(ceremony);

    put_head(ceremony, view);
    ceremony->said[0] = 0;
    (void)fprintf(stderr, "\n%s%s  %s%s   (%s, %u min)\n", plain ? "" : "\033[1m", view->id,
                  view->title, plain ? "" : "\033[0m", view->role, view->minutes);
    put_part("Read aloud:", view->read_aloud);
    put_part("Look:", view->check);
    put_part("Question:", view->question);
    if (view->command)
        (void)fprintf(stderr, "\nThe command, which is run here:\n    $ %s\n", view->command);
    (void)fprintf(stderr, "\nWill be asked for:\n");
    for (size_t i = 0; view->will_be_asked[i]; i++)
        (void)fprintf(stderr, "    - %s\n", view->will_be_asked[i]);
    (void)fprintf(stderr, "\n e: exception sheet   p: pause   Ctrl-C: pause and leave\n");
    if (view->next)
        (void)fprintf(stderr, " After this step: %s\n", view->next);
    if (view->printed)
        (void)fprintf(stderr, "\nFrom step %s:\n%s", view->printed_in, view->printed);
    (void)fputc('\n', stderr);
}

static void say(void *context, const char *text)
{
    struct cli_ceremony *ceremony = context;

    (void)snprintf(ceremony->said, sizeof(ceremony->said), "%s", text);
    (void)fputc('\n', stderr);
    put_text(text, 0);
}

/* --- asking --------------------------------------------------------------------------------- */

/* An empty line: they have none, and a person is asked. */
static bool from_answers(const struct cli_ceremony *ceremony, const struct pki_ceremony_ask *ask,
                         char *line, size_t size, struct pki_error *err)
{
    const char *answer = NULL;

    line[0] = 0;
    if (!pki_answers_give(ceremony->answers, ask->step, ask->key, &answer, err))
        return false;
    if (!answer || !*answer)
        return true;
    if (ceremony->rehearsal && ask->shown && strcmp(answer, CLI_AS_SHOWN) == 0)
        answer = ask->shown;
    (void)snprintf(line, size, "%s", answer);
    (void)fprintf(stderr, "%s: %s\n", ask->key, line);
    return true;
}

static bool ask_line(void *context, const struct pki_ceremony_ask *ask, char *line, size_t size,
                     struct pki_error *err)
{
    const struct cli_ceremony *ceremony = context;
    char prompt[2048];

    if (!from_answers(ceremony, ask, line, size, err))
        return false;
    if (line[0])
        return true;
    if (!cli_may_ask(ceremony->cli)) {
        return pki_fail(err, PKI_E_POLICY,
                        "step %s: nobody can be asked for %s: give it by --answers", ask->step,
                        ask->key);
    }
    (void)snprintf(prompt, sizeof(prompt), "%s%s%s\n> ", ask->prompt, ask->shown ? ":\n  " : "",
                   ask->shown ? ask->shown : "");
    (void)fflush(stderr);
    return cli_read_line(prompt, line, size, err);
}

static void place(void *context, const char *record, struct pki_ceremony_place *here)
{
    (void)context;
    pki_ceremony_here(record, here);
}

static bool run(void *context, const struct pki_ceremony_command *command,
                struct pki_ceremony_outcome *outcome, struct pki_error *err)
{
    const struct cli_ceremony *ceremony = context;

    return cli_run_sibling(ceremony->cli, ceremony->cellar, command, outcome, err);
}

struct pki_ceremony_hands cli_ceremony_hands(struct cli_ceremony *ceremony)
{
    return (struct pki_ceremony_hands){
        .context = ceremony,
        .now = now,
        .monotonic_ms = monotonic_ms,
        .show = show,
        .say = say,
        .ask = ask_line,
        .place = place,
        .run = run,
    };
}
