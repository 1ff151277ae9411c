#include "fuzz.h"
#include "x509/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pki_error err = {0};
    pki_auto(pki_request) request = NULL;
    pki_auto(pki_report) report = pki_report_new();

    if (pki_request_parse("fuzz", (struct pki_bytes){data, size}, &request, &err)) {
        (void)!pki_request_judge(request, &err);
        pki_request_describe(request, report);
    }
    return 0;
}
