#include "base/file_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define DEPTH_MAX 16

/* A trailing slash would make the kernel follow a link at the end, O_NOFOLLOW or not. */
static bool without_slashes(const char *path, char bare[PATH_MAX], struct pki_error *err)
{
    size_t length = strnlen(path, PATH_MAX);

    if (length == 0 || length >= PATH_MAX)
        return pki_fail(err, PKI_E_USAGE, "%s", length ? "path is too long" : "path is empty");
    while (length > 1 && path[length - 1] == '/')
        length--;
    memcpy(bare, path, length);
    bare[length] = 0;
    return true;
}

static bool refuse(const char *path, int reason, struct pki_error *err)
{
    if (reason == ENOENT)
        return pki_fail(err, PKI_E_USAGE, "%s: no such directory", path);
    if (reason == ENOTDIR || reason == ELOOP)
        return pki_fail(err, PKI_E_USAGE, "%s: is not a directory (links are not followed)", path);
    if (reason == ENAMETOOLONG) /* itself, it would leave no room for the reason */
        return pki_fail(err, PKI_E_USAGE, "%.80s ...: the path is too long", path);
    return pki_fail(err, reason == EACCES ? PKI_E_USAGE : PKI_E_IO, "%s: cannot be opened: %s",
                    path, strerror(reason));
}

/* Part by part, so that none of them is a link, whoever else may write there; openat2 with
   RESOLVE_NO_SYMLINKS could not say which one is. Those on the way need only be searched, and the
   last one too where access says O_PATH. */
static bool open_bare(int dir, char bare[PATH_MAX], int access, int *fd, struct pki_error *err)
{
    pki_scope_fd int above = -1;
    char *part = bare;

    for (;;) {
        char *end = part == bare && *part == '/' ? part + 1 : part + strcspn(part, "/");
        const char cut = *end;
        const char *rest = end + strspn(end, "/");

        *end = 0; /* an error names the path up to here */
        int next = openat(above < 0 ? dir : above, part,
                          (*rest ? O_PATH : access) | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0)
            return refuse(bare, errno, err);
        *end = cut;
        pki_fd_close_(&above);
        if (!*rest) {
            *fd = next;
            return true;
        }
        above = next;
        part += rest - part;
    }
}

bool pki_dir_open(int dir, const char *path, int *fd, struct pki_error *err)
{
    char bare[PATH_MAX];

    return without_slashes(path, bare, err) && open_bare(dir, bare, O_RDONLY, fd, err);
}

bool pki_dir_search(int dir, const char *path, int *fd, const char **name, struct pki_error *err)
{
    char bare[PATH_MAX];
    const char *slash = strrchr(path, '/');

    *name = slash ? slash + 1 : path;
    if (!slash)
        return true;
    if (slash == path)
        slash++;
    if (slash - path >= PATH_MAX)
        return pki_fail(err, PKI_E_USAGE, "path is too long");
    memcpy(bare, path, (size_t)(slash - path));
    bare[slash - path] = 0;
    return open_bare(dir, bare, O_PATH, fd, err);
}

static bool is_name(const char *part)
{
    return *part && strcmp(part, ".") != 0 && strcmp(part, "..") != 0;
}

bool pki_dir_open_above(int dir, const char *path, int *above, char name[NAME_MAX + 1],
                        struct pki_error *err)
{
    char bare[PATH_MAX];

    if (!without_slashes(path, bare, err))
        return false;
    char *slash = strrchr(bare, '/');
    const char *last = slash ? slash + 1 : bare;
    if (!is_name(last))
        return pki_fail(err, PKI_E_USAGE, "\"%s\" is no name for anything new", path);
    if (strlen(last) > NAME_MAX)
        return pki_fail(err, PKI_E_USAGE, "%s: the name is too long", path);
    memcpy(name, last, strlen(last) + 1);
    if (slash)
        slash[slash == bare ? 1 : 0] = 0; /* above "/x" is "/" */
    else
        (void)snprintf(bare, sizeof(bare), ".");
    return open_bare(dir, bare, O_RDONLY, above, err);
}

bool pki_dir_holds(int dir, const char *path, bool *there, struct pki_error *err)
{
    *there = faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    return *there || errno == ENOENT || errno == ENOTDIR || refuse(path, errno, err);
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* The whole list before the first name is taken: an error never makes it shorter. */
bool pki_dir_each(int dir, const char *path,
                  bool (*take)(void *context, int dir, const char *name, struct pki_error *err),
                  void *context, struct pki_error *err)
{
    struct dirent **list = NULL;
    pki_scope_fd int fd = -1;
    bool good = true;

    if (!pki_dir_open(dir, path, &fd, err))
        return false;
    int n = scandirat(fd, ".", &list, is_entry, by_name);
    if (n < 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be listed: %s",
                        strcmp(path, ".") == 0 ? "directory" : path, strerror(errno));
    for (int i = 0; i < n; i++) {
        good = good && take(context, fd, list[i]->d_name, err);
        free(list[i]);
    }
    free((void *)list);
    return good;
}

bool pki_dir_make(int dir, const char *path, int *fd, struct pki_error *err)
{
    pki_scope_fd int above = -1;
    char name[NAME_MAX + 1];

    if (!pki_dir_open_above(dir, path, &above, name, err))
        return false;
    bool made = mkdirat(above, name, 0700) == 0;
    if (!made && errno == EEXIST)
        return pki_fail(err, PKI_E_EXISTS, "%s: exists already", path);
    if (!made)
        return pki_fail(err, PKI_E_IO, "%s: cannot be made: %s", path, strerror(errno));
    return pki_dir_open(above, name, fd, err);
}

bool pki_dir_ensure(int dir, const char *path, int *fd, struct pki_error *err)
{
    return faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? pki_dir_open(dir, path, fd, err)
                                                                : pki_dir_make(dir, path, fd, err);
}

bool pki_dir_sync(int fd, struct pki_error *err)
{
    /* EINVAL: a file system that syncs no directory by itself; it is synced as a whole. */
    if (fsync(fd) != 0 && (errno != EINVAL || syncfs(fd) != 0))
        return pki_fail(err, PKI_E_IO, "directory cannot be synced: %s", strerror(errno));
    return true;
}

/* Where the file system cannot refuse by itself, it is asked first. */
bool pki_rename_new(int dir, const char *fresh, const char *name)
{
    if (renameat2(dir, fresh, dir, name, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL)
        return false;
    if (faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        errno = EEXIST;
    return errno == ENOENT && renameat2(dir, fresh, dir, name, 0) == 0;
}

bool pki_dir_exchanges(int dir)
{
    bool can = mkdirat(dir, "a", 0700) == 0 && mkdirat(dir, "b", 0700) == 0 &&
               renameat2(dir, "a", dir, "b", RENAME_EXCHANGE) == 0;

    (void)unlinkat(dir, "a", AT_REMOVEDIR);
    (void)unlinkat(dir, "b", AT_REMOVEDIR);
    return can;
}

bool pki_dir_exchange(int dir, const char *fresh, const char *target, bool *swapped,
                      struct pki_error *err)
{
    bool exchanged = renameat2(dir, fresh, dir, target, RENAME_EXCHANGE) == 0;

    /* EINVAL: a file system without exchanges (FAT). What has no name yet can have it all the same.
     */
    bool named =
        exchanged || ((errno == ENOENT || errno == EINVAL) && pki_rename_new(dir, fresh, target));
    if (!named && errno == EEXIST)
        return pki_fail(err, PKI_E_EXISTS,
                        "%s: exists, and its file system cannot exchange it in one step", target);
    if (!named)
        return pki_fail(err, PKI_E_IO, "%s: cannot take the name %s in one step: %s", fresh, target,
                        strerror(errno));
    if (!pki_dir_sync(dir, err))
        return false;
    *swapped = exchanged;
    return true;
}

bool pki_dir_name(int dir, const char *fresh, const char *name, struct pki_error *err)
{
    struct pki_error why = {0};

    if (pki_rename_new(dir, fresh, name)) {
        return pki_dir_sync(dir, &why) ||
               pki_fail(err, PKI_E_IO, "%s is in place, but the medium did not confirm it: %s",
                        name, why.text);
    }
    if (errno == EEXIST || errno == ENOTEMPTY)
        return pki_fail(err, PKI_E_EXISTS, "%s: exists and is never overwritten", name);
    return pki_fail(err, PKI_E_IO, "%s: cannot be named: %s", name, strerror(errno));
}

/* A directory on the way down, with its name in the one above. */
struct level {
    DIR *stream;
    char name[NAME_MAX + 1];
};

struct walk {
    struct level levels[DEPTH_MAX];
    size_t depth;
    int base; /* directory that holds the outermost name */
};

static int above(const struct walk *walk)
{
    return walk->depth > 1 ? dirfd(walk->levels[walk->depth - 2].stream) : walk->base;
}

static bool descend(struct walk *walk, int from, const char *name, struct pki_error *err)
{
    pki_scope_fd int fd = -1;

    if (walk->depth == DEPTH_MAX || strlen(name) > NAME_MAX)
        return pki_fail(err, PKI_E_IO, "%s: directories nest deeper than %d", name, DEPTH_MAX);
    if (!pki_dir_open(from, name, &fd, err))
        return false;

    struct level *level = &walk->levels[walk->depth];
    level->stream = fdopendir(fd);
    if (!level->stream)
        return pki_fail(err, PKI_E_IO, "%s: cannot be listed: %s", name, strerror(errno));
    fd = -1; /* the stream's */
    (void)snprintf(level->name, sizeof(level->name), "%s", name);
    walk->depth++;
    return true;
}

/* The innermost directory is empty: close it and remove its name. */
static bool ascend(struct walk *walk, struct pki_error *err)
{
    struct level *level = &walk->levels[walk->depth - 1];
    int parent = above(walk);

    (void)closedir(level->stream);
    walk->depth--;
    if (unlinkat(parent, level->name, AT_REMOVEDIR) != 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be removed: %s", level->name, strerror(errno));
    return true;
}

/* The next entry of the innermost directory, or NULL at its end. */
static bool next_entry(const struct walk *walk, const struct dirent **entry, struct pki_error *err)
{
    DIR *stream = walk->levels[walk->depth - 1].stream;

    do {
        errno = 0;
        *entry = readdir(stream); /* NOLINT(concurrency-mt-unsafe) */
    } while (*entry && !is_entry(*entry));
    if (!*entry && errno != 0)
        return pki_fail(err, PKI_E_IO, "directory cannot be listed: %s", strerror(errno));
    return true;
}

static bool remove_next(struct walk *walk, struct pki_error *err)
{
    int fd = dirfd(walk->levels[walk->depth - 1].stream);
    const struct dirent *entry = NULL;

    if (!next_entry(walk, &entry, err))
        return false;
    if (!entry)
        return ascend(walk, err);
    if (unlinkat(fd, entry->d_name, 0) == 0)
        return true;
    if (errno != EISDIR)
        return pki_fail(err, PKI_E_IO, "%s: cannot be removed: %s", entry->d_name, strerror(errno));
    return descend(walk, fd, entry->d_name, err);
}

static bool sync_next(struct walk *walk, struct pki_error *err)
{
    DIR *stream = walk->levels[walk->depth - 1].stream;
    const struct dirent *entry = NULL;
    struct stat status = {0};

    if (!next_entry(walk, &entry, err))
        return false;
    if (!entry) {
        bool synced = pki_dir_sync(dirfd(stream), err);
        (void)closedir(stream);
        walk->depth--;
        return synced;
    }
    if (fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be examined: %s", entry->d_name,
                        strerror(errno));
    return !S_ISDIR(status.st_mode) || descend(walk, dirfd(stream), entry->d_name, err);
}

static bool walk_through(int dir, const char *path, bool (*step)(struct walk *, struct pki_error *),
                         struct pki_error *err)
{
    struct walk walk = {.base = dir};
    bool good = descend(&walk, dir, path, err);

    while (good && walk.depth > 0)
        good = step(&walk, err);
    while (walk.depth > 0)
        (void)closedir(walk.levels[--walk.depth].stream);
    return good;
}

bool pki_dir_remove(int dir, const char *path, struct pki_error *err)
{
    if (unlinkat(dir, path, 0) == 0 || errno == ENOENT)
        return true;
    if (errno != EISDIR)
        return pki_fail(err, PKI_E_IO, "%s: cannot be removed: %s", path, strerror(errno));
    return walk_through(dir, path, remove_next, err);
}

bool pki_dir_sync_tree(int dir, const char *path, struct pki_error *err)
{
    return walk_through(dir, path, sync_next, err);
}
