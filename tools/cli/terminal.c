/* Asking a person at the terminal. Read with read(2) from /dev/tty: stdio would keep copies. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"

/* A terminal whose echo may be off; restored at scope exit, also after a signal. */
struct terminal {
    int fd;
    bool quiet;
    bool held; /* signals are held back */
    struct termios before;
};

/* All that would end or stop a process and can be caught, but those of its own mistakes. */
static const int signals[] = {SIGINT,  SIGQUIT, SIGTERM, SIGHUP,    SIGTSTP, SIGALRM,
                              SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM, SIGPROF, SIGPWR};
static volatile sig_atomic_t stopped;

static struct {
    unsigned holders;
    struct sigaction old[PKI_COUNT(signals)];
    sigset_t mask; /* signals as they were; while waiting, and only then, ours come through */
} held;

static void note_signal(int number)
{
    (void)number;
    stopped = 1;
}

/* Held back until wait_for_input lets them in: one that came just before would not end the wait.
 * A stop key counts as "no" while echo is off. */
void cli_signals_hold(void)
{
    const struct sigaction action = {.sa_handler = note_signal};
    sigset_t ours;

    if (held.holders++ > 0)
        return;
    stopped = 0;
    sigemptyset(&ours);
    for (size_t i = 0; i < PKI_COUNT(signals); i++)
        sigaddset(&ours, signals[i]);
    sigprocmask(SIG_BLOCK, &ours, &held.mask);
    for (size_t i = 0; i < PKI_COUNT(signals); i++)
        (void)sigaction(signals[i], &action, &held.old[i]);
}

/* One that came after the last wait does now what it would have done without us. */
void cli_signals_release(void)
{
    if (--held.holders > 0)
        return;
    for (size_t i = 0; i < PKI_COUNT(signals); i++)
        (void)sigaction(signals[i], &held.old[i], NULL);
    sigprocmask(SIG_SETMASK, &held.mask, NULL);
}

static void terminal_clear(struct terminal *terminal)
{
    if (terminal->fd < 0)
        return;
    if (terminal->quiet) {
        (void)tcsetattr(terminal->fd, TCSAFLUSH, &terminal->before);
        if (write(terminal->fd, "\n", 1) < 0)
            terminal->quiet = false;
    }
    close(terminal->fd);
    terminal->fd = -1;
    if (terminal->held)
        cli_signals_release();
}

static bool open_terminal(struct terminal *terminal, bool quiet, struct pki_error *err)
{
    terminal->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal->fd < 0)
        return pki_fail(err, PKI_E_POLICY, "there is no terminal to ask at");
    cli_signals_hold();
    terminal->held = true;
    if (!quiet)
        return true;
    if (tcgetattr(terminal->fd, &terminal->before) != 0)
        return pki_fail(err, PKI_E_IO, "terminal: %s", strerror(errno));
    struct termios silent = terminal->before;
    silent.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
    if (tcsetattr(terminal->fd, TCSAFLUSH, &silent) != 0)
        return pki_fail(err, PKI_E_IO, "terminal: %s", strerror(errno));
    terminal->quiet = true;
    return true;
}

/* False once a signal came. */
static bool wait_for_input(const struct terminal *terminal)
{
    struct pollfd input = {.fd = terminal->fd, .events = POLLIN};

    while (!stopped && ppoll(&input, 1, NULL, &held.mask) < 0 && errno == EINTR)
        ;
    return !stopped;
}

static bool say(int fd, const char *text, struct pki_error *err)
{
    size_t length = strlen(text);

    return write(fd, text, length) == (ssize_t)length ||
           pki_fail(err, PKI_E_IO, "cannot write to the terminal");
}

/* What was typed on goes with it: it is no answer to another question, and nothing for a shell. */
static bool refuse_long(const struct terminal *terminal, size_t most, struct pki_error *err)
{
    char text[80];

    (void)tcflush(terminal->fd, TCIFLUSH);
    (void)snprintf(text, sizeof(text), "\nThat is longer than %zu bytes. Once more:\n> ", most);
    return say(terminal->fd, text, err);
}

/* One line without its newline, byte by byte straight into `line`. */
static bool read_line(const struct terminal *terminal, char *line, size_t size, size_t *length,
                      struct pki_error *err)
{
    size_t used = 0;

    for (;;) {
        char byte = 0;
        if (!wait_for_input(terminal) || read(terminal->fd, &byte, 1) != 1)
            return pki_fail(err, PKI_E_CANCELLED, "stopped by the operator");
        if (byte == '\n')
            break;
        line[used++] = byte;
        if (used == size) {
            used = 0;
            if (!refuse_long(terminal, size - 1, err))
                return false;
        }
    }
    line[used] = '\0';
    *length = used;
    return true;
}

bool cli_read_line(const char *prompt, char *line, size_t size, struct pki_error *err)
{
    __attribute__((__cleanup__(terminal_clear))) struct terminal terminal = {.fd = -1};
    size_t length = 0;

    return open_terminal(&terminal, false, err) && say(terminal.fd, prompt, err) &&
           read_line(&terminal, line, size, &length, err);
}

bool cli_read_secret_line(const char *prompt, struct pki_secret **secret, struct pki_error *err)
{
    __attribute__((__cleanup__(terminal_clear))) struct terminal terminal = {.fd = -1};
    pki_auto(pki_secret) typed = NULL;
    size_t length = 0;

    if (!pki_secret_new(1025, &typed, err) || !open_terminal(&terminal, true, err) ||
        !say(terminal.fd, prompt, err))
        return false;
    char *line = (char *)pki_secret_open(typed);
    bool read = read_line(&terminal, line, pki_secret_size(typed), &length, err);
    pki_secret_close(typed);
    if (!read)
        return false;
    pki_secret_truncate(typed, length);
    *secret = PKI_TAKE(typed);
    return true;
}
