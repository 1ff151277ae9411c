/*
 * What the files hold, as far as it is not known already.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "asn1/value.h"
#include "base/file.h"
#include "base/text.h"
#include "ops/reconcile.h"
#include "x509/pem.h"

static bool too_many(struct pki_error *err)
{
    return pki_fail(err, PKI_E_USAGE, "more than %d are new: reconcile them in several runs",
                    PKI_RECONCILE_MAX);
}

/* --- taking in -------------------------------------------------------------------------------- */

static bool take_cert(struct pki_reconcile *reconcile, struct pki_bytes der, struct pki_error *err)
{
    pki_auto(pki_cert) cert = NULL;
    pki_scope(pki_certificate_row) row = {0};
    bool known = false;

    if (!pki_cert_parse(der, &cert, err) ||
        !pki_store_find_fingerprint(reconcile->session->store, cert->fingerprint, &known, &row,
                                    err))
        return false;
    for (size_t i = 0; i < reconcile->n_certs; i++)
        known = known || memcmp(reconcile->certs[i].cert->fingerprint, cert->fingerprint,
                                PKI_SHA256_SIZE) == 0;
    if (known)
        return true;
    if (reconcile->n_certs == PKI_RECONCILE_MAX)
        return too_many(err);
    reconcile->certs[reconcile->n_certs++].cert = PKI_TAKE(cert);
    return true;
}

static bool take_crl(struct pki_reconcile *reconcile, struct pki_bytes der, struct pki_error *err)
{
    if (reconcile->n_crls == PKI_RECONCILE_MAX)
        return too_many(err);
    for (size_t i = 0; i < reconcile->n_crls; i++)
        if (pki_bytes_equal(pki_buf_view(&reconcile->crls[i].der), der))
            return true;
    struct pki_found_crl *found = &reconcile->crls[reconcile->n_crls++];
    pki_buf_append_bytes(&found->der, der);
    if (!pki_buf_ok(&found->der, err) ||
        !pki_crl_parse(pki_buf_view(&found->der), &found->crl, err))
        return false;
    if (!found->crl.has_number || !found->crl.has_next_update || found->crl.is_delta) {
        return pki_fail(err, PKI_E_INVALID,
                        "a CRL without number or nextUpdate, or a delta: not "
                        "one of ours (RFC 5280 5.2.3)");
    }
    return pki_value_integer(found->crl.number, &found->number, err);
}

static bool take_pem(struct pki_reconcile *reconcile, struct pki_bytes text, struct pki_error *err)
{
    pki_scope(pki_pem) pem = {0};

    if (!pki_pem_parse(text, &pem, err))
        return false;
    for (size_t i = 0; i < pem.n_blocks; i++) {
        const char *label = pem.blocks[i].label;
        struct pki_bytes der = pki_buf_view(&pem.blocks[i].der);
        bool taken =
            strcmp(label, PKI_PEM_CERTIFICATE) == 0 ? take_cert(reconcile, der, err)
            : strcmp(label, PKI_PEM_CRL) == 0
                ? take_crl(reconcile, der, err)
                : pki_fail(err, PKI_E_FORMAT, "a %s is neither certificate nor CRL", label);
        if (!taken)
            return false;
    }
    return true;
}

static bool take_manifest(struct pki_reconcile *reconcile, const char *path, struct pki_bytes text,
                          struct pki_error *err)
{
    if (reconcile->n_manifests == PKI_RECONCILE_MAX)
        return too_many(err);
    struct pki_manifest *manifest = &reconcile->manifests[reconcile->n_manifests];
    if (!pki_manifest_parse(path, text, manifest, err))
        return false;
    reconcile->n_manifests++;
    return pki_alarm_is_ours(reconcile->session->store, manifest, err) &&
           (!manifest->is_backup ||
            pki_fail(err, PKI_E_STATE,
                     "%s is a backup's, and says nothing of what was signed: restore that backup "
                     "instead, or leave it out",
                     manifest->name));
}

/* DER of either kind: what reads as a certificate is one. */
static bool take_der(struct pki_reconcile *reconcile, struct pki_bytes der, struct pki_error *err)
{
    pki_auto(pki_cert) cert = NULL;
    struct pki_error other = {0};

    return pki_cert_parse(der, &cert, &other) ? take_cert(reconcile, der, err)
                                              : take_crl(reconcile, der, err);
}

bool pki_reconcile_file(struct pki_reconcile *reconcile, const char *path, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!pki_file_read(AT_FDCWD, path, PKI_LIMIT_CRL, &text, err))
        return false;
    struct pki_bytes bytes = pki_buf_view(&text);
    if (bytes.data[0] == '{')
        return take_manifest(reconcile, path, bytes, err);
    PKI_CONTEXT(err, "%s", path);
    return pki_pem_is(bytes) ? take_pem(reconcile, bytes, err) : take_der(reconcile, bytes, err);
}
