#include "ops/crl_file.h"

#include <string.h>

#include "base/file.h"
#include "crypto/hash.h"

void pki_crl_file_name(const char *authority, int64_t number, char name[PKI_CRL_FILE_MAX])
{
    (void)snprintf(name, PKI_CRL_FILE_MAX, "%s-%lld.crl", authority, (long long)number);
}

void pki_crl_reservation_name(const char *authority, int64_t number, char *name, size_t size)
{
    (void)snprintf(name, size, "CRL %lld of %.90s", (long long)number, authority);
}

bool pki_crl_directory(const struct pki_session *session, int *dir, struct pki_error *err)
{
    return pki_dir_ensure(session->directory, PKI_CRLS, dir, err);
}

static bool is_recorded(struct pki_bytes der, const struct pki_crl_row *row, bool *same,
                        struct pki_error *err)
{
    uint8_t sha256[PKI_SHA256_SIZE];
    pki_auto(pki_hash) hash = NULL;

    if (!pki_hash_begin(PKI_SHA256, &hash, err) || !pki_hash_add_mapped(&hash, 1, der, err))
        return false;
    pki_hash_end(&hash, sha256);
    *same = (int64_t)der.size == row->size && memcmp(sha256, row->sha256, sizeof(sha256)) == 0;
    return true;
}

bool pki_crl_file_map(const struct pki_session *session, const char *authority,
                      const struct pki_crl_row *row, struct pki_bytes *der, struct pki_error *err)
{
    char name[PKI_CRL_FILE_MAX];
    char path[PKI_CRL_FILE_MAX + sizeof(PKI_CRLS)];
    struct pki_bytes mapped = {0};
    struct pki_error why = {0};
    bool same = false;

    pki_crl_file_name(authority, row->number, name);
    (void)snprintf(path, sizeof(path), "%s/%s", PKI_CRLS, name);
    if (!pki_file_map(session->directory, path, PKI_LIMIT_CRL, &mapped, &why))
        return pki_fail(err, PKI_E_INTEGRITY, "%s: %s: restore it from a backup", path, why.text);
    if (!is_recorded(mapped, row, &same, err)) {
        pki_file_unmap(&mapped);
        return false;
    }
    if (!same) {
        pki_file_unmap(&mapped);
        return pki_fail(err, PKI_E_INTEGRITY,
                        "%s differs from the record: restore it from a backup", path);
    }
    *der = mapped;
    return true;
}

int64_t pki_crl_reserved_number(const struct pki_reservation_row *row)
{
    return strcmp(row->kind, "crl") == 0 ? strtoll(row->subject + strlen("CRL "), NULL, 10) : 0;
}
