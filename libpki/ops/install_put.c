/*
 * Writing into Fulcio's files (pki/install.h says why not over them), and back
 * again where that fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "ops/install.h"

#define KEPT_DIGITS 16

bool pki_install_is_done(const struct pki_install_file *file)
{
    return file->exists && pki_bytes_equal(pki_buf_view(&file->old), pki_buf_view(&file->fresh));
}

/* --- looking ---------------------------------------------------------------------------------- */

/* Cut off while it was written: what is there is where the new content begins. */
static bool is_torn(const struct pki_install_file *file)
{
    return file->old.size < file->fresh.size &&
           (file->old.size == 0 || memcmp(file->old.data, file->fresh.data, file->old.size) == 0);
}

/* "chain.pem" is kept as "chain-1f2e3d4c5b6a7988.pem". */
static bool name_kept(struct pki_install_file *file, struct pki_error *err)
{
    const char *dot = strrchr(file->name, '.');
    uint8_t sha256[PKI_SHA256_SIZE];
    pki_scope(pki_buf) hex = {0};

    if (!file->exists || pki_install_is_done(file) || is_torn(file))
        return true;
    pki_sha256(pki_buf_view(&file->old), sha256);
    pki_hex(&hex, (struct pki_bytes){sha256, KEPT_DIGITS / 2});
    if (!pki_buf_ok(&hex, err))
        return false;
    (void)snprintf(file->kept, sizeof(file->kept), "%.*s-%.*s%s", (int)(dot - file->name),
                   file->name, KEPT_DIGITS, (const char *)hex.data, dot);
    return true;
}

static bool refuse_open(const struct pki_install_file *file, struct pki_error *err)
{
    int reason = errno;

    if (reason == ELOOP)
        return pki_fail(err, PKI_E_USAGE,
                        "%s: is a symbolic link; Fulcio's watch needs the file itself", file->name);
    if (reason == EISDIR || reason == ENXIO)
        return pki_fail(err, PKI_E_USAGE, "%s: is not a regular file", file->name);
    return pki_fail(err, reason == EACCES || reason == EROFS ? PKI_E_USAGE : PKI_E_IO,
                    "%s: cannot be opened for writing: %s", file->name, strerror(reason));
}

static bool judge_status(const struct pki_install_file *file, struct pki_error *err)
{
    struct stat status;

    if (fstat(file->fd, &status) != 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be examined: %s", file->name, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return pki_fail(err, PKI_E_USAGE, "%s: is not a regular file", file->name);
    if (status.st_nlink != 1) {
        return pki_fail(err, PKI_E_USAGE,
                        "%s: has %ju names (hard links), and all of them would change", file->name,
                        (uintmax_t)status.st_nlink);
    }
    if ((status.st_mode & 07777 & ~file->most) != 0)
        return pki_fail(err, PKI_E_POLICY, "%s: has mode %04o; make it %04o at most, with chmod",
                        file->name, (unsigned)status.st_mode & 07777, file->most);
    return true;
}

/* A file that was cut off may be empty, which pki_file_read refuses. */
static bool read_old(const struct pki_install *install, const struct pki_install_file *file,
                     struct pki_buf *bytes, struct pki_error *err)
{
    struct stat status;

    if (fstat(file->fd, &status) == 0 && status.st_size == 0)
        return true;
    return pki_file_read(install->dir, file->name, PKI_LIMIT_KEY, bytes, err);
}

static bool look(struct pki_install *install, struct pki_install_file *file, struct pki_error *err)
{
    /* Not truncated here: until all is judged and kept, nothing changes. */
    file->fd =
        openat(install->dir, file->name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file->fd < 0)
        return errno == ENOENT || refuse_open(file, err);
    file->exists = true;
    return judge_status(file, err) && read_old(install, file, &file->old, err) &&
           name_kept(file, err);
}

bool pki_install_look(struct pki_install *install, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", install->to);

    if (!pki_dir_open(AT_FDCWD, install->to, &install->dir, err))
        return false;
    for (size_t i = 0; i < PKI_INSTALL_FILES; i++)
        if (!look(install, &install->files[i], err))
            return false;
    return true;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool write_all(const struct pki_install_file *file, struct pki_bytes bytes,
                      struct pki_error *err)
{
    size_t done = 0;

    while (done < bytes.size) {
        ssize_t wrote = pwrite(file->fd, bytes.data + done, bytes.size - done, (off_t)done);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return pki_fail(err, PKI_E_IO, "%s: cannot be written: %s", file->name,
                            strerror(errno));
        done += (size_t)wrote;
    }
    return true;
}

/* What is there now, by its name: also that the name still leads to what was written into. */
static bool holds(const struct pki_install *install, const struct pki_install_file *file,
                  struct pki_bytes bytes, struct pki_error *err)
{
    pki_scope(pki_buf) found = {0};

    return read_old(install, file, &found, err) &&
           (pki_bytes_equal(pki_buf_view(&found), bytes) ||
            pki_fail(err, PKI_E_IO, "%s: reads back differently than it was written", file->name));
}

static bool write_into(const struct pki_install *install, const struct pki_install_file *file,
                       struct pki_bytes bytes, struct pki_error *err)
{
    if (ftruncate(file->fd, 0) != 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be emptied: %s", file->name, strerror(errno));
    if (!write_all(file, bytes, err))
        return false;
    if (fsync(file->fd) != 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be synced: %s", file->name, strerror(errno));
    (void)posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED); /* read back from the medium */
    return holds(install, file, bytes, err);
}

static bool put(const struct pki_install *install, const struct pki_install_file *file,
                struct pki_error *err)
{
    if (pki_install_is_done(file))
        return true;
    if (file->exists)
        return write_into(install, file, pki_buf_view(&file->fresh), err);
    return pki_file_write_new(install->dir, file->name, file->mode, pki_buf_view(&file->fresh),
                              err);
}

/* --- back again ------------------------------------------------------------------------------- */

static bool take_back(const struct pki_install *install, const struct pki_install_file *file,
                      struct pki_error *err)
{
    if (pki_install_is_done(file))
        return true;
    if (file->exists)
        return write_into(install, file, pki_buf_view(&file->old), err);
    return unlinkat(install->dir, file->name, 0) == 0 || errno == ENOENT ||
           pki_fail(err, PKI_E_IO, "%s: cannot be removed: %s", file->name, strerror(errno));
}

static bool tell_by_hand(const struct pki_install *install, const struct pki_install_file *file,
                         const struct pki_error *why, struct pki_error *err)
{
    if (file->kept[0]) {
        return pki_fail(err, why->code,
                        "%s; and %s could not be put back: copy its old content INTO it, with "
                        "`cat %s/%s >%s/%s`, and restart Fulcio",
                        why->text, file->name, install->to, file->kept, install->to, file->name);
    }
    return pki_fail(err, why->code, "%s; and %s could not be put back: run this again", why->text,
                    file->name);
}

/* From the file that failed up to the first: then the pair that Fulcio knew is whole again. One
   that somebody else made after the last look is theirs, and stays. */
static bool undo(const struct pki_install *install, size_t failed, struct pki_error *err)
{
    const struct pki_error why = *err;
    const size_t ours = why.code == PKI_E_EXISTS ? failed : failed + 1;

    *err = (struct pki_error){0};
    for (size_t i = ours; i-- > 0;) {
        struct pki_error again = {0};
        if (!take_back(install, &install->files[i], &again))
            return tell_by_hand(install, &install->files[i], &why, err);
    }
    return pki_fail(err, why.code, "%s; all is as it was before", why.text);
}

/* --- all of it -------------------------------------------------------------------------------- */

static bool keep(const struct pki_install *install, const struct pki_install_file *file,
                 struct pki_error *err)
{
    pki_scope(pki_buf) there = {0};
    struct pki_error why = {0};

    if (!file->kept[0] ||
        pki_file_write_new(install->dir, file->kept, 0600, pki_buf_view(&file->old), &why))
        return true;
    if (why.code != PKI_E_EXISTS)
        return pki_fail(err, why.code, "%s", why.text);
    /* Installed, gone back from, and installed again: it is kept already. */
    if (!pki_file_read(install->dir, file->kept, PKI_LIMIT_KEY, &there, err))
        return false;
    return pki_bytes_equal(pki_buf_view(&there), pki_buf_view(&file->old)) ||
           pki_fail(err, PKI_E_EXISTS, "%s: exists with other content; move it away", file->kept);
}

/* Between the look and now somebody was asked, which may have taken long. */
static bool is_unchanged(const struct pki_install *install, const struct pki_install_file *file,
                         struct pki_error *err)
{
    struct pki_error why = {0};
    struct stat status;

    if (!file->exists)
        return fstatat(install->dir, file->name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
               pki_fail(err, PKI_E_STATE, "%s: was made meanwhile; look again", file->name);
    if (!holds(install, file, pki_buf_view(&file->old), &why))
        return pki_fail(err, why.code == PKI_E_MEMORY ? PKI_E_MEMORY : PKI_E_STATE,
                        "%s: was changed meanwhile; look again", file->name);
    return true;
}

static bool get_ready(const struct pki_install *install, struct pki_error *err)
{
    if (flock(install->dir, LOCK_EX | LOCK_NB) != 0)
        return pki_fail(err, PKI_E_LOCKED, "another installation runs here; try again");
    for (size_t i = 0; i < PKI_INSTALL_FILES; i++) {
        if (!is_unchanged(install, &install->files[i], err) ||
            !keep(install, &install->files[i], err))
            return false;
    }
    return true;
}

bool pki_install_put(struct pki_install *install, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", install->to);

    if (!get_ready(install, err))
        return false;
    for (size_t i = 0; i < PKI_INSTALL_FILES; i++)
        if (!put(install, &install->files[i], err))
            return undo(install, i, err);
    return true;
}
