/*
 * Whole directories from one medium to another: every file written, synced and
 * read back (base/file), its digest taken on the way, and the list of it all.
 *
 * Paths are relative, with names that every file system takes: letters, digits,
 * '-', '_' and '.', not in front. Names that begin with a dot are left out: what
 * was not finished has them.
 */
#ifndef PKI_OPS_MEDIUM_H
#define PKI_OPS_MEDIUM_H

#include "base/buf.h"
#include "crypto/digest.h"

#define PKI_MEDIUM_PATH 512

struct pki_medium_file {
    char path[PKI_MEDIUM_PATH];
    int64_t size;
    uint8_t sha256[PKI_SHA256_SIZE];
};

struct pki_medium_files {
    struct pki_medium_file *list;
    size_t n;
    int64_t size; /* of all */
};
void pki_medium_files_clear(struct pki_medium_files *files);

/** Digest of a file as the medium gives it. */
PKI_CHECKED bool pki_medium_digest(int dir, const char *path, uint8_t sha256[PKI_SHA256_SIZE],
                                   int64_t *size, struct pki_error *err);

/** Add a file that is there already to the list. */
PKI_CHECKED bool pki_medium_note(int dir, const char *path, struct pki_medium_files *files,
                                 struct pki_error *err);

/** Copy one file (0600); the directory of `as` must be there. Fails: PKI_E_EXISTS, PKI_E_IO */
PKI_CHECKED bool pki_medium_copy(int from, const char *path, int to, const char *as,
                                 struct pki_medium_files *files, struct pki_error *err);

/** Copy everything below a directory, which may be absent; subdirectories too.
 *  Fails: PKI_E_USAGE a name that not every medium takes, a link or a device; PKI_E_IO */
PKI_CHECKED bool pki_medium_copy_all(int from, const char *directory, int to,
                                     struct pki_medium_files *files, struct pki_error *err);

/** Whether a directory is another one or lies below it, by whatever path. Fails: PKI_E_IO */
PKI_CHECKED bool pki_medium_is_within(int dir, int other, bool *within, struct pki_error *err);

/** Whether every part of a path is made of the letters above. */
bool pki_medium_takes(const char *path);

#endif
