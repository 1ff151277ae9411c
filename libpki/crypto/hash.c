#include "crypto/hash.h"

#include <gnutls/crypto.h>

#include "base/file.h"
#include "crypto/key_private.h"

struct pki_hash {
    gnutls_hash_hd_t handle;
};

bool pki_hash_begin(enum pki_digest kind, struct pki_hash **hash, struct pki_error *err)
{
    static const gnutls_digest_algorithm_t kinds[] = {
        [PKI_SHA256] = GNUTLS_DIG_SHA256,
        [PKI_SHA384] = GNUTLS_DIG_SHA384,
        [PKI_SHA512] = GNUTLS_DIG_SHA512,
    };
    pki_auto(pki_hash) made = calloc(1, sizeof(*made));

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_gnutls_ok(gnutls_hash_init(&made->handle, kinds[kind]), "begin a digest", err))
        return false;
    *hash = PKI_TAKE(made);
    return true;
}

bool pki_hash_add(struct pki_hash *hash, struct pki_bytes bytes, struct pki_error *err)
{
    return pki_gnutls_ok(gnutls_hash(hash->handle, bytes.data, bytes.size), "digest", err);
}

bool pki_hash_add_mapped(struct pki_hash *hash, struct pki_sum *sum, struct pki_bytes mapped,
                         struct pki_error *err)
{
    size_t again = 0; /* see base/file.h */

    while (mapped.size > 0) {
        size_t size = mapped.size < PKI_FILE_WINDOW ? mapped.size : PKI_FILE_WINDOW;
        const struct pki_bytes window = {mapped.data, size};
        if (!pki_hash_add(hash, window, err))
            return false;
        if (sum)
            pki_sum_add(sum, window);
        pki_file_let_go((struct pki_bytes){window.data - again, again + size});
        again = size;
        mapped = (struct pki_bytes){mapped.data + size, mapped.size - size};
    }
    return true;
}

void pki_hash_end(struct pki_hash **hash, uint8_t *digest)
{
    gnutls_hash_output((*hash)->handle, digest);
    pki_hash_free(PKI_TAKE(*hash));
}

void pki_hash_free(struct pki_hash *hash)
{
    if (!hash)
        return;
    if (hash->handle)
        gnutls_hash_deinit(hash->handle, NULL);
    free(hash);
}
