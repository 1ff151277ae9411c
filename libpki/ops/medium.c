#include "ops/medium.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define DIRECTORIES_MAX 1024

bool pki_medium_takes(const char *path)
{
    bool start = true;

    for (const char *c = path; *c; c++) {
        bool word = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                    (*c >= '0' && *c <= '9') || *c == '-' || *c == '_';
        if (!word && (start || (*c != '.' && *c != '/')))
            return false;
        start = *c == '/';
    }
    return !start;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Upward, until ".." leads no further. */
bool pki_medium_is_within(int dir, int other, bool *within, struct pki_error *err)
{
    pki_scope_fd int at = fcntl(dir, F_DUPFD_CLOEXEC, 0);
    struct stat sought = {0};
    struct stat here = {0};
    struct stat above = {0};
    bool good = at >= 0 && fstat(other, &sought) == 0 && fstat(at, &above) == 0;

    *within = false;
    while (good && !*within && !is_same(&here, &above)) {
        here = above;
        *within = is_same(&here, &sought);
        int up = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        pki_fd_close_(&at);
        at = up;
        good = up >= 0 && fstat(up, &above) == 0;
    }
    return good || *within ||
           pki_fail(err, PKI_E_IO, "the directories above cannot be looked at: %s",
                    strerror(errno));
}

void pki_medium_files_clear(struct pki_medium_files *files)
{
    free(files->list);
    *files = (struct pki_medium_files){0};
}

/* --- one file --------------------------------------------------------------------------------- */

/* Where the pieces of a file go; copy is NULL when only the digest is wanted. */
struct passage {
    struct pki_digest_state digest;
    struct pki_file *copy;
    size_t at;
};

static bool take_piece(void *of, struct pki_bytes piece, struct pki_error *err)
{
    struct passage *passage = of;

    pki_digest_add(&passage->digest, piece);
    if (passage->copy && !pki_file_put(passage->copy, passage->at, piece, err))
        return false;
    passage->at += piece.size;
    return true;
}

bool pki_medium_digest(int dir, const char *path, uint8_t sha256[PKI_SHA256_SIZE], int64_t *size,
                       struct pki_error *err)
{
    struct passage passage = {.copy = NULL};

    pki_digest_begin(&passage.digest, PKI_SHA256);
    if (!pki_file_stream(dir, path, take_piece, &passage, err))
        return false;
    pki_digest_end(&passage.digest, sha256);
    *size = (int64_t)passage.at;
    return true;
}

static bool add(struct pki_medium_files *files, const char *path, struct passage *passage,
                struct pki_error *err)
{
    struct pki_medium_file *grown = realloc(files->list, (files->n + 1) * sizeof(*grown));

    if (!grown)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    files->list = grown;
    struct pki_medium_file *file = &grown[files->n++];
    (void)snprintf(file->path, sizeof(file->path), "%s", path);
    file->size = (int64_t)passage->at;
    pki_digest_end(&passage->digest, file->sha256);
    files->size += file->size;
    return true;
}

bool pki_medium_note(int dir, const char *path, struct pki_medium_files *files,
                     struct pki_error *err)
{
    struct passage passage = {.copy = NULL};

    pki_digest_begin(&passage.digest, PKI_SHA256);
    return pki_file_stream(dir, path, take_piece, &passage, err) && add(files, path, &passage, err);
}

bool pki_medium_copy(int from, const char *path, int to, const char *as,
                     struct pki_medium_files *files, struct pki_error *err)
{
    pki_auto(pki_file) copy = NULL;
    struct passage passage = {.copy = NULL};

    pki_digest_begin(&passage.digest, PKI_SHA256);
    if (!pki_file_create(to, as, 0600, &copy, err))
        return false;
    passage.copy = copy;
    return pki_file_stream(from, path, take_piece, &passage, err) && pki_file_commit(&copy, err) &&
           add(files, as, &passage, err);
}

/* --- a tree ----------------------------------------------------------------------------------- */

/* Directories that are still to be copied; found ones are added at the end. */
struct tree {
    int from, to;
    char (*directories)[PKI_MEDIUM_PATH];
    size_t n;
    struct pki_medium_files *files;
};

static bool add_directory(struct tree *tree, const char *path, struct pki_error *err)
{
    if (tree->n == DIRECTORIES_MAX)
        return pki_fail(err, PKI_E_USAGE, "%s: more than %d directories", path, DIRECTORIES_MAX);
    (void)snprintf(tree->directories[tree->n++], PKI_MEDIUM_PATH, "%s", path);
    return true;
}

static bool copy_entry(struct tree *tree, const char *directory, const char *name,
                       struct pki_error *err)
{
    char path[PKI_MEDIUM_PATH];
    struct stat status;
    int length = snprintf(path, sizeof(path), "%s/%s", directory, name);

    if (length < 0 || (size_t)length >= sizeof(path) || !pki_medium_takes(path)) {
        return pki_fail(
            err, PKI_E_USAGE,
            "%s/%.100s: names are of A-Z, a-z, 0-9, '-', '_', '.', so that every medium "
            "takes them: rename it or move it out of the cellar",
            directory, name);
    }
    if (fstatat(tree->from, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return pki_fail(err, PKI_E_IO, "%s: cannot be examined: %s", path, strerror(errno));
    return S_ISDIR(status.st_mode)
               ? add_directory(tree, path, err)
               : pki_medium_copy(tree->from, path, tree->to, path, tree->files, err);
}

/* What a listing is copied from, and the directory that it is of. */
struct listed {
    struct tree *tree;
    const char *directory;
};

/* What begins with a dot is not finished. */
static bool copy_listed(void *context, int dir, const char *name, struct pki_error *err)
{
    const struct listed *listed = context;

    (void)dir;
    return name[0] == '.' || copy_entry(listed->tree, listed->directory, name, err);
}

static bool copy_directory(struct tree *tree, const char *directory, struct pki_error *err)
{
    struct listed listed = {tree, directory};
    pki_scope_fd int there = -1;

    return pki_dir_ensure(tree->to, directory, &there, err) &&
           pki_dir_each(tree->from, directory, copy_listed, &listed, err) &&
           pki_dir_sync(there, err);
}

bool pki_medium_copy_all(int from, const char *directory, int to, struct pki_medium_files *files,
                         struct pki_error *err)
{
    struct tree tree = {.from = from, .to = to, .files = files};
    bool there = false;

    if (!pki_dir_holds(from, directory, &there, err))
        return false;
    if (!there)
        return true;
    tree.directories = calloc(DIRECTORIES_MAX, PKI_MEDIUM_PATH);
    if (!tree.directories)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    bool good = add_directory(&tree, directory, err);
    for (size_t i = 0; good && i < tree.n; i++)
        good = copy_directory(&tree, tree.directories[i], err);
    free(tree.directories);
    return good && pki_dir_sync(to, err);
}
