#include <stdlib.h>

#include "fuzz.h"
#include "x509/pile.h"

static bool is_same(struct pki_skim a, struct pki_skim b)
{
    return pki_bytes_equal(a.der, b.der) && pki_bytes_equal(a.issuer, b.issuer) &&
           pki_bytes_equal(a.subject, b.subject) &&
           pki_bytes_equal(a.subject_key_id, b.subject_key_id) &&
           pki_bytes_equal(a.authority_key_id, b.authority_key_id);
}

/* What can be read in full can be skimmed, and says the same. */
static void compare(const struct pki_certs *certs, const struct pki_pile *pile)
{
    if (pile->n != certs->n)
        abort();
    for (size_t i = 0; i < certs->n; i++)
        if (!is_same(pki_skim_of(certs->list[i]), pile->list[i].skim))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct pki_bytes text = {data, size};
    struct pki_error err = {0};
    struct pki_error ignored = {0};
    struct pki_certs certs = {0};
    struct pki_pile pile = {0};

    bool read = pki_certs_parse("fuzz", text, &certs, &err);
    (void)!pki_pile_parse("fuzz", text, &pile, &ignored);
    if (read)
        compare(&certs, &pile);
    pki_certs_clear(&certs);
    pki_pile_clear(&pile);
    return 0;
}
