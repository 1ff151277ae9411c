/*
 * Preloaded into a tool: a signal comes at the worst moment, right after the
 * text INTERRUPT_AT was written to a terminal the INTERRUPT_NTH time.
 *
 *   INTERRUPT_BY  the signal's number
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int number_of(const char *name)
{
    const char *value = getenv(name);

    return value ? (int)strtol(value, NULL, 10) : 0;
}

ssize_t write(int fd, const void *data, size_t size)
{
    static int seen;
    ssize_t (*next)(int, const void *, size_t) = NULL;
    const char *text = getenv("INTERRUPT_AT");

    *(void **)&next = dlsym(RTLD_NEXT, "write");
    ssize_t wrote = next(fd, data, size);
    if (text && isatty(fd) && memmem(data, size, text, strlen(text)) &&
        ++seen == number_of("INTERRUPT_NTH"))
        (void)kill(getpid(), number_of("INTERRUPT_BY"));
    return wrote;
}
