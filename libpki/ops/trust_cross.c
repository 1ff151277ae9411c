/*
 * Cross-certificates: by which a root vouches for its successor, to whoever
 * knows the old one alone.
 */
#include <stdio.h>

#include "ops/line.h"
#include "ops/trust.h"

static struct pki_anchor *find_root(struct pki_trust *trust, int64_t authority)
{
    for (size_t i = 0; i < trust->n_roots; i++)
        if (trust->roots[i].authority.id == authority)
            return &trust->roots[i];
    return NULL;
}

/* As of the trust's time: issued, not revoked, and not over. */
static bool is_good(struct pki_session *session, const struct pki_trust *trust,
                    const struct pki_certificate_row *row, bool *good, struct pki_error *err)
{
    const int64_t at = pki_trust_seen_at(session, trust);
    struct pki_window window = {.start = row->not_before};
    struct pki_bytes serial = {row->serial, sizeof(row->serial)};

    if (!pki_window_revoke(session, row->issuer, serial, at, &window, err))
        return false;
    *good = row->issued_at <= at && row->not_after >= trust->as_of && !window.dropped &&
            (!window.has_end || window.end >= trust->as_of);
    return true;
}

/* The last one counts. */
static bool take(struct pki_session *session, struct pki_trust *trust,
                 const struct pki_certificate_row *row, struct pki_error *err)
{
    struct pki_anchor *root = find_root(trust, row->authority);
    const struct pki_anchor *above = find_root(trust, row->issuer);
    pki_auto(pki_cert) cert = NULL;
    bool good = false;

    if (!root || !above || !pki_certificate_is_cross(row))
        return true;
    if (!is_good(session, trust, row, &good, err) ||
        !pki_cert_parse(pki_buf_view(&row->der), &cert, err) ||
        !pki_session_takes(session, cert, err))
        return false;
    if (good) {
        pki_cert_free(root->cross);
        root->cross = PKI_TAKE(cert);
        root->above = above;
    }
    return true;
}

bool pki_trust_load_crosses(struct pki_session *session, struct pki_trust *trust,
                            struct pki_error *err)
{
    pki_scope(pki_certificate_rows) rows = {0};

    if (trust->n_roots < 2) /* nobody to vouch for another */
        return true;
    if (!pki_store_list_certificates(session->store, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        if (!take(session, trust, &rows.list[i], err))
            return false;
    return true;
}

void pki_trust_name_cross(const struct pki_trust *trust, const struct pki_cert *cert,
                          char name[PKI_NAME_MAX])
{
    for (size_t i = 0; i < trust->n_roots; i++)
        if (trust->roots[i].cross == cert)
            (void)snprintf(name, PKI_NAME_MAX, "%.100s" PKI_CROSS, trust->roots[i].authority.name);
}

const struct pki_anchor *pki_trust_oldest(const struct pki_anchor *root)
{
    while (root->above)
        root = root->above;
    return root;
}

bool pki_generation_is_crossed(const struct pki_generation *generation)
{
    return pki_line_is_crossed(generation->line) && generation->root->cross;
}
