/*
 * Preloaded into a tool: counts the calls by which it reaches the disk and
 * memory, and fails one of them, or ends the process at it, as sweep.py asks:
 *
 *   FAULT_FILE  a file of sizeof(struct shared) octets, written as the process runs: a kill
 *               loses nothing of it
 *   FAULT_MODE  how (see modes below); none: only count
 *   FAULT_AT    which call of those that the mode is about; from 1
 *
 * Read once, before main: the tools change their surroundings soon after. An
 * allocation is the tool's own if it was asked for from within its program file.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Every change is a call, what takes room is a change, and a write takes room. */
enum count {
    CALLS,
    CHANGES,
    ROOM,
    WRITES,
    OWN,
    FOREIGN,
    SYNCS, /* only counted */
    COUNTS
};

struct shared {
    uint64_t counts[COUNTS];
    uint64_t happened;
    char what[88];
};

static const struct mode {
    const char *name;
    enum count counts; /* what FAULT_AT numbers */
    int error;
    bool stays; /* and so do all that follow */
    bool half;  /* a write does half of its work first */
    int kills;  /* -1 before the call, 1 after it */
} modes[] = {
    {"killed before", CHANGES, 0, false, false, -1},
    {"killed after", CHANGES, 0, false, false, 1},
    {"killed within", WRITES, 0, false, true, 1},
    {"EIO", CALLS, EIO, false, false, 0},
    {"gone", CALLS, EIO, true, false, 0},
    {"ENOSPC", ROOM, ENOSPC, true, true, 0},
    {"EDQUOT", ROOM, EDQUOT, true, false, 0},
    {"short", WRITES, 0, false, true, 0},
    {"own memory", OWN, ENOMEM, false, false, 0},
    {"foreign memory", FOREIGN, ENOMEM, false, false, 0},
    {NULL, CALLS, 0, false, false, 0},
};

static struct shared own_room;
static struct shared *shared = &own_room;
static const struct mode *mode;
static uint64_t at;
static uintptr_t program_start, program_end;

static int find_program(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && part->p_flags & PF_X) {
            program_start = info->dlpi_addr + part->p_vaddr;
            program_end = program_start + part->p_memsz;
        }
    }
    return 1; /* the first is the program */
}

__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv("FAULT_FILE");
    const char *name = getenv("FAULT_MODE");
    const char *number = getenv("FAULT_AT");
    int fd = file ? (int)syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC) : -1;

    (void)dl_iterate_phdr(find_program, NULL);
    if (fd < 0)
        return;
    void *room = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)syscall(SYS_close, fd);
    if (room == MAP_FAILED)
        abort();
    memset(room, 0, sizeof(*shared));
    shared = room;
    at = number ? strtoull(number, NULL, 10) : 0;
    for (mode = modes; mode->name && (!name || strcmp(mode->name, name) != 0);)
        mode++;
    mode = mode->name ? mode : NULL;
}

static void end_here(void)
{
    (void)syscall(SYS_kill, (int)syscall(SYS_getpid), SIGKILL);
    for (;;)
        ;
}

/* Counts a call, and says whether it is the one. */
static bool hits(enum count kind)
{
    uint64_t nth = ++shared->counts[kind];

    return mode && mode->counts == kind && nth == at;
}

static void tell(const char *name, const char *path)
{
    shared->happened = 1;
    (void)snprintf(shared->what, sizeof(shared->what), "%s %s", name, path ? path : "");
}

/* What becomes of a call. */
enum fate {
    GOES,
    FAILS,
    HALF,
    GOES_THEN_ENDS,
    HALF_THEN_ENDS
};

static enum fate decide(const char *name, const char *path, enum count kind)
{
    bool later = mode && mode->stays && shared->happened && mode->counts <= kind;
    bool hit = false;

    shared->counts[SYNCS] += strcmp(name, "fsync") == 0 || strcmp(name, "fdatasync") == 0;
    for (enum count counted = CALLS; counted <= kind; counted++)
        hit |= hits(counted);
    if (hit)
        tell(name, path);
    if (!hit && !later)
        return GOES;
    if (mode->kills < 0)
        end_here();
    if (mode->kills > 0)
        return mode->half ? HALF_THEN_ENDS : GOES_THEN_ENDS;
    if (hit && mode->half && kind == WRITES)
        return HALF;
    errno = mode->error;
    return FAILS;
}

/* The next definition of a name, looked up once. */
#define REAL(name)                 \
    static __typeof__(name) *real; \
    if (!real)                     \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

#define STORAGE(kind, path, result, name, params, args) \
    result name params;                                 \
    result name params                                  \
    {                                                   \
        REAL(name);                                     \
        enum fate fate = decide(#name, path, kind);     \
        if (fate == FAILS)                              \
            return (result)-1;                          \
        result done = real args;                        \
        if (fate >= GOES_THEN_ENDS)                     \
            end_here();                                 \
        return done;                                    \
    }

/* clang-format off */
STORAGE(CHANGES, NULL, int, fsync, (int fd), (fd))
STORAGE(CHANGES, NULL, int, fdatasync, (int fd), (fd))
STORAGE(CHANGES, NULL, int, ftruncate, (int fd, off_t size), (fd, size))
STORAGE(CHANGES, NULL, int, ftruncate64, (int fd, off64_t size), (fd, size))
STORAGE(CHANGES, NULL, int, fchmod, (int fd, mode_t bits), (fd, bits))
STORAGE(ROOM, path, int, mkdir, (const char *path, mode_t bits), (path, bits))
STORAGE(ROOM, path, int, mkdirat, (int dir, const char *path, mode_t bits), (dir, path, bits))
STORAGE(CHANGES, path, int, unlink, (const char *path), (path))
STORAGE(CHANGES, path, int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
STORAGE(CHANGES, to, int, rename, (const char *from, const char *to), (from, to))
STORAGE(CHANGES, to, int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
STORAGE(CHANGES, to, int, renameat2,
        (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
STORAGE(ROOM, to, int, linkat, (int a, const char *from, int b, const char *to, int flags),
        (a, from, b, to, flags))
STORAGE(CALLS, NULL, int, flock, (int fd, int operation), (fd, operation))
STORAGE(CALLS, NULL, ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
STORAGE(CALLS, NULL, ssize_t, __read_chk, (int fd, void *data, size_t size, size_t room),
        (fd, data, size, room))
STORAGE(CALLS, NULL, ssize_t, pread, (int fd, void *data, size_t size, off_t where),
        (fd, data, size, where))
STORAGE(CALLS, NULL, ssize_t, pread64, (int fd, void *data, size_t size, off64_t where),
        (fd, data, size, where))
STORAGE(CALLS, NULL, int, fstat, (int fd, struct stat *status), (fd, status))
STORAGE(CALLS, NULL, int, fstat64, (int fd, struct stat64 *status), (fd, status))
STORAGE(CALLS, path, int, stat, (const char *path, struct stat *status), (path, status))
STORAGE(CALLS, path, int, stat64, (const char *path, struct stat64 *status), (path, status))
STORAGE(CALLS, path, int, lstat, (const char *path, struct stat *status), (path, status))
STORAGE(CALLS, path, int, lstat64, (const char *path, struct stat64 *status), (path, status))
STORAGE(CALLS, path, int, fstatat, (int dir, const char *path, struct stat *status, int flags),
        (dir, path, status, flags))
STORAGE(CALLS, path, int, access, (const char *path, int how), (path, how))
STORAGE(CALLS, path, int, faccessat, (int dir, const char *path, int how, int flags),
        (dir, path, how, flags))
STORAGE(CALLS, path, ssize_t, readlink, (const char *path, char *room, size_t size),
        (path, room, size))
/* clang-format on */

/* A file mapped, not memory asked for. */
#define MAPPING(name, offset)                                                      \
    void *name(void *where, size_t size, int use, int flags, int fd, offset from); \
    void *name(void *where, size_t size, int use, int flags, int fd, offset from)  \
    {                                                                              \
        REAL(name);                                                                \
        if (fd >= 0 && decide(#name, NULL, CALLS) == FAILS)                        \
            return MAP_FAILED;                                                     \
        return real(where, size, use, flags, fd, from);                            \
    }
MAPPING(mmap, off_t)
MAPPING(mmap64, off64_t)

/* Only half of the octets arrive, as on a medium that is all but full. */
#define WRITING(name, params, half, whole)                                                 \
    ssize_t name params;                                                                   \
    ssize_t name params                                                                    \
    {                                                                                      \
        REAL(name);                                                                        \
        enum fate fate = decide(#name, NULL, WRITES);                                      \
        if (fate == FAILS)                                                                 \
            return -1;                                                                     \
        ssize_t done =                                                                     \
            (fate == HALF || fate == HALF_THEN_ENDS) && size > 1 ? real half : real whole; \
        if (fate >= GOES_THEN_ENDS)                                                        \
            end_here();                                                                    \
        return done;                                                                       \
    }
WRITING(write, (int fd, const void *data, size_t size), (fd, data, size / 2), (fd, data, size))
WRITING(pwrite, (int fd, const void *data, size_t size, off_t where), (fd, data, size / 2, where),
        (fd, data, size, where))
WRITING(pwrite64, (int fd, const void *data, size_t size, off64_t where),
        (fd, data, size / 2, where), (fd, data, size, where))

/* Makes a name, or may write: that counts as a change. */
static enum fate decide_open(const char *name, const char *path, int flags)
{
    bool makes = (flags & (O_CREAT | O_TRUNC | O_TMPFILE)) & ~O_DIRECTORY;

    return decide(name, path, makes ? ROOM : CALLS);
}

#define OPENING(name, last, params, args)                                       \
    int name params;                                                            \
    int name params                                                             \
    {                                                                           \
        REAL(name);                                                             \
        va_list rest;                                                           \
        va_start(rest, last);                                                   \
        mode_t bits = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                           \
        enum fate fate = decide_open(#name, path, flags);                       \
        if (fate == FAILS)                                                      \
            return -1;                                                          \
        int fd = real args;                                                     \
        if (fate >= GOES_THEN_ENDS)                                             \
            end_here();                                                         \
        return fd;                                                              \
    }
OPENING(open, flags, (const char *path, int flags, ...), (path, flags, bits))
OPENING(open64, flags, (const char *path, int flags, ...), (path, flags, bits))
OPENING(openat, flags, (int dir, const char *path, int flags, ...), (dir, path, flags, bits))
OPENING(openat64, flags, (int dir, const char *path, int flags, ...), (dir, path, flags, bits))

/* --- memory ---------------------------------------------------------------------------------- */

static bool no_memory(const char *name, const void *caller)
{
    bool own = (uintptr_t)caller >= program_start && (uintptr_t)caller < program_end;

    if (program_end == 0 || !hits(own ? OWN : FOREIGN))
        return false;
    tell(name, NULL);
    errno = ENOMEM;
    return true;
}

#define MEMORY(name, params, args)                                               \
    void *name params;                                                           \
    void *name params                                                            \
    {                                                                            \
        REAL(name);                                                              \
        return no_memory(#name, __builtin_return_address(0)) ? NULL : real args; \
    }
MEMORY(malloc, (size_t size), (size))
MEMORY(calloc, (size_t count, size_t size), (count, size))
MEMORY(realloc, (void *old, size_t size), (old, size))
MEMORY(reallocarray, (void *old, size_t count, size_t size), (old, count, size))
