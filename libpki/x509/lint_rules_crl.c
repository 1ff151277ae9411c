/*
 * Certificate revocation lists: RFC 5280 5, CA/B BR 7.2.
 */
#include "crypto/algorithm.h"
#include "x509/lint_private.h"

#define DAY        86400
#define DAYS_MAX   366
#define NUMBER_MAX 20 /* octets, RFC 5280 5.2.3 */
#define HOLD       6

static bool check_version(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->crl->version == 2 ||
           pki_lint_no(text, "version %d", (int)subject->crl->version);
}

static bool check_algorithms_match(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_bytes_equal(subject->crl->signature_algorithm, subject->crl->tbs_signature) ||
           pki_lint_no(text, "the AlgorithmIdentifier outside is not the one that is signed");
}

static bool check_algorithm_exact(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return pki_algorithm_find_signature(subject->crl->tbs_signature) ||
           pki_lint_no(text, "not ECDSA with SHA-256, -384 or -512, RSA with SHA-256, -384 or "
                             "-512, or Ed25519, in its one encoding");
}

static bool check_next_update(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_crl *crl = subject->crl;

    if (!crl->has_next_update)
        return pki_lint_no(text, "there is no nextUpdate");
    return crl->next_update > crl->this_update ||
           pki_lint_no(text, "nextUpdate is not after thisUpdate");
}

static bool check_period(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_crl *crl = subject->crl;
    int64_t days = crl->has_next_update ? (crl->next_update - crl->this_update) / DAY : 0;

    return days <= DAYS_MAX || pki_lint_no(text, "%lld days to nextUpdate", (long long)days);
}

static bool check_number(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_crl *crl = subject->crl;

    if (!crl->has_number)
        return pki_lint_no(text, "there is no CRL number, and strongSwan takes what it revokes");
    if (crl->number.size > NUMBER_MAX)
        return pki_lint_no(text, "the CRL number has %zu octets", crl->number.size);
    return crl->number.size == 0 || crl->number.data[0] < 0x80 ||
           pki_lint_no(text, "the CRL number is negative");
}

static bool check_authority_key_id(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->crl->authority_key_id.size > 0 ||
           pki_lint_no(text, "there is no key identifier of the issuer");
}

static bool check_complete(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    if (subject->crl->is_delta)
        return pki_lint_no(text, "a delta CRL");
    return subject->crl->distribution.size == 0 ||
           pki_lint_no(text, "an issuing distribution point, as for a partial or indirect CRL");
}

static bool check_critical_known(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return subject->rehearsal || !subject->crl->has_unknown_critical ||
           pki_lint_no(text, "an unknown critical extension, so verifiers must not use the list");
}

/* Whoever watches is done with what is behind; otherwise the pass is ours. */
static bool go_past(const struct pki_crl_watch *watch, const struct pki_crl_entry *entry,
                    struct pki_bytes der, struct pki_crl_pass *pass)
{
    if (watch)
        return watch->take(watch->of, entry, der);
    pki_crl_pass_reach(pass, der.data + der.size);
    return true;
}

/* Every entry is looked at once; the first at fault is told. */
static bool check_entries(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_crl_pass pass = pki_crl_pass_begin(subject->crl, NULL, NULL);
    struct pki_bytes rest = subject->crl->entries;
    struct pki_crl_entry entry;
    struct pki_error why = {0};

    for (size_t n = 1; rest.size > 0; n++) {
        struct pki_bytes der = rest;
        if (!pki_crl_next(&rest, &entry, &why))
            return pki_lint_no(text, "entry %zu: %s", n, why.text);
        if (entry.reason == HOLD)
            return pki_lint_no(text, "entry %zu is a certificateHold", n);
        if (entry.has_unknown_critical)
            return pki_lint_no(text, "entry %zu has an unknown critical extension", n);
        if (entry.revoked_at > subject->crl->this_update)
            return pki_lint_no(text, "entry %zu is dated after thisUpdate", n);
        der.size -= rest.size;
        if (!go_past(subject->watch, &entry, der, &pass))
            return true; /* it knows why */
    }
    return true;
}

static const struct pki_lint_rule rules[] = {
    {"crl_version_2", PKI_LINT_ERROR, PKI_LINT_CRL, "RFC 5280 5.1.2.1", "A CRL has version 2.",
     NULL, check_version},
    {"crl_signature_algorithms_match", PKI_LINT_ERROR, PKI_LINT_CRL, "RFC 5280 5.1.1.2",
     "The signature algorithm outside equals the signed one inside, byte for byte.", NULL,
     check_algorithms_match},
    {"crl_signature_algorithm_exact", PKI_LINT_ERROR, PKI_LINT_CRL, "BR 7.1.3.2",
     "The signature AlgorithmIdentifier is one of the listed encodings.", NULL,
     check_algorithm_exact},
    {"crl_next_update", PKI_LINT_ERROR, PKI_LINT_CRL, "RFC 5280 5.1.2.5",
     "A CRL says when the next one comes, after this one.", NULL, check_next_update},
    {"crl_period", PKI_LINT_ERROR, PKI_LINT_CRL, "BR 7.2",
     "The next CRL comes within twelve months.", NULL, check_period},
    {"crl_number", PKI_LINT_ERROR, PKI_LINT_CRL, "RFC 5280 5.2.3",
     "A CRL has a number that is not negative and has at most 20 octets.", NULL, check_number},
    {"crl_authority_key_id", PKI_LINT_ERROR, PKI_LINT_CRL, "RFC 5280 5.2.1",
     "A CRL names the key that signed it.", NULL, check_authority_key_id},
    {"crl_complete", PKI_LINT_ERROR, PKI_LINT_CRL, "BR 7.2.2",
     "A CRL is complete: no delta, no issuing distribution point.", NULL, check_complete},
    {"crl_critical_known", PKI_LINT_ERROR, PKI_LINT_CRL, "RFC 5280 5.2",
     "Critical extensions of a CRL are known ones.", NULL, check_critical_known},
    {"crl_entries", PKI_LINT_ERROR, PKI_LINT_CRL, "RFC 5280 5.3; BR 7.2.2",
     "No entry is on hold, dated after the list, or has an unknown critical extension.", NULL,
     check_entries},
};

PKI_LINT_TABLE(pki_lint_rules_crl, rules);
