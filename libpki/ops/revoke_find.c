/*
 * Which certificate is meant: one of the inventory, or one of a file that was
 * signed by a key of ours, whoever had it sign.
 */
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "ops/line.h"
#include "ops/revoke.h"

void pki_revoked_clear(struct pki_revoked *revoked)
{
    pki_cert_free(revoked->cert);
    pki_authority_row_clear(&revoked->issuer);
    pki_authority_row_clear(&revoked->authority);
    *revoked = (struct pki_revoked){0};
}

/* --- of the inventory ------------------------------------------------------------------------ */

/* A generation is lost with its time-stamping leaf as well as with its intermediate. */
static bool find_concerned(struct pki_session *session, const struct pki_certificate_row *row,
                           struct pki_revoked *revoked, struct pki_error *err)
{
    int64_t concerned = row->authority != 0 ? row->authority : row->companion;

    if (concerned == 0)
        return true;
    if (!pki_store_authority(session->store, concerned, &revoked->authority, err))
        return false;
    revoked->companion = row->authority == 0;
    revoked->is_root = row->authority == row->issuer;
    revoked->cross = pki_certificate_is_cross(row);
    revoked->issuing = row->authority != 0 && !pki_certificate_is_cross(row) &&
                       revoked->authority.certificate == row->id;
    return true;
}

static bool take_row(struct pki_session *session, const struct pki_certificate_row *row,
                     struct pki_revoked *revoked, struct pki_error *err)
{
    revoked->recorded = true;
    return pki_store_authority(session->store, row->issuer, &revoked->issuer, err) &&
           find_concerned(session, row, revoked, err);
}

static bool find_recorded(struct pki_session *session, const char *what,
                          struct pki_revoked *revoked, struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    pki_scope(pki_buf) octets = {0};
    bool found = false;

    if (!pki_hex_parse(what, &octets, err))
        return false;
    bool looked = octets.size == sizeof(row.serial)
                      ? pki_store_find_serial(session->store, octets.data, &found, &row, err)
                  : octets.size == PKI_SHA256_SIZE
                      ? pki_store_find_fingerprint(session->store, octets.data, &found, &row, err)
                      : pki_fail(err, PKI_E_USAGE,
                                 "neither a serial (20 octets in hex) nor a fingerprint (32); "
                                 "another certificate is given as a file: --certificate");
    if (!looked)
        return false;
    if (!found) {
        return pki_fail(err, PKI_E_NOTFOUND,
                        "no certificate of this cellar has that serial or fingerprint; one that "
                        "others issued under our key is given as a file: --certificate");
    }
    return pki_cert_parse(pki_buf_view(&row.der), &revoked->cert, err) &&
           take_row(session, &row, revoked, err);
}

/* --- of a file ------------------------------------------------------------------------------- */

static bool read_file(const char *path, struct pki_cert **cert, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};
    pki_scope(pki_certs) certs = {0};

    if (!pki_file_read(AT_FDCWD, path, PKI_LIMIT_BUNDLE, &text, err) ||
        !pki_certs_parse(path, pki_buf_view(&text), &certs, err))
        return false;
    if (certs.n != 1)
        return pki_fail(err, PKI_E_FORMAT, "it holds %zu certificates; give the one that is meant",
                        certs.n);
    *cert = PKI_TAKE(certs.list[0]);
    certs.n = 0;
    return true;
}

static bool load_certificate(struct pki_session *session, const struct pki_authority_row *row,
                             struct pki_cert **cert, struct pki_error *err)
{
    pki_scope(pki_certificate_row) own = {0};

    return pki_store_certificate(session->store, row->certificate, &own, err) &&
           pki_cert_parse(pki_buf_view(&own.der), cert, err);
}

/* Named by key identifier, where there is one, and by subject. */
static bool is_named(const struct pki_cert *cert, const struct pki_cert *issuer)
{
    if (cert->authority_key_id.size > 0 &&
        !pki_bytes_equal(cert->authority_key_id, issuer->subject_key_id))
        return false;
    return pki_bytes_equal(cert->issuer, issuer->subject);
}

/* What a file says of its issuer counts for nothing until that key's signature is found on it. */
static bool find_issuer(struct pki_session *session, struct pki_revoked *revoked,
                        struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_store_list_authorities(session->store, NULL, NULL, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        pki_auto(pki_cert) issuer = NULL;
        if (!load_certificate(session, &rows.list[i], &issuer, err))
            return false;
        if (!is_named(revoked->cert, issuer))
            continue;
        PKI_CONTEXT(err, "it names %s as its issuer", rows.list[i].name);
        return pki_cert_verify_signature(revoked->cert, issuer->spki, err) &&
               pki_store_authority(session->store, rows.list[i].id, &revoked->issuer, err);
    }
    return pki_fail(err, PKI_E_NOTFOUND, "it was issued by none of this cellar's authorities");
}

static bool find_in_file(struct pki_session *session, const char *path, struct pki_revoked *revoked,
                         struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    bool found = false;

    if (!read_file(path, &revoked->cert, err) || !pki_session_takes(session, revoked->cert, err) ||
        !pki_store_find_fingerprint(session->store, revoked->cert->fingerprint, &found, &row, err))
        return false;
    return found ? take_row(session, &row, revoked, err) : find_issuer(session, revoked, err);
}

bool pki_revoked_find(struct pki_session *session, const struct pki_revoke_request *request,
                      struct pki_revoked *revoked, struct pki_error *err)
{
    return request->what ? find_recorded(session, request->what, revoked, err)
                         : find_in_file(session, request->certificate, revoked, err);
}
