/*
 * Roots that the inventory does not know. Nobody of ours has signed them, and a
 * successor's key is in newer backups alone: none is taken in by a file. What
 * must not happen is that its like is made a second time (rule 7).
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ops/reconcile.h"
#include "x509/name.h"

static bool refuse(const char *shown, struct pki_error *err)
{
    return pki_fail(err, PKI_E_STATE,
                    "%s has the name of a root that this copy does not know: restore a backup "
                    "that was made after it was",
                    shown);
}

/* --- by name ---------------------------------------------------------------------------------- */

static bool is_root_name(const struct pki_hierarchy *hierarchy, struct pki_bytes common_name)
{
    for (size_t i = 0; i < hierarchy->n_roots; i++) {
        const char *planned = hierarchy->roots[i].common_name;

        if ((common_name.size == strlen(planned) &&
             memcmp(common_name.data, planned, common_name.size) == 0) ||
            pki_reconcile_generation(planned, common_name) > 0)
            return true;
    }
    return false;
}

/* One of that name, with another key, that the inventory knows; or none. */
static bool check_twin(const struct pki_reconcile *reconcile, struct pki_bytes name,
                       struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_store_list_authorities(reconcile->session->store, "", NULL, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        if (!pki_bytes_equal(pki_buf_view(&rows.list[i].subject), name))
            continue;
        return pki_fail(err, PKI_E_STATE,
                        "there is another %s with another certificate: two copies of the "
                        "cellar were worked with, and one of them must be given up",
                        rows.list[i].name);
    }
    return true;
}

bool pki_reconcile_check_name(const struct pki_reconcile *reconcile, struct pki_bytes name,
                              struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    pki_scope(pki_buf) common_name = {0};
    pki_scope(pki_buf) shown = {0};

    if (!pki_session_hierarchy(reconcile->session, &hierarchy, err) ||
        !pki_name_attribute(name, PKI_OID_COMMON_NAME, &common_name, err))
        return false;
    if (!is_root_name(hierarchy, pki_buf_view(&common_name)))
        return true;
    if (!check_twin(reconcile, name, err) || !pki_name_show(name, &shown, err))
        return false;
    pki_buf_byte(&shown, 0);
    return pki_buf_ok(&shown, err) && refuse((const char *)shown.data, err);
}

/* --- of manifests ----------------------------------------------------------------------------- */

static bool check_listed(const struct pki_reconcile *reconcile, const json_t *cert,
                         struct pki_error *err)
{
    const char *role = json_string_value(json_object_get(cert, "role"));
    const char *digest = json_string_value(json_object_get(cert, "sha256"));
    const char *subject = json_string_value(json_object_get(cert, "subject"));
    pki_scope(pki_buf) sha256 = {0};
    char shown[200];
    bool known = false;

    if (!role || strcmp(role, "root") != 0 || !digest)
        return true;
    if (!pki_hex_parse(digest, &sha256, err))
        return false;
    if (sha256.size == PKI_SHA256_SIZE &&
        !pki_reconcile_has_cert(reconcile, sha256.data, &known, err))
        return false;
    (void)snprintf(shown, sizeof(shown), "%s", subject ? subject : "a certificate");
    pki_text_tame(shown);
    return known || refuse(shown, err);
}

static bool check_manifest(const struct pki_reconcile *reconcile,
                           const struct pki_manifest *manifest, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", manifest->name);
    const json_t *files = json_object_get(manifest->root, "files");

    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *certs = json_object_get(json_array_get(files, i), "certificates");

        for (size_t j = 0; j < json_array_size(certs); j++)
            if (!check_listed(reconcile, json_array_get(certs, j), err))
                return false;
    }
    return true;
}

bool pki_reconcile_check_roots(const struct pki_reconcile *reconcile, struct pki_error *err)
{
    for (size_t i = 0; i < reconcile->n_certs; i++) {
        const struct pki_cert *cert = reconcile->certs[i].cert;

        if (cert->authority && !pki_reconcile_check_name(reconcile, cert->subject, err))
            return false;
    }
    for (size_t i = 0; i < reconcile->n_manifests; i++)
        if (!check_manifest(reconcile, &reconcile->manifests[i], err))
            return false;
    return true;
}
