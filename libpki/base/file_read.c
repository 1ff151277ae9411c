#include "base/file_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PIECE 65536

void pki_fd_close_(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static bool refuse_open(const char *path, int reason, struct pki_error *err)
{
    switch (reason) {
    case ENOENT:
        return pki_fail(err, PKI_E_USAGE, "%s: no such file", path);
    case ELOOP:
        return pki_fail(err, PKI_E_USAGE, "%s: is a symbolic link; name the file itself", path);
    case ENXIO: /* a UNIX socket */
        return pki_fail(err, PKI_E_USAGE, "%s: is not a regular file", path);
    case EACCES:
    case ENOTDIR:
    case ENAMETOOLONG:
        return pki_fail(err, PKI_E_USAGE, "%s: cannot be opened: %s", path, strerror(reason));
    default:
        return pki_fail(err, PKI_E_IO, "%s: cannot be opened: %s", path, strerror(reason));
    }
}

/* O_NONBLOCK: a FIFO opens at once instead of waiting for a writer, and is then refused. */
bool pki_file_open(int dir, const char *path, int *fd, struct stat *status, struct pki_error *err)
{
    pki_scope_fd int above = -1;
    const char *name = NULL;

    if (!pki_dir_search(dir, path, &above, &name, err))
        return false;
    *fd = openat(above < 0 ? dir : above, name,
                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd < 0)
        return refuse_open(path, errno, err);
    if (fstat(*fd, status) != 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be examined: %s", path, strerror(errno));
    if (!S_ISREG(status->st_mode))
        return pki_fail(err, PKI_E_USAGE, "%s: is not a regular file", path);
    return true;
}

/* Opens a file that may be read whole; *fd is the caller's, also on failure. */
static bool open_within(int dir, const char *path, size_t limit, int *fd, size_t *size,
                        struct pki_error *err)
{
    struct stat status = {0};

    if (!pki_file_open(dir, path, fd, &status, err))
        return false;
    if (status.st_size <= 0)
        return pki_fail(err, PKI_E_USAGE, "%s: is empty", path);
    if ((uintmax_t)status.st_size > limit)
        return pki_fail(err, PKI_E_USAGE, "%s: has %jd bytes, more than the %zu that are read",
                        path, (intmax_t)status.st_size, limit);
    *size = (size_t)status.st_size;
    return true;
}

ssize_t pki_fd_read(int fd, uint8_t *data, size_t size)
{
    size_t used = 0;

    while (used < size) {
        ssize_t got = read(fd, data + used, size - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        used += (size_t)got;
    }
    return (ssize_t)used;
}

static bool read_exactly(int fd, const char *path, uint8_t *data, size_t size,
                         struct pki_error *err)
{
    uint8_t beyond = 0;
    ssize_t got = pki_fd_read(fd, data, size);
    ssize_t more = got < 0 ? -1 : pki_fd_read(fd, &beyond, 1);

    if (got < 0 || more < 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be read: %s", path, strerror(errno));
    if ((size_t)got < size || more > 0)
        return pki_fail(err, PKI_E_IO, "%s: changed while it was read", path);
    return true;
}

bool pki_file_read(int dir, const char *path, size_t limit, struct pki_buf *bytes,
                   struct pki_error *err)
{
    pki_scope_fd int fd = -1;
    size_t before = bytes->size;
    size_t size = 0;

    if (!open_within(dir, path, limit, &fd, &size, err))
        return false;

    uint8_t *room = pki_buf_extend(bytes, size);
    if (!room)
        return pki_buf_ok(bytes, err);
    if (!read_exactly(fd, path, room, size, err)) {
        bytes->size = before;
        return false;
    }
    return true;
}

bool pki_file_stream(int dir, const char *path,
                     bool (*take)(void *of, struct pki_bytes piece, struct pki_error *err),
                     void *of, struct pki_error *err)
{
    pki_scope_fd int fd = -1;
    uint8_t piece[PIECE];
    struct stat status = {0};
    ssize_t got = 0;

    if (!pki_file_open(dir, path, &fd, &status, err))
        return false;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    do {
        got = pki_fd_read(fd, piece, sizeof(piece));
        if (got < 0)
            return pki_fail(err, PKI_E_IO, "%s: cannot be read: %s", path, strerror(errno));
        if (got > 0 && !take(of, (struct pki_bytes){piece, (size_t)got}, err))
            return false;
    } while (got == (ssize_t)sizeof(piece));
    return true;
}

bool pki_file_map(int dir, const char *path, size_t limit, struct pki_bytes *bytes,
                  struct pki_error *err)
{
    pki_scope_fd int fd = -1;
    size_t size = 0;

    if (!open_within(dir, path, limit, &fd, &size, err))
        return false;

    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return pki_fail(err, PKI_E_IO, "%s: cannot be mapped: %s", path, strerror(errno));
    *bytes = (struct pki_bytes){.data = data, .size = size};
    return true;
}

void pki_file_let_go(struct pki_bytes mapped)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    size_t in_page = (uintptr_t)mapped.data % page; /* what is in front of us is behind us too */
    size_t size = (in_page + mapped.size) / page * page;

    if (size > 0)
        (void)madvise((void *)(mapped.data - in_page), size, MADV_DONTNEED);
}

void pki_file_unmap(struct pki_bytes *bytes)
{
    if (bytes->data)
        (void)munmap((void *)bytes->data, bytes->size);
    *bytes = (struct pki_bytes){0};
}
