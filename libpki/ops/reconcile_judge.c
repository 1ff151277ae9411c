/*
 * What the files hold, checked: by the signature of an authority of ours, by
 * the names of the hierarchy, by lint.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/key.h"
#include "ops/reconcile.h"

/* --- issuers ---------------------------------------------------------------------------------- */

static bool names(struct pki_bytes issuer, struct pki_bytes key_id, const struct pki_cert *cert)
{
    return pki_bytes_equal(issuer, cert->subject) &&
           (key_id.size == 0 || pki_bytes_equal(key_id, cert->subject_key_id));
}

/* What names its issuer: a certificate or a CRL. */
struct signed_thing {
    struct pki_bytes issuer, key_id;
};

/* The certificate of whoever is named: of the inventory (row is filled), or found. */
static bool find_recorded(struct pki_reconcile *reconcile, const struct signed_thing *thing,
                          struct pki_authority_row *row, struct pki_cert **issuer,
                          struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_store_list_authorities(reconcile->session->store, NULL, NULL, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n && !*issuer; i++) {
        pki_scope(pki_certificate_row) own = {0};
        pki_auto(pki_cert) cert = NULL;

        if (!pki_bytes_equal(pki_buf_view(&rows.list[i].subject), thing->issuer))
            continue;
        if (!pki_store_certificate(reconcile->session->store, rows.list[i].certificate, &own,
                                   err) ||
            !pki_cert_parse(pki_buf_view(&own.der), &cert, err))
            return false;
        if (!names(thing->issuer, thing->key_id, cert))
            continue;
        if (!pki_store_authority(reconcile->session->store, rows.list[i].id, row, err))
            return false;
        *issuer = PKI_TAKE(cert);
    }
    return true;
}

static const struct pki_cert *find_found(const struct pki_reconcile *reconcile,
                                         const struct signed_thing *thing, size_t *above)
{
    for (size_t i = 0; i < reconcile->n_certs; i++) {
        const struct pki_cert *cert = reconcile->certs[i].cert;
        if (cert->authority && !pki_cert_is_self_issued(cert) &&
            cert->serial.size == PKI_SERIAL_SIZE && names(thing->issuer, thing->key_id, cert)) {
            *above = i;
            return cert;
        }
    }
    return NULL;
}

/* --- certificates ----------------------------------------------------------------------------- */

int64_t pki_reconcile_generation(const char *planned, struct pki_bytes common_name)
{
    size_t length = strlen(planned);
    int64_t generation = 0;

    if (common_name.size < length + 3 || common_name.size > length + 8 ||
        memcmp(common_name.data, planned, length) != 0 ||
        memcmp(common_name.data + length, " G", 2) != 0)
        return 0;
    for (size_t i = length + 2; i < common_name.size; i++) {
        if (common_name.data[i] < '0' || common_name.data[i] > '9')
            return 0;
        generation = generation * 10 + (common_name.data[i] - '0');
    }
    return generation;
}

static bool find_line(struct pki_reconcile *reconcile, struct pki_found_cert *found,
                      struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    pki_scope(pki_buf) name = {0};

    if (!pki_session_hierarchy(reconcile->session, &hierarchy, err) ||
        !pki_name_attribute(found->cert->subject, PKI_OID_COMMON_NAME, &name, err))
        return false;
    for (size_t i = 0; i < hierarchy->n_lines && !found->plan; i++) {
        found->generation =
            pki_reconcile_generation(hierarchy->lines[i].common_name, pki_buf_view(&name));
        if (found->generation > 0)
            found->plan = &hierarchy->lines[i];
    }
    if (!found->plan || strcmp(found->plan->root->name, found->issuer.root) != 0) {
        return pki_fail(err, PKI_E_STATE,
                        "an authority that no line of the hierarchy under that root has: bring the "
                        "hierarchy up to date first (cellar init --update)");
    }
    found->profile = found->plan->profile;
    (void)snprintf(found->name, sizeof(found->name), "%s-%s-g%lld", found->plan->environment,
                   found->plan->purpose, (long long)found->generation);
    return true;
}

/* Who is taken in is marked as the cellar's own are. */
static bool lint(const struct pki_found_cert *found, const struct pki_cert *issuer,
                 const struct pki_profile *profile, struct pki_error *err)
{
    struct pki_lint_findings findings = {0};
    bool good = pki_lint_body(found->cert, issuer, profile->name,
                              pki_cert_is_rehearsal(found->cert), &findings, err);

    pki_lint_findings_clear(&findings);
    return good;
}

/* The first profile of end entities whose rules it keeps. */
static bool find_profile(struct pki_found_cert *found, const struct pki_cert *issuer,
                         struct pki_error *err)
{
    struct pki_error why = {0};

    for (int id = 0; id < PKI_PROFILES && !found->profile; id++) {
        const struct pki_profile *profile = pki_profile_get((enum pki_profile_id)id);
        why = (struct pki_error){0};
        if (!profile->authority && lint(found, issuer, profile, &why))
            found->profile = profile;
    }
    if (!found->profile)
        return pki_fail(err, PKI_E_POLICY, "it fits no profile of end entities: %.300s", why.text);
    found->companion = found->profile->id == PKI_PROFILE_TIME_STAMPING;
    (void)snprintf(found->name, sizeof(found->name), "found-%02x%02x%02x%02x%02x%02x%02x%02x",
                   found->cert->fingerprint[0], found->cert->fingerprint[1],
                   found->cert->fingerprint[2], found->cert->fingerprint[3],
                   found->cert->fingerprint[4], found->cert->fingerprint[5],
                   found->cert->fingerprint[6], found->cert->fingerprint[7]);
    return true;
}

/* One key, one authority; one name, one key (rule 7). */
static bool check_unknown(struct pki_reconcile *reconcile, const struct pki_found_cert *found,
                          struct pki_error *err)
{
    pki_scope(pki_authority_row) other = {0};
    struct pki_key_row key = {0};
    bool taken = false;
    bool known = false;

    if (!pki_store_find_key(reconcile->session->store, found->cert->spki_sha256, &known, &key,
                            err) ||
        !pki_store_authority_by_name(reconcile->session->store, found->name, &taken, &other, err))
        return false;
    if (known)
        return pki_fail(err, PKI_E_STATE, "its key is already that of %s", key.name);
    return !taken ||
           pki_fail(err, PKI_E_STATE,
                    "there is another %s with another key: two copies of the cellar were worked "
                    "with; revoke the one that is not to be (cellar revoke --certificate)",
                    found->name);
}

static bool judge_cert(struct pki_reconcile *reconcile, struct pki_found_cert *found,
                       struct pki_error *err)
{
    const struct signed_thing thing = {found->cert->issuer, found->cert->authority_key_id};
    pki_auto(pki_cert) recorded = NULL;

    if (!pki_session_takes(reconcile->session, found->cert, err) ||
        !find_recorded(reconcile, &thing, &found->issuer, &recorded, err))
        return false;
    const struct pki_cert *issuer =
        recorded ? recorded : find_found(reconcile, &thing, &found->above);
    if (!issuer)
        return pki_reconcile_check_name(reconcile, thing.issuer, err) &&
               pki_fail(err, PKI_E_NOTFOUND, "it was issued by none of this cellar's authorities");
    if (!pki_cert_verify_signature(found->cert, issuer->spki, err))
        return false;
    found->foreign = found->cert->serial.size != PKI_SERIAL_SIZE; /* every cellar's have as many */
    reconcile->n_foreign += found->foreign;
    if (found->foreign)
        return true;
    return pki_spki_judge(found->cert->spki, &found->algorithm, err) &&
           (found->cert->authority
                ? find_line(reconcile, found, err) && lint(found, issuer, found->profile, err)
                : find_profile(found, issuer, err)) &&
           check_unknown(reconcile, found, err);
}

static bool judge_certs(struct pki_reconcile *reconcile, bool authorities, struct pki_error *err)
{
    for (size_t i = 0; i < reconcile->n_certs; i++) {
        struct pki_found_cert *found = &reconcile->certs[i];
        pki_scope(pki_buf) serial = {0};

        if (found->cert->authority != authorities)
            continue;
        pki_hex(&serial, found->cert->serial);
        pki_buf_byte(&serial, 0);
        if (!pki_buf_ok(&serial, err))
            return false;
        PKI_CONTEXT(err, "certificate %s", (const char *)serial.data);
        if (!judge_cert(reconcile, found, err))
            return false;
    }
    return true;
}

/* --- CRLs ------------------------------------------------------------------------------------- */

/* One that nobody has a row for: of an authority that is found itself, all are. */
static bool count_unknown(struct pki_reconcile *reconcile, struct pki_found_crl *found,
                          struct pki_error *err)
{
    struct pki_bytes rest = found->crl.entries;
    struct pki_crl_entry entry;
    struct pki_revocation_row row = {0};

    while (rest.size > 0) {
        bool known = false;

        if (!pki_crl_next(&rest, &entry, err) ||
            (found->issuer.id != 0 &&
             !pki_store_find_revocation(reconcile->session->store, found->issuer.id, entry.serial,
                                        &known, &row, err)) ||
            (known && !pki_reconcile_same(found, &row, &entry, err)))
            return false;
        found->entries++;
        found->unknown += !known;
    }
    return true;
}

/* A number or a date that is not beyond the last one's says nothing that is not known. */
static bool judge_newer(struct pki_reconcile *reconcile, struct pki_found_crl *found,
                        struct pki_error *err)
{
    struct pki_crl_row last = {0};
    bool any = false;

    if (found->issuer.id != 0 &&
        !pki_store_last_crl(reconcile->session->store, found->issuer.id, &any, &last, err))
        return false;
    found->newer =
        !any || (found->number > last.number && found->crl.this_update > last.this_update);
    reconcile->n_newer += found->newer;
    return true;
}

/* One of ours, octet for octet, whose file is not in crls/ as it was recorded. */
static bool judge_absent(const struct pki_reconcile *reconcile, struct pki_found_crl *found,
                         struct pki_error *err)
{
    pki_scope(pki_crl_rows) rows = {0};
    uint8_t sha256[PKI_SHA256_SIZE];

    if (found->issuer.id == 0)
        return true;
    if (!pki_store_list_crls(reconcile->session->store, found->issuer.id, &rows, err))
        return false;
    pki_sha256(pki_buf_view(&found->der), sha256);
    for (size_t i = 0; i < rows.n; i++) {
        struct pki_bytes der = {0};
        struct pki_error why = {0};

        if (memcmp(rows.list[i].sha256, sha256, sizeof(sha256)) != 0)
            continue;
        found->absent =
            !pki_crl_file_map(reconcile->session, found->issuer.name, &rows.list[i], &der, &why);
        pki_file_unmap(&der);
    }
    return true;
}

static bool judge_crl(struct pki_reconcile *reconcile, struct pki_found_crl *found,
                      struct pki_error *err)
{
    const struct signed_thing thing = {found->crl.issuer, found->crl.authority_key_id};
    pki_auto(pki_cert) recorded = NULL;
    struct pki_lint_findings findings = {0};
    struct pki_crl body;

    if (!find_recorded(reconcile, &thing, &found->issuer, &recorded, err))
        return false;
    const struct pki_cert *issuer =
        recorded ? recorded : find_found(reconcile, &thing, &found->above);
    if (!issuer)
        return pki_reconcile_check_name(reconcile, thing.issuer, err) &&
               pki_fail(err, PKI_E_NOTFOUND, "it was signed by none of this cellar's authorities");
    memcpy(found->signer, issuer->spki_sha256, sizeof(found->signer));
    bool good = pki_crl_verify_signature(&found->crl, issuer->spki, err) &&
                pki_crl_parse_body(found->crl.tbs, &body, err) &&
                pki_lint_crl_body(&body, NULL, &findings, err) &&
                judge_newer(reconcile, found, err) && judge_absent(reconcile, found, err) &&
                count_unknown(reconcile, found, err);
    pki_lint_findings_clear(&findings);
    return good;
}

static bool judge_crls(struct pki_reconcile *reconcile, struct pki_error *err)
{
    for (size_t i = 0; i < reconcile->n_crls; i++) {
        PKI_CONTEXT(err, "CRL %lld", (long long)reconcile->crls[i].number);
        if (!judge_crl(reconcile, &reconcile->crls[i], err))
            return false;
    }
    return true;
}

/* Their numbers are recorded in ascending order. */
static int by_number(const void *left, const void *right)
{
    const struct pki_found_crl *a = left;
    const struct pki_found_crl *b = right;

    return a->number < b->number ? -1 : a->number > b->number;
}

/* Authorities in front, so that what they issued finds its place when it is recorded. */
static int authorities_first(const void *left, const void *right)
{
    const struct pki_found_cert *a = left;
    const struct pki_found_cert *b = right;

    return (int)b->cert->authority - (int)a->cert->authority;
}

bool pki_reconcile_judge(struct pki_reconcile *reconcile, struct pki_error *err)
{
    qsort(reconcile->certs, reconcile->n_certs, sizeof(*reconcile->certs), authorities_first);
    qsort(reconcile->crls, reconcile->n_crls, sizeof(*reconcile->crls), by_number);
    return pki_reconcile_check_roots(reconcile, err) && judge_certs(reconcile, true, err) &&
           judge_certs(reconcile, false, err) && judge_crls(reconcile, err);
}
