#include "fuzz.h"
#include "x509/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    pki_auto(pki_cert) cert = NULL;

    (void)!pki_cert_parse((struct pki_bytes){data, size}, &cert, &err);
    return 0;
}
