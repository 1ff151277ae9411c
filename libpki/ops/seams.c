/*
 * The shipped set: the real clock, the real room, the full cost of a key.
 */
#include "ops/seams.h"

#include <sys/statvfs.h>

#include "crypto/envelope.h"
#include "ops/build_id.h"

int64_t pki_seam_now(void)
{
    return (int64_t)time(NULL);
}

int64_t pki_seam_build_date(void)
{
    return PKI_BUILD_DATE;
}

unsigned pki_seam_rounds(void)
{
    return PKI_ENVELOPE_ROUNDS;
}

const char *pki_seam_root(void)
{
    return "/";
}

int64_t pki_seam_free(const char *directory)
{
    struct statvfs status;

    if (statvfs(directory, &status) != 0 || status.f_bavail > INT64_MAX / status.f_frsize)
        return -1;
    return (int64_t)(status.f_bavail * status.f_frsize);
}
