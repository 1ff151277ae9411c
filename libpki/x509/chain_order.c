#include "x509/chain.h"
#include "x509/name.h"
#include "x509/path.h"

#define NOWHERE SIZE_MAX

static bool is_self_issued(const struct pki_cert *cert)
{
    return pki_name_equal(cert->subject, cert->issuer);
}

static bool is_issued_by(const struct pki_cert *child, const struct pki_cert *issuer)
{
    struct pki_error ignored = {0};

    return pki_name_equal(child->issuer, issuer->subject) &&
           pki_cert_verify_signature(child, issuer->spki, &ignored);
}

/* Where in the file a certificate's issuer stands, but for itself. */
static size_t find_issuer(const struct pki_certs *chain, size_t child)
{
    for (size_t i = 0; i < chain->n; i++)
        if (i != child && is_issued_by(chain->list[child], chain->list[i]))
            return i;
    return NOWHERE;
}

static bool fail_root_first(const struct pki_certs *chain, struct pki_error *err)
{
    char label[PKI_LABEL];

    return pki_fail(err, PKI_E_INVALID,
                    "order: found the root first: certificate 1 (%s) is its own issuer; the leaf "
                    "or issuing certificate comes first, the root last",
                    pki_name_label(chain->list[0]->subject, label));
}

static bool fail_step(const struct pki_certs *chain, size_t i, struct pki_error *err)
{
    const struct pki_cert *cert = chain->list[i];
    char label[PKI_LABEL];
    char issuer[PKI_LABEL];
    char next[PKI_LABEL];
    size_t place = find_issuer(chain, i);

    pki_name_label(cert->subject, label);
    pki_name_label(cert->issuer, issuer);
    pki_name_label(chain->list[i + 1]->subject, next);
    if (place != NOWHERE) {
        return pki_fail(err, PKI_E_INVALID,
                        "order: certificate %zu is %s, but the issuer of certificate %zu (%s) "
                        "belongs there: %s, which is certificate %zu",
                        i + 2, next, i + 1, label, issuer, place + 1);
    }
    if (pki_name_equal(cert->issuer, chain->list[i + 1]->subject)) {
        return pki_fail(err, PKI_E_INVALID,
                        "order: certificate %zu (%s) is not signed by certificate %zu, which has "
                        "its issuer's name (%s) but another key",
                        i + 1, label, i + 2, next);
    }
    return pki_fail(err, PKI_E_INVALID,
                    "order: certificate %zu is %s, but the issuer of certificate %zu (%s) belongs "
                    "there: %s, which is not in the file",
                    i + 2, next, i + 1, label, issuer);
}

static bool check_repeats(const struct pki_certs *chain, size_t i, struct pki_error *err)
{
    char label[PKI_LABEL];

    for (size_t j = 0; j < i; j++) {
        if (memcmp(chain->list[i]->fingerprint, chain->list[j]->fingerprint, PKI_SHA256_SIZE) ==
            0) {
            return pki_fail(err, PKI_E_INVALID,
                            "order: certificate %zu (%s) repeats certificate %zu", i + 1,
                            pki_name_label(chain->list[i]->subject, label), j + 1);
        }
    }
    return true;
}

bool pki_chain_check_order(const struct pki_certs *chain, struct pki_error *err)
{
    for (size_t i = 1; i < chain->n; i++)
        if (!check_repeats(chain, i, err))
            return false;
    if (chain->n > 1 && is_self_issued(chain->list[0]))
        return fail_root_first(chain, err);
    for (size_t i = 0; i + 1 < chain->n; i++)
        if (!is_issued_by(chain->list[i], chain->list[i + 1]))
            return fail_step(chain, i, err);
    return true;
}
