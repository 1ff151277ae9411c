#include "x509/crl_draft.h"

void pki_crl_draft_free(struct pki_crl_draft *draft)
{
    if (!draft)
        return;
    pki_file_free(draft->file);
    free(draft);
}

const struct pki_crl_body *pki_crl_draft_body(const struct pki_crl_draft *draft)
{
    return &draft->body;
}

bool pki_crl_draft_view(const struct pki_crl_draft *draft, struct pki_crl_view *view,
                        struct pki_error *err)
{
    struct pki_bytes map = {0};
    size_t skip = draft->signed_whole ? 0 : draft->start;

    if (!pki_file_view(draft->file, &map, err))
        return false;
    *view = (struct pki_crl_view){.map = map, .der = {map.data + skip, map.size - skip}};
    return true;
}

void pki_crl_view_clear(struct pki_crl_view *view)
{
    pki_file_unmap(&view->map);
    view->der = (struct pki_bytes){0};
}

static bool sign_body(const struct pki_crl_draft *draft, struct pki_bytes digest,
                      const struct pki_key *key, struct pki_buf *signature, struct pki_error *err)
{
    pki_scope(pki_crl_view) view = {0};

    if (pki_signature_is_of_digest(draft->algorithm->signature))
        return pki_key_sign_digest(key, digest, signature, err);
    return pki_crl_draft_view(draft, &view, err) && pki_key_sign(key, view.der, signature, err);
}

/* CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING } */
static bool assemble(struct pki_crl_draft *draft, struct pki_bytes signature, struct pki_error *err)
{
    pki_scope(pki_buf) tail = {0};
    pki_scope(pki_buf) head = {0};
    struct pki_der der = {.out = &tail};

    pki_der_raw(&der, draft->algorithm->signature);
    pki_der_bits(&der, signature);
    der.out = &head;
    pki_der_header(&der, PKI_DER_SEQUENCE, draft->body.size + tail.size);
    if (!pki_buf_ok(&tail, err) || !pki_buf_ok(&head, err))
        return false;
    return pki_file_put(draft->file, draft->start - head.size, pki_buf_view(&head), err) &&
           pki_file_put(draft->file, draft->start + draft->body.size, pki_buf_view(&tail), err) &&
           pki_file_pull(draft->file, draft->start - head.size, err);
}

bool pki_crl_draft_sign(struct pki_crl_draft *draft, struct pki_bytes digest,
                        const struct pki_key *key, struct pki_error *err)
{
    PKI_CONTEXT(err, "revocation list");
    pki_scope(pki_buf) signature = {0};

    if (draft->signed_whole)
        return pki_fail(err, PKI_E_STATE, "it is signed already");
    if (pki_key_algorithm_of(key) != draft->algorithm)
        return pki_fail(err, PKI_E_CRYPTO, "made for %s key, not for %s key",
                        draft->algorithm->title, pki_key_algorithm_of(key)->title);
    if (!sign_body(draft, digest, key, &signature, err) ||
        !assemble(draft, pki_buf_view(&signature), err))
        return false;
    draft->signed_whole = true;
    return true;
}

bool pki_crl_draft_place(struct pki_crl_draft **draft, struct pki_error *err)
{
    PKI_CONTEXT(err, "revocation list");
    pki_auto(pki_crl_draft) own = PKI_TAKE(*draft);

    if (!own->signed_whole)
        return pki_fail(err, PKI_E_STATE, "it is not signed");
    return pki_file_place(&own->file, err);
}
