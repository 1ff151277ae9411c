/*
 * crl/ and publish/: each CRL as DER under its name in certificates and as PEM,
 * earlier ones in an archive, all current ones together; and the tree that is
 * served under the addresses in certificates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/bundle.h"
#include "x509/crl.h"
#include "x509/pem.h"

#define PLACE "{authority}"
#define PATH  140 /* below publish/ */

/* An address with the authority's name, without scheme and host: "pki/root-g1.crl". False where it
   has no path, or one that is not safe to be a file's. */
static bool url_path(const char *pattern, const char *authority, char path[PATH])
{
    char url[512];
    const char *place = pattern ? strstr(pattern, PLACE) : NULL;

    if (!place || snprintf(url, sizeof(url), "%.*s%s%s", (int)(place - pattern), pattern, authority,
                           place + strlen(PLACE)) >= (int)sizeof(url))
        return false;
    const char *host = strstr(url, "://");
    const char *slash = host ? strchr(host + 3, '/') : NULL;
    if (!slash || !slash[1] || strstr(slash, "/.") || strstr(slash, "//"))
        return false;
    for (const char *c = slash; *c; c++) {
        if (!strchr("/-._", *c) &&
            !((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9')))
            return false;
    }
    return snprintf(path, PATH, "%s", slash + 1) < PATH && slash[strlen(slash) - 1] != '/';
}

/* The last part of the address, where it tells authorities apart. */
static void crl_name(const struct pki_issuer *issuer, char name[PATH])
{
    char path[PATH];
    const char *slash = NULL;

    (void)snprintf(name, PATH, "%s.crl", issuer->name);
    if (!url_path(issuer->crl_url, issuer->name, path))
        return;
    slash = strrchr(path, '/');
    if (strstr(slash ? slash : path, issuer->name))
        (void)snprintf(name, PATH, "%s", slash ? slash + 1 : path);
}

/* --- one authority's ------------------------------------------------------------------------- */

static bool add_crl(struct pki_bundle *bundle, const struct pki_issued_crl *crl, const char *use,
                    const char *directory, const char *name, struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_CRL, &file, err, "%s/%s", directory, name))
        return false;
    file->use = use;
    file->mapped = crl->der;
    file->crl = &crl->row;
    return true;
}

static bool add_pem(struct pki_bundle *bundle, const struct pki_issuer *issuer,
                    const struct pki_issued_crl *crl, struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;

    if (!pki_bundle_add(bundle, PKI_BUNDLE_CRLS, &file, err, "crl/%s.pem", issuer->name))
        return false;
    file->use = "the same as PEM: openssl -CRLfile";
    file->crl = &crl->row;
    pki_pem_write(&file->content, PKI_PEM_CRL, crl->der);
    return pki_buf_ok(&file->content, err);
}

static bool add_archive(struct pki_bundle *bundle, const struct pki_issuer *issuer,
                        struct pki_error *err)
{
    char name[PKI_NAME_MAX + 32];

    for (size_t i = 0; i < issuer->n_crls; i++) {
        (void)snprintf(name, sizeof(name), "%s-%lld.crl", issuer->name,
                       (long long)issuer->crls[i].row.number);
        if (!add_crl(bundle, &issuer->crls[i], "an archive of every CRL", "crl/archive", name, err))
            return false;
    }
    return true;
}

static bool publish(struct pki_bundle *bundle, const struct pki_issuer *issuer,
                    const struct pki_issued_crl *last, struct pki_error *err)
{
    struct pki_bundle_file *file = NULL;
    char path[PATH];

    if (url_path(issuer->issuer_url, issuer->name, path)) {
        if (!pki_bundle_add(bundle, PKI_BUNDLE_CERTIFICATE, &file, err, "publish/%s", path))
            return false;
        file->use = "served under the address in certificates";
        pki_buf_append_bytes(&file->content, issuer->cert->der);
        if (!pki_buf_ok(&file->content, err))
            return false;
    }
    return !last || !url_path(issuer->crl_url, issuer->name, path) ||
           add_crl(bundle, last, "served under the address in certificates", "publish", path, err);
}

static const struct pki_issued_crl *last_crl(const struct pki_issuer *issuer)
{
    return issuer->n_crls > 0 ? &issuer->crls[issuer->n_crls - 1] : NULL;
}

static bool compose_issuer(struct pki_bundle *bundle, const struct pki_issuer *issuer,
                           struct pki_error *err)
{
    const struct pki_issued_crl *last = last_crl(issuer);
    char name[PATH];

    crl_name(issuer, name);
    if (last && (!add_crl(bundle, last, "revocation: whoever reads CRLs", "crl", name, err) ||
                 !add_pem(bundle, issuer, last, err) || !add_archive(bundle, issuer, err)))
        return false;
    return publish(bundle, issuer, last, err);
}

/* --- all together ---------------------------------------------------------------------------- */

/* Also of those that have ended: old signatures are still asked about, and their last list holds.
 */
static bool compose_all(struct pki_bundle *bundle, struct pki_error *err)
{
    const struct pki_issuers *issuers = &bundle->trust->issuers;
    struct pki_bundle_file *file = NULL;

    for (size_t i = 0; i < issuers->n; i++) {
        if (issuers->list[i].n_crls == 0)
            continue;
        if (!file && !pki_bundle_add(bundle, PKI_BUNDLE_CRLS, &file, err, "crl/all.pem"))
            return false;
        file->use = "openssl -crl_check_all -CRLfile";
        file->order = "roots first, then by line and generation";
        pki_pem_write(&file->content, PKI_PEM_CRL, last_crl(&issuers->list[i])->der);
    }
    return !file || pki_buf_ok(&file->content, err);
}

bool pki_bundle_crls(struct pki_bundle *bundle, struct pki_error *err)
{
    const struct pki_issuers *issuers = &bundle->trust->issuers;

    for (size_t i = 0; i < issuers->n; i++)
        if (!compose_issuer(bundle, &issuers->list[i], err))
            return false;
    return compose_all(bundle, err);
}

/* --- verified as read back ------------------------------------------------------------------- */

/* Signed by one of the environment's authorities: whose name it has. */
static bool verify_one(const struct pki_bundle *bundle, struct pki_bytes der, struct pki_error *err)
{
    const struct pki_issuers *issuers = &bundle->trust->issuers;
    struct pki_crl crl;

    if (!pki_crl_parse(der, &crl, err))
        return false;
    for (size_t i = 0; i < issuers->n; i++)
        if (pki_bytes_equal(issuers->list[i].cert->subject, crl.issuer))
            return pki_crl_verify_signature(&crl, issuers->list[i].cert->spki, err);
    return pki_fail(err, PKI_E_INTEGRITY, "it is of none of this environment's authorities");
}

static bool verify_blocks(const struct pki_bundle *bundle, const struct pki_pem *pem,
                          struct pki_error *err)
{
    for (size_t i = 0; i < pem->n_blocks; i++) {
        if (strcmp(pem->blocks[i].label, PKI_PEM_CRL) != 0)
            return pki_fail(err, PKI_E_INTEGRITY, "block %zu is no CRL", i + 1);
        if (!verify_one(bundle, pki_buf_view(&pem->blocks[i].der), err))
            return false;
    }
    return true;
}

bool pki_bundle_verify_crl(const struct pki_bundle *bundle, const struct pki_bundle_file *file,
                           struct pki_bytes bytes, struct pki_error *err)
{
    pki_scope(pki_pem) pem = {0};

    if (file->kind == PKI_BUNDLE_CRL)
        return verify_one(bundle, bytes, err);
    return pki_pem_parse(bytes, &pem, err) && verify_blocks(bundle, &pem, err);
}
