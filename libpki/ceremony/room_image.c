/*
 * The digest of a boot medium: gigabytes from a device or file, read once.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ceremony/room.h"

#define PIECE ((size_t)1024 * 1024)

/* Links are followed: media go by names such as /dev/disk/by-label/X. */
static bool open_image(const char *path, int *fd, int64_t *size, struct pki_error *err)
{
    struct stat status;

    *fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd < 0)
        return pki_fail(err, PKI_E_USAGE, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(*fd, &status) != 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be examined: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
        return pki_fail(err, PKI_E_USAGE, "%s: is neither a file nor a medium", path);
    off_t end = lseek(*fd, 0, SEEK_END); /* also of a device */
    if (end <= 0 || lseek(*fd, 0, SEEK_SET) != 0)
        return pki_fail(err, PKI_E_USAGE, "%s: is empty", path);
    *size = end;
    return true;
}

static bool read_image(int fd, const char *path, int64_t size, struct pki_work *work,
                       struct pki_digest_state *state, struct pki_error *err)
{
    pki_scope(pki_buf) room = {0};
    uint8_t *piece = pki_buf_extend(&room, PIECE);

    if (!piece)
        return pki_buf_ok(&room, err);
    while (work->done < size) {
        size_t want = size - work->done < (int64_t)PIECE ? (size_t)(size - work->done) : PIECE;
        ssize_t got = read(fd, piece, want);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return pki_fail(err, PKI_E_IO, "%s: cannot be read after octet %lld: %s", path,
                            (long long)work->done, got < 0 ? strerror(errno) : "it ends there");
        pki_digest_add(state, (struct pki_bytes){piece, (size_t)got});
        work->done += got;
        if (!pki_work_look(work, err))
            return false;
    }
    return true;
}

bool pki_room_digest_image(const char *path, int64_t size, const struct pki_progress *progress,
                           uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err)
{
    pki_scope_fd int fd = -1;
    struct pki_digest_state state;
    int64_t whole = 0;

    if (!open_image(path, &fd, &whole, err))
        return false;
    if (whole < size)
        return pki_fail(err, PKI_E_USAGE, "%s: has %lld octets, and the image has %lld", path,
                        (long long)whole, (long long)size);
    size = size > 0 ? size : whole;
    pki_scope(pki_work) work = pki_work_begin(progress, "reading the boot medium", size);
    pki_digest_begin(&state, PKI_SHA256);
    if (!read_image(fd, path, size, &work, &state, err))
        return false;
    pki_digest_end(&state, sha256);
    return true;
}
