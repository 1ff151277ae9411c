#include "pki/session.h"

#include "ops/build_id.h"

const char *pki_version(void)
{
    return PKI_VERSION " (" PKI_BUILD_ID ")";
}
