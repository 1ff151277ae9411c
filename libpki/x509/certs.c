#include "base/file.h"
#include "x509/cert.h"
#include "x509/pem.h"

static bool add(struct pki_bytes der, struct pki_certs *certs, struct pki_error *err)
{
    if (!pki_cert_parse(der, &certs->list[certs->n], err))
        return false;
    certs->n++;
    return true;
}

static bool make_room(struct pki_certs *certs, size_t n, struct pki_error *err)
{
    certs->list = calloc(n, sizeof(struct pki_cert *));
    return certs->list || pki_fail(err, PKI_E_MEMORY, "out of memory");
}

static bool check_labels(const struct pki_pem *pem, struct pki_error *err)
{
    if (pem->n_blocks == 0)
        return pki_fail(err, PKI_E_FORMAT, "no certificate in it");
    for (size_t i = 0; i < pem->n_blocks; i++) {
        if (strcmp(pem->blocks[i].label, PKI_PEM_CERTIFICATE) != 0)
            return pki_fail(err, PKI_E_FORMAT, "block %zu: \"%s\" where only certificates belong",
                            i + 1, pem->blocks[i].label);
    }
    return true;
}

static bool add_block(const struct pki_pem *pem, size_t n, struct pki_certs *certs,
                      struct pki_error *err)
{
    PKI_CONTEXT(err, "block %zu", n + 1);

    return add(pki_buf_view(&pem->blocks[n].der), certs, err);
}

static bool add_blocks(struct pki_bytes text, struct pki_certs *certs, struct pki_error *err)
{
    pki_scope(pki_pem) pem = {0};

    if (!pki_pem_parse(text, &pem, err) || !check_labels(&pem, err) ||
        !make_room(certs, pem.n_blocks, err))
        return false;
    for (size_t i = 0; i < pem.n_blocks; i++)
        if (!add_block(&pem, i, certs, err))
            return false;
    return true;
}

bool pki_certs_parse(const char *name, struct pki_bytes text, struct pki_certs *certs,
                     struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", name);
    pki_scope(pki_certs) read = {0};

    if (text.size == 0)
        return pki_fail(err, PKI_E_USAGE, "empty");
    if (text.size > PKI_LIMIT_BUNDLE) {
        return pki_fail(err, PKI_E_FORMAT,
                        "%zu octets, more than the %zu of a bundle that are read", text.size,
                        PKI_LIMIT_BUNDLE);
    }

    if (!pki_pem_or_der(text, err))
        return false;
    bool done = pki_pem_is(text) ? add_blocks(text, &read, err)
                                 : make_room(&read, 1, err) && add(text, &read, err);
    if (!done)
        return false;
    *certs = read;
    read = (struct pki_certs){0};
    return true;
}

void pki_certs_clear(struct pki_certs *certs)
{
    for (size_t i = 0; i < certs->n; i++)
        pki_cert_free(certs->list[i]);
    free(certs->list);
    *certs = (struct pki_certs){0};
}
