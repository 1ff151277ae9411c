#include "ops/export_check.h"

#include <string.h>

bool pki_export_check_options(const struct pki_export_request *request, struct pki_error *err)
{
    if (request->with_key && (!request->consumer || !request->to))
        return pki_fail(err, PKI_E_USAGE,
                        "--with-key needs --for and --to: keys never lie under exports/");
    if (request->consumer && (!request->purpose || !request->to))
        return pki_fail(err, PKI_E_USAGE, "--for needs ENV, PURPOSE and --to");
    if (request->leaf && !request->to)
        return pki_fail(err, PKI_E_USAGE, "--leaf needs --to");
    if (request->leaf && (request->environment || request->consumer))
        return pki_fail(err, PKI_E_USAGE, "--leaf stands alone: the serial says which line it is");
    if (request->purpose && !request->to) {
        return pki_fail(err, PKI_E_USAGE,
                        "PURPOSE needs --to: exports/%s is replaced as a whole, so that nothing "
                        "stale stays",
                        request->environment);
    }
    if (request->replace && !request->to)
        return pki_fail(err, PKI_E_USAGE, "--replace needs --to: exports/ is replaced anyway");
    return true;
}

void pki_export_digest(const struct pki_export_set *set, uint8_t sha256[PKI_SHA256_SIZE])
{
    const struct pki_bundle_file *manifest = &set->bundle.files[set->bundle.n_files - 1];

    pki_sha256(pki_buf_view(&manifest->content), sha256);
}

static bool check_set(struct pki_store *store, const struct pki_export_set *set,
                      struct pki_error *err)
{
    struct pki_publication_row last = {0};
    uint8_t sha256[PKI_SHA256_SIZE];
    bool found = false;

    pki_export_digest(set, sha256);
    if (!pki_store_last_publication(store, set->environment, &found, &last, err))
        return false;
    return (found && memcmp(sha256, last.manifest_sha256, sizeof(sha256)) == 0) ||
           pki_fail(err, PKI_E_STATE,
                    "as of then %s is not what was published last, and exports/%s holds nothing "
                    "else: write it elsewhere with --to DIR, or leave --as-of out",
                    set->environment, set->environment);
}

bool pki_export_check_as_of(const struct pki_export_told *told, struct pki_error *err)
{
    if (!told->request->has_as_of || told->request->to)
        return true;
    for (size_t i = 0; i < told->n_sets; i++)
        if (!check_set(told->session->store, &told->sets[i], err))
            return false;
    return true;
}
