/*
 * The authorities of an environment with their CRLs, for crl/ and publish/:
 * every one of them, also those that are trusted no more, whose certificates
 * and lists others still look for under the names in certificates.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ops/crl_file.h"
#include "ops/trust.h"

void pki_issuers_clear(struct pki_issuers *issuers)
{
    for (size_t i = 0; i < issuers->n; i++) {
        struct pki_issuer *issuer = &issuers->list[i];
        for (size_t k = 0; k < issuer->n_crls; k++)
            pki_file_unmap(&issuer->crls[k].der);
        free(issuer->crls);
        pki_cert_free(issuer->cert);
    }
    free(issuers->list);
    *issuers = (struct pki_issuers){0};
}

static bool load_crls(struct pki_session *session, int64_t at, struct pki_issuer *issuer,
                      struct pki_error *err)
{
    pki_scope(pki_crl_rows) rows = {0};

    if (!pki_store_list_crls(session->store, issuer->id, &rows, err))
        return false;
    issuer->crls = calloc(rows.n + 1, sizeof(*issuer->crls));
    if (!issuer->crls)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < rows.n && rows.list[i].this_update <= at; i++) {
        struct pki_issued_crl *crl = &issuer->crls[issuer->n_crls];
        crl->row = rows.list[i];
        if (!pki_crl_file_map(session, issuer->name, &crl->row, &crl->der, err))
            return false;
        issuer->n_crls++;
    }
    return true;
}

static bool load_certificate(struct pki_session *session, const struct pki_authority_row *row,
                             int64_t at, struct pki_cert **cert, bool *there, struct pki_error *err)
{
    pki_scope(pki_certificate_row) own = {0};

    if (!pki_store_certificate(session->store, row->certificate, &own, err))
        return false;
    *there = own.issued_at <= at;
    return !*there || pki_cert_parse(pki_buf_view(&own.der), cert, err);
}

static void take_addresses(const struct pki_trust *trust, const struct pki_authority_row *row,
                           struct pki_issuer *issuer)
{
    for (size_t i = 0; i < trust->hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &trust->hierarchy->lines[i];
        bool own = strcmp(line->environment, row->environment) == 0 &&
                   strcmp(line->purpose, row->purpose) == 0;
        bool above = !row->environment[0] && strcmp(line->root->name, row->root) == 0;
        if (!own && !above)
            continue;
        issuer->crl_url = own ? line->crl_url : line->root->crl_url;
        issuer->issuer_url = own ? line->issuer_url : line->root->issuer_url;
        return;
    }
}

static bool add(struct pki_session *session, struct pki_trust *trust,
                const struct pki_authority_row *row, int64_t at, struct pki_error *err)
{
    struct pki_issuers *issuers = &trust->issuers;
    struct pki_issuer *grown = realloc(issuers->list, (issuers->n + 1) * sizeof(*grown));
    bool there = false;

    if (!grown)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    issuers->list = grown;
    struct pki_issuer *issuer = &grown[issuers->n];
    *issuer = (struct pki_issuer){.id = row->id};
    memcpy(issuer->name, row->name, sizeof(issuer->name));
    if (!load_certificate(session, row, at, &issuer->cert, &there, err))
        return false;
    if (!there)
        return true;
    issuers->n++;
    take_addresses(trust, row, issuer);
    return true;
}

bool pki_trust_load_issuers(struct pki_session *session, struct pki_trust *trust,
                            struct pki_error *err)
{
    const int64_t at = pki_trust_seen_at(session, trust);
    pki_scope(pki_authority_rows) rows = {0};

    for (size_t i = 0; i < trust->n_roots; i++)
        if (!add(session, trust, &trust->roots[i].authority, at, err))
            return false;
    if (!pki_store_list_authorities(session->store, trust->environment, NULL, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        if (!add(session, trust, &rows.list[i], at, err))
            return false;
    return true;
}

bool pki_trust_load_crls(struct pki_session *session, struct pki_trust *trust,
                         struct pki_error *err)
{
    const int64_t at = pki_trust_seen_at(session, trust);

    for (size_t i = 0; i < trust->issuers.n; i++)
        if (!load_crls(session, at, &trust->issuers.list[i], err))
            return false;
    return true;
}
