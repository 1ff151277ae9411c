#include "der_text.h"

#include <assert.h>

#include "asn1/value.h"
#include "asn1/walk.h"
#include "base/text.h"
#include "x509/oids.h"

#define OCTETS_A_LINE 32

struct named {
    const char *oid;
    const char *name;
};

static const struct named names[] = {
    {"2.5.4.3", "commonName"},
    {"2.5.4.6", "countryName"},
    {"2.5.4.10", "organizationName"},
    {"1.2.840.10045.2.1", "id-ecPublicKey"},
    {"1.3.132.0.34", "secp384r1"},
    {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384"},
    {PKI_OID_SUBJECT_KEY_ID, "subjectKeyIdentifier"},
    {PKI_OID_KEY_USAGE, "keyUsage"},
    {PKI_OID_SUBJECT_ALT_NAME, "subjectAltName"},
    {PKI_OID_BASIC_CONSTRAINTS, "basicConstraints"},
    {PKI_OID_CRL_DISTRIBUTION_POINTS, "cRLDistributionPoints"},
    {PKI_OID_AUTHORITY_KEY_ID, "authorityKeyIdentifier"},
    {PKI_OID_EXT_KEY_USAGE, "extKeyUsage"},
    {PKI_OID_AUTHORITY_INFO_ACCESS, "authorityInfoAccess"},
    {PKI_OID_CA_ISSUERS, "caIssuers"},
    {PKI_OID_OCSP_NO_CHECK, "ocsp-nocheck"},
    {PKI_OID_REHEARSAL, "rehearsal"},
    {PKI_OID_SERVER_AUTH, "serverAuth"},
    {PKI_OID_CLIENT_AUTH, "clientAuth"},
    {PKI_OID_CODE_SIGNING, "codeSigning"},
    {PKI_OID_TIME_STAMPING, "timeStamping"},
    {PKI_OID_OCSP_SIGNING, "OCSPSigning"},
};

static void write_children(struct pki_bytes content, unsigned depth, struct pki_buf *text);

static const char *tag_name(uint8_t tag)
{
    switch (tag) {
    case 0x01:
        return "BOOLEAN";
    case 0x02:
        return "INTEGER";
    case 0x03:
        return "BIT STRING";
    case 0x04:
        return "OCTET STRING";
    case 0x05:
        return "NULL";
    case 0x06:
        return "OBJECT IDENTIFIER";
    case 0x0c:
        return "UTF8String";
    case 0x13:
        return "PrintableString";
    case 0x17:
        return "UTCTime";
    case 0x18:
        return "GeneralizedTime";
    case 0x30:
        return "SEQUENCE";
    case 0x31:
        return "SET";
    default:
        return NULL;
    }
}

static void write_indent(unsigned depth, struct pki_buf *text)
{
    for (unsigned i = 0; i < depth; i++)
        pki_buf_text(text, "  ");
}

static void write_oid(struct pki_bytes content, struct pki_buf *text)
{
    struct pki_error err = {0};
    char oid[PKI_OID_TEXT];

    bool read = pki_value_oid(content, oid, &err);
    assert(read);
    pki_buf_printf(text, " %s", oid);
    for (size_t i = 0; i < PKI_COUNT(names); i++)
        if (strcmp(names[i].oid, oid) == 0)
            pki_buf_printf(text, " (%s)", names[i].name);
}

static void write_octets(struct pki_bytes content, unsigned depth, struct pki_buf *text)
{
    if (content.size <= OCTETS_A_LINE) {
        pki_buf_byte(text, ' ');
        pki_hex(text, content);
        return;
    }
    for (size_t i = 0; i < content.size; i += OCTETS_A_LINE) {
        size_t left = content.size - i;
        pki_buf_byte(text, '\n');
        write_indent(depth + 1, text);
        pki_hex(text,
                (struct pki_bytes){content.data + i, left < OCTETS_A_LINE ? left : OCTETS_A_LINE});
    }
}

static void write_bits(struct pki_bytes content, unsigned depth, struct pki_buf *text)
{
    if (content.size > 3) {
        pki_buf_printf(text, " (%u unused)", content.data[0]);
        write_octets((struct pki_bytes){content.data + 1, content.size - 1}, depth, text);
        return;
    }
    pki_buf_byte(text, ' ');
    for (size_t bit = 0; bit < 8 * (content.size - 1) - content.data[0]; bit++)
        pki_buf_byte(text, content.data[1 + bit / 8] & 0x80 >> bit % 8 ? '1' : '0');
}

static bool is_printable(struct pki_bytes content)
{
    for (size_t i = 0; i < content.size; i++)
        if (content.data[i] < ' ' || content.data[i] > '~')
            return false;
    return content.size > 0;
}

static void write_primitive(const struct pki_element *element, unsigned depth, struct pki_buf *text)
{
    struct pki_error ignored = {0};

    if (element->tag == 0x01)
        pki_buf_text(text, element->content.data[0] ? " TRUE" : " FALSE");
    else if (element->tag == 0x03)
        write_bits(element->content, depth, text);
    else if (element->tag == 0x04 && pki_walk_scan(element->content, &ignored))
        pki_buf_text(text, " holds"); /* its element follows, a level deeper */
    else if (element->tag == 0x06)
        write_oid(element->content, text);
    else if (element->tag > 0x06 && is_printable(element->content))
        pki_buf_printf(text, " \"%.*s\"", (int)element->content.size, element->content.data);
    else
        write_octets(element->content, depth, text);
}

static void write_element(const struct pki_element *element, unsigned depth, struct pki_buf *text)
{
    struct pki_error ignored = {0};
    const char *name = tag_name(element->tag);

    write_indent(depth, text);
    if (name)
        pki_buf_text(text, name);
    else
        pki_buf_printf(text, "[%u]", element->tag & 0x1fu);
    bool constructed = element->tag & 0x20;
    if (!constructed)
        write_primitive(element, depth, text);
    pki_buf_byte(text, '\n');
    if (constructed || (element->tag == 0x04 && pki_walk_scan(element->content, &ignored)))
        write_children(element->content, depth + 1, text);
}

static void write_children(struct pki_bytes content, unsigned depth, struct pki_buf *text)
{
    struct pki_error err = {0};
    struct pki_element element;

    while (content.size > 0) {
        bool read = pki_walk_next(&content, &element, &err);
        assert(read);
        write_element(&element, depth, text);
    }
}

void der_text(struct pki_bytes der, struct pki_buf *text)
{
    write_children(der, 0, text);
}
