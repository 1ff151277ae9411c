#include "ceremony/frames.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    struct pki_frames_back back = {.of = 0};
    pki_scope(pki_buf) whole = {0};

    if (pki_frames_take(&back, "fuzz.txt", (struct pki_bytes){data, size}, &err))
        (void)!pki_frames_join(&back, &whole, &err);
    return 0;
}
