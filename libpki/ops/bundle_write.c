/*
 * Writing a bundle below a directory that nobody else sees yet, and having the
 * checkers' side read it back: what fails here was never named.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ops/bundle.h"
#include "x509/chain.h"
#include "x509/sigstore.h"

/* --- verifying ------------------------------------------------------------------------------ */

static bool broken(const struct pki_bundle_file *file, const struct pki_error *why,
                   struct pki_error *err)
{
    return pki_fail(err, PKI_E_INTEGRITY, "%s does not verify as read back: %s", file->path,
                    why->text);
}

/* Verified at the export's time; before or after the certificate's life at its nearest end. */
static int64_t moment(const struct pki_bundle *bundle, const struct pki_cert *leaf)
{
    int64_t at = bundle->trust->as_of;

    if (at < leaf->not_before)
        return leaf->not_before;
    return at > leaf->not_after ? leaf->not_after : at;
}

static bool verify_path(const struct pki_bundle *bundle, const struct pki_bundle_file *file,
                        const struct pki_cert *leaf, const struct pki_certs *untrusted,
                        struct pki_error *err)
{
    struct pki_certs roots = {
        .list = calloc(bundle->trust->n_roots + 1, sizeof(struct pki_cert *)),
    };
    struct pki_path_finding finding = {0};
    struct pki_path path = {0};
    struct pki_error why = {0};

    if (!roots.list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < bundle->trust->n_roots; i++)
        roots.list[roots.n++] = bundle->trust->roots[i].cert;
    const struct pki_path_request request = {
        .leaf = leaf,
        .anchors = &roots,
        .untrusted = untrusted,
        .at = moment(bundle, leaf),
        .now = moment(bundle, leaf),
        .usage = file->usage,
        .rehearsal = bundle->trust->rehearsal,
    };
    bool good = pki_path_find(&request, &path, &finding, &why);
    free(roots.list); /* the certificates stay the trust's */
    return good || broken(file, &why, err);
}

static bool verify_certs(const struct pki_bundle *bundle, const struct pki_bundle_file *file,
                         const struct pki_certs *certs, struct pki_error *err)
{
    struct pki_error why = {0};

    if (certs->n != file->n_certs)
        return pki_fail(err, PKI_E_INTEGRITY, "%s holds %zu certificates as read back, not %zu",
                        file->path, certs->n, file->n_certs);
    if (file->kind == PKI_BUNDLE_CHAIN) {
        if (!pki_chain_check_order(certs, &why))
            return broken(file, &why, err);
        return verify_path(bundle, file, certs->list[0], certs, err);
    }
    for (size_t i = 0; i < certs->n; i++) {
        const struct pki_cert *cert = certs->list[i];
        bool root = pki_cert_is_self_issued(cert);
        if (root && !pki_cert_verify_signature(cert, cert->spki, &why))
            return broken(file, &why, err);
        if (!root && !verify_path(bundle, file, cert, certs, err))
            return false;
    }
    return true;
}

static bool verify_pem(const struct pki_bundle *bundle, const struct pki_bundle_file *file,
                       struct pki_bytes bytes, struct pki_error *err)
{
    pki_scope(pki_certs) certs = {0};
    struct pki_error why = {0};

    if (!pki_certs_parse(file->path, bytes, &certs, &why))
        return broken(file, &why, err);
    return verify_certs(bundle, file, &certs, err);
}

bool pki_bundle_verify(const struct pki_bundle *bundle, const struct pki_bundle_file *file,
                       struct pki_bytes bytes, struct pki_error *err)
{
    struct pki_error why = {0};

    if (!pki_bytes_equal(bytes, pki_bundle_bytes(file)))
        return pki_fail(err, PKI_E_INTEGRITY, "%s differs as read back", file->path);
    switch (file->kind) {
    case PKI_BUNDLE_ANCHORS:
    case PKI_BUNDLE_CHAIN:
    case PKI_BUNDLE_POOL:
        return verify_pem(bundle, file, bytes, err);
    case PKI_BUNDLE_TRUSTED_ROOT:
        return pki_trusted_root_check(bytes, &why) || broken(file, &why, err);
    case PKI_BUNDLE_CRL:
    case PKI_BUNDLE_CRLS:
        return pki_bundle_verify_crl(bundle, file, bytes, &why) || broken(file, &why, err);
    case PKI_BUNDLE_TEXT:
    case PKI_BUNDLE_CERTIFICATE: /* issued and verified before it was recorded */
    case PKI_BUNDLE_KEY:
        return true;
    }
    return true;
}

/* --- writing -------------------------------------------------------------------------------- */

/* Verifiers are not the cellar's owner. */
bool pki_bundle_open_up(int dir, struct pki_error *err)
{
    return pki_file_set_mode(dir, 0755) ||
           pki_fail(err, PKI_E_IO, "mode of a directory: %s", strerror(errno));
}

/* The directory of a path below dir, its parts made as needed; name points at the last part. */
static bool open_parent(int dir, const char *path, int *parent, const char **name,
                        struct pki_error *err)
{
    char part[160];
    int at = dup(dir);

    if (at < 0)
        return pki_fail(err, PKI_E_IO, "out of descriptors");
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(path, '/')) {
        int below = -1;
        (void)snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        bool opened = pki_dir_ensure(at, part, &below, err) && pki_bundle_open_up(below, err);
        close(at);
        if (!opened)
            return false;
        at = below;
        path = slash + 1;
    }
    *parent = at;
    *name = path;
    return true;
}

static bool place_file(const struct pki_bundle_file *file, int dir, struct pki_error *err)
{
    pki_auto(pki_file) fresh = NULL;
    pki_scope_fd int parent = -1;
    const char *name = NULL;
    unsigned mode = file->kind == PKI_BUNDLE_KEY ? 0600 : 0644;

    return open_parent(dir, file->path, &parent, &name, err) &&
           pki_file_create(parent, name, mode, &fresh, err) &&
           pki_file_write(fresh, pki_bundle_bytes(file), err) && pki_file_place(&fresh, err);
}

static bool read_back(const struct pki_bundle *bundle, const struct pki_bundle_file *file, int dir,
                      struct pki_error *err)
{
    struct pki_bytes bytes = {0};
    bool crl = file->kind == PKI_BUNDLE_CRL || file->kind == PKI_BUNDLE_CRLS;

    if (!pki_file_map(dir, file->path, crl ? PKI_LIMIT_CRL : PKI_LIMIT_BUNDLE, &bytes, err))
        return false;
    bool good = pki_bundle_verify(bundle, file, bytes, err);
    pki_file_unmap(&bytes);
    return good;
}

/* Each directory is synced once, when all its files are in place: a line's archive of CRLs grows
   for decades. Nothing counts until it was read back after that. */
bool pki_bundle_write(const struct pki_bundle *bundle, int dir, struct pki_error *err)
{
    bool secret = false;
    pki_scope(pki_work) work =
        pki_work_begin(bundle->progress, "writing files", 2 * (int64_t)bundle->n_files);

    for (size_t i = 0; i < bundle->n_files; i++) {
        if (!pki_work_on(&work, err) || !place_file(&bundle->files[i], dir, err))
            return false;
        secret = secret || bundle->files[i].kind == PKI_BUNDLE_KEY;
    }
    if ((!secret && !pki_bundle_open_up(dir, err)) || !pki_dir_sync_tree(dir, ".", err))
        return false;
    for (size_t i = 0; i < bundle->n_files; i++)
        if (!pki_work_on(&work, err) || !read_back(bundle, &bundle->files[i], dir, err))
            return false;
    return true;
}
