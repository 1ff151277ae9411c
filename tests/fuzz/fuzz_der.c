#include "asn1/walk.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    const struct pki_bytes whole = {data, size};
    struct pki_bytes rest = whole;
    struct pki_element element;

    (void)!pki_walk_scan(whole, &err);
    err = (struct pki_error){0};
    while (rest.size > 0 && pki_walk_next(&rest, &element, &err))
        (void)pki_walk_peek(element.content);
    return 0;
}
