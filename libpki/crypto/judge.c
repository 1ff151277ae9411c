#include <gnutls/abstract.h>

#include "crypto/key.h"
#include "crypto/key_private.h"

#define UNCOMPRESSED 0x04

/* SEC 1 2.3.3; BR 6.1.6: the point is validated, as SP 800-56A 5.6.2.3 does */
static bool judge_point(struct pki_bytes spki, struct pki_error *err)
{
    const gnutls_datum_t der = {(unsigned char *)spki.data, (unsigned)spki.size};
    gnutls_pubkey_t public = NULL;

    if (!pki_gnutls_ok(gnutls_pubkey_init(&public), "make a public key", err))
        return false;
    bool good = gnutls_pubkey_import(public, &der, GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS &&
                gnutls_pubkey_verify_params(public) == GNUTLS_E_SUCCESS;
    gnutls_pubkey_deinit(public);
    if (!good)
        return pki_fail(err, PKI_E_POLICY, "public point is not on its curve (BR 6.1.6)");
    return true;
}

static bool judge_ecdsa(struct pki_bytes spki, struct pki_bytes bits,
                        const struct pki_algorithm *row, struct pki_error *err)
{
    size_t field = (row->bits + 7) / 8;

    if (bits.size > 0 && bits.data[0] != UNCOMPRESSED)
        return pki_fail(err, PKI_E_POLICY, "public point is not uncompressed (RFC 5480 2.2)");
    if (bits.size != 1 + 2 * field)
        return pki_fail(err, PKI_E_FORMAT, "public point of %zu octets, not %zu", bits.size,
                        1 + 2 * field);
    return judge_point(spki, err);
}

/* BR 6.1.5, 6.1.6 */
static bool judge_rsa(struct pki_bytes bits, const struct pki_algorithm **row,
                      struct pki_error *err)
{
    const struct pki_algorithm *sizes[] = {
        pki_algorithm_get(PKI_KEY_RSA_3072),
        pki_algorithm_get(PKI_KEY_RSA_4096),
    };
    struct pki_rsa_key rsa;
    const struct pki_algorithm *found = NULL;

    if (!pki_rsa_read(bits, &rsa, err))
        return false;
    size_t size = pki_bit_length(rsa.modulus);
    for (size_t i = 0; i < PKI_COUNT(sizes); i++)
        if (sizes[i]->bits == size)
            found = sizes[i];
    if (!found)
        return pki_fail(err, PKI_E_POLICY, "RSA key of %zu bits: use one of exactly 3072 or 4096",
                        size);

    size_t exponent = pki_bit_length(rsa.exponent);
    bool odd = (rsa.exponent.data[rsa.exponent.size - 1] & 1) != 0;
    if (!odd || exponent < 17 || exponent > 256) /* odd and of 17 bits: at least 65537 */
        return pki_fail(err, PKI_E_POLICY,
                        "RSA exponent is even, below 65537 or not below 2^256 (BR 6.1.6)");
    *row = found;
    return pki_rsa_judge(rsa.modulus, err);
}

bool pki_spki_judge(struct pki_bytes spki, const struct pki_algorithm **algorithm,
                    struct pki_error *err)
{
    struct pki_public_key key;
    char name[PKI_ALGORITHM_TEXT];

    if (!pki_spki_read(spki, &key, err))
        return false;
    const struct pki_algorithm *row = pki_spki_row(key.algorithm);
    if (!row) {
        return pki_fail(err, PKI_E_POLICY,
                        "key is not accepted: %s; use P-256, P-384, P-521, RSA 3072 or 4096 or "
                        "Ed25519 in their exact form (BR 7.1.3.1)",
                        pki_algorithm_describe(key.algorithm, name));
    }

    bool good = row->id == PKI_KEY_ED25519        ? pki_ed25519_judge(key.bits, err)
                : strcmp(row->family, "RSA") == 0 ? judge_rsa(key.bits, &row, err)
                                                  : judge_ecdsa(spki, key.bits, row, err);
    if (good && algorithm)
        *algorithm = row;
    return good;
}
