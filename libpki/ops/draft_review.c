#include "ops/draft.h"

#include <fcntl.h>

#include "base/file.h"
#include "x509/pem.h"

/* Under a key that exists for this moment only: every linter reads it, no verifier takes it. */
static bool wrap(const struct pki_draft *draft, const struct pki_draft_item *item,
                 struct pki_buf *pem, struct pki_error *err)
{
    pki_auto(pki_key) throw_away = NULL;
    pki_scope(pki_buf) signature = {0};
    pki_scope(pki_buf) der = {0};
    const struct pki_algorithm *algorithm = pki_item_signs_with(draft, item);

    if (!pki_key_generate(algorithm, &throw_away, err) ||
        !pki_key_sign(throw_away, pki_buf_view(&item->body), &signature, err) ||
        !pki_certificate_assemble(pki_buf_view(&item->body), algorithm, pki_buf_view(&signature),
                                  &der, err))
        return false;
    pki_pem_write(pem, PKI_PEM_CERTIFICATE, pki_buf_view(&der));
    return pki_buf_ok(pem, err);
}

bool pki_draft_review_pem(const struct pki_draft *draft, struct pki_buf *pem, struct pki_error *err)
{
    for (size_t i = 0; i < draft->n; i++)
        if (!wrap(draft, &draft->items[i], pem, err))
            return false;
    return true;
}

bool pki_draft_review(const struct pki_draft *draft, const char *path, struct pki_error *err)
{
    pki_scope(pki_buf) pem = {0};

    if (!pki_draft_review_pem(draft, &pem, err))
        return false;
    if (draft->duty && draft->duty->review && !draft->duty->review(draft, &pem, err))
        return false;
    if (pem.size == 0)
        return pki_fail(err, PKI_E_STATE, "nothing is signed: there is nothing to review");
    return pki_file_write_new(AT_FDCWD, path, 0600, pki_buf_view(&pem), err);
}
