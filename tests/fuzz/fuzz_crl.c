#include "fuzz.h"
#include "x509/crl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    static const uint8_t serial[20] = {0x40};
    struct pki_crl crl;
    struct pki_crl_entry entry;
    bool found = false;

    if (pki_crl_parse((struct pki_bytes){data, size}, &crl, &err))
        (void)!pki_crl_find(&crl, (struct pki_bytes){serial, sizeof(serial)}, NULL, &found, &entry,
                            &err);
    return 0;
}
