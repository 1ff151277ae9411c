#include "pki/secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium/core.h> /* not sodium.h: its generator has a banned name */
#include <sodium/utils.h>

#include "base/file_private.h"

struct pki_secret {
    uint8_t *data; /* sodium_malloc'd: own pages between guards, no access while not open */
    size_t size;
    size_t capacity;
    unsigned opened;
};

/* Open: whoever fills it lets it go by shut(). */
static bool make(size_t size, struct pki_secret **secret, struct pki_error *err)
{
    pki_auto(pki_secret) made = calloc(1, sizeof(*made));

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (sodium_init() < 0)
        return pki_fail(err, PKI_E_CRYPTO, "libsodium cannot start");
    made->size = size;
    made->capacity = size > 0 ? size : 1;
    made->opened = 1;
    made->data = sodium_malloc(made->capacity);
    if (!made->data)
        return pki_fail(err, PKI_E_MEMORY, "no guarded memory for a secret of %zu bytes", size);
    /* sodium_malloc locks too, but does not say when that failed. */
    if (sodium_mlock(made->data, made->capacity) != 0) {
        return pki_fail(err, PKI_E_MEMORY,
                        "memory for a secret cannot be locked: %s (see ulimit -l)",
                        strerror(errno));
    }
    sodium_memzero(made->data, made->capacity);
    *secret = PKI_TAKE(made);
    return true;
}

/* The first closing: the kernel may still refuse it. */
static bool shut(struct pki_secret **made, struct pki_secret **secret, struct pki_error *err)
{
    if (sodium_mprotect_noaccess((*made)->data) != 0)
        return pki_fail(err, PKI_E_MEMORY, "memory for a secret cannot be protected: %s",
                        strerror(errno));
    (*made)->opened = 0;
    *secret = PKI_TAKE(*made);
    return true;
}

bool pki_secret_new(size_t size, struct pki_secret **secret, struct pki_error *err)
{
    pki_auto(pki_secret) made = NULL;

    return make(size, &made, err) && shut(&made, secret, err);
}

void pki_secret_free(struct pki_secret *secret)
{
    if (!secret)
        return;
    sodium_free(secret->data); /* wipes and unlocks */
    free(secret);
}

size_t pki_secret_size(const struct pki_secret *secret)
{
    return secret->size;
}

uint8_t *pki_secret_open(struct pki_secret *secret)
{
    if (secret->opened++ == 0 && sodium_mprotect_readwrite(secret->data) != 0)
        abort(); /* the kernel broke its word; there is no safe way on */
    return secret->data;
}

void pki_secret_close(struct pki_secret *secret)
{
    assert(secret->opened > 0);
    if (--secret->opened == 0 && sodium_mprotect_noaccess(secret->data) != 0)
        abort();
}

bool pki_secret_copy(const void *data, size_t size, struct pki_secret **secret,
                     struct pki_error *err)
{
    pki_auto(pki_secret) made = NULL;

    if (!make(size, &made, err))
        return false;
    if (size > 0)
        memcpy(made->data, data, size);
    return shut(&made, secret, err);
}

bool pki_secret_equal(struct pki_secret *a, struct pki_secret *b)
{
    if (a->size != b->size)
        return false;

    const uint8_t *left = pki_secret_open(a);
    const uint8_t *right = pki_secret_open(b);
    bool equal = sodium_memcmp(left, right, a->size) == 0;
    pki_secret_close(b);
    pki_secret_close(a);
    return equal;
}

void pki_secret_truncate(struct pki_secret *secret, size_t size)
{
    assert(size <= secret->size);
    sodium_memzero(pki_secret_open(secret) + size, secret->capacity - size);
    pki_secret_close(secret);
    secret->size = size;
}

bool pki_secret_read_file(const char *path, const struct pki_secret_limit *limit,
                          struct pki_secret **secret, struct pki_error *err)
{
    pki_scope_fd int fd = -1;
    struct stat status = {0};

    if (!pki_file_open(AT_FDCWD, path, &fd, &status, err))
        return false;
    PKI_CONTEXT(err, "%s", path);
    return pki_secret_read(fd, limit, secret, err);
}

bool pki_secret_read(int fd, const struct pki_secret_limit *limit, struct pki_secret **secret,
                     struct pki_error *err)
{
    pki_auto(pki_secret) made = NULL;
    size_t room = limit->most + 2; /* for the newline, and for a byte that tells it is too long */

    if (!make(room, &made, err))
        return false;

    ssize_t got = pki_fd_read(fd, made->data, room);
    if (got < 0)
        return pki_fail(err, PKI_E_IO, "%s cannot be read: %s", limit->what, strerror(errno));
    bool newline = got > 0 && made->data[got - 1] == '\n';

    size_t size = (size_t)got - (newline ? 1 : 0);
    if (size > limit->most)
        return pki_fail(err, limit->code, "%s is longer than %zu bytes", limit->what, limit->most);
    pki_secret_truncate(made, size);
    return shut(&made, secret, err);
}
