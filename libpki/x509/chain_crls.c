/*
 * Revocation along a path (RFC 5280 6.3): lists of the right issuer, signed by
 * its key or by another of its keys that the same anchor vouches for, current,
 * complete, and for these certificates. A list that may say more than is read
 * (delta, indirect) fails the path; one that cannot be used does not count.
 */
#include "pki/time.h"
#include "crypto/key.h"
#include "x509/name.h"
#include "x509/oids.h"
#include "x509/path.h"

/* What the lists said about one certificate. */
struct status {
    const struct pki_cert *cert;
    const struct pki_path *path;
    size_t position;
    uint32_t reasons;          /* covered so far */
    struct pki_error unusable; /* why the first list that could not be used was not */
};

/* One reading of a list, which may be large: the digest that its signature is over, and what it
   says of the certificate. Nothing of that counts before the signature was verified. */
struct reading {
    const struct pki_crl *crl;
    uint8_t digest[PKI_DIGEST_MAX];
    size_t digest_size; /* 0: not known, as Ed25519 signs the octets themselves */
    bool found;
    struct pki_crl_entry entry;
};

static bool may_sign_crls(const struct pki_cert *cert)
{
    return !cert->has_key_usage || (cert->key_usage & PKI_KU_CRL_SIGN) != 0;
}

static bool is_verified(const struct pki_path_work *work, const struct pki_crl *crl,
                        const struct pki_cert *cert)
{
    for (size_t i = 0; i < work->n_signers; i++)
        if (work->signers[i].crl == crl && work->signers[i].cert == cert)
            return true;
    return false;
}

static bool verify(const struct reading *reading, const struct pki_cert *cert,
                   struct pki_error *err)
{
    const struct pki_bytes digest = {reading->digest, reading->digest_size};

    return digest.size > 0 ? pki_crl_verify_digest(reading->crl, cert->spki, digest, err)
                           : pki_crl_verify_signature(reading->crl, cert->spki, err);
}

/* Digesting a list is as much work as verifying its signature, so either counts. */
static bool count_signature(struct pki_path_work *work, struct pki_error *err)
{
    if (work->signatures >= PKI_PATH_SIGNATURES_MAX)
        return pki_fail(err, PKI_E_INVALID, "too many signatures to check");
    work->signatures++;
    return true;
}

static bool check_signature(struct pki_path_work *work, const struct reading *reading,
                            const struct pki_cert *cert, struct pki_error *err)
{
    if (is_verified(work, reading->crl, cert))
        return true;
    if (!may_sign_crls(cert))
        return pki_fail(err, PKI_E_INVALID,
                        "its issuer's key usage lacks cRLSign (RFC 5280 6.3.3 (f))");
    if (!count_signature(work, err) || !verify(reading, cert, err))
        return false;
    if (work->n_signers < PKI_PATH_CRL_SIGNERS_MAX)
        work->signers[work->n_signers++] = (struct pki_crl_signer){reading->crl, cert};
    return true;
}

/* RFC 5280 6.3.3 (f): the signer's own path leads to the same anchor. */
static bool has_path(struct pki_path_work *work, const struct pki_path *path,
                     const struct pki_cert *signer)
{
    struct pki_path_request request = *work->request;
    struct pki_certs anchors = {.list = request.anchors->list, .n = 1};
    struct pki_path_work nested = *work;
    struct pki_path found;
    struct pki_path_finding finding;
    struct pki_error ignored = {0};

    while (*anchors.list != path->certs[path->n - 1])
        anchors.list++;
    request.leaf = signer;
    request.anchors = &anchors;
    request.usage = NULL;
    request.at = request.now; /* the list is of now */
    nested.request = &request;
    nested.for_crl = true;
    bool good = pki_path_search(&nested, &found, &finding, &ignored);
    work->signatures = nested.signatures;
    return good;
}

static bool is_signer(struct pki_path_work *work, const struct status *status,
                      const struct reading *reading, const struct pki_cert *cert)
{
    struct pki_error ignored = {0};

    return cert != status->path->certs[status->position + 1] &&
           pki_name_equal(cert->subject, reading->crl->issuer) &&
           check_signature(work, reading, cert, &ignored) && has_path(work, status->path, cert);
}

/* Another key of the same name (key rollover, or a key for lists alone). */
static bool find_signer(struct pki_path_work *work, const struct status *status,
                        const struct reading *reading, const struct pki_certs *certs)
{
    for (size_t i = 0; certs && i < certs->n; i++)
        if (is_signer(work, status, reading, certs->list[i]))
            return true;
    return false;
}

/* The same among the pile; what cannot be read signs nothing. */
static bool find_signer_in_pile(struct pki_path_work *work, const struct status *status,
                                const struct reading *reading)
{
    struct pki_pile *pile = work->request->pile;

    for (size_t i = 0; pile && i < pile->n; i++) {
        const struct pki_cert *cert = NULL;
        struct pki_error ignored = {0};
        if (pki_name_equal(pile->list[i].skim.subject, reading->crl->issuer) &&
            pki_pile_read(pile, i, &cert, &ignored) && is_signer(work, status, reading, cert))
            return true;
    }
    return false;
}

/* A certificate further up with the issuer's name: what it needs is checked with the path. */
static bool is_signed_above(struct pki_path_work *work, const struct status *status,
                            const struct reading *reading)
{
    for (size_t i = status->position + 2; i < status->path->n; i++) {
        struct pki_error ignored = {0};
        const struct pki_cert *cert = status->path->certs[i];
        if (pki_name_equal(cert->subject, reading->crl->issuer) &&
            check_signature(work, reading, cert, &ignored))
            return true;
    }
    return false;
}

static bool check_signer(struct pki_path_work *work, const struct status *status,
                         const struct reading *reading, struct pki_error *err)
{
    const struct pki_cert *issuer = status->path->certs[status->position + 1];

    if (check_signature(work, reading, issuer, err))
        return true;
    if (is_signed_above(work, status, reading)) {
        *err = (struct pki_error){0};
        return true;
    }
    if (work->for_crl || err->code == PKI_E_MEMORY ||
        (!find_signer(work, status, reading, work->request->untrusted) &&
         !find_signer_in_pile(work, status, reading) &&
         !find_signer(work, status, reading, work->request->anchors)))
        return false;
    *err = (struct pki_error){0};
    return true;
}

/* A list that lasts until its issuer's end is the last one: there is nobody to sign a newer, and
   what the issuer signed is judged at a time before that end. */
static bool check_dates(const struct pki_crl *crl, const struct pki_cert *issuer, int64_t now,
                        struct pki_error *err)
{
    char when[PKI_TIME_TEXT];
    char span[32];

    if (now < crl->this_update) {
        return pki_fail(err, PKI_E_INVALID, "it is of %s, %s from now",
                        pki_time_format(crl->this_update, when),
                        pki_span_text(crl->this_update - now, span));
    }
    if (!crl->has_next_update)
        return pki_fail(err, PKI_E_INVALID, "it has no nextUpdate (RFC 5280 5.1.2.5)");
    if (now > crl->next_update && crl->next_update < issuer->not_after) {
        return pki_fail(err, PKI_E_INVALID, "it is out of date: its nextUpdate passed %s, %s ago",
                        pki_time_format(crl->next_update, when),
                        pki_span_text(now - crl->next_update, span));
    }
    return true;
}

static bool check_usable(const struct pki_path_work *work, const struct status *status,
                         const struct pki_crl *crl, uint32_t *reasons, struct pki_error *err)
{
    if (crl->has_unknown_critical)
        return pki_fail(err, PKI_E_INVALID,
                        "it has a critical extension that is not processed (RFC 5280 5.2)");
    if (!pki_crl_scope(crl, status->cert, reasons, err))
        return false;
    if (*reasons == 0) {
        return pki_fail(
            err, PKI_E_INVALID,
            "it is for other certificates (issuing distribution point, RFC 5280 5.2.5)");
    }
    return check_dates(crl, status->path->certs[status->position + 1], work->request->now, err);
}

/* Digested only while nobody's signature of it is known to be good. */
static bool read_list(struct pki_path_work *work, const struct status *status,
                      struct reading *reading, struct pki_error *err)
{
    const struct pki_crl *crl = reading->crl;
    const struct pki_cert *issuer = status->path->certs[status->position + 1];
    const struct pki_signature *how = pki_algorithm_find_signature(crl->signature_algorithm);
    pki_auto(pki_hash) hash = NULL;

    if (pki_signature_is_of_digest(crl->signature_algorithm) && !is_verified(work, crl, issuer) &&
        (!count_signature(work, err) || !pki_hash_begin(how->digest, &hash, err)))
        return false;
    if (!pki_crl_find(crl, status->cert->serial, hash, &reading->found, &reading->entry, err))
        return false;
    if (hash) {
        pki_hash_end(&hash, reading->digest);
        reading->digest_size = pki_digest_size(how->digest);
    }
    return true;
}

static bool fail_revoked(const struct pki_crl_entry *entry, struct pki_error *err)
{
    char when[PKI_TIME_TEXT];
    char since[PKI_TIME_TEXT];

    if (entry->has_invalidity) {
        return pki_fail(err, PKI_E_INVALID, "was revoked %s (%s), invalid since %s",
                        pki_time_format(entry->revoked_at, when),
                        pki_crl_reason_name(entry->reason),
                        pki_time_format(entry->invalidity_at, since));
    }
    return pki_fail(err, PKI_E_INVALID, "was revoked %s (%s)",
                    pki_time_format(entry->revoked_at, when), pki_crl_reason_name(entry->reason));
}

/* One list of the certificate's issuer. A list that cannot be used is remembered, and no failure.
 */
static bool consult(struct pki_path_work *work, struct status *status, const struct pki_crl *crl,
                    struct pki_error *err)
{
    struct reading reading = {.crl = crl};
    struct pki_error why = {0};
    uint32_t reasons = 0;

    if (!check_usable(work, status, crl, &reasons, &why) ||
        !read_list(work, status, &reading, &why) || !check_signer(work, status, &reading, &why)) {
        if (status->unusable.code == PKI_OK)
            status->unusable = why;
        return why.code != PKI_E_MEMORY || pki_fail(err, why.code, "%s", why.text);
    }
    if (reading.found && pki_crl_entry_since(&reading.entry) <= work->request->at)
        return fail_revoked(&reading.entry, err);
    status->reasons |= reasons;
    return true;
}

/* Lists that may hold a revocation which is not looked for: never passed over in silence. */
static bool refuse_kind(const struct pki_crl *crl, const struct pki_cert *cert,
                        struct pki_error *err)
{
    struct pki_error why = {0};
    char label[PKI_LABEL];
    bool indirect = false;

    pki_name_label(cert->issuer, label);
    if (crl->is_delta) {
        return pki_fail(err, PKI_E_INVALID,
                        "cannot be checked for revocation: a list of %s is a delta list, which is "
                        "not processed (RFC 5280 5.2.4)",
                        label);
    }
    if (!pki_crl_is_indirect(crl, &indirect, &why)) {
        return pki_fail(err, PKI_E_INVALID,
                        "cannot be checked for revocation: a list of %s is malformed: %s", label,
                        why.text);
    }
    if (indirect) {
        return pki_fail(err, PKI_E_INVALID,
                        "cannot be checked for revocation: a list of %s is indirect, which is not "
                        "processed (RFC 5280 5.2.5)",
                        label);
    }
    return true;
}

static bool judge(const struct status *status, bool required, size_t lists, struct pki_error *err)
{
    char label[PKI_LABEL];

    if (status->reasons == PKI_REASONS_ALL || (lists == 0 && !required))
        return true;
    pki_name_label(status->cert->issuer, label);
    if (lists == 0) {
        return pki_fail(err, PKI_E_INVALID,
                        "cannot be checked for revocation: no list of its issuer %s was given",
                        label);
    }
    if (status->unusable.code != PKI_OK) {
        return pki_fail(err, PKI_E_INVALID,
                        "cannot be checked for revocation: the list of %s cannot be used: %s",
                        label, status->unusable.text);
    }
    return pki_fail(err, PKI_E_INVALID,
                    "cannot be checked for revocation: the lists of %s cover some reasons only "
                    "(RFC 5280 5.2.5)",
                    label);
}

static bool check_certificate(struct pki_path_work *work, struct status *status,
                              struct pki_error *err)
{
    const struct pki_path_request *request = work->request;
    size_t lists = 0;

    for (size_t i = 0; i < request->n_crls; i++) {
        const struct pki_crl *crl = &request->crls[i];
        if (!pki_name_equal(crl->issuer, status->cert->issuer))
            continue;
        lists++;
        if (!refuse_kind(crl, status->cert, err) || !consult(work, status, crl, err))
            return false;
    }
    return judge(status, request->require_crls, lists, err);
}

bool pki_path_check_crls(struct pki_path_work *work, const struct pki_path *path,
                         struct pki_path_fault *fault, struct pki_error *err)
{
    fault->certificate = true;
    for (size_t i = 0; i + 1 < path->n; i++) {
        struct status status = {.cert = path->certs[i], .path = path, .position = i};
        fault->position = i;
        if (!check_certificate(work, &status, err))
            return false;
    }
    fault->certificate = false;
    return true;
}
