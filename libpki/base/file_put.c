#include <assert.h>
#include <errno.h>
#include <sys/mman.h>

#include "base/file_private.h"
#include "base/sum.h"

#define CHUNK ((size_t)64 * 1024)

bool pki_file_put(struct pki_file *file, size_t offset, struct pki_bytes bytes,
                  struct pki_error *err)
{
    size_t done = 0;

    assert(file->bytes.size == 0);
    while (done < bytes.size) {
        ssize_t wrote =
            pwrite(file->fd, bytes.data + done, bytes.size - done, (off_t)(offset + done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return pki_file_fail(file, "cannot be written", err);
        done += (size_t)wrote;
    }
    if (offset + done > file->put)
        file->put = offset + done;
    return true;
}

bool pki_file_get(const struct pki_file *file, size_t offset, uint8_t *room, size_t size,
                  struct pki_error *err)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = pread(file->fd, room + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return pki_file_fail(file, "cannot be read", err);
        if (got == 0)
            return pki_fail(err, PKI_E_IO, "%s: is shorter than what was written to it",
                            file->name);
        done += (size_t)got;
    }
    return true;
}

/* What passes through may be a secret's: a chunk is wiped when it goes. */
static void wipe(uint8_t (*chunk)[CHUNK])
{
    explicit_bzero(*chunk, sizeof(*chunk));
}

#define SCOPE_WIPED __attribute__((__cleanup__(wipe)))

bool pki_file_pull(struct pki_file *file, size_t offset, struct pki_error *err)
{
    SCOPE_WIPED uint8_t chunk[CHUNK];
    size_t size = 0;

    assert(offset <= file->put);
    for (size_t at = offset; offset > 0 && at < file->put; at += size) {
        size = file->put - at < CHUNK ? file->put - at : CHUNK;
        if (!pki_file_get(file, at, chunk, size, err) ||
            !pki_file_put(file, at - offset, (struct pki_bytes){chunk, size}, err))
            return false;
    }
    file->put -= offset;
    return offset == 0 || ftruncate(file->fd, (off_t)file->put) == 0 ||
           pki_file_fail(file, "cannot be shortened", err);
}

bool pki_file_view(const struct pki_file *file, struct pki_bytes *bytes, struct pki_error *err)
{
    assert(file->put > 0);

    void *data = mmap(NULL, file->put, PROT_READ, MAP_SHARED, file->fd, 0);
    if (data == MAP_FAILED)
        return pki_file_fail(file, "cannot be mapped", err);
    *bytes = (struct pki_bytes){.data = data, .size = file->put};
    return true;
}

bool pki_file_checksum(const struct pki_file *file, uint64_t *sum, struct pki_error *err)
{
    SCOPE_WIPED uint8_t chunk[CHUNK];
    struct pki_sum found = {0};
    size_t size = 0;

    for (size_t at = 0; at < file->put; at += size) {
        size = file->put - at < CHUNK ? file->put - at : CHUNK;
        if (!pki_file_get(file, at, chunk, size, err))
            return false;
        pki_sum_add(&found, (struct pki_bytes){chunk, size});
    }
    *sum = pki_sum_end(&found);
    return true;
}
