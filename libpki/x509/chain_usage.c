#include "x509/oids.h"
#include "x509/path.h"

/* What a key may be used for, and the key usage bits of which one must be there, by purpose. */
static const struct {
    const char *usage;
    uint32_t key_usage;
    const char *needed;
} purposes[] = {
    {PKI_OID_CODE_SIGNING, PKI_KU_DIGITAL_SIGNATURE, "digitalSignature"},
    /* RFC 3161 2.3 leaves open which; both sign */
    {PKI_OID_TIME_STAMPING, PKI_KU_DIGITAL_SIGNATURE | PKI_KU_CONTENT_COMMITMENT,
     "digitalSignature or contentCommitment"},
    {PKI_OID_OCSP_SIGNING, PKI_KU_DIGITAL_SIGNATURE | PKI_KU_CONTENT_COMMITMENT,
     "digitalSignature or contentCommitment"},
    {PKI_OID_SERVER_AUTH, PKI_KU_DIGITAL_SIGNATURE | PKI_KU_KEY_ENCIPHERMENT | PKI_KU_KEY_AGREEMENT,
     "digitalSignature, keyEncipherment or keyAgreement"},
    {PKI_OID_CLIENT_AUTH, PKI_KU_DIGITAL_SIGNATURE | PKI_KU_KEY_AGREEMENT,
     "digitalSignature or keyAgreement"},
};

/* RFC 5280 4.2.1.3: where both extensions are there, both must allow the use */
static bool check_key_usage(const struct pki_cert *leaf, const char *usage, struct pki_error *err)
{
    for (size_t i = 0; leaf->has_key_usage && i < PKI_COUNT(purposes); i++) {
        if (strcmp(purposes[i].usage, usage) == 0 &&
            (leaf->key_usage & purposes[i].key_usage) == 0) {
            return pki_fail(err, PKI_E_INVALID,
                            "is not for %s: its key usage lacks %s (RFC 5280 4.2.1.3)",
                            pki_usage_name(usage), purposes[i].needed);
        }
    }
    return true;
}

/* RFC 3161 2.3: one extended key usage, timeStamping, in a critical extension */
static bool check_time_stamping(const struct pki_cert *leaf, struct pki_error *err)
{
    const struct pki_extension *extension = pki_cert_extension(leaf, PKI_OID_EXT_KEY_USAGE);

    if (extension && extension->critical && leaf->n_usages == 1)
        return true;
    return pki_fail(err, PKI_E_INVALID,
                    "cannot sign time stamps: its extended key usage must be critical and "
                    "timeStamping alone (RFC 3161 2.3)");
}

/* An end entity must name the usage itself: verifiers differ on its absence and on "any". */
static bool check_leaf(const struct pki_cert *leaf, const char *usage, struct pki_error *err)
{
    if (leaf->authority)
        return true;
    if (!pki_cert_has_usage(leaf, usage)) {
        return pki_fail(
            err, PKI_E_INVALID,
            "is not for %s: its extended key usage does not name it (RFC 5280 4.2.1.12)",
            pki_usage_name(usage));
    }
    if (!check_key_usage(leaf, usage, err))
        return false;
    return strcmp(usage, PKI_OID_TIME_STAMPING) != 0 || check_time_stamping(leaf, err);
}

static bool allows(const struct pki_cert *cert, const char *usage)
{
    return !cert->has_usages || pki_cert_has_usage(cert, usage) ||
           pki_cert_has_usage(cert, PKI_OID_ANY_EXTENDED_KEY_USAGE);
}

/*
 * RFC 5280 leaves extended key usages of CAs open; verifiers (and CA/B BR 7.1.2.2) take them as a
 * constraint on everything below. The anchor's count as well: the strictest verifier wins.
 */
static bool check_one(const struct pki_path *path, const char *usage, struct pki_path_fault *fault,
                      struct pki_error *err)
{
    fault->position = 0;
    fault->step = 0;
    if (!check_leaf(path->certs[0], usage, err)) {
        fault->certificate = true;
        return false;
    }
    for (size_t i = 0; i < path->n; i++) {
        if (allows(path->certs[i], usage))
            continue;
        fault->position = i;
        fault->step = i > 0 ? i - 1 : 0;
        return pki_fail(err, PKI_E_INVALID,
                        "does not allow %s: its extended key usage limits all certificates below "
                        "to other purposes",
                        pki_usage_name(usage));
    }
    return true;
}

/* The first certificate from here up that does not allow the usage; path->n when all do. */
static size_t find_refusal(const struct pki_path *path, const char *usage)
{
    size_t i = 0;

    while (i < path->n && allows(path->certs[i], usage))
        i++;
    return i;
}

/* No purpose is asked for: still, one must be left that the whole path allows. */
static bool check_some(const struct pki_path *path, struct pki_path_fault *fault,
                       struct pki_error *err)
{
    size_t lowest = 0;
    size_t furthest = 0;

    while (lowest < path->n && !path->certs[lowest]->has_usages)
        lowest++;
    if (lowest == path->n ||
        pki_cert_has_usage(path->certs[lowest], PKI_OID_ANY_EXTENDED_KEY_USAGE))
        return true;
    for (size_t i = 0; i < path->certs[lowest]->n_usages; i++) {
        size_t refusal = find_refusal(path, path->certs[lowest]->usages[i]);
        if (refusal == path->n)
            return true;
        furthest = refusal > furthest ? refusal : furthest;
    }
    fault->position = lowest;
    fault->step = furthest > 0 ? furthest - 1 : 0;
    return pki_fail(err, PKI_E_INVALID,
                    "has no extended key usage that certificate %zu, above it, allows",
                    furthest + 1);
}

bool pki_path_check_usage(const struct pki_path *path, const char *usage,
                          struct pki_path_fault *fault, struct pki_error *err)
{
    return usage ? check_one(path, usage, fault, err) : check_some(path, fault, err);
}
