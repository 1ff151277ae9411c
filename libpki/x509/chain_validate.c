/*
 * One path, by RFC 5280 6.1: each certificate alone, then each link, then
 * what the upper ones let the lower ones be, then revocation.
 */
#include "pki/time.h"
#include "x509/name.h"
#include "x509/oids.h"
#include "x509/path.h"

/* Extensions that are processed, or say nothing that a path depends on. */
static const char *const processed[] = {
    PKI_OID_SUBJECT_KEY_ID,       PKI_OID_AUTHORITY_KEY_ID,        PKI_OID_KEY_USAGE,
    PKI_OID_SUBJECT_ALT_NAME,     PKI_OID_BASIC_CONSTRAINTS,       PKI_OID_NAME_CONSTRAINTS,
    PKI_OID_CERTIFICATE_POLICIES, PKI_OID_POLICY_MAPPINGS,         PKI_OID_POLICY_CONSTRAINTS,
    PKI_OID_EXT_KEY_USAGE,        PKI_OID_CRL_DISTRIBUTION_POINTS, PKI_OID_INHIBIT_ANY_POLICY,
};

static bool is_processed(const char *oid)
{
    for (size_t i = 0; i < PKI_COUNT(processed); i++)
        if (strcmp(processed[i], oid) == 0)
            return true;
    return false;
}

static bool check_validity(const struct pki_cert *cert, int64_t at, struct pki_error *err)
{
    char when[PKI_TIME_TEXT];
    char asked[PKI_TIME_TEXT];
    char span[32];

    if (at < cert->not_before) {
        return pki_fail(err, PKI_E_INVALID, "is not valid before %s, %s after %s",
                        pki_time_format(cert->not_before, when),
                        pki_span_text(cert->not_before - at, span), pki_time_format(at, asked));
    }
    if (at > cert->not_after) {
        return pki_fail(err, PKI_E_INVALID, "expired %s, %s before %s",
                        pki_time_format(cert->not_after, when),
                        pki_span_text(at - cert->not_after, span), pki_time_format(at, asked));
    }
    return true;
}

static bool check_critical(const char *oid, bool rehearsal, struct pki_error *err)
{
    bool mark = strcmp(oid, PKI_OID_REHEARSAL) == 0;

    if (is_processed(oid) || (mark && rehearsal))
        return true;
    return pki_fail(err, PKI_E_INVALID,
                    "has the critical extension %s%s, which is not processed (RFC 5280 4.2)", oid,
                    mark ? ", the mark of a rehearsal" : "");
}

static bool check_extensions(const struct pki_cert *cert, bool rehearsal, struct pki_error *err)
{
    if (cert->n_extensions > 0 && cert->version != 3) {
        return pki_fail(err, PKI_E_INVALID,
                        "has extensions, which version %lld does not have (RFC 5280 4.1.2.1)",
                        (long long)cert->version);
    }
    for (size_t i = 0; i < cert->n_extensions; i++) {
        const char *oid = cert->extensions[i].oid;
        if (cert->extensions[i].critical && !check_critical(oid, rehearsal, err))
            return false;
        if (pki_cert_extension(cert, oid) != &cert->extensions[i])
            return pki_fail(err, PKI_E_INVALID, "has the extension %s twice (RFC 5280 4.2)", oid);
    }
    return true;
}

/* RFC 5280 6.1.4 (k) and (n); a certificate of version 1 or 2 is never an authority's */
static bool check_authority(const struct pki_cert *cert, struct pki_error *err)
{
    if (cert->version != 3) {
        return pki_fail(err, PKI_E_INVALID,
                        "is of version %lld and so cannot be an authority's (RFC 5280 6.1.4 (k))",
                        (long long)cert->version);
    }
    if (!cert->has_basic_constraints || !cert->authority) {
        return pki_fail(err, PKI_E_INVALID,
                        "is not an authority: its basic constraints do not say CA "
                        "(RFC 5280 6.1.4 (k))");
    }
    if (cert->has_key_usage && (cert->key_usage & PKI_KU_KEY_CERT_SIGN) == 0) {
        return pki_fail(err, PKI_E_INVALID,
                        "must not sign certificates: its key usage lacks keyCertSign "
                        "(RFC 5280 6.1.4 (n))");
    }
    return true;
}

bool pki_path_check_alone(const struct pki_path_request *request, const struct pki_cert *cert,
                          bool issues, struct pki_error *err)
{
    return check_validity(cert, request->at, err) &&
           check_extensions(cert, request->rehearsal, err) &&
           (!issues || check_authority(cert, err));
}

static bool is_verified(const struct pki_path_work *work, const struct pki_cert *child,
                        const struct pki_cert *issuer)
{
    for (size_t i = 0; i < work->n_verified; i++)
        if (work->verified[i].child == child && work->verified[i].issuer == issuer)
            return true;
    return false;
}

static bool check_signature(struct pki_path_work *work, const struct pki_cert *child,
                            const struct pki_cert *issuer, struct pki_error *err)
{
    struct pki_error why = {0};
    char label[PKI_LABEL];

    if (is_verified(work, child, issuer))
        return true;
    if (work->signatures >= PKI_PATH_SIGNATURES_MAX) {
        return pki_fail(err, PKI_E_INVALID,
                        "was not checked: %d signatures were, and none led to an anchor",
                        PKI_PATH_SIGNATURES_MAX);
    }
    work->signatures++;
    if (!pki_cert_verify_signature(child, issuer->spki, &why)) {
        return pki_fail(err, why.code == PKI_E_MEMORY ? why.code : PKI_E_INVALID,
                        "is not signed by %s: %s", pki_name_label(issuer->subject, label),
                        why.text);
    }
    work->verified[work->n_verified++] = (struct pki_path_edge){child, issuer};
    return true;
}

#define EMPTY_NAME 2 /* octets of an empty SEQUENCE */

static bool check_link(struct pki_path_work *work, const struct pki_cert *child,
                       const struct pki_cert *issuer, struct pki_error *err)
{
    char named[PKI_LABEL];
    char found[PKI_LABEL];

    if (child->issuer.size <= EMPTY_NAME)
        return pki_fail(err, PKI_E_INVALID, "names no issuer (RFC 5280 4.1.2.4)");
    if (!pki_name_equal(child->issuer, issuer->subject)) {
        return pki_fail(err, PKI_E_INVALID, "was issued by %s, not by %s (RFC 5280 6.1.3 (a))",
                        pki_name_label(child->issuer, named),
                        pki_name_label(issuer->subject, found));
    }
    return check_signature(work, child, issuer, err);
}

static bool is_self_issued(const struct pki_cert *cert)
{
    return pki_name_equal(cert->subject, cert->issuer);
}

/* Each link, and the anchor's own signature where it is its own issuer. */
static bool check_links(struct pki_path_work *work, const struct pki_path *path,
                        struct pki_path_fault *fault, struct pki_error *err)
{
    const struct pki_cert *anchor = path->certs[path->n - 1];

    for (size_t i = 0; i + 1 < path->n; i++) {
        fault->position = i;
        fault->step = i;
        if (!check_link(work, path->certs[i], path->certs[i + 1], err))
            return false;
    }
    fault->position = path->n - 1;
    fault->certificate = true;
    if (is_self_issued(anchor) && !check_link(work, anchor, anchor, err))
        return false;
    fault->certificate = false;
    return true;
}

/* RFC 5280 6.1.4 (l) and (m); the leaf is not counted, a self-issued certificate neither */
static bool check_path_lengths(const struct pki_path *path, struct pki_path_fault *fault,
                               struct pki_error *err)
{
    int64_t below = 0; /* authorities between this certificate and the leaf */

    for (size_t i = 1; i < path->n; i++) {
        const struct pki_cert *cert = path->certs[i];
        fault->position = i;
        fault->step = i - 1;
        if (cert->has_path_length && cert->path_length < below) {
            return pki_fail(err, PKI_E_INVALID,
                            "allows %lld authorities below it, and there are %lld "
                            "(RFC 5280 4.2.1.9)",
                            (long long)cert->path_length, (long long)below);
        }
        below += is_self_issued(cert) ? 0 : 1;
    }
    return true;
}

static bool check_each_alone(const struct pki_path_request *request, const struct pki_path *path,
                             struct pki_path_fault *fault, struct pki_error *err)
{
    fault->certificate = true;
    for (size_t i = 0; i < path->n; i++) {
        fault->position = i;
        if (!pki_path_check_alone(request, path->certs[i], i > 0, err))
            return false;
    }
    fault->certificate = false;
    return true;
}

bool pki_path_validate(struct pki_path_work *work, const struct pki_path *path,
                       struct pki_path_fault *fault, struct pki_error *err)
{
    const struct pki_path_request *request = work->request;

    *fault = (struct pki_path_fault){.stage = PKI_STAGE_ALONE};
    if (!check_each_alone(request, path, fault, err))
        return false;
    fault->stage = PKI_STAGE_LINKS;
    if (!check_links(work, path, fault, err))
        return false;
    fault->stage = PKI_STAGE_CONSTRAINTS;
    if (!check_path_lengths(path, fault, err) || !pki_path_check_names(path, fault, err) ||
        !pki_path_check_policies(path, fault, err) ||
        !pki_path_check_usage(path, request->usage, fault, err))
        return false;
    fault->stage = PKI_STAGE_REVOCATION;
    return pki_path_check_crls(work, path, fault, err);
}
