#include "x509/request.h"

#include "asn1/walk.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/key.h"
#include "x509/name.h"
#include "x509/oids.h"
#include "x509/pem.h"

#define TAG_INTEGER    0x02
#define TAG_BIT_STRING 0x03
#define TAG_OID        0x06
#define TAG_SEQUENCE   0x30
#define TAG_SET        0x31
#define TAG_ATTRIBUTES 0xa0 /* [0] IMPLICIT SET OF */

#define OID_EXTENSION_REQUEST "1.2.840.113549.1.9.14" /* RFC 2985 5.4.2 */

#define ASKED_MAX 32 /* rows that are shown */

/*
 * CertificationRequestInfo ::= SEQUENCE {
 *      version       INTEGER { v1(0) },
 *      subject       Name,
 *      subjectPKInfo SubjectPublicKeyInfo,
 *      attributes    [0] Attributes }                            (RFC 2986 4.1)
 */
static bool read_body(struct pki_request *request, struct pki_bytes content, struct pki_error *err)
{
    struct pki_element part;
    int64_t version = 0;

    if (!pki_walk_expect(&content, TAG_INTEGER, &part, err) ||
        !pki_value_integer(part.content, &version, err))
        return false;
    if (version != 0)
        return pki_fail(err, PKI_E_FORMAT, "the version is not 0 (RFC 2986 4.1)");
    if (!pki_walk_expect(&content, TAG_SEQUENCE, &part, err))
        return false;
    request->subject = part.whole;
    if (!pki_walk_expect(&content, TAG_SEQUENCE, &part, err))
        return false;
    request->spki = part.whole;
    if (!pki_walk_expect(&content, TAG_ATTRIBUTES, &part, err))
        return false;
    request->attributes = part.whole;
    return content.size == 0 ||
           pki_fail(err, PKI_E_FORMAT, "something stands after the attributes (RFC 2986 4.1)");
}

/* CertificationRequest ::= SEQUENCE { info, signatureAlgorithm, signature BIT STRING } */
static bool read_request(struct pki_request *request, struct pki_error *err)
{
    struct pki_bytes rest = request->der;
    struct pki_element part;
    struct pki_element info;

    if (!pki_walk_scan(rest, err) || !pki_walk_expect(&rest, TAG_SEQUENCE, &part, err))
        return false;
    rest = part.content;
    if (!pki_walk_expect(&rest, TAG_SEQUENCE, &info, err))
        return false;
    request->body = info.whole;
    if (!pki_walk_expect(&rest, TAG_SEQUENCE, &part, err))
        return false;
    request->signature_algorithm = part.whole;
    if (!pki_walk_expect(&rest, TAG_BIT_STRING, &part, err))
        return false;
    if (part.content.data[0] != 0 || rest.size > 0) {
        return pki_fail(err, PKI_E_FORMAT,
                        "the signature does not hold whole octets, or is not "
                        "the last (RFC 2986 4.2)");
    }
    request->signature = (struct pki_bytes){part.content.data + 1, part.content.size - 1};
    return read_body(request, info.content, err);
}

static bool copy_pem(struct pki_bytes text, struct pki_buf *der, struct pki_error *err)
{
    pki_scope(pki_pem) pem = {0};

    if (!pki_pem_parse(text, &pem, err))
        return false;
    if (pem.n_blocks != 1)
        return pki_fail(err, PKI_E_FORMAT, "%zu blocks where one request belongs", pem.n_blocks);
    if (strcmp(pem.blocks[0].label, PKI_PEM_REQUEST) != 0 &&
        strcmp(pem.blocks[0].label, "NEW " PKI_PEM_REQUEST) != 0)
        return pki_fail(err, PKI_E_FORMAT, "\"%s\" where a certificate request belongs",
                        pem.blocks[0].label);
    pki_buf_append_bytes(der, pki_buf_view(&pem.blocks[0].der));
    return pki_buf_ok(der, err);
}

static bool copy_text(struct pki_bytes text, struct pki_buf *der, struct pki_error *err)
{
    if (pki_pem_is(text))
        return copy_pem(text, der, err);
    if (!pki_pem_or_der(text, err))
        return false;
    pki_buf_append_bytes(der, text);
    return pki_buf_ok(der, err);
}

static bool check_size(struct pki_bytes text, struct pki_error *err)
{
    return (text.size > 0 && text.size <= PKI_LIMIT_REQUEST) ||
           pki_fail(err, PKI_E_FORMAT, "a request of %zu octets; from 1 to %zu are read", text.size,
                    PKI_LIMIT_REQUEST);
}

bool pki_request_parse(const char *name, struct pki_bytes text, struct pki_request **request,
                       struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", name);
    pki_scope(pki_buf) der = {0};

    if (!check_size(text, err) || !copy_text(text, &der, err))
        return false;
    struct pki_request read = {.der = pki_buf_view(&der)};
    if (!read_request(&read, err))
        return false;
    pki_sha256(read.spki, read.spki_sha256);

    struct pki_request *made = malloc(sizeof(*made));
    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    *made = read;
    made->storage = der; /* the views point into its bytes, which stay where they are */
    der = (struct pki_buf){0};
    *request = made;
    return true;
}

void pki_request_free(struct pki_request *request)
{
    if (!request)
        return;
    pki_buf_clear(&request->storage);
    free(request);
}

bool pki_request_judge(struct pki_request *request, struct pki_error *err)
{
    PKI_CONTEXT(err, "request");
    const struct pki_algorithm *algorithm = NULL;
    struct pki_error why = {0};

    if (!pki_spki_judge(request->spki, &algorithm, &why))
        return pki_fail(err, why.code == PKI_E_CRYPTO ? PKI_E_CRYPTO : PKI_E_POLICY, "%s",
                        why.text);
    if (!pki_spki_verify(request->spki, request->signature_algorithm, request->body,
                         request->signature, &why))
        return pki_fail(err, why.code == PKI_E_CRYPTO ? PKI_E_CRYPTO : PKI_E_POLICY,
                        "it does not prove possession of its key: %s (RFC 2986 4.2)", why.text);
    request->algorithm = algorithm;
    return true;
}

static bool enter(struct pki_bytes *rest, uint8_t tag, struct pki_bytes *content)
{
    struct pki_error ignored = {0};
    struct pki_element element = {0};

    if (pki_walk_peek(*rest) != tag || !pki_walk_next(rest, &element, &ignored))
        return false;
    *content = element.content;
    return true;
}

static bool enter_oid(struct pki_bytes *rest, char oid[PKI_OID_TEXT])
{
    struct pki_error ignored = {0};
    struct pki_bytes content;

    return enter(rest, TAG_OID, &content) && pki_value_oid(content, oid, &ignored);
}

/* Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue OCTET STRING } */
static void describe_extensions(struct pki_bytes extensions, struct pki_report *table)
{
    struct pki_bytes extension;
    struct pki_bytes value;
    char oid[PKI_OID_TEXT];

    for (size_t n = 0; n < ASKED_MAX && enter(&extensions, TAG_SEQUENCE, &extension); n++) {
        if (!enter_oid(&extension, oid))
            return;
        bool critical = enter(&extension, 0x01, &value);
        if (!enter(&extension, 0x04, &value))
            return;
        struct pki_report *row = pki_report_row(table);
        pki_report_text(row, "Asked for", "extension %s%s", oid, critical ? ", critical" : "");
        pki_report_octets(row, "Value", value);
    }
}

static void describe_attribute(struct pki_bytes attribute, struct pki_report *table)
{
    char oid[PKI_OID_TEXT];
    struct pki_bytes values;
    struct pki_bytes extensions;

    if (!enter_oid(&attribute, oid) || !enter(&attribute, TAG_SET, &values))
        return;
    if (strcmp(oid, OID_EXTENSION_REQUEST) == 0 && enter(&values, TAG_SEQUENCE, &extensions)) {
        describe_extensions(extensions, table);
        return;
    }
    struct pki_report *row = pki_report_row(table);
    pki_report_text(row, "Asked for", "attribute %s", oid);
    pki_report_octets(row, "Value", values);
}

static void describe_asked(const struct pki_request *request, struct pki_report *report)
{
    struct pki_bytes whole = request->attributes;
    struct pki_bytes attributes;
    struct pki_bytes attribute;

    if (!enter(&whole, TAG_ATTRIBUTES, &attributes) || attributes.size == 0) {
        pki_report_note(report, "asked", PKI_TONE_PLAIN, "It asks for no extensions.");
        return;
    }
    struct pki_report *table = pki_report_table(report, "Asked for");
    for (size_t n = 0; n < ASKED_MAX && enter(&attributes, TAG_SEQUENCE, &attribute); n++)
        describe_attribute(attribute, table);
    pki_report_note(report, "asked", PKI_TONE_WARN,
                    "Nothing that a request asks for is copied: the profile decides.");
}

void pki_request_describe(const struct pki_request *request, struct pki_report *report)
{
    pki_scope(pki_buf) name = {0};
    struct pki_error ignored = {0};

    if (!pki_name_show(request->subject, &name, &ignored))
        pki_buf_text(&name, "(unreadable)");
    pki_report_text(report, "Subject asked for", "%.*s", (int)name.size,
                    name.size > 0 ? (const char *)name.data : "");
    if (request->algorithm)
        pki_report_text(report, "Key", "%s", request->algorithm->title);
    pki_report_fingerprint(report, "Key SHA-256", request->spki_sha256);
    describe_asked(request, report);
}
