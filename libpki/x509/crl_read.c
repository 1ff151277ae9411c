#include "x509/crl.h"

#include "asn1/value.h"
#include "base/buf.h"
#include "crypto/hash.h"
#include "crypto/key.h"
#include "x509/crl_skim.h"

/* Tags that a CRL is made of (RFC 5280 5.1). */
enum {
    TAG_BOOLEAN = 0x01,
    TAG_INTEGER = 0x02,
    TAG_BIT_STRING = 0x03,
    TAG_OCTET_STRING = 0x04,
    TAG_OID = 0x06,
    TAG_ENUMERATED = 0x0a,
    TAG_UTC_TIME = 0x17,
    TAG_GENERALIZED_TIME = 0x18,
    TAG_SEQUENCE = 0x30,
    TAG_KEY_ID = 0x80,     /* AuthorityKeyIdentifier.keyIdentifier */
    TAG_EXTENSIONS = 0xa0, /* TBSCertList.crlExtensions */
};

/* Last arcs under 2.5.29 (RFC 5280 5.2, 5.3). */
enum {
    CRL_NUMBER = 20,
    REASON_CODE = 21,
    INVALIDITY_DATE = 24,
    DELTA_CRL = 27,
    ISSUING_DISTRIBUTION_POINT = 28,
    AUTHORITY_KEY_ID = 35,
};

struct extension {
    struct pki_bytes oid; /* content octets */
    int arc;              /* under 2.5.29; -1 when elsewhere */
    bool critical;
    struct pki_bytes value;
};

static bool nothing_left(struct pki_bytes rest, const char *where, struct pki_error *err)
{
    if (rest.size > 0)
        return pki_fail(err, PKI_E_FORMAT, "%s: %zu octets too many", where, rest.size);
    return true;
}

/* Extension ::= SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING } */
static bool next_extension(struct pki_bytes *rest, struct extension *extension,
                           struct pki_error *err)
{
    struct pki_element whole;
    struct pki_element part;

    if (!pki_walk_expect(rest, TAG_SEQUENCE, &whole, err) ||
        !pki_walk_expect(&whole.content, TAG_OID, &part, err))
        return false;
    extension->oid = part.content;
    extension->arc = part.content.size == 3 && memcmp(part.content.data, "\x55\x1d", 2) == 0
                         ? part.content.data[2]
                         : -1;
    extension->critical = false;
    if (pki_walk_peek(whole.content) == TAG_BOOLEAN &&
        (!pki_walk_next(&whole.content, &part, err) ||
         !pki_value_truth(part.content, &extension->critical, err)))
        return false;
    if (!pki_walk_expect(&whole.content, TAG_OCTET_STRING, &part, err))
        return false;
    extension->value = part.content;
    return nothing_left(whole.content, "an extension", err);
}

/* The one element that an extension's value is. */
static bool only_element(struct pki_bytes value, uint8_t tag, struct pki_element *element,
                         struct pki_error *err)
{
    return pki_walk_expect(&value, tag, element, err) &&
           nothing_left(value, "an extension's value", err);
}

/* AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OPTIONAL, ... } (RFC 5280 5.2.1) */
static bool take_key_id(struct pki_bytes value, struct pki_bytes *id, struct pki_error *err)
{
    struct pki_element whole;
    struct pki_element part;

    if (!only_element(value, TAG_SEQUENCE, &whole, err))
        return false;
    if (pki_walk_peek(whole.content) != TAG_KEY_ID)
        return true;
    if (!pki_walk_next(&whole.content, &part, err))
        return false;
    *id = part.content;
    return true;
}

static bool take_extension(struct pki_crl *crl, const struct extension *extension,
                           struct pki_error *err)
{
    struct pki_element value;

    switch (extension->arc) {
    case CRL_NUMBER:
        if (!only_element(extension->value, TAG_INTEGER, &value, err))
            return false;
        crl->has_number = true;
        crl->number = value.content;
        return true;
    case DELTA_CRL:
        crl->is_delta = true;
        return true;
    case ISSUING_DISTRIBUTION_POINT:
        if (!only_element(extension->value, TAG_SEQUENCE, &value, err))
            return false;
        crl->distribution = extension->value;
        return true;
    case AUTHORITY_KEY_ID:
        return take_key_id(extension->value, &crl->authority_key_id, err);
    default:
        if (extension->critical && !crl->has_unknown_critical) {
            crl->has_unknown_critical = true;
            crl->unknown_critical = extension->oid;
        }
        return true;
    }
}

#define EXTENSIONS_MAX 64

/* RFC 5280 4.2: no extension twice; two scopes or two numbers would let a reader choose. */
static bool is_repeated(const struct pki_bytes *seen, size_t n, struct pki_bytes oid)
{
    for (size_t i = 0; i < n; i++)
        if (pki_bytes_equal(seen[i], oid))
            return true;
    return false;
}

/* crlExtensions [0] EXPLICIT Extensions OPTIONAL */
static bool take_extensions(struct pki_bytes *tbs, struct pki_crl *crl, struct pki_error *err)
{
    struct pki_element tagged;
    struct pki_element list;
    struct pki_bytes seen[EXTENSIONS_MAX];
    size_t n = 0;

    if (pki_walk_peek(*tbs) != TAG_EXTENSIONS)
        return true;
    if (!pki_walk_next(tbs, &tagged, err) ||
        !pki_walk_expect(&tagged.content, TAG_SEQUENCE, &list, err) ||
        !nothing_left(tagged.content, "extensions", err))
        return false;
    if (crl->version != 2) {
        return pki_fail(err, PKI_E_FORMAT,
                        "extensions in a list of version %lld (RFC 5280 5.1.2.1)",
                        (long long)crl->version);
    }
    while (list.content.size > 0) {
        struct extension extension;
        if (!next_extension(&list.content, &extension, err))
            return false;
        if (n == EXTENSIONS_MAX || is_repeated(seen, n, extension.oid))
            return pki_fail(err, PKI_E_FORMAT, "an extension twice, or over %d of them",
                            EXTENSIONS_MAX);
        seen[n++] = extension.oid;
        if (!take_extension(crl, &extension, err))
            return false;
    }
    return true;
}

static bool is_time(uint8_t tag)
{
    return tag == TAG_UTC_TIME || tag == TAG_GENERALIZED_TIME;
}

static bool take_time(struct pki_bytes *rest, int64_t *seconds, struct pki_error *err)
{
    struct pki_element time;

    return pki_walk_next(rest, &time, err) && pki_value_time(time.tag, time.content, seconds, err);
}

/* version Version OPTIONAL: absent is 1, the only other one is v2, written 1 (RFC 5280 5.1.2.1) */
static bool take_version(struct pki_bytes *tbs, struct pki_crl *crl, struct pki_error *err)
{
    struct pki_element part;
    int64_t version = 0;

    crl->version = 1;
    if (pki_walk_peek(*tbs) != TAG_INTEGER)
        return true;
    if (!pki_walk_next(tbs, &part, err) || !pki_value_integer(part.content, &version, err))
        return false;
    if (version != 1)
        return pki_fail(err, PKI_E_FORMAT, "version is written %lld, not 1 (RFC 5280 5.1.2.1)",
                        (long long)version);
    crl->version = 2;
    return true;
}

/*
 * TBSCertList ::= SEQUENCE { version OPTIONAL, signature, issuer, thisUpdate, nextUpdate OPTIONAL,
 *   revokedCertificates SEQUENCE OF ... OPTIONAL, crlExtensions [0] OPTIONAL } (RFC 5280 5.1)
 */
static bool take_tbs(struct pki_bytes tbs, struct pki_crl *crl, struct pki_error *err)
{
    struct pki_element part;

    if (!take_version(&tbs, crl, err) || !pki_walk_expect(&tbs, TAG_SEQUENCE, &part, err))
        return false;
    crl->tbs_signature = part.whole;
    if (!pki_walk_expect(&tbs, TAG_SEQUENCE, &part, err))
        return false;
    crl->issuer = part.whole;
    if (!take_time(&tbs, &crl->this_update, err))
        return false;
    crl->has_next_update = is_time(pki_walk_peek(tbs));
    if (crl->has_next_update && !take_time(&tbs, &crl->next_update, err))
        return false;
    if (pki_walk_peek(tbs) == TAG_SEQUENCE) {
        if (!pki_walk_next(&tbs, &part, err))
            return false;
        crl->entries = part.content;
    }
    return take_extensions(&tbs, crl, err) && nothing_left(tbs, "tbsCertList", err);
}

bool pki_crl_parse(struct pki_bytes der, struct pki_crl *crl, struct pki_error *err)
{
    PKI_CONTEXT(err, "revocation list");
    struct pki_crl read = {.der = der};
    struct pki_element whole;
    struct pki_element part;

    if (!pki_walk_expect(&der, TAG_SEQUENCE, &whole, err) ||
        !nothing_left(der, "after its end", err) ||
        !pki_walk_expect(&whole.content, TAG_SEQUENCE, &part, err))
        return false;
    read.tbs = part.whole;
    if (!take_tbs(part.content, &read, err) ||
        !pki_walk_expect(&whole.content, TAG_SEQUENCE, &part, err))
        return false;
    read.signature_algorithm = part.whole;
    if (!pki_walk_expect(&whole.content, TAG_BIT_STRING, &part, err) ||
        !nothing_left(whole.content, "after the signature", err))
        return false;
    if (part.content.size == 0 || part.content.data[0] != 0)
        return pki_fail(err, PKI_E_FORMAT, "the signature is not whole octets");
    read.signature = (struct pki_bytes){part.content.data + 1, part.content.size - 1};
    *crl = read;
    return true;
}

bool pki_crl_parse_body(struct pki_bytes tbs, struct pki_crl *crl, struct pki_error *err)
{
    PKI_CONTEXT(err, "revocation list's body");
    struct pki_crl read = {.der = tbs, .tbs = tbs};
    struct pki_element whole;

    if (!pki_walk_expect(&tbs, TAG_SEQUENCE, &whole, err) ||
        !nothing_left(tbs, "after its end", err) || !take_tbs(whole.content, &read, err))
        return false;
    read.signature_algorithm = read.tbs_signature;
    *crl = read;
    return true;
}

static bool take_entry_extension(struct pki_crl_entry *entry, const struct extension *extension,
                                 struct pki_error *err)
{
    struct pki_element value;
    int64_t number = 0;

    switch (extension->arc) {
    case REASON_CODE:
        if (!only_element(extension->value, TAG_ENUMERATED, &value, err) ||
            !pki_value_integer(value.content, &number, err))
            return false;
        if (number < 0 || number > 255)
            return pki_fail(err, PKI_E_FORMAT, "reason code %lld", (long long)number);
        entry->reason = (int)number;
        return true;
    case INVALIDITY_DATE:
        entry->has_invalidity = true;
        return only_element(extension->value, TAG_GENERALIZED_TIME, &value, err) &&
               pki_value_time(value.tag, value.content, &entry->invalidity_at, err);
    default:
        entry->has_unknown_critical |= extension->critical;
        return true;
    }
}

/* SEQUENCE { userCertificate, revocationDate, crlEntryExtensions Extensions OPTIONAL } */
static bool take_entry(struct pki_bytes *rest, struct pki_crl_entry *entry, struct pki_error *err)
{
    struct pki_element whole;
    struct pki_element part;

    if (!pki_walk_expect(rest, TAG_SEQUENCE, &whole, err) ||
        !pki_walk_expect(&whole.content, TAG_INTEGER, &part, err))
        return false;
    entry->serial = part.content;
    if (!take_time(&whole.content, &entry->revoked_at, err))
        return false;
    if (whole.content.size == 0)
        return true;
    if (!pki_walk_expect(&whole.content, TAG_SEQUENCE, &part, err) ||
        !nothing_left(whole.content, "an entry", err))
        return false;
    while (part.content.size > 0) {
        struct extension extension;
        if (!next_extension(&part.content, &extension, err) ||
            !take_entry_extension(entry, &extension, err))
            return false;
    }
    return true;
}

bool pki_crl_next(struct pki_bytes *rest, struct pki_crl_entry *entry, struct pki_error *err)
{
    if (pki_crl_take_usual(rest, entry))
        return true;

    struct pki_crl_entry read = {0};
    if (!take_entry(rest, &read, err))
        return false;
    *entry = read;
    return true;
}

/* RFC 5280 5.1.1.2 */
static bool names_one_algorithm(const struct pki_crl *crl, struct pki_error *err)
{
    return pki_bytes_equal(crl->signature_algorithm, crl->tbs_signature) ||
           pki_fail(err, PKI_E_INVALID,
                    "revocation list names two signature algorithms (RFC 5280 5.1.1.2)");
}

static bool verify_mapped(const struct pki_crl *crl, struct pki_bytes spki,
                          const struct pki_signature *how, struct pki_error *err)
{
    pki_auto(pki_hash) hash = NULL;
    uint8_t digest[PKI_DIGEST_MAX];

    if (!pki_hash_begin(how->digest, &hash, err) || !pki_hash_add_mapped(hash, NULL, crl->tbs, err))
        return false;
    pki_hash_end(&hash, digest);
    return pki_crl_verify_digest(crl, spki,
                                 (struct pki_bytes){digest, pki_digest_size(how->digest)}, err);
}

bool pki_crl_verify_signature(const struct pki_crl *crl, struct pki_bytes spki,
                              struct pki_error *err)
{
    const struct pki_signature *how = pki_algorithm_find_signature(crl->signature_algorithm);

    if (crl->mapped && how && pki_signature_is_of_digest(crl->signature_algorithm))
        return verify_mapped(crl, spki, how, err);
    return names_one_algorithm(crl, err) &&
           pki_spki_verify(spki, crl->signature_algorithm, crl->tbs, crl->signature, err);
}

bool pki_crl_verify_digest(const struct pki_crl *crl, struct pki_bytes spki,
                           struct pki_bytes digest, struct pki_error *err)
{
    return names_one_algorithm(crl, err) &&
           pki_spki_verify_digest(spki, crl->signature_algorithm, digest, crl->signature, err);
}

const char *pki_crl_reason_name(int reason)
{
    static const char *const names[] = {
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", NULL,
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise",
    };

    if (reason < 0 || (size_t)reason >= PKI_COUNT(names) || !names[reason])
        return "unknown";
    return names[reason];
}
