/*
 * Does a directory of exports still hold what its manifest says? By file
 * digests alone, so that anybody with the directory can ask.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/bundle.h"

/* A path that we write: parts of [a-z0-9._-], none of them starting with a dot. */
static bool is_plain_path(const char *path)
{
    bool start = true;

    for (const char *c = path; *c; c++) {
        bool word = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '_';
        if (!word && (start || (*c != '.' && *c != '/')))
            return false;
        start = *c == '/';
    }
    return !start;
}

static bool check_file(int dir, const json_t *entry, struct pki_error *err)
{
    const char *path = json_string_value(json_object_get(entry, "path"));
    const char *expected = json_string_value(json_object_get(entry, "sha256"));
    pki_scope(pki_buf) bytes = {0};
    pki_scope(pki_buf) hex = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!path || !expected || !is_plain_path(path))
        return pki_fail(err, PKI_E_FORMAT, "manifest names a file without path or digest");
    if (!pki_file_read(dir, path, PKI_LIMIT_BUNDLE, &bytes, err))
        return false;
    pki_sha256(pki_buf_view(&bytes), sha256);
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
