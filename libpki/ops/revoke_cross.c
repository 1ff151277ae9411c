/*
 * Cross-certificates when their root is lost: each is revoked with it, by the
 * root that made it, whose list can say what a root's own cannot.
 */
#include "base/text.h"
#include "ops/line.h"
#include "ops/revoke.h"

static bool is_open(struct pki_session *session, const struct pki_revoke_work *revoke,
                    const struct pki_certificate_row *row, bool *open, struct pki_error *err)
{
    struct pki_revocation_row known;
    bool found = false;

    *open = false;
    if (!pki_certificate_is_cross(row) || row->authority != revoke->revoked.authority.id)
        return true;
    if (!pki_store_find_revocation(session->store, row->issuer,
                                   (struct pki_bytes){row->serial, sizeof(row->serial)}, &found,
                                   &known, err))
        return false;
    *open = !found;
    return true;
}

/* A root that is lost itself signs no list that counts. */
static bool add(struct pki_session *session, const struct pki_certificate_row *row,
                struct pki_revoke_work *revoke, struct pki_error *err)
{
    struct pki_revoke_cross *cross = &revoke->crosses[revoke->n_crosses];
    pki_scope(pki_authority_row) issuer = {0};
    pki_scope(pki_buf) hex = {0};

    if (!pki_store_authority(session->store, row->issuer, &issuer, err))
        return false;
    if (issuer.state == PKI_STATE_REVOKED)
        return true;
    if (revoke->n_crosses == PKI_REVOKE_CROSSES) {
        return pki_fail(err, PKI_E_STATE,
                        "it has more than %d cross-certificates: revoke them first",
                        PKI_REVOKE_CROSSES);
    }
    pki_hex(&hex, (struct pki_bytes){row->serial, sizeof(row->serial)});
    if (!pki_buf_ok(&hex, err))
        return false;
    cross->row = revoke->row;
    cross->row.issuer = row->issuer;
    memcpy(cross->row.serial, row->serial, sizeof(row->serial));
    cross->row.serial_size = sizeof(row->serial);
    memcpy(cross->issuer, issuer.name, sizeof(cross->issuer));
    (void)snprintf(cross->serial, sizeof(cross->serial), "%.*s", (int)hex.size,
                   (const char *)hex.data);
    revoke->n_crosses++;
    return true;
}

bool pki_revoke_find_crosses(struct pki_session *session, struct pki_revoke_work *revoke,
                             struct pki_error *err)
{
    pki_scope(pki_certificate_rows) rows = {0};

    if (!revoke->revoked.is_root)
        return true;
    if (!pki_store_list_certificates(session->store, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        bool open = false;
        if (!is_open(session, revoke, &rows.list[i], &open, err) ||
            (open && !add(session, &rows.list[i], revoke, err)))
            return false;
    }
    return true;
}
