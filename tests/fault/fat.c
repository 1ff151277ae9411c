/*
 * Preloaded into a tool: makes a directory behave as one on a USB stick, with
 * what FAT and exFAT have not, and says so as the kernel's or FUSE's do.
 *
 *   FAT_ROOT  the directory, by its real name; all below it is on the stick
 *   FAT_KIND  vfat   the kernel's: no links, nameless files or modes
 *             exfat  the kernel's: nor an exchange of two names
 *             fuse   by FUSE: nor any flag of a rename, nor a sync of a directory
 *             readonly, denied, full
 *                    as vfat, and nothing can be written there, or no more than
 *   FAT_FREE  so many octets (full)
 *   FAT_MASK  the mount's umask, which decides all modes; in octal
 *
 * A name is made as long as it is one on FAT and none there differs from it in
 * case alone.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *root;
static unsigned taken; /* flags of renameat2 */
static bool by_fuse;
static mode_t modes;
static int refusal; /* of all that writes there; 0: none */
static bool limited;
static size_t room;

__attribute__((constructor)) static void begin(void)
{
    const char *kind = getenv("FAT_KIND");
    const char *mask = getenv("FAT_MASK");

    root = getenv("FAT_ROOT");
    if (!root || !kind || !mask)
        abort();
    modes = 0777 & ~(mode_t)strtoul(mask, NULL, 8);
    const char *octets = getenv("FAT_FREE");
    by_fuse = strcmp(kind, "fuse") == 0;
    refusal = strcmp(kind, "readonly") == 0 ? EROFS : strcmp(kind, "denied") == 0 ? EACCES : 0;
    limited = strcmp(kind, "full") == 0;
    room = limited && octets ? strtoul(octets, NULL, 10) : 0;
    taken = by_fuse                      ? 0
            : strcmp(kind, "exfat") == 0 ? RENAME_NOREPLACE
                                         : RENAME_NOREPLACE | RENAME_EXCHANGE;
}

#define REAL(name)                 \
    static __typeof__(name) *real; \
    if (!real)                     \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

static int refuse(int reason)
{
    errno = reason;
    return -1;
}

/* --- where ------------------------------------------------------------------------------------ */

static bool is_below_root(const char *path)
{
    size_t length = strlen(root);

    return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static bool is_open_below_root(int fd)
{
    char link[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
    char path[PATH_MAX] = "";

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    return readlink(link, path, sizeof(path) - 1) > 0 && is_below_root(path);
}

static bool is_there(int dir, const char *path)
{
    char here[PATH_MAX] = "";

    if (path[0] == '/')
        return is_below_root(path);
    if (dir != AT_FDCWD)
        return is_open_below_root(dir);
    return strncmp(path, root, strlen(root)) == 0 ||
           (getcwd(here, sizeof(here)) && is_below_root(here));
}

/* --- names ------------------------------------------------------------------------------------ */

static bool is_taken_in_another_case(int dir, const char *path, const char *name)
{
    char above[PATH_MAX];
    const struct dirent *entry = NULL;
    bool found = false;

    (void)snprintf(above, sizeof(above), "%.*s.", (int)(name - path), path);
    int fd = openat(dir, above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    while (stream && (entry = readdir(stream)))
        found = found || (strcasecmp(entry->d_name, name) == 0 && strcmp(entry->d_name, name) != 0);
    if (stream)
        (void)closedir(stream);
    return found;
}

/* Whether the name may be made; errno otherwise. */
static bool takes(int dir, const char *path)
{
    if (refusal || (limited && room == 0)) {
        errno = refusal ? refusal : ENOSPC;
        return false;
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    bool legal = length > 0 && name[strcspn(name, "\"*:<>?\\|")] == 0 && name[length - 1] != '.' &&
                 name[length - 1] != ' ';

    for (size_t i = 0; i < length; i++)
        legal = legal && (unsigned char)name[i] >= 0x20;
    errno = legal ? EEXIST : EINVAL;
    return legal && !is_taken_in_another_case(dir, path, name);
}

#define OPENING(name, last, dir, params, args)                                                   \
    int name params;                                                                             \
    int name params                                                                              \
    {                                                                                            \
        REAL(name);                                                                              \
        va_list rest;                                                                            \
        va_start(rest, last);                                                                    \
        mode_t bits = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                  \
        va_end(rest);                                                                            \
        if (!(flags & (O_CREAT | O_TMPFILE | O_ACCMODE) & ~O_DIRECTORY) || !is_there(dir, path)) \
            return real args;                                                                    \
        if (!(flags & (O_CREAT | O_TMPFILE) & ~O_DIRECTORY))                                     \
            return refusal ? refuse(refusal) : real args;                                        \
        if ((flags & O_TMPFILE) == O_TMPFILE) {                                                  \
            errno = EOPNOTSUPP;                                                                  \
            return -1;                                                                           \
        }                                                                                        \
        bits = modes;                                                                            \
        mode_t mask = umask(0);                                                                  \
        int fd = takes(dir, path) ? real args : -1;                                              \
        (void)umask(mask);                                                                       \
        return fd;                                                                               \
    }
OPENING(open, flags, AT_FDCWD, (const char *path, int flags, ...), (path, flags, bits))
OPENING(open64, flags, AT_FDCWD, (const char *path, int flags, ...), (path, flags, bits))
OPENING(openat, flags, dir, (int dir, const char *path, int flags, ...), (dir, path, flags, bits))
OPENING(openat64, flags, dir, (int dir, const char *path, int flags, ...), (dir, path, flags, bits))

int mkdirat(int dir, const char *path, mode_t bits)
{
    REAL(mkdirat);
    if (!is_there(dir, path))
        return real(dir, path, bits);
    mode_t mask = umask(0);
    int made = takes(dir, path) ? real(dir, path, modes) : -1;
    (void)umask(mask);
    return made;
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    REAL(renameat2);
    if (!is_there(to, new))
        return real(from, old, to, new, flags);
    if (flags & ~taken)
        return refuse(EINVAL);
    return takes(to, new) ? real(from, old, to, new, flags) : -1;
}

int renameat(int from, const char *old, int to, const char *new)
{
    return renameat2(from, old, to, new, 0);
}

int rename(const char *old, const char *new)
{
    return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

/* --- what there is not ------------------------------------------------------------------------ */

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    REAL(linkat);
    return is_there(to, new) ? refuse(EPERM) : real(from, old, to, new, flags);
}

int symlinkat(const char *old, int to, const char *new)
{
    REAL(symlinkat);
    return is_there(to, new) ? refuse(EPERM) : real(old, to, new);
}

int fchmod(int fd, mode_t bits)
{
    REAL(fchmod);
    return is_open_below_root(fd) ? refuse(by_fuse ? ENOSYS : EPERM) : real(fd, bits);
}

int fsync(int fd)
{
    REAL(fsync);
    struct stat status;

    if (by_fuse && is_open_below_root(fd) && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
        return refuse(EINVAL);
    return real(fd);
}

/* --- writing ---------------------------------------------------------------------------------- */

int unlinkat(int dir, const char *path, int flags)
{
    REAL(unlinkat);
    return refusal && is_there(dir, path) ? refuse(refusal) : real(dir, path, flags);
}

int ftruncate(int fd, off_t size)
{
    REAL(ftruncate);
    return refusal && is_open_below_root(fd) ? refuse(refusal) : real(fd, size);
}

/* What fits is written; the next gets nothing. */
#define WRITING(name, params, args)                           \
    ssize_t name params                                       \
    {                                                         \
        REAL(name);                                           \
        if (!limited || size == 0 || !is_open_below_root(fd)) \
            return real args;                                 \
        if (room == 0)                                        \
            return refuse(ENOSPC);                            \
        size = size < room ? size : room;                     \
        ssize_t done = real args;                             \
        room -= done > 0 ? (size_t)done : 0;                  \
        return done;                                          \
    }
WRITING(write, (int fd, const void *data, size_t size), (fd, data, size))
WRITING(pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRITING(pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
