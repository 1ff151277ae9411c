#include "fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

#define ROUNDS_MAX 100000 /* a duty that fails for ever would loop for ever */

static int countdown; /* 0: let everything through */
static bool happened;
static bool for_good;

void fault_start(int nth)
{
    countdown = nth;
    happened = false;
    for_good = false;
}

void fault_start_for_good(int nth)
{
    fault_start(nth);
    for_good = true;
}

void fault_stop(void)
{
    countdown = 0;
}

bool fault_happened(void)
{
    return happened;
}

bool fault_goes_on_(int nth)
{
    bool goes_on = nth == 1 || (happened && nth < ROUNDS_MAX);

    fault_stop();
    happened = false;
    return goes_on;
}

bool fault_here(int reason)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    happened = true;
    countdown = for_good ? 1 : 0;
    errno = reason;
    return true;
}

/* ld --wrap sends our calls to __wrap_ and reaches the C library through __real_. */
#define WRAP(result, failure, reason, name, params, args)           \
    result __real_##name params;                                    \
    result __wrap_##name params;                                    \
    result __wrap_##name params                                     \
    {                                                               \
        return fault_here(reason) ? (failure) : __real_##name args; \
    }

/* NOLINTBEGIN(readability-identifier-naming, cert-dcl37-c, bugprone-reserved-identifier) */
WRAP(void *, NULL, ENOMEM, malloc, (size_t size), (size))
WRAP(void *, NULL, ENOMEM, calloc, (size_t count, size_t size), (count, size))
WRAP(void *, NULL, ENOMEM, realloc, (void *old, size_t size), (old, size))
WRAP(char *, NULL, ENOMEM, strdup, (const char *text), (text))
WRAP(ssize_t, -1, ENOSPC, write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(ssize_t, -1, ENOSPC, pwrite, (int fd, const void *data, size_t size, off_t at),
     (fd, data, size, at))
WRAP(ssize_t, -1, EIO, pread, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP(int, -1, EIO, ftruncate, (int fd, off_t size), (fd, size))
WRAP(int, -1, EIO, fsync, (int fd), (fd))
WRAP(int, -1, EIO, linkat, (int from, const char *old, int to, const char *name, int flags),
     (from, old, to, name, flags))
WRAP(int, -1, EIO, renameat2, (int from, const char *old, int to, const char *name, unsigned flags),
     (from, old, to, name, flags))

WRAP(int, -1, EIO, faccessat, (int dir, const char *path, int mode, int flags),
     (dir, path, mode, flags))
WRAP(int, -1, EIO, scandirat,
     (int dir, const char *path, struct dirent ***list, int (*select)(const struct dirent *),
      int (*compare)(const struct dirent **, const struct dirent **)),
     (dir, path, list, select, compare))

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
    va_list args;

    if (fault_here(EMFILE))
        return -1;
    va_start(args, flags);
    bool makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
    mode_t mode = makes ? va_arg(args, mode_t) : 0;
    va_end(args);
    return __real_openat(dir, path, flags, mode);
}
/* NOLINTEND(readability-identifier-naming, cert-dcl37-c, bugprone-reserved-identifier) */
