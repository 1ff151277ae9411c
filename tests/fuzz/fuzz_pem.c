#include "fuzz.h"
#include "x509/cert.h"
#include "x509/pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    struct pki_certs certs = {0};

    (void)!pki_certs_parse("fuzz", (struct pki_bytes){data, size}, &certs, &err);
    pki_certs_clear(&certs);
    return 0;
}
