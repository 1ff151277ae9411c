#include "fuzz.h"
#include "ops/hierarchy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    pki_auto(pki_hierarchy) hierarchy = NULL;

    (void)!pki_hierarchy_parse("fuzz.yaml", (struct pki_bytes){data, size}, &hierarchy, &err);
    return 0;
}
