#include "asn1/walk.h"
#include "x509/lint_private.h"
#include "x509/name.h"
#include "x509/oids.h"

#define TAG_INTEGER    0x02
#define TAG_BIT_STRING 0x03
#define TAG_OID        0x06
#define TAG_SEQUENCE   0x30
#define TAG_SET        0x31

#define DAY 86400

/* What a reader has accepted before; a false is the end of it, never an error to report. */
static bool take(struct pki_bytes *rest, uint8_t tag, struct pki_bytes *content)
{
    struct pki_error ignored = {0};
    struct pki_element element = {0};

    if (pki_walk_peek(*rest) != tag || !pki_walk_next(rest, &element, &ignored))
        return false;
    *content = element.content;
    return true;
}

static bool take_oid(struct pki_bytes *rest, char oid[PKI_OID_TEXT])
{
    struct pki_error ignored = {0};
    struct pki_bytes content;

    return take(rest, TAG_OID, &content) && pki_value_oid(content, oid, &ignored);
}

bool pki_lint_looks_cross(const struct pki_cert *cert)
{
    return cert->authority && !cert->has_path_length && cert->n_usages == 2 &&
           pki_cert_has_usage(cert, PKI_OID_CODE_SIGNING) &&
           pki_cert_has_usage(cert, PKI_OID_TIME_STAMPING);
}

bool pki_lint_is_cross(const struct pki_lint_subject *subject)
{
    return subject->profile ? strcmp(subject->profile, "cross") == 0
                            : pki_lint_looks_cross(subject->cert);
}

const struct pki_cert *pki_lint_find_issuer(const struct pki_certs *certs,
                                            const struct pki_cert *cert)
{
    const struct pki_cert *found = NULL;

    for (size_t i = 0; i < certs->n; i++) {
        const struct pki_cert *other = certs->list[i];
        if (other == cert || !pki_name_equal(cert->issuer, other->subject))
            continue;
        if (pki_bytes_equal(cert->authority_key_id, other->subject_key_id))
            return other;
        found = found ? found : other;
    }
    return found;
}

int64_t pki_lint_days(const struct pki_cert *cert)
{
    return (cert->not_after - cert->not_before + 1) / DAY;
}

bool pki_lint_key_kind(const struct pki_cert *cert, char algorithm[PKI_OID_TEXT],
                       char curve[PKI_OID_TEXT])
{
    struct pki_bytes spki = cert->spki;
    struct pki_bytes inside;
    struct pki_bytes identifier;

    curve[0] = 0;
    if (!take(&spki, TAG_SEQUENCE, &inside) || !take(&inside, TAG_SEQUENCE, &identifier) ||
        !take_oid(&identifier, algorithm))
        return false;
    if (!take_oid(&identifier, curve))
        curve[0] = 0; /* RSA's NULL, Ed25519's nothing, explicit curves */
    return true;
}

size_t pki_lint_rsa_bits(const struct pki_cert *cert)
{
    char algorithm[PKI_OID_TEXT];
    char curve[PKI_OID_TEXT];
    struct pki_bytes spki = cert->spki;
    struct pki_bytes inside;
    struct pki_bytes part;
    struct pki_bytes key;

    if (!pki_lint_key_kind(cert, algorithm, curve) || strcmp(algorithm, PKI_OID_RSA) != 0 ||
        !take(&spki, TAG_SEQUENCE, &inside) || !take(&inside, TAG_SEQUENCE, &part) ||
        !take(&inside, TAG_BIT_STRING, &part) || part.size < 2)
        return 0;
    part.data++;
    part.size--;
    if (!take(&part, TAG_SEQUENCE, &key) || !take(&key, TAG_INTEGER, &part))
        return 0;
    while (part.size > 0 && part.data[0] == 0) {
        part.data++;
        part.size--;
    }

    size_t bits = part.size * 8;
    for (unsigned top = part.size > 0 ? part.data[0] : 0x80; top < 0x80; top <<= 1)
        bits--;
    return bits;
}

struct pki_lint_attributes pki_lint_attributes(struct pki_bytes name)
{
    struct pki_lint_attributes attributes = {0};

    if (!take(&name, TAG_SEQUENCE, &attributes.rdns))
        attributes.rdns = (struct pki_bytes){0};
    return attributes;
}

bool pki_lint_attributes_next(struct pki_lint_attributes *attributes)
{
    struct pki_error ignored = {0};
    struct pki_bytes pair;
    struct pki_element value;

    while (attributes->rdn.size == 0)
        if (!take(&attributes->rdns, TAG_SET, &attributes->rdn))
            return false;
    if (!take(&attributes->rdn, TAG_SEQUENCE, &pair) || !take_oid(&pair, attributes->oid) ||
        !pki_walk_next(&pair, &value, &ignored))
        return false;
    attributes->tag = value.tag;
    attributes->value = value.content;
    return true;
}

size_t pki_lint_name_count(struct pki_bytes name, const char *oid)
{
    struct pki_lint_attributes attributes = pki_lint_attributes(name);
    size_t count = 0;

    while (pki_lint_attributes_next(&attributes))
        if (strcmp(attributes.oid, oid) == 0)
            count++;
    return count;
}

void pki_lint_name_show(struct pki_bytes name, struct pki_buf *text)
{
    struct pki_error ignored = {0};
    size_t before = text->size;

    if (!pki_name_show(name, text, &ignored))
        pki_buf_text(text, "(unreadable)");
    else if (text->size == before)
        pki_buf_text(text, "(empty)");
}
