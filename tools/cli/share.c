/*
 * Shares at a terminal: shown to one person, typed by one person. Both on a
 * screen of its own that is cleared, so that no word stays in what can be
 * scrolled back to. The flag twin is --share-file.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define WORDS_A_LINE 4
#define TYPED_MAX    1024 /* octets of a share as it is typed */

/* --- a screen that leaves nothing behind -------------------------------------------------------
 */

struct screen {
    int fd;            /* -1: none */
    const char *leave; /* what takes all of it away again */
};

static bool put(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(fd, text, size);
        if (wrote <= 0)
            return false;
        text += wrote;
        size -= (size_t)wrote;
    }
    return true;
}

static bool say(const struct screen *screen, const char *text, struct pki_error *err)
{
    return put(screen->fd, text, strlen(text)) ||
           pki_fail(err, PKI_E_IO, "cannot write to the terminal");
}

static void screen_clear(struct screen *screen)
{
    if (screen->fd < 0)
        return;
    (void)put(screen->fd, screen->leave, strlen(screen->leave));
    close(screen->fd);
    screen->fd = -1;
    cli_signals_release();
}

/* The console of Linux has no second screen: there the lines that scrolled away are cleared too. */
static bool open_screen(struct screen *screen, struct pki_error *err)
{
    const char *terminal = getenv("TERM");
    bool plain = !terminal || !*terminal || strcmp(terminal, "dumb") == 0;
    bool console = !plain && strcmp(terminal, "linux") == 0;

    if (plain) {
        return pki_fail(err, PKI_E_POLICY,
                        "a terminal that cannot be cleared is no place for shares (TERM): give "
                        "--share-file, and --to to split");
    }
    screen->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (screen->fd < 0)
        return pki_fail(err, PKI_E_POLICY, "there is no terminal to ask at");
    cli_signals_hold();
    screen->leave = console ? "\033[H\033[2J\033[3J" : "\033[H\033[2J\033[?1049l";
    return say(screen, console ? "\033[H\033[2J" : "\033[?1049h\033[H\033[2J", err);
}

/* --- showing -----------------------------------------------------------------------------------
 */

/* "12 academic  ", straight from the secret. */
static bool show_word(const struct screen *screen, size_t place, const char *word, size_t length,
                      struct pki_error *err)
{
    char number[24];

    (void)snprintf(number, sizeof(number), "%s%4zu ", place % WORDS_A_LINE == 1 ? "\r\n" : "",
                   place);
    return (put(screen->fd, number, strlen(number)) && put(screen->fd, word, length) &&
            put(screen->fd, "          ", length < 10 ? 10 - length : 1)) ||
           pki_fail(err, PKI_E_IO, "cannot write to the terminal");
}

static bool show_words(const struct screen *screen, const char *text, size_t size,
                       struct pki_error *err)
{
    size_t place = 0;

    for (size_t at = 0; at < size; at++) {
        const char *end = memchr(text + at, ' ', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        if (!show_word(screen, ++place, text + at, length, err))
            return false;
        at += length;
    }
    return true;
}

bool cli_show_share(void *context, const char *title, struct pki_secret *words,
                    struct pki_error *err)
{
    __attribute__((__cleanup__(screen_clear))) struct screen screen = {.fd = -1};
    const struct cli *cli = context;
    pki_auto(pki_secret) typed = NULL; /* some type the words here already: nobody's to see */

    if (!cli_may_ask(cli))
        return pki_fail(err, PKI_E_POLICY, "shares are shown at a terminal only: give --to DIR");
    if (!open_screen(&screen, err) || !say(&screen, title, err) || !say(&screen, "\r\n", err))
        return false;
    bool shown =
        show_words(&screen, (const char *)pki_secret_open(words), pki_secret_size(words), err);
    pki_secret_close(words);
    return shown &&
           cli_read_secret_line("\r\n\r\nFor its custodian alone: write it down and compare it. "
                                "Then press Enter; it is\r\ncleared, and to be typed back.\r\n> ",
                                &typed, err);
}

/* --- typing ------------------------------------------------------------------------------------
 */

struct typing {
    struct pki_secret *all; /* what was typed so far */
    size_t used, words;
    char prompt[1200];
};

static void typing_clear(struct typing *typing)
{
    pki_secret_free(typing->all);
    explicit_bzero(typing->prompt, sizeof(typing->prompt)); /* may hold a word that was meant */
}

static void ask_first(struct typing *typing, const struct pki_share_ask *ask)
{
    const char *problem = ask->problem ? ask->problem->text : "";
    char of[24] = "";

    if (ask->of > 0)
        (void)snprintf(of, sizeof(of), " of %u", ask->of);
    (void)snprintf(typing->prompt, sizeof(typing->prompt),
                   "%s%s%s%s%sShare %u%s%s%s. Type its %d words, as many a line as you like;\r\n"
                   "they are not shown.%s\r\nword 1> ",
                   problem, *problem ? ".\r\n\r\n" : "", ask->lacking ? "Needed: " : "",
                   ask->lacking ? ask->lacking : "", ask->lacking ? ".\r\n" : "", ask->number, of,
                   *ask->name ? " for " : "", ask->name, PKI_SHARE_LENGTH,
                   ask->shown ? " An empty line shows them once more." : "");
}

/* A share of 256 bits ends with its 33rd word: its checksum says whether it did. */
static void ask_on(struct typing *typing)
{
    (void)snprintf(typing->prompt, sizeof(typing->prompt), "%sword %zu> ",
                   typing->words < PKI_SHARE_LENGTH ? ""
                                                    : "These words are no share yet. If it has no "
                                                      "more: an empty line, and again.\r\n",
                   typing->words + 1);
}

/* The word that is named leaves with the screen. */
static void ask_again(struct typing *typing, const struct pki_share_words *line)
{
    (void)snprintf(typing->prompt, sizeof(typing->prompt),
                   "word %zu is not in the word list%s%s%s. This line again, please.\r\nword %zu> ",
                   typing->words + line->unknown, line->meant ? "; did you mean \"" : "",
                   line->meant ? line->meant : "", line->meant ? "\"?" : "", typing->words + 1);
}

/* Spaces until words take their place. */
static bool new_room(struct typing *typing, struct pki_error *err)
{
    if (!pki_secret_new(TYPED_MAX, &typing->all, err))
        return false;
    memset(pki_secret_open(typing->all), ' ', TYPED_MAX);
    pki_secret_close(typing->all);
    return true;
}

static bool add_line(struct typing *typing, struct pki_secret *line, struct pki_error *err)
{
    size_t size = pki_secret_size(line);

    if (typing->used + size + 1 > TYPED_MAX)
        return pki_fail(err, PKI_E_USAGE, "what was typed is longer than any share");
    char *all = (char *)pki_secret_open(typing->all);
    memcpy(all + typing->used, pki_secret_open(line), size);
    all[typing->used + size] = ' ';
    pki_secret_close(line);
    pki_secret_close(typing->all);
    typing->used += size + 1;
    return true;
}

/* Until the words are a share, of whatever length, or an empty line. */
static bool type_lines(struct typing *typing, const struct pki_share_ask *ask,
                       struct pki_error *err)
{
    struct pki_share_words words = {.n = 1};

    while (words.n > 0 && !ask->whole(typing->all) && typing->words < PKI_SHARE_LENGTH_MAX) {
        pki_auto(pki_secret) line = NULL;
        if (!cli_read_secret_line(typing->prompt, &line, err))
            return false;
        pki_share_words_look(line, &words);
        if (words.unknown > 0) {
            ask_again(typing, &words);
            continue;
        }
        if (!add_line(typing, line, err))
            return false;
        typing->words += words.n;
        ask_on(typing);
    }
    return true;
}

static bool type_share(const struct pki_share_ask *ask, struct pki_secret **words,
                       struct pki_error *err)
{
    __attribute__((__cleanup__(screen_clear))) struct screen screen = {.fd = -1};
    __attribute__((__cleanup__(typing_clear))) struct typing typing = {.used = 0};

    ask_first(&typing, ask);
    if (!open_screen(&screen, err) || !new_room(&typing, err) || !type_lines(&typing, ask, err))
        return false;
    pki_secret_truncate(typing.all, typing.used);
    *words = PKI_TAKE(typing.all);
    return true;
}

/* --- asking ------------------------------------------------------------------------------------
 */

/* The next --share-file for this key that did not serve yet; NULL: none. */
static const char *next_file(struct cli *cli, const char *name)
{
    const struct cli_texts *files = &cli->common.share_files;

    for (size_t i = 0; i < files->n; i++) {
        bool named = false;
        const char *file = cli_value_for(files->list[i], name, &named);
        if (!file || cli->share_used[i])
            continue;
        cli->share_used[i] = true;
        return file;
    }
    return NULL;
}

static bool read_file(const char *path, struct pki_secret **words, struct pki_error *err)
{
    static const struct pki_secret_limit share = {"share", TYPED_MAX, PKI_E_FORMAT};
    PKI_CONTEXT(err, "share file");

    return pki_secret_read_file(path, &share, words, err);
}

/* A file does not change by being asked for again. */
bool cli_ask_share(void *context, const struct pki_share_ask *ask, struct pki_secret **words,
                   struct pki_error *err)
{
    struct cli *cli = context;

    if (ask->problem && cli->share_last)
        return pki_fail(err, ask->problem->code, "%s: %s", cli->share_last, ask->problem->text);
    cli->share_last = next_file(cli, ask->name);
    if (cli->share_last)
        return read_file(cli->share_last, words, err);
    if (cli_may_ask(cli))
        return type_share(ask, words, err);
    if (ask->of > 0) {
        return pki_fail(err, PKI_E_POLICY, "share %u of %u is needed%s%s%s: give --share-file FILE",
                        ask->number, ask->of, ask->lacking ? " (" : "",
                        ask->lacking ? ask->lacking : "", ask->lacking ? ")" : "");
    }
    return pki_fail(err, PKI_E_POLICY, "a share is needed: give --share-file FILE");
}
