/*
 * Chain files for Fulcio, cosign and the time stamping service, by what their
 * sources check and by what verifiers then make of the leaves.
 */
#include "pki/time.h"
#include "x509/chain.h"
#include "x509/lint_private.h"
#include "x509/oids.h"

#define CHAINS     "fulcio cosign timestamp-server"
#define CURVE_P224 "1.3.132.0.33"

static const struct pki_cert *last(const struct pki_certs *chain)
{
    return chain->list[chain->n - 1];
}

static bool is_root(const struct pki_cert *cert)
{
    return cert->authority && pki_cert_is_self_issued(cert);
}

static bool check_order(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_certs *chain = subject->chain;
    struct pki_error why = {0};

    for (size_t i = 0; i + 1 < chain->n; i++) {
        if (is_root(chain->list[i])) {
            return pki_lint_no(text,
                               "certificate %zu is a root; the root comes last, the issuing "
                               "certificate first",
                               i + 1);
        }
        if (!pki_bytes_equal(chain->list[i]->issuer, chain->list[i + 1]->subject) ||
            !pki_cert_verify_signature(chain->list[i], chain->list[i + 1]->spki, &why))
            return pki_lint_no(text, "certificate %zu was not issued by certificate %zu", i + 1,
                               i + 2);
    }
    return true;
}

static bool check_root_last(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return is_root(last(subject->chain)) ||
           pki_lint_no(text, "the last certificate is no root, so sigstore-js finds no path");
}

static bool check_valid(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    char when[PKI_TIME_TEXT];

    for (size_t i = 0; i < subject->chain->n; i++) {
        const struct pki_cert *cert = subject->chain->list[i];
        if (subject->at < cert->not_before)
            return pki_lint_no(text, "certificate %zu is not valid before %s", i + 1,
                               pki_time_format(cert->not_before, when));
        if (subject->at > cert->not_after)
            return pki_lint_no(text, "certificate %zu has expired on %s", i + 1,
                               pki_time_format(cert->not_after, when));
    }
    return true;
}

static bool is_one_of(const char *oid, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], oid) == 0)
            return true;
    return false;
}

static bool check_keys_parse(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    static const char *const curves[] = {CURVE_P224, PKI_OID_P256, PKI_OID_P384, PKI_OID_P521};
    char algorithm[PKI_OID_TEXT];
    char curve[PKI_OID_TEXT];

    for (size_t i = 0; i < subject->chain->n; i++) {
        if (!pki_lint_key_kind(subject->chain->list[i], algorithm, curve))
            return pki_lint_no(text, "the key of certificate %zu cannot be read", i + 1);
        if (strcmp(algorithm, PKI_OID_EC) == 0 && !is_one_of(curve, curves, PKI_COUNT(curves)))
            return pki_lint_no(text, "certificate %zu has curve %s, so Go does not read the file",
                               i + 1, curve);
    }
    return true;
}

static bool check_issuer_authority(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->chain->list[0]->authority ||
           pki_lint_no(text, "the first certificate is not a CA");
}

static bool check_issuer_usage(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->chain->n == 1 ||
           pki_cert_has_usage(subject->chain->list[0], PKI_OID_CODE_SIGNING) ||
           pki_lint_no(text, "the first certificate does not list codeSigning itself");
}

static bool check_issuer_key(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    static const char *const curves[] = {PKI_OID_P256, PKI_OID_P384, PKI_OID_P521};
    const struct pki_cert *cert = subject->chain->list[0];
    size_t bits = pki_lint_rsa_bits(cert);
    char algorithm[PKI_OID_TEXT];
    char curve[PKI_OID_TEXT];

    if (!pki_lint_key_kind(cert, algorithm, curve))
        return pki_lint_no(text, "the key of the first certificate cannot be read");
    if (strcmp(algorithm, PKI_OID_RSA) == 0)
        return bits == 2048 || bits == 3072 || bits == 4096 ||
               pki_lint_no(text, "RSA of %zu bits, not 2048, 3072 or 4096", bits);
    if (strcmp(algorithm, PKI_OID_EC) == 0)
        return is_one_of(curve, curves, PKI_COUNT(curves)) ||
               pki_lint_no(text, "curve %s, not P-256, P-384 or P-521", curve);
    return strcmp(algorithm, PKI_OID_ED25519) == 0 ||
           pki_lint_no(text, "a key of algorithm %s", algorithm);
}

static bool check_no_ed25519(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    char algorithm[PKI_OID_TEXT];
    char curve[PKI_OID_TEXT];

    return !pki_lint_key_kind(subject->cert, algorithm, curve) ||
           strcmp(algorithm, PKI_OID_ED25519) != 0 ||
           pki_lint_no(text, "an Ed25519 key, which sigstore-python does not permit");
}

static bool check_code_signing_alone(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_lint_is_cross(subject) || subject->cert->n_usages <= 1 ||
           pki_lint_no(text, "%zu purposes are listed", subject->cert->n_usages);
}

static bool check_leaf_first(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_certs *chain = subject->chain;

    if (chain->n < 2)
        return pki_lint_no(text, "one certificate only");
    if (chain->list[0]->authority)
        return pki_lint_no(text, "the first certificate is a CA, not the time stamping one");
    for (size_t i = 1; i < chain->n; i++)
        if (!chain->list[i]->authority)
            return pki_lint_no(text, "certificate %zu is not a CA", i + 1);
    return true;
}

static bool check_time_stamping(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_cert_has_usage(subject->cert, PKI_OID_TIME_STAMPING) ||
           pki_lint_no(text, "timeStamping is not listed");
}

static bool check_one_root(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    size_t roots = 0;

    for (size_t i = 0; i < subject->chain->n; i++)
        if (is_root(subject->chain->list[i]))
            roots++;
    return roots == 1 || pki_lint_no(text, "the file holds %zu roots", roots);
}

static bool is_issued_by(const struct pki_cert *cert, const struct pki_cert *issuer)
{
    struct pki_error ignored = {0};

    return pki_bytes_equal(cert->issuer, issuer->subject) &&
           pki_cert_verify_signature(cert, issuer->spki, &ignored);
}

/* From issuer to issuer, as cosign's pool lets Go do: over cross-certificates, if need be. */
static bool leads_to_root(const struct pki_certs *chain, const struct pki_cert *cert)
{
    for (size_t steps = 0; steps < PKI_CHAIN_MAX; steps++) {
        if (is_issued_by(cert, last(chain)))
            return true;
        const struct pki_cert *issuer = pki_lint_find_issuer(chain, cert);
        if (!issuer || !is_issued_by(cert, issuer))
            return false;
        cert = issuer;
    }
    return false;
}

static bool check_all_below_root(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_certs *chain = subject->chain;

    for (size_t i = 0; i < chain->n; i++) {
        const struct pki_cert *cert = chain->list[i];
        if (!cert->authority)
            return pki_lint_no(text, "certificate %zu is not a CA", i + 1);
        if (!leads_to_root(chain, cert))
            return pki_lint_no(
                text, "nothing in the file leads from certificate %zu to the last one", i + 1);
    }
    return true;
}

static bool check_subjects_unique(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_certs *chain = subject->chain;

    for (size_t i = 1; i < chain->n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (pki_bytes_equal(chain->list[i]->subject, chain->list[j]->subject))
                return pki_lint_no(text, "certificates %zu and %zu have the same subject", j + 1,
                                   i + 1);
        }
    }
    return true;
}

static const struct pki_lint_rule rules[] = {
    {"chain_order", PKI_LINT_ERROR, PKI_LINT_CHAIN,
     "Fulcio pkg/ca/common.go VerifyCertChain; cosign issue 2939",
     "Each certificate was issued by the next: the issuing one first, the root last.",
     "fulcio timestamp-server", check_order},
    {"chain_root_last", PKI_LINT_ERROR, PKI_LINT_CHAIN, "Fulcio pkg/ca/common.go; @sigstore/verify",
     "The last certificate is a root.", CHAINS, check_root_last},
    {"chain_valid", PKI_LINT_ERROR, PKI_LINT_CHAIN,
     "Fulcio pkg/ca/common.go; timestamp-authority pkg/x509",
     "Every certificate is valid at the time of use.", "fulcio timestamp-server", check_valid},
    {"chain_keys", PKI_LINT_ERROR, PKI_LINT_CHAIN, "Go crypto/x509",
     "Every key is of a curve that Go reads (no secp256k1, no brainpool).", CHAINS,
     check_keys_parse},
    {"chain_subjects_unique", PKI_LINT_ERROR, PKI_LINT_CHAIN, "policy-controller issue 710",
     "No two certificates have the same subject.", CHAINS, check_subjects_unique},
    {"fulcio_issuer_authority", PKI_LINT_ERROR, PKI_LINT_CHAIN,
     "Fulcio pkg/ca/common.go VerifyCertChain", "The first certificate is a CA.", "fulcio",
     check_issuer_authority},
    {"fulcio_issuer_usage", PKI_LINT_ERROR, PKI_LINT_CHAIN,
     "Fulcio pkg/ca/common.go VerifyCertChain",
     "The first certificate lists codeSigning itself, unless it is alone.", "fulcio",
     check_issuer_usage},
    {"fulcio_issuer_key", PKI_LINT_ERROR, PKI_LINT_CHAIN, "sigstore cryptoutils.ValidatePubKey",
     "The first key is RSA 2048, 3072 or 4096, ECDSA P-256, P-384 or P-521, or Ed25519.", "fulcio",
     check_issuer_key},
    {"fulcio_no_ed25519", PKI_LINT_ERROR, PKI_LINT_AUTHORITY, "sigstore-python's verifier",
     "No CA for code signing has an Ed25519 key.", "fulcio cosign", check_no_ed25519},
    {"fulcio_code_signing_alone", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE,
     "Fulcio certificate specification",
     "A CA for code signing has no other purpose (a cross-certificate has).", "fulcio cosign",
     check_code_signing_alone},
    {"tsa_leaf_first", PKI_LINT_ERROR, PKI_LINT_CHAIN, "timestamp-authority pkg/x509, issue 1416",
     "The time stamping certificate is first, all others are CAs.", "timestamp-server",
     check_leaf_first},
    {"tsa_intermediate_usage", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE,
     "timestamp-authority cmd/timestamp-server, --enforce-intermediate-eku",
     "A CA for time stamping lists that purpose.", "timestamp-server", check_time_stamping},
    {"cosign_one_root", PKI_LINT_ERROR, PKI_LINT_CHAIN, "cosign --certificate-chain",
     "A cosign chain holds exactly one root.", "cosign", check_one_root},
    {"cosign_below_root", PKI_LINT_ERROR, PKI_LINT_CHAIN, "cosign --certificate-chain",
     "A cosign chain holds CAs that lead to the root at its end.", "cosign", check_all_below_root},
};

PKI_LINT_TABLE(pki_lint_rules_sigstore, rules);
