#include "ops/verify_crls.h"

static bool add(struct pki_bytes der, bool mapped, struct pki_crl_files *files,
                struct pki_error *err)
{
    struct pki_crl *list = realloc(files->list, (files->n + 1) * sizeof(*list));

    if (!list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    files->list = list;
    if (!pki_crl_parse(der, &list[files->n], err))
        return false;
    files->list[files->n].mapped = mapped;
    files->n++;
    return true;
}

static bool add_blocks(const struct pki_pem *pem, struct pki_crl_files *files,
                       struct pki_error *err)
{
    for (size_t i = 0; i < pem->n_blocks; i++) {
        if (strcmp(pem->blocks[i].label, PKI_PEM_CRL) != 0)
            return pki_fail(err, PKI_E_FORMAT, "\"%s\" where only revocation lists belong",
                            pem->blocks[i].label);
        if (!add(pki_buf_view(&pem->blocks[i].der), false, files, err))
            return false;
    }
    return true;
}

static bool read_one(const char *path, struct pki_crl_file *file, struct pki_crl_files *files,
                     struct pki_error *err)
{
    if (!pki_file_map(AT_FDCWD, path, PKI_LIMIT_CRL, &file->map, err))
        return false;
    PKI_CONTEXT(err, "%s", path);
    if (!pki_pem_or_der(file->map, err))
        return false;
    if (!pki_pem_is(file->map))
        return add(file->map, true, files, err);
    return pki_pem_parse(file->map, &file->pem, err) && add_blocks(&file->pem, files, err);
}

bool pki_crl_files_read(const char *const *paths, size_t n, struct pki_crl_files *files,
                        struct pki_error *err)
{
    if (n == 0)
        return true;
    files->files = calloc(n, sizeof(*files->files));
    if (!files->files)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    files->n_files = n;
    for (size_t i = 0; i < n; i++)
        if (!read_one(paths[i], &files->files[i], files, err))
            return false;
    return true;
}

void pki_crl_files_clear(struct pki_crl_files *files)
{
    for (size_t i = 0; i < files->n_files; i++) {
        pki_pem_clear(&files->files[i].pem);
        if (files->files[i].map.data)
            pki_file_unmap(&files->files[i].map);
    }
    free(files->files);
    free(files->list);
    *files = (struct pki_crl_files){0};
}
