#include "x509/pile.h"

#include "asn1/walk.h"
#include "x509/cert_private.h"

enum {
    TAG_BOOLEAN = 0x01,
    TAG_INTEGER = 0x02,
    TAG_OCTET_STRING = 0x04,
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30,
    TAG_KEY_ID = 0x80,     /* AuthorityKeyIdentifier.keyIdentifier [0] */
    TAG_VERSION = 0xa0,    /* [0] EXPLICIT */
    TAG_EXTENSIONS = 0xa3, /* [3] EXPLICIT */
};

#define SUBJECT_KEY_ID   "\x55\x1d\x0e" /* 2.5.29.14 */
#define AUTHORITY_KEY_ID "\x55\x1d\x23" /* 2.5.29.35 */

static bool is_oid(struct pki_bytes oid, const char *id)
{
    return oid.size == 3 && memcmp(oid.data, id, 3) == 0;
}

/* The first of its kind counts, as in pki_cert_extension. */
static bool skim_key_id(struct pki_bytes value, bool of_authority, struct pki_bytes *key_id,
                        struct pki_error *err)
{
    struct pki_element element;

    if (key_id->data)
        return true;
    if (!pki_walk_expect(&value, of_authority ? TAG_SEQUENCE : TAG_OCTET_STRING, &element, err))
        return false;
    *key_id = element.content;
    if (!of_authority)
        return true;
    bool has_id = pki_walk_peek(element.content) == TAG_KEY_ID;
    key_id->size = 0;
    if (has_id && !pki_walk_next(&element.content, &element, err))
        return false;
    if (has_id)
        *key_id = element.content;
    return true;
}

/* Extension ::= SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
static bool skim_extension(struct pki_bytes extension, struct pki_skim *skim, struct pki_error *err)
{
    struct pki_element id;
    struct pki_element value;

    if (!pki_walk_expect(&extension, TAG_OID, &id, err))
        return false;
    bool of_authority = is_oid(id.content, AUTHORITY_KEY_ID);
    if (!of_authority && !is_oid(id.content, SUBJECT_KEY_ID))
        return true;
    if (pki_walk_peek(extension) == TAG_BOOLEAN && !pki_walk_next(&extension, &value, err))
        return false;
    return pki_walk_expect(&extension, TAG_OCTET_STRING, &value, err) &&
           skim_key_id(value.content, of_authority,
                       of_authority ? &skim->authority_key_id : &skim->subject_key_id, err);
}

static bool skim_extensions(struct pki_bytes rest, struct pki_skim *skim, struct pki_error *err)
{
    struct pki_element element;

    if (!pki_walk_expect(&rest, TAG_SEQUENCE, &element, err))
        return false;
    rest = element.content;
    while (rest.size > 0) {
        if (!pki_walk_expect(&rest, TAG_SEQUENCE, &element, err) ||
            !skim_extension(element.content, skim, err))
            return false;
    }
    return true;
}

/* TBSCertificate (RFC 5280 4.1): its version is passed over, and what stands between the names and
 * the extensions. */
static bool skim_tbs(struct pki_bytes rest, struct pki_skim *skim, struct pki_error *err)
{
    struct pki_element element;
    struct pki_element issuer;
    struct pki_element subject;

    if (pki_walk_peek(rest) == TAG_VERSION && !pki_walk_next(&rest, &element, err))
        return false;
    if (!pki_walk_expect(&rest, TAG_INTEGER, &element, err) ||
        !pki_walk_expect(&rest, TAG_SEQUENCE, &element, err) ||
        !pki_walk_expect(&rest, TAG_SEQUENCE, &issuer, err) ||
        !pki_walk_expect(&rest, TAG_SEQUENCE, &element, err) ||
        !pki_walk_expect(&rest, TAG_SEQUENCE, &subject, err))
        return false;
    skim->issuer = issuer.whole;
    skim->subject = subject.whole;
    while (rest.size > 0) {
        if (!pki_walk_next(&rest, &element, err) ||
            (element.tag == TAG_EXTENSIONS && !skim_extensions(element.content, skim, err)))
            return false;
    }
    return true;
}

static bool skim_cert(struct pki_bytes der, struct pki_skim *skim)
{
    struct pki_error ignored = {0};
    struct pki_element whole;
    struct pki_element tbs;

    *skim = (struct pki_skim){.der = der};
    return der.size <= PKI_LIMIT_CERTIFICATE && pki_walk_scan(der, &ignored) &&
           pki_walk_expect(&der, TAG_SEQUENCE, &whole, &ignored) &&
           pki_walk_expect(&whole.content, TAG_SEQUENCE, &tbs, &ignored) &&
           skim_tbs(tbs.content, skim, &ignored);
}

struct pki_skim pki_skim_of(const struct pki_cert *cert)
{
    return (struct pki_skim){
        .der = cert->der.size > 0 ? cert->der : cert->tbs,
        .issuer = cert->issuer,
        .subject = cert->subject,
        .subject_key_id = cert->subject_key_id,
        .authority_key_id = cert->authority_key_id,
    };
}

bool pki_pile_read(struct pki_pile *pile, size_t n, const struct pki_cert **cert,
                   struct pki_error *err)
{
    struct pki_pile_cert *asked = &pile->list[n];

    if (!asked->cert) {
        PKI_CONTEXT(err, "%s", pile->name);
        if (!pki_cert_parse_block(&pile->pem, n, &asked->cert, err))
            return false;
    }
    *cert = asked->cert;
    return true;
}

/* What cannot be skimmed is read, which says why. */
static bool add(struct pki_pile *pile, struct pki_error *err)
{
    struct pki_pile_cert *next = &pile->list[pile->n];
    const struct pki_cert *cert = NULL;

    if (!skim_cert(pki_buf_view(&pile->pem.blocks[pile->n].der), &next->skim)) {
        if (!pki_pile_read(pile, pile->n, &cert, err))
            return false;
        next->skim = pki_skim_of(cert);
    }
    pile->n++;
    return true;
}

static bool fill(struct pki_bytes text, struct pki_pile *pile, struct pki_error *err)
{
    {
        PKI_CONTEXT(err, "%s", pile->name);
        if (!pki_cert_blocks(text, &pile->pem, err))
            return false;
    }
    pile->list = calloc(pile->pem.n_blocks, sizeof(*pile->list));
    if (!pile->list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    while (pile->n < pile->pem.n_blocks)
        if (!add(pile, err))
            return false;
    return true;
}

bool pki_pile_parse(const char *name, struct pki_bytes text, struct pki_pile *pile,
                    struct pki_error *err)
{
    struct pki_pile read = {.name = name};

    if (!fill(text, &read, err)) {
        pki_pile_clear(&read);
        return false;
    }
    *pile = read;
    return true;
}

void pki_pile_clear(struct pki_pile *pile)
{
    for (size_t i = 0; i < pile->n; i++)
        pki_cert_free(pile->list[i].cert);
    free(pile->list);
    pki_pem_clear(&pile->pem);
    *pile = (struct pki_pile){0};
}
