/*
 * Does a directory of exports still hold what its manifest says, and nothing
 * else? By names and digests alone, so that anybody with the directory can ask.
 */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/manifest.h"
#include "ops/medium.h"

#define DEPTH     4
#define PATH_SIZE 512

static bool check_file(int dir, const json_t *entry, struct pki_error *err)
{
    const char *path = json_string_value(json_object_get(entry, "path"));
    const char *expected = json_string_value(json_object_get(entry, "sha256"));
    pki_scope(pki_buf) hex = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    int64_t size = 0;

    if (!path || !expected || !pki_medium_takes(path))
        return pki_fail(err, PKI_E_FORMAT, "manifest names a file without path or digest");
    if (!pki_medium_digest(dir, path, sha256, &size, err))
        return false;
    pki_hex(&hex, (struct pki_bytes){sha256, sizeof(sha256)});
    pki_buf_byte(&hex, 0);
    if (!pki_buf_ok(&hex, err))
        return false;
    return strcmp((const char *)hex.data, expected) == 0 ||
           pki_fail(err, PKI_E_INTEGRITY, "%s differs from the manifest", path);
}

bool pki_manifest_check(int above, const char *directory, struct pki_bytes manifest,
                        struct pki_error *err)
{
    pki_scope_fd int dir = -1;
    json_t *root =
        json_loadb((const char *)manifest.data, manifest.size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *files = json_object_get(root, "files");
    bool good = pki_dir_open(above, directory, &dir, err);

    if (good && !json_is_array(files))
        good = pki_fail(err, PKI_E_FORMAT, "manifest holds no list of files");
    for (size_t i = 0; good && i < json_array_size(files); i++)
        good = check_file(dir, json_array_get(files, i), err);
    json_decref(root);
    return good;
}

/* --- nothing else ----------------------------------------------------------------------------- */

static bool is_listed(const json_t *files, const char *path)
{
    if (strcmp(path, PKI_MANIFEST) == 0)
        return true;
    for (size_t i = 0; i < json_array_size(files); i++) {
        const char *listed = json_string_value(json_object_get(json_array_get(files, i), "path"));
        if (listed && strcmp(listed, path) == 0)
            return true;
    }
    return false;
}

static bool foreign(const char *path, struct pki_error *err)
{
    return pki_fail(err, PKI_E_EXISTS, "%s was not written by an export", path);
}

/* Where the look has come to. */
struct place {
    const char *prefix; /* of paths in the manifest, "" or with a slash at its end */
    const json_t
        *files; /* of the manifest met above; NULL: none yet, only directories may be here */
    unsigned depth;
    bool seen; /* there was something */
};

/* NOLINTBEGIN(misc-no-recursion): no deeper than DEPTH */
static bool own_directory(int above, const char *name, struct place at, struct pki_error *err);

static bool own_entry(void *context, int dir, const char *name, struct pki_error *err)
{
    struct place *at = context;
    struct stat status;
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof(path), "%s%s", at->prefix, name);

    at->seen = true;
    if (n < 0 || (size_t)n >= sizeof(path) - 1 ||
        fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return foreign(name, err);
    if (S_ISREG(status.st_mode))
        return (at->files && is_listed(at->files, path)) || foreign(path, err);
    if (!S_ISDIR(status.st_mode) || at->depth == DEPTH)
        return foreign(path, err);
    if (at->files)
        (void)snprintf(path, sizeof(path), "%s%s/", at->prefix, name);
    const struct place below = {
        .prefix = at->files ? path : "", .files = at->files, .depth = at->depth + 1};
    return own_directory(dir, name, below, err);
}

/* A manifest covers the directories below it; without one, each of them must have its own. */
static bool own_directory(int above, const char *name, struct place at, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    struct pki_error none = {0};
    json_t *own = NULL;
    pki_scope_fd int dir = -1;

    if (!pki_dir_open(above, name, &dir, err))
        return false;
    if (!at.files && pki_file_read(dir, PKI_MANIFEST, PKI_LIMIT_MANIFEST, &text, &none)) {
        own = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
        at.files = json_object_get(own, "files");
    }
    bool good = pki_dir_each(dir, ".", own_entry, &at, err);
    json_decref(own);
    if (!good)
        return false;
    return at.seen || at.files || pki_fail(err, PKI_E_EXISTS, "it holds no export");
}
/* NOLINTEND(misc-no-recursion) */

bool pki_manifest_owns(int above, const char *directory, struct pki_error *err)
{
    return own_directory(above, directory, (struct place){.prefix = ""}, err);
}
