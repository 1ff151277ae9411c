/* PBKDF2-HMAC-SHA256, 600,000 rounds to 32 octets: what opening one key file costs, measured apart.
 */
#include <nettle/pbkdf2.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

int main(void)
{
    static const uint8_t passphrase[] = "a passphrase of six random words";
    static const uint8_t salt[16] = {1, 2, 3};
    uint8_t key[32];
    struct timespec from;
    struct timespec to;

    clock_gettime(CLOCK_MONOTONIC, &from);
    nettle_pbkdf2_hmac_sha256(sizeof(passphrase) - 1, passphrase, 600000, sizeof(salt), salt,
                              sizeof(key), key);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.6f %u\n",
           (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
           (unsigned)key[0]);
    return 0;
}
