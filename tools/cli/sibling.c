/* Running a sibling: it owns the terminal meanwhile, for passphrases; its result is kept. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cli/sibling.h"

#define OUTPUT_LIMIT ((size_t)16 * 1024 * 1024)
#define CANNOT_RUN   127

/* --- signals meanwhile ---------------------------------------------------------------------- */

/* Keys, which are the sibling's: where it asks, it takes them for a no. Ctrl-Z does nothing else: a
   sibling that stands still would leave nobody to wake it. */
static const int keys[] = {SIGINT, SIGQUIT, SIGTSTP};
/* They end the sibling, which puts the terminal right, and then the runner. */
static const int ends[] = {SIGTERM, SIGHUP};

static volatile pid_t sibling;
static volatile sig_atomic_t ended_by;

static void pass_on(int number)
{
    ended_by = number;
    if (sibling > 0)
        (void)kill(sibling, SIGTERM);
}

struct signals {
    struct sigaction keys[PKI_COUNT(keys)], ends[PKI_COUNT(ends)];
    sigset_t mask;
    struct termios terminal;
    int fd; /* of the terminal; -1: none */
};

/* Those that end it wait until it is there. */
static void signals_take(struct signals *before)
{
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    const struct sigaction passed = {.sa_handler = pass_on};
    sigset_t set;

    sibling = 0;
    ended_by = 0;
    sigemptyset(&set);
    for (size_t i = 0; i < PKI_COUNT(ends); i++)
        sigaddset(&set, ends[i]);
    (void)sigprocmask(SIG_BLOCK, &set, &before->mask);
    for (size_t i = 0; i < PKI_COUNT(ends); i++) {
        (void)sigaction(ends[i], &passed, &before->ends[i]);
        if (before->ends[i].sa_handler == SIG_IGN) /* nohup */
            (void)sigaction(ends[i], &ignored, NULL);
    }
    for (size_t i = 0; i < PKI_COUNT(keys); i++)
        (void)sigaction(keys[i], &ignored, &before->keys[i]);
    before->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (before->fd >= 0 && tcgetattr(before->fd, &before->terminal) != 0) {
        close(before->fd);
        before->fd = -1;
    }
}

/* As they were; one that came ends the runner now. A sibling that was killed may have left the
   terminal without echo. */
static void signals_give_back(struct signals *before)
{
    struct termios now;

    sibling = 0;
    if (before->fd >= 0 && tcgetattr(before->fd, &now) == 0 &&
        now.c_lflag != before->terminal.c_lflag)
        (void)tcsetattr(before->fd, TCSADRAIN, &before->terminal);
    if (before->fd >= 0)
        close(before->fd);
    for (size_t i = 0; i < PKI_COUNT(keys); i++)
        (void)sigaction(keys[i], &before->keys[i], NULL);
    for (size_t i = 0; i < PKI_COUNT(ends); i++)
        (void)sigaction(ends[i], &before->ends[i], NULL);
    (void)sigprocmask(SIG_SETMASK, &before->mask, NULL);
    if (ended_by != 0)
        (void)raise(ended_by);
}

/* --- its words ------------------------------------------------------------------------------ */

/* "cellar-root" beside this program. */
static bool find_program(const char *tool, char *path, size_t size, struct pki_error *err)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);

    while (length > 0 && path[length - 1] != '/')
        length--;
    if (length <= 0 || (size_t)length + strlen(tool) + sizeof("cellar-") > size)
        return pki_fail(err, PKI_E_IO, "the directory of the tools cannot be found");
    (void)snprintf(path + length, size - (size_t)length, "cellar-%s", tool);
    return true;
}

static bool add_word(char **words, size_t *n, const char *word)
{
    words[*n] = strdup(word);
    return words[(*n)++] != NULL;
}

static bool add_all(char **words, size_t *n, const char *option, const struct cli_texts *values)
{
    for (size_t i = 0; i < values->n; i++)
        if (!add_word(words, n, option) || !add_word(words, n, values->list[i]))
            return false;
    return true;
}

static void free_words(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}

static char **make_words(const struct cli *cli, const struct pki_ceremony_command *command,
                         struct pki_error *err)
{
    const struct cli_texts *files = &cli->common.passphrase_files;
    const struct cli_texts *shares = &cli->common.share_files;
    char **words = calloc(command->n + 2 * (files->n + shares->n) + 3, sizeof(*words));
    bool made = words != NULL;
    size_t n = 0;

    for (size_t i = 1; made && i < command->n; i++)
        made = add_word(words, &n, command->words[i]);
    if (made && command->opens_key)
        made = add_all(words, &n, "--passphrase-file", files) &&
               add_all(words, &n, "--share-file", shares);
    if (made && cli->common.no_input)
        made = add_word(words, &n, "--no-input");
    if (made)
        return words;
    free_words(words);
    (void)pki_fail(err, PKI_E_MEMORY, "out of memory");
    return NULL;
}

/* The environment with another $CELLAR_DIR; its texts are borrowed but for the last. */
static char **make_environment(const char *cellar, struct pki_error *err)
{
    static const char name[] = "CELLAR_DIR=";
    size_t n = 0;

    while (environ[n])
        n++;
    char **all = calloc(n + 2, sizeof(*all));
    char *own = malloc(sizeof(name) + strlen(cellar));
    if (!all || !own) {
        free(all);
        free(own);
        (void)pki_fail(err, PKI_E_MEMORY, "out of memory");
        return NULL;
    }
    (void)snprintf(own, sizeof(name) + strlen(cellar), "%s%s", name, cellar);
    all[0] = own;
    n = 1;
    for (size_t i = 0; environ[i]; i++)
        if (strncmp(environ[i], name, sizeof(name) - 1) != 0)
            all[n++] = environ[i];
    return all;
}

/* --- running it ----------------------------------------------------------------------------- */

struct start {
    char **words, **environment;
    struct signals before;
    bool quiet;
};

static void start_clear(struct start *start)
{
    for (size_t i = 0; start->words && start->words[i]; i++)
        free(start->words[i]);
    free(start->words);
    if (start->environment)
        free(start->environment[0]);
    free(start->environment);
}

/* The child: its signals as a shell would leave them, but for Ctrl-Z. It ends with the runner and
   at once: one that went on alone would sign what whoever takes the ceremony up no longer looks
   for. */
static void become(const char *path, const struct start *start, int output, pid_t runner)
{
    for (size_t i = 0; i < PKI_COUNT(keys); i++)
        (void)signal(keys[i], keys[i] == SIGTSTP ? SIG_IGN : SIG_DFL);
    for (size_t i = 0; i < PKI_COUNT(ends); i++)
        (void)sigaction(ends[i], &start->before.ends[i], NULL);
    (void)sigprocmask(SIG_SETMASK, &start->before.mask, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == runner && dup2(output, STDOUT_FILENO) == STDOUT_FILENO)
        (void)execve(path, start->words, start->environment);
    _exit(CANNOT_RUN);
}

static void show(const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = write(STDERR_FILENO, text, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* the screen is no evidence */
        text += n;
        size -= (size_t)n;
    }
}

static bool collect(int from, bool quiet, struct pki_ceremony_outcome *outcome,
                    struct pki_error *err)
{
    char piece[4096];

    for (;;) {
        ssize_t n = read(from, piece, sizeof(piece));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 || pki_fail(err, PKI_E_IO, "output: %s", strerror(errno));
        if (outcome->size + (size_t)n > OUTPUT_LIMIT)
            return pki_fail(err, PKI_E_IO, "a tool printed more than %zu octets", OUTPUT_LIMIT);
        char *more = realloc(outcome->output, outcome->size + (size_t)n);
        if (!more)
            return pki_fail(err, PKI_E_MEMORY, "out of memory");
        outcome->output = more;
        memcpy(outcome->output + outcome->size, piece, (size_t)n);
        outcome->size += (size_t)n;
        if (!quiet)
            show(piece, (size_t)n);
    }
}

static bool wait_for(pid_t child, struct pki_ceremony_outcome *outcome, struct pki_error *err)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return pki_fail(err, PKI_E_IO, "waiting for a tool: %s", strerror(errno));
    outcome->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome->status != CANNOT_RUN ||
           pki_fail(err, PKI_E_IO, "%s cannot be run", outcome->program);
}

static bool run(const struct start *start, struct pki_ceremony_outcome *outcome,
                struct pki_error *err)
{
    int pipes[2];

    if (pipe2(pipes, O_CLOEXEC) != 0)
        return pki_fail(err, PKI_E_IO, "pipe: %s", strerror(errno));
    (void)fflush(NULL);
    const pid_t runner = getpid();
    pid_t child = fork();
    if (child == 0)
        become(outcome->program, start, pipes[1], runner);
    close(pipes[1]);
    sibling = child;
    (void)sigprocmask(SIG_SETMASK, &start->before.mask, NULL);
    bool done = child > 0 || pki_fail(err, PKI_E_IO, "fork: %s", strerror(errno));
    done = done && collect(pipes[0], start->quiet, outcome, err);
    close(pipes[0]);
    return child > 0 && wait_for(child, outcome, done ? err : &(struct pki_error){0}) && done;
}

bool cli_run_sibling(const struct cli *cli, const char *cellar,
                     const struct pki_ceremony_command *command,
                     struct pki_ceremony_outcome *outcome, struct pki_error *err)
{
    __attribute__((__cleanup__(start_clear))) struct start start = {.quiet = command->quiet};

    if (!find_program(command->words[1], outcome->program, sizeof(outcome->program), err))
        return false;
    start.words = make_words(cli, command, err);
    start.environment = start.words ? make_environment(cellar, err) : NULL;
    if (!start.environment)
        return false;
    signals_take(&start.before);
    bool ran = run(&start, outcome, err);
    signals_give_back(&start.before);
    return ran;
}
