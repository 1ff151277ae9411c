#include "base/file.h"
#include "x509/cert_private.h"

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

/* The bytes of a file that is no PEM, as they are. */
static bool take_der(struct pki_bytes der, struct pki_pem *blocks, struct pki_error *err)
{
    pki_scope(pki_pem) one = {.blocks = calloc(1, sizeof(*one.blocks)), .n_blocks = 1};

    if (!one.blocks) {
        one.n_blocks = 0;
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    }
    pki_buf_append_bytes(&one.blocks[0].der, der);
    if (!pki_buf_ok(&one.blocks[0].der, err))
        return false;
    *blocks = one;
    one = (struct pki_pem){0}; /* NOLINT(clang-analyzer-deadcode.DeadStores): taken */
    return true;
}

bool pki_cert_blocks(struct pki_bytes text, struct pki_pem *blocks, struct pki_error *err)
{
    pki_scope(pki_pem) read = {0};

    if (text.size == 0)
        return pki_fail(err, PKI_E_USAGE, "empty");
    if (text.size > PKI_LIMIT_BUNDLE) {
        return pki_fail(err, PKI_E_FORMAT,
                        "%zu octets, more than the %zu of a bundle that are read", text.size,
                        PKI_LIMIT_BUNDLE);
    }
    if (!pki_pem_or_der(text, err))
        return false;
    if (!pki_pem_is(text))
        return take_der(text, blocks, err);
    if (!pki_pem_parse(text, &read, err) || !check_labels(&read, err))
        return false;
    *blocks = read;
    read = (struct pki_pem){0};
    return true;
}

static bool parse_labelled(const struct pki_pem *blocks, size_t n, struct pki_cert **cert,
                           struct pki_error *err)
{
    PKI_CONTEXT(err, "block %zu", n + 1);

    return pki_cert_parse(pki_buf_view(&blocks->blocks[n].der), cert, err);
}

bool pki_cert_parse_block(const struct pki_pem *blocks, size_t n, struct pki_cert **cert,
                          struct pki_error *err)
{
    const struct pki_pem_block *block = &blocks->blocks[n];

    return *block->label ? parse_labelled(blocks, n, cert, err)
                         : pki_cert_parse(pki_buf_view(&block->der), cert, err);
}

bool pki_certs_parse(const char *name, struct pki_bytes text, struct pki_certs *certs,
                     struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", name);
    pki_scope(pki_certs) read = {0};
    pki_scope(pki_pem) blocks = {0};

    if (!pki_cert_blocks(text, &blocks, err))
        return false;
    read.list = calloc(blocks.n_blocks, sizeof(struct pki_cert *));
    if (!read.list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (; read.n < blocks.n_blocks; read.n++)
        if (!pki_cert_parse_block(&blocks, read.n, &read.list[read.n], err))
            return false;
    *certs = read;
    read = (struct pki_certs){0}; /* NOLINT(clang-analyzer-deadcode.DeadStores): taken */
    return true;
}

void pki_certs_clear(struct pki_certs *certs)
{
    for (size_t i = 0; i < certs->n; i++)
        pki_cert_free(certs->list[i]);
    free(certs->list);
    *certs = (struct pki_certs){0};
}
