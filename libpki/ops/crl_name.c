/* Names alone, so that who only tells them links no cryptography. */
#include <stdio.h>

#include "ops/crl_file.h"

void pki_crl_file_name(const char *authority, int64_t number, char name[PKI_CRL_FILE_MAX])
{
    (void)snprintf(name, PKI_CRL_FILE_MAX, "%s-%lld.crl", authority, (long long)number);
}

void pki_crl_reservation_name(const char *authority, int64_t number, char *name, size_t size)
{
    (void)snprintf(name, size, "CRL %lld of %.90s", (long long)number, authority);
}
