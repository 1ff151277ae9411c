#include "crypto/random.h"

#include <errno.h>
#include <sys/random.h>

bool pki_random(void *data, size_t size, struct pki_error *err)
{
    uint8_t *at = data;

    while (size > 0) {
        ssize_t got = getrandom(at, size, 0); /* waits until the kernel has been seeded */
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return pki_fail(err, PKI_E_CRYPTO, "the kernel gives no random bytes: %s",
                            strerror(errno));
        at += got;
        size -= (size_t)got;
    }
    return true;
}

bool pki_random_serial(uint8_t serial[PKI_SERIAL_SIZE], struct pki_error *err)
{
    uint8_t octets[PKI_SERIAL_SIZE];

    if (!pki_random(octets, sizeof(octets), err))
        return false;
    octets[0] = (uint8_t)((octets[0] & 0x3f) | 0x40); /* positive and always 20 octets long */
    memcpy(serial, octets, sizeof(octets));
    return true;
}
