#include "crypto/envelope.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    struct pki_envelope_facts facts;

    (void)!pki_envelope_describe((struct pki_bytes){data, size}, &facts, &err);
    return 0;
}
