/*
 * Files: read within a limit, written all or nothing.
 *
 * Reading opens without following links, in whatever part of the path, and
 * without waiting (a FIFO does not hang), takes regular files only (and "-"
 * nowhere), and refuses what is larger than the limit before a byte is parsed.
 *
 * Writing: a new file under a temporary name in its directory, data synced,
 * then named (never over an existing name, never through a link), then the
 * directory synced, then read back and compared. Not committed: unlinked at
 * scope exit. Directories are descriptors, so that nothing can be swapped
 * underneath.
 *
 *   pki_auto(pki_file) file = NULL;
 *   return pki_file_create(dir, "g1.key", 0600, &file, err) &&
 *          pki_file_write(file, bytes, err) && pki_file_commit(&file, err);
 *
 * What is too large for memory (CRLs) is put into the nameless file piece by
 * piece, in any order, and can be read again before it is committed.
 */
#ifndef PKI_BASE_FILE_H
#define PKI_BASE_FILE_H

#include <limits.h>

#include "base/buf.h"

struct pki_file;

/* Limits of inputs (reliability G12). */
#define PKI_LIMIT_CERTIFICATE ((size_t)64 * 1024)
#define PKI_LIMIT_REQUEST     ((size_t)64 * 1024)
#define PKI_LIMIT_KEY         ((size_t)64 * 1024)
#define PKI_LIMIT_BUNDLE      ((size_t)16 * 1024 * 1024)
#define PKI_LIMIT_HIERARCHY   ((size_t)256 * 1024)
#define PKI_LIMIT_MANIFEST    ((size_t)16 * 1024 * 1024)
#define PKI_LIMIT_CRL         ((size_t)512 * 1024 * 1024)

/**
 * Read a whole regular file.
 *
 * @dir    directory descriptor, or AT_FDCWD
 * Fails:  PKI_E_USAGE missing, a link in its path, not a regular file, larger than limit, empty;
 *         PKI_E_IO
 */
PKI_CHECKED bool pki_file_read(int dir, const char *path, size_t limit, struct pki_buf *bytes,
                               struct pki_error *err);

/**
 * Read a regular file of any size, from the medium as far as the kernel lets go of its copy, piece
 * by piece in order. Same refusals as pki_file_read but for size, and whatever take fails with.
 */
PKI_CHECKED bool pki_file_stream(int dir, const char *path,
                                 bool (*take)(void *of, struct pki_bytes piece,
                                              struct pki_error *err),
                                 void *of, struct pki_error *err);

/** Map a whole regular file read-only (CRLs). Same refusals as pki_file_read. */
PKI_CHECKED bool pki_file_map(int dir, const char *path, size_t limit, struct pki_bytes *bytes,
                              struct pki_error *err);
void pki_file_unmap(struct pki_bytes *bytes);

/* Whoever reads a large mapping through lets go of what is behind, window by window, so that memory
   stays flat; of each window twice, as the kernel brings back some pages before the one that is
   read next. */
#define PKI_FILE_WINDOW ((size_t)256 * 1024)

/** These octets of a mapping, never of other memory, are not needed for now: their whole pages are
 *  given back. Reading them again reads the file again. */
void pki_file_let_go(struct pki_bytes mapped);

/** Open a directory, never through a link, wherever in its path. Fails: PKI_E_USAGE, PKI_E_IO */
PKI_CHECKED bool pki_dir_open(int dir, const char *path, int *fd, struct pki_error *err);
/** Open the directory that the last name of a path lies in, or is to; links refused as by
 *  pki_dir_open. Fails: PKI_E_USAGE, also where the path ends in no name, as "."; PKI_E_IO */
PKI_CHECKED bool pki_dir_open_above(int dir, const char *path, int *above, char name[NAME_MAX + 1],
                                    struct pki_error *err);
/** Whether a name is there, be it a link that leads nowhere. Only ENOENT and ENOTDIR say that it is
 * not. Fails: PKI_E_USAGE, PKI_E_IO */
PKI_CHECKED bool pki_dir_holds(int dir, const char *path, bool *there, struct pki_error *err);
/** Take each name in a directory but "." and "..", by its octets' order, until one fails.
 *  @take  its dir is the one that is listed. Fails: as pki_dir_open; PKI_E_IO; as take */
PKI_CHECKED bool pki_dir_each(int dir, const char *path,
                              bool (*take)(void *context, int dir, const char *name,
                                           struct pki_error *err),
                              void *context, struct pki_error *err);
/** Make a directory (0700) that must not exist and open it. Fails: PKI_E_EXISTS, PKI_E_IO, and as
 *  pki_dir_open for what is above it */
PKI_CHECKED bool pki_dir_make(int dir, const char *path, int *fd, struct pki_error *err);
/** Make it if absent, open it either way, never through a link. */
PKI_CHECKED bool pki_dir_ensure(int dir, const char *path, int *fd, struct pki_error *err);
PKI_CHECKED bool pki_dir_sync(int fd, struct pki_error *err);
/** Sync a directory in dir and all directories below it, each once. Fails: PKI_E_IO */
PKI_CHECKED bool pki_dir_sync_tree(int dir, const char *path, struct pki_error *err);
/** Remove a tree below dir, if it is there; links are removed, never followed. */
PKI_CHECKED bool pki_dir_remove(int dir, const char *path, struct pki_error *err);
/** Whether this file system can swap two names, tried in an empty directory of ours. */
bool pki_dir_exchanges(int dir);
/** Swap two names in one step (renameat2 EXCHANGE); no target: give it its name, not swapped. */
PKI_CHECKED bool pki_dir_exchange(int dir, const char *fresh, const char *target, bool *swapped,
                                  struct pki_error *err);

/** Give a directory its name, never over an existing one, also where a file system knows no
 *  renameat2. Fails: PKI_E_EXISTS, PKI_E_IO */
PKI_CHECKED bool pki_dir_name(int dir, const char *fresh, const char *name, struct pki_error *err);

/** Give what is ours its mode, whatever the umask; a file system without modes (FAT) keeps its own,
 *  which is as good. False with errno. */
bool pki_file_set_mode(int fd, unsigned mode);

/** Closes at scope exit: pki_scope_fd int fd = -1; */
#define pki_scope_fd __attribute__((__cleanup__(pki_fd_close_)))
void pki_fd_close_(int *fd);

/**
 * Open a new file without a name yet; the bytes are written when it is committed.
 *
 * @name   may have directories in front; they must exist
 * @mode   given exactly, whatever the umask; a file system without modes (FAT) keeps its own
 * Fails:  PKI_E_USAGE not a file name, or its directory is missing or behind a link; PKI_E_IO
 */
PKI_CHECKED bool pki_file_create(int dir, const char *name, unsigned mode, struct pki_file **file,
                                 struct pki_error *err);
PKI_CHECKED bool pki_file_write(struct pki_file *file, struct pki_bytes bytes,
                                struct pki_error *err);

/**
 * Write at once, at this place; a gap before it reads as zeros. A file is either put or written.
 *
 * Fails: PKI_E_IO
 */
PKI_CHECKED bool pki_file_put(struct pki_file *file, size_t offset, struct pki_bytes bytes,
                              struct pki_error *err);
/** Read what was put. Fails: PKI_E_IO, also when there is less */
PKI_CHECKED bool pki_file_get(const struct pki_file *file, size_t offset, uint8_t *room,
                              size_t size, struct pki_error *err);
/** Move everything from an offset on to the front, and end the file there. Fails: PKI_E_IO */
PKI_CHECKED bool pki_file_pull(struct pki_file *file, size_t offset, struct pki_error *err);
/** Map all that was put, read-only, until pki_file_unmap; not affected by a commit. */
PKI_CHECKED bool pki_file_view(const struct pki_file *file, struct pki_bytes *bytes,
                               struct pki_error *err);

/**
 * Write, sync, name, sync the directory, read back; nulls *file. After a failure there is no file.
 *
 * Fails: PKI_E_EXISTS the name is taken; PKI_E_IO
 */
PKI_CHECKED bool pki_file_commit(struct pki_file **file, struct pki_error *err);
/**
 * Write, sync and name, as one of many: the caller syncs the directories once when all files are in
 * place, and then reads each back (pki_dir_sync_tree, pki_file_map).
 *
 * Fails: PKI_E_EXISTS the name is taken; PKI_E_IO
 */
PKI_CHECKED bool pki_file_place(struct pki_file **file, struct pki_error *err);
/** As commit, but replaces an existing regular file in one step (key files on a new passphrase). */
PKI_CHECKED bool pki_file_commit_over(struct pki_file **file, struct pki_error *err);
void pki_file_free(struct pki_file *file);
PKI_DEFINE_AUTO(pki_file)

/** create + write + commit. */
PKI_CHECKED bool pki_file_write_new(int dir, const char *name, unsigned mode,
                                    struct pki_bytes bytes, struct pki_error *err);

#endif
