#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file_private.h"

#define NAMES_TRIED 100

bool pki_file_fail(const struct pki_file *file, const char *what, struct pki_error *err)
{
    return pki_fail(err, PKI_E_IO, "%s: %s: %s", file->name, what, strerror(errno));
}

void pki_file_free(struct pki_file *file)
{
    if (!file)
        return;
    if (file->has_temporary)
        (void)unlinkat(file->dir, file->temporary, 0);
    pki_fd_close_(&file->fd);
    pki_fd_close_(&file->dir);
    pki_buf_clear(&file->bytes);
    free(file);
}

/* Calls give(file) with one temporary name after the other until it says other than EEXIST. */
static bool with_temporary(struct pki_file *file, bool (*give)(struct pki_file *file))
{
    for (int i = 0; i < NAMES_TRIED; i++) {
        int length = snprintf(file->temporary, sizeof(file->temporary), ".%.200s.%ld-%d.tmp",
                              file->name, (long)getpid(), i);
        if (length < 0 || (size_t)length >= sizeof(file->temporary))
            errno = ENAMETOOLONG;
        else
            file->has_temporary = give(file);
        if (file->has_temporary || errno != EEXIST)
            break;
    }
    return file->has_temporary;
}

static bool open_temporary(struct pki_file *file)
{
    file->fd = openat(file->dir, file->temporary,
                      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return file->fd >= 0;
}

/* Linking a nameless file goes through /proc, which a rescue system may lack. */
static bool open_new(struct pki_file *file, struct pki_error *err)
{
    if (access("/proc/self/fd", X_OK) == 0)
        file->fd = openat(file->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file->fd >= 0 || with_temporary(file, open_temporary))
        return true;
    return pki_file_fail(file, "cannot be made", err);
}

bool pki_file_create(int dir, const char *name, unsigned mode, struct pki_file **file,
                     struct pki_error *err)
{
    pki_auto(pki_file) made = calloc(1, sizeof(*made));

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    made->dir = -1;
    made->fd = -1;
    made->mode = mode;
    if (name[0] && name[strlen(name) - 1] == '/')
        return pki_fail(err, PKI_E_USAGE, "\"%s\" is not a file name", name);
    if (!pki_dir_open_above(dir, name, &made->dir, made->name, err) || !open_new(made, err))
        return false;
    *file = PKI_TAKE(made);
    return true;
}

bool pki_file_write(struct pki_file *file, struct pki_bytes bytes, struct pki_error *err)
{
    assert(file->put == 0);
    pki_buf_append_bytes(&file->bytes, bytes);
    return pki_buf_ok(&file->bytes, err);
}

/* EPERM on what is ours, and the others, are how the kernel and FUSE say that there are no modes.
 */
bool pki_file_set_mode(int fd, unsigned mode)
{
    return fchmod(fd, mode) == 0 || errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP;
}

static bool write_all(const struct pki_file *file, struct pki_error *err)
{
    size_t done = 0;

    while (done < file->bytes.size) {
        ssize_t wrote = write(file->fd, file->bytes.data + done, file->bytes.size - done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return pki_file_fail(file, "cannot be written", err);
        done += (size_t)wrote;
    }
    if (!pki_file_set_mode(file->fd, file->mode))
        return pki_file_fail(file, "cannot be given its mode", err);
    if (fsync(file->fd) != 0)
        return pki_file_fail(file, "cannot be synced", err);
    /* So that it is read back from the medium, as far as the kernel lets go of its copy. */
    (void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED);
    return true;
}

static bool link_as(const struct pki_file *file, const char *name)
{
    char open_file[sizeof("/proc/self/fd/") + 3 * sizeof(int)];

    (void)snprintf(open_file, sizeof(open_file), "/proc/self/fd/%d", file->fd);
    return linkat(AT_FDCWD, open_file, file->dir, name, AT_SYMLINK_FOLLOW) == 0;
}

static bool link_temporary(struct pki_file *file)
{
    return link_as(file, file->temporary);
}

/* Neither call replaces what has the name, nor follows it if it is a link. */
static bool give_name(struct pki_file *file, struct pki_error *err)
{
    bool named = file->has_temporary ? pki_rename_new(file->dir, file->temporary, file->name)
                                     : link_as(file, file->name);

    if (!named && errno == EEXIST)
        return pki_fail(err, PKI_E_EXISTS, "%s: exists and is never overwritten", file->name);
    if (!named)
        return pki_file_fail(file, "cannot be named", err);
    file->has_temporary = false;
    return true;
}

static bool take_name_over(struct pki_file *file, struct pki_error *err)
{
    struct stat status;

    if (fstatat(file->dir, file->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        !S_ISREG(status.st_mode))
        return pki_fail(err, PKI_E_EXISTS, "%s: exists and is not a regular file", file->name);
    if (!file->has_temporary && !with_temporary(file, link_temporary))
        return pki_file_fail(file, "cannot be named", err);
    if (renameat2(file->dir, file->temporary, file->dir, file->name, 0) != 0)
        return pki_file_fail(file, "cannot be replaced", err);
    file->has_temporary = false;
    return true;
}

static bool refuse_difference(const struct pki_file *file, struct pki_error *err)
{
    return pki_fail(err, PKI_E_IO, "%s: reads back differently than it was written", file->name);
}

static bool read_back_put(const struct pki_file *file, uint64_t sum, struct pki_error *err)
{
    struct pki_file found = *file;
    struct stat status = {0};
    uint64_t found_sum = 0;

    found.fd = openat(file->dir, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool got = found.fd >= 0 && fstat(found.fd, &status) == 0;
    if (!got)
        (void)pki_file_fail(file, "cannot be read back", err);
    got = got && pki_file_checksum(&found, &found_sum, err);
    pki_fd_close_(&found.fd);
    if (got && (found_sum != sum || status.st_size != (off_t)file->put))
        return refuse_difference(file, err);
    return got;
}

static bool read_back(const struct pki_file *file, uint64_t sum, struct pki_error *err)
{
    pki_scope(pki_buf) found = {0};

    if (file->put > 0)
        return read_back_put(file, sum, err);
    if (file->bytes.size == 0)
        return true;
    if (!pki_file_read(file->dir, file->name, file->bytes.size, &found, err))
        return false;
    return pki_bytes_equal(pki_buf_view(&found), pki_buf_view(&file->bytes)) ||
           refuse_difference(file, err);
}

/* Reported as failed, so it must not stay; where it does, that is said. */
static bool take_name_back(const struct pki_file *file, struct pki_error *err)
{
    const struct pki_error why = *err;

    if (unlinkat(file->dir, file->name, 0) == 0)
        return false;
    *err = (struct pki_error){0};
    return pki_fail(err, why.code, "%s; and %s could not be removed again: it may stay", why.text,
                    file->name);
}

bool pki_file_commit(struct pki_file **file, struct pki_error *err)
{
    pki_auto(pki_file) own = PKI_TAKE(*file);
    uint64_t sum = 0;

    if (!pki_file_checksum(own, &sum, err) || !write_all(own, err) || !give_name(own, err))
        return false;
    return (pki_dir_sync(own->dir, err) && read_back(own, sum, err)) || take_name_back(own, err);
}

bool pki_file_place(struct pki_file **file, struct pki_error *err)
{
    pki_auto(pki_file) own = PKI_TAKE(*file);

    return write_all(own, err) && give_name(own, err);
}

bool pki_file_commit_over(struct pki_file **file, struct pki_error *err)
{
    pki_auto(pki_file) own = PKI_TAKE(*file);
    uint64_t sum = 0;

    return pki_file_checksum(own, &sum, err) && write_all(own, err) && take_name_over(own, err) &&
           pki_dir_sync(own->dir, err) && read_back(own, sum, err);
}

bool pki_file_write_new(int dir, const char *name, unsigned mode, struct pki_bytes bytes,
                        struct pki_error *err)
{
    pki_auto(pki_file) file = NULL;

    return pki_file_create(dir, name, mode, &file, err) && pki_file_write(file, bytes, err) &&
           pki_file_commit(&file, err);
}
