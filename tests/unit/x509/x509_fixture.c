#include "x509_fixture.h"

#include "test.h"
#include "x509/pem.h"

static void must(bool done, const struct pki_error *err)
{
    if (done)
        return;
    fprintf(stderr, "fixture: %s\n", err->text);
    exit(1);
}

struct pki_buf fixture_text(const char *name)
{
    struct pki_buf text = {0};
    struct pki_error err = {0};
    char path[512];
    size_t size = 0;

    snprintf(path, sizeof(path), FIXTURES "/cert/%s", name);
    uint8_t *data = test_load(path, &size);
    pki_buf_append(&text, data, size);
    free(data);
    must(pki_buf_ok(&text, &err), &err);
    return text;
}

struct pki_buf fixture_der(const char *name)
{
    pki_scope(pki_buf) text = fixture_text(name);
    pki_scope(pki_pem) pem = {0};
    struct pki_buf der = {0};
    struct pki_error err = {0};

    must(pki_pem_parse(pki_buf_view(&text), &pem, &err), &err);
    pki_buf_append_bytes(&der, pki_buf_view(&pem.blocks[0].der));
    must(pki_buf_ok(&der, &err), &err);
    return der;
}

struct pki_cert *fixture_cert(const char *name)
{
    pki_scope(pki_buf) der = fixture_der(name);
    struct pki_cert *cert = NULL;
    struct pki_error err = {0};

    must(pki_cert_parse(pki_buf_view(&der), &cert, &err), &err);
    return cert;
}
