#include "ceremony/script_lint.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    pki_auto(pki_script) script = NULL;
    pki_scope(pki_script_judge) judge = {.now = 0};

    if (pki_script_parse("fuzz.yaml", (struct pki_bytes){data, size}, &script, &err))
        (void)!pki_script_lint(script, &judge, &err);
    return 0;
}
