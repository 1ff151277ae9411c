#include "ops/seal.h"

bool pki_seal_find_root(struct pki_session *session, const char *name, struct pki_draft *draft,
                        struct pki_error *err)
{
    pki_scope(pki_authority_rows) roots = {0};
    const struct pki_authority_row *found = NULL;
    size_t fits = 0;

    if (!pki_store_list_authorities(session->store, "", NULL, &roots, err))
        return false;
    for (size_t i = 0; i < roots.n; i++) {
        if (name ? strcmp(roots.list[i].name, name) == 0
                 : roots.list[i].state == PKI_STATE_ACTIVE) {
            found = &roots.list[i];
            fits++;
        }
    }
    if (!found)
        return pki_fail(err, PKI_E_NOTFOUND, "no root %s: `cellar status` lists them",
                        name ? "of that name" : "is active");
    if (fits > 1)
        return pki_fail(err, PKI_E_USAGE, "there is more than one root: name one by --root");
    return pki_draft_set_issuer(session, draft, found, err) &&
           pki_draft_confirm_by(draft, found, err);
}

void pki_seal_fill_row(const struct pki_draft *draft, struct pki_bytes text,
                       struct pki_reservation_row *row)
{
    (void)snprintf(row->kind, sizeof(row->kind), "seal");
    memcpy(row->signer, draft->issuer_cert->spki_sha256, sizeof(row->signer));
    pki_sha256(text, row->body);
}

bool pki_seal_sign(const struct pki_draft *draft, const struct pki_key *key, struct pki_bytes text,
                   struct pki_buf *signature, struct pki_error *err)
{
    return pki_key_sign(key, text, signature, err) &&
           pki_spki_verify(draft->issuer_cert->spki, draft->issuer_algorithm->signature, text,
                           pki_buf_view(signature), err);
}

void pki_seal_tell_check(const struct pki_draft *draft, const char *path, struct pki_report *report)
{
    const struct pki_algorithm *algorithm = draft->issuer_algorithm;

    pki_report_line(report, "To check", PKI_TONE_PLAIN,
                    "  openssl x509 -in anchors.pem -pubkey -noout > root.pub");
    if (pki_signature_is_of_digest(algorithm->signature)) {
        pki_report_line(report, "To check", PKI_TONE_PLAIN,
                        "  openssl dgst -sha%zu -verify root.pub -signature %s.sig %s",
                        8 * pki_digest_size(algorithm->digest), path, path);
    } else {
        pki_report_line(report, "To check", PKI_TONE_PLAIN,
                        "  openssl pkeyutl -verify -rawin -pubin -inkey root.pub -sigfile %s.sig "
                        "-in %s",
                        path, path);
    }
}
