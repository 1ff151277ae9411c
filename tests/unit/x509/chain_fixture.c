#include "chain_fixture.h"

#include "x509/pem.h"

static void must(bool done, const struct pki_error *err)
{
    if (done)
        return;
    fprintf(stderr, "fixture: %s\n", err->text);
    exit(1);
}

const char *chain_path(const char *name)
{
    static char path[512];

    snprintf(path, sizeof(path), FIXTURES "/chains/%s", name);
    return path;
}

/* The first PEM block of NAME.pem. */
static void load(const char *name, struct pki_pem *pem)
{
    struct pki_error err = {0};
    char file[256];
    size_t size = 0;

    snprintf(file, sizeof(file), "%s.pem", name);
    uint8_t *text = test_load(chain_path(file), &size);
    must(pki_pem_parse((struct pki_bytes){text, size}, pem, &err), &err);
    free(text);
}

static struct pki_cert *load_cert(const char *name)
{
    pki_scope(pki_pem) pem = {0};
    struct pki_error err = {0};
    struct pki_cert *cert = NULL;

    load(name, &pem);
    must(pki_cert_parse(pki_buf_view(&pem.blocks[0].der), &cert, &err), &err);
    return cert;
}

struct pki_certs chain_certs(const char *names)
{
    struct pki_certs certs = {.list = calloc(strlen(names) + 1, sizeof(struct pki_cert *))};
    char name[128];
    int used = 0;

    while (sscanf(names, " %127s%n", name, &used) == 1) {
        certs.list[certs.n++] = load_cert(name);
        names += used;
    }
    return certs;
}

struct pki_pile chain_pile(const struct pki_certs *certs)
{
    pki_scope(pki_buf) text = {0};
    struct pki_pile pile = {.n = 0};
    struct pki_error err = {0};

    for (size_t i = 0; i < certs->n; i++)
        pki_pem_write(&text, PKI_PEM_CERTIFICATE, certs->list[i]->der);
    if (certs->n > 0)
        must(pki_pile_parse("pile.pem", pki_buf_view(&text), &pile, &err), &err);
    return pile;
}

struct pki_buf chain_crl(const char *name)
{
    pki_scope(pki_pem) pem = {0};
    char file[256];

    snprintf(file, sizeof(file), "%s.crl", name);
    load(file, &pem);
    struct pki_buf der = pem.blocks[0].der;
    pem.blocks[0].der = (struct pki_buf){0};
    return der;
}
