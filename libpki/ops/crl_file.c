#include "ops/crl_file.h"

#include <string.h>

#include "base/file.h"
#include "crypto/algorithm.h"
#include "crypto/hash.h"

#define PATH_SIZE (PKI_CRL_FILE_MAX + sizeof(PKI_CRLS))

bool pki_crl_directory(const struct pki_session *session, int *dir, struct pki_error *err)
{
    return pki_dir_ensure(session->directory, PKI_CRLS, dir, err);
}

/* Where it lies, for errors. */
static void tell_path(const char *authority, const struct pki_crl_row *row, char path[PATH_SIZE])
{
    char name[PKI_CRL_FILE_MAX];

    pki_crl_file_name(authority, row->number, name);
    (void)snprintf(path, PATH_SIZE, "%s/%s", PKI_CRLS, name);
}

bool pki_crl_file_open(const struct pki_session *session, const char *authority,
                       const struct pki_crl_row *row, struct pki_bytes *der, struct pki_error *err)
{
    char path[PATH_SIZE];
    struct pki_error why = {0};

    tell_path(authority, row, path);
    return pki_file_map(session->directory, path, PKI_LIMIT_CRL, der, &why) ||
           pki_fail(err, PKI_E_INTEGRITY,
                    "%s: give the published one to cellar reconcile, or restore it from a backup",
                    why.text);
}

static bool judge(const char *authority, const struct pki_crl_row *row, size_t size,
                  const uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err)
{
    char path[PATH_SIZE];

    tell_path(authority, row, path);
    return ((int64_t)size == row->size && memcmp(sha256, row->sha256, PKI_SHA256_SIZE) == 0) ||
           pki_fail(err, PKI_E_INTEGRITY,
                    "%s differs from the record: give the published one to cellar reconcile, or "
                    "restore it from a backup",
                    path);
}

static bool digest(struct pki_bytes der, uint8_t sha256[PKI_SHA256_SIZE], struct pki_error *err)
{
    pki_auto(pki_hash) hash = NULL;

    if (!pki_hash_begin(PKI_SHA256, &hash, err) || !pki_hash_add_mapped(hash, NULL, der, err))
        return false;
    pki_hash_end(&hash, sha256);
    return true;
}

bool pki_crl_file_map(const struct pki_session *session, const char *authority,
                      const struct pki_crl_row *row, struct pki_bytes *der, struct pki_error *err)
{
    struct pki_bytes mapped = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    if (!pki_crl_file_open(session, authority, row, &mapped, err))
        return false;
    if (!digest(mapped, sha256, err) || !judge(authority, row, mapped.size, sha256, err)) {
        pki_file_unmap(&mapped);
        return false;
    }
    *der = mapped;
    return true;
}

bool pki_crl_reserved_body(const struct pki_crl *crl, uint8_t body[PKI_SHA256_SIZE],
                           struct pki_error *err)
{
    const struct pki_signature *how = pki_algorithm_find_signature(crl->signature_algorithm);
    bool of_digest = how && pki_signature_is_of_digest(crl->signature_algorithm);
    pki_auto(pki_hash) hash = NULL;
    uint8_t digest[PKI_DIGEST_MAX];

    if (!pki_hash_begin(of_digest ? how->digest : PKI_SHA512, &hash, err) ||
        !pki_hash_add(hash, crl->tbs, err))
        return false;
    pki_hash_end(&hash, digest);
    memcpy(body, digest, PKI_SHA256_SIZE);
    return true;
}

int64_t pki_crl_reserved_number(const struct pki_reservation_row *row)
{
    return strcmp(row->kind, "crl") == 0 ? strtoll(row->subject + strlen("CRL "), NULL, 10) : 0;
}
