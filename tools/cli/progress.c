/*
 * Long work at a terminal: one line on stderr, once it has lasted for half a
 * second, gone when it is over. In a pipe there is nothing. While it is going
 * on a signal asks it to stop where nothing is half done; a second one does
 * not wait for that.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

#define PATIENCE 500 /* milliseconds before anything is drawn */
#define PACE     100 /* and between two drawings */
#define BAR      20
#define LINE     72 /* columns that are drawn and cleared; a terminal has 80 */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t stopped; /* the signal's number */

static struct {
    bool busy;
    struct sigaction before[PKI_COUNT(signals)];
    bool told;
    int64_t since, drawn; /* milliseconds; drawn 0: nothing is on the terminal */
} state;

static void note_signal(int number)
{
    stopped = number;
}

static int64_t milliseconds(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Who ignores a signal (nohup) goes on ignoring it. */
static void begin(void)
{
    const struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};

    stopped = 0;
    state.busy = true;
    state.told = false;
    state.since = milliseconds();
    state.drawn = 0;
    for (size_t i = 0; i < PKI_COUNT(signals); i++) {
        (void)sigaction(signals[i], &action, &state.before[i]);
        if (state.before[i].sa_handler == SIG_IGN)
            (void)sigaction(signals[i], &state.before[i], NULL);
    }
}

static void draw(const struct pki_work *work)
{
    char bar[BAR + 1] = "";
    char line[LINE + 1];

    if (work->total <= 0) {
        (void)snprintf(line, sizeof(line), "%.40s: %lld", work->what, (long long)work->done);
    } else {
        int64_t done = work->done < work->total ? work->done : work->total;
        memset(bar, '.', BAR);
        memset(bar, '#', (size_t)(done * BAR / work->total));
        (void)snprintf(line, sizeof(line), "%.40s [%s] %3lld %%", work->what, bar,
                       (long long)(done * 100 / work->total));
    }
    (void)fprintf(stderr, "\r%-*s", LINE, line);
    (void)fflush(stderr);
}

static bool look(void *context, const struct pki_work *work)
{
    (void)context;
    if (!state.busy)
        begin();
    int64_t now = milliseconds();
    if (isatty(STDERR_FILENO) && now - state.since >= PATIENCE && now - state.drawn >= PACE) {
        draw(work);
        state.drawn = now;
    }
    state.told = stopped != 0;
    return !state.told;
}

/* A stop that came after the last look is not lost: it ends the tool, between two steps. */
static void end(void *context)
{
    (void)context;
    if (!state.busy)
        return;
    if (state.drawn > 0)
        (void)fprintf(stderr, "\r%*s\r", LINE, "");
    for (size_t i = 0; i < PKI_COUNT(signals); i++)
        (void)sigaction(signals[i], &state.before[i], NULL);
    state.busy = false;
    if (stopped && !state.told)
        (void)raise(stopped);
}

const struct pki_progress cli_progress = {.look = look, .end = end};
