/*
 * Inside of a file that is being written: shared by what gathers it in memory
 * and what puts it on the medium piece by piece.
 */
#ifndef PKI_BASE_FILE_PRIVATE_H
#define PKI_BASE_FILE_PRIVATE_H

#include <limits.h>
#include <sys/stat.h>

#include "base/file.h"

/*
 * Written bytes are gathered in memory and go out at commit, which also gives
 * the read-back its original; put ones are on the medium and have a checksum.
 * Until then the file has no name (O_TMPFILE) or, where the file system has no
 * such files, a temporary one.
 */
struct pki_file {
    struct pki_buf bytes;
    size_t put; /* size of what was put; 0: nothing was */
    int dir;    /* our own descriptor of the directory */
    int fd;
    unsigned mode;
    bool has_temporary;
    char name[NAME_MAX + 1];
    char temporary[NAME_MAX + 1];
};

/** "name: what: reason", the reason from errno. Returns false. */
bool pki_file_fail(const struct pki_file *file, const char *what, struct pki_error *err);

/** The directory of a path's last name, none of its parts a link, only to look names up in; *fd
 *  stays as it is where the path is a name alone. Fails: as pki_dir_open */
PKI_CHECKED bool pki_dir_search(int dir, const char *path, int *fd, const char **name,
                                struct pki_error *err);

/** Open a regular file to read; *fd is the caller's, also on failure. Fails: as pki_file_read */
PKI_CHECKED bool pki_file_open(int dir, const char *path, int *fd, struct stat *status,
                               struct pki_error *err);

/** Bytes read, up to size, which are fewer only at the end of the input; -1 with errno. */
ssize_t pki_fd_read(int fd, uint8_t *data, size_t size);

/** Rename to what is no name yet, also where a file system has no renameat2; false with errno. */
bool pki_rename_new(int dir, const char *fresh, const char *name);

/** What was put, in 64 bits: against the medium's mistakes, not against malice. */
PKI_CHECKED bool pki_file_checksum(const struct pki_file *file, uint64_t *sum,
                                   struct pki_error *err);

#endif
