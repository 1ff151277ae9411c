/*
 * The front: lists the tools and runs the one that is named, from the
 * directory where it lies itself. Links nothing but the sandbox.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pki/sandbox.h"

struct tool {
    const char *program, *group, *summary;
};

static const struct tool tools[] = {
#define CLI_TOOL(id, program, group, summary) {program, #group, summary},
#include "tools.def"
#undef CLI_TOOL
};

static const struct {
    const char *id, *title;
} groups[] = {
    {"CEREMONY", "Making things, with the root at hand"},
    {"RECORDS", "The inventory and what comes out of it"},
    {"KEYS", "Keys"},
    {"VERIFIER", "Looking and checking, without a cellar"},
};

static const char *verb(const struct tool *tool)
{
    return tool->program + strlen("cellar-");
}

static int widest(void)
{
    size_t most = 0;

    for (size_t i = 0; i < PKI_COUNT(tools); i++)
        if (strlen(verb(&tools[i])) > most)
            most = strlen(verb(&tools[i]));
    return (int)most;
}

static void list_tools(FILE *out)
{
    (void)fputs(
        "cellar: keep a root CA offline\n\nUsage:\n  cellar TOOL ...    cellar TOOL --help\n", out);
    for (size_t g = 0; g < PKI_COUNT(groups); g++) {
        (void)fprintf(out, "\n%s\n", groups[g].title);
        for (size_t i = 0; i < PKI_COUNT(tools); i++)
            if (strcmp(tools[i].group, groups[g].id) == 0)
                (void)fprintf(out, "  %-*s %s\n", widest(), verb(&tools[i]), tools[i].summary);
    }
    (void)fputs("\nStart with:\n  cellar init --example > hierarchy.yaml\n", out);
}

/* One edit away: a letter too many, too few, wrong, or two in the wrong order. */
static bool nearly(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    if (!*a || !*b)
        return strlen(a) + strlen(b) <= 1;
    return strcmp(a + 1, b) == 0 || strcmp(a, b + 1) == 0 || strcmp(a + 1, b + 1) == 0 ||
           (a[0] == b[1] && a[1] == b[0] && strcmp(a + 2, b + 2) == 0);
}

static int unknown(const char *word)
{
    for (size_t i = 0; i < PKI_COUNT(tools); i++) {
        if (!nearly(word, verb(&tools[i])))
            continue;
        (void)fprintf(stderr, "cellar: there is no tool of that name; did you mean \"%s\"?\n",
                      verb(&tools[i]));
        return 2;
    }
    (void)fprintf(stderr, "cellar: there is no tool of that name; see cellar --help\n");
    return 2;
}

/* The sibling's path: the directory of this program, then its name. */
static bool sibling(const char *program, char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size);
    size_t name = strlen(program);

    if (length <= 0 || (size_t)length >= size)
        return false;
    while (length > 0 && path[length - 1] != '/')
        length--;
    if ((size_t)length + name >= size)
        return false;
    memcpy(path + length, program, name + 1);
    return true;
}

static int run_tool(const struct tool *tool, char **argv)
{
    char path[4096];

    if (sibling(tool->program, path, sizeof(path)))
        execv(path, argv);
    (void)fprintf(stderr, "cellar: cannot run %s: %s\n", tool->program, strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    struct pki_error err = {0};
    const char *word = argc > 1 ? argv[1] : NULL;

    if (!pki_harden(&err) || !pki_sandbox_enter_front(&err)) {
        (void)fprintf(stderr, "cellar: %s\n", err.text);
        return pki_exit_status(err.code);
    }
    if (!word || strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
        strcmp(word, "-h") == 0) {
        list_tools(stdout);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        (void)printf("cellar %s\n", PKI_VERSION);
        return fflush(stdout) == 0 ? 0 : 1;
    }
    for (size_t i = 0; i < PKI_COUNT(tools); i++)
        if (strcmp(word, verb(&tools[i])) == 0)
            return run_tool(&tools[i], argv + 1);
    return unknown(word);
}
