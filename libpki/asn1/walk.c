#include "asn1/walk.h"

#define DEPTH_MAX   32
#define CONSTRUCTED 0x20
#define UNIVERSAL   0xc0 /* these two bits are clear */
#define NUMBER      0x1f /* all ones: the number follows in more octets */

/* Universal tags whose content is looked at. */
enum {
    TAG_BOOLEAN = 0x01,
    TAG_INTEGER = 0x02,
    TAG_BIT_STRING = 0x03,
    TAG_NULL = 0x05,
    TAG_OID = 0x06,
    TAG_ENUMERATED = 0x0a,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
};

struct header {
    uint8_t tag;
    size_t size; /* tag and length octets */
    size_t content;
};

/* X.690 10.1: definite and minimal. NULL, or what is wrong. */
static const char *read_length(struct pki_bytes bytes, struct header *header)
{
    size_t first = bytes.data[1];

    header->size = 2;
    header->content = first;
    if (first < 0x80)
        return NULL;
    if (first == 0x80)
        return "indefinite length, which DER does not have (X.690 10.1)";

    size_t octets = first & 0x7f;
    if (octets > 4)
        return "length over four octets";
    if (octets > bytes.size - 2)
        return "cut off inside a length";
    header->content = 0;
    for (size_t i = 0; i < octets; i++)
        header->content = header->content << 8 | bytes.data[2 + i];
    header->size += octets;
    if (header->content < 0x80 || bytes.data[2] == 0)
        return "length longer than needed (X.690 10.1)";
    return NULL;
}

static const char *read_header(struct pki_bytes bytes, struct header *header)
{
    if (bytes.size < 2)
        return "cut off";
    header->tag = bytes.data[0];
    if (header->tag == 0)
        return "end-of-contents octets, which DER does not have (X.690 10.1)";
    if ((header->tag & NUMBER) == NUMBER)
        return "tag number over 30";

    const char *wrong = read_length(bytes, header);
    if (!wrong && header->content > bytes.size - header->size)
        wrong = "element longer than what holds it";
    return wrong;
}

static const char *check_integer(struct pki_bytes content)
{
    if (content.size == 0)
        return "INTEGER without octets (X.690 8.3.1)";
    if (content.size == 1)
        return NULL;
    if ((content.data[0] == 0x00 && content.data[1] < 0x80) ||
        (content.data[0] == 0xff && content.data[1] >= 0x80))
        return "INTEGER longer than needed (X.690 8.3.2)";
    return NULL;
}

static const char *check_bits(struct pki_bytes content)
{
    if (content.size == 0)
        return "BIT STRING without octets (X.690 8.6.2)";

    unsigned unused = content.data[0];
    if (unused > 7 || (unused > 0 && content.size == 1))
        return "BIT STRING with an impossible number of unused bits (X.690 8.6.2)";
    if ((content.data[content.size - 1] & ((1u << unused) - 1)) != 0 && content.size > 1)
        return "BIT STRING with unused bits set (X.690 11.2.1)";
    return NULL;
}

static const char *check_oid(struct pki_bytes content)
{
    if (content.size == 0 || content.data[content.size - 1] >= 0x80)
        return "OBJECT IDENTIFIER that does not end (X.690 8.19.2)";
    for (size_t i = 0; i < content.size; i++)
        if (content.data[i] == 0x80 && (i == 0 || content.data[i - 1] < 0x80))
            return "OBJECT IDENTIFIER with an arc longer than needed (X.690 8.19.2)";
    return NULL;
}

static const char *check_boolean(struct pki_bytes content)
{
    if (content.size != 1 || (content.data[0] != 0x00 && content.data[0] != 0xff))
        return "BOOLEAN that is neither 00 nor FF (X.690 11.1)";
    return NULL;
}

/* The one encoding that DER leaves for a value of a universal type. */
static const char *check_content(uint8_t tag, struct pki_bytes content)
{
    if ((tag & UNIVERSAL) != 0 || tag == TAG_SEQUENCE || tag == TAG_SET)
        return NULL;
    if ((tag & CONSTRUCTED) != 0)
        return "constructed encoding of a simple type (X.690 10.2)";

    switch (tag) {
    case TAG_BOOLEAN:
        return check_boolean(content);
    case TAG_INTEGER:
    case TAG_ENUMERATED:
        return check_integer(content);
    case TAG_BIT_STRING:
        return check_bits(content);
    case TAG_NULL:
        return content.size == 0 ? NULL : "NULL with content (X.690 8.8.2)";
    case TAG_OID:
        return check_oid(content);
    case TAG_SEQUENCE &NUMBER:
    case TAG_SET &NUMBER:
        return "SEQUENCE or SET in primitive encoding (X.690 8.9.1)";
    default:
        return NULL;
    }
}

static const char *take(struct pki_bytes *rest, struct pki_element *element)
{
    struct header header;
    const char *wrong = read_header(*rest, &header);

    if (wrong)
        return wrong;
    element->tag = header.tag;
    element->content = (struct pki_bytes){rest->data + header.size, header.content};
    element->whole = (struct pki_bytes){rest->data, header.size + header.content};
    wrong = check_content(element->tag, element->content);
    if (wrong)
        return wrong;
    rest->data += element->whole.size;
    rest->size -= element->whole.size;
    return NULL;
}

static bool fail_at(struct pki_error *err, struct pki_bytes der, const uint8_t *at,
                    const char *wrong)
{
    return pki_fail(err, PKI_E_FORMAT, "not DER at offset %zu: %s",
                    at ? (size_t)(at - der.data) : 0, wrong);
}

bool pki_walk_scan(struct pki_bytes der, struct pki_error *err)
{
    struct pki_bytes open[DEPTH_MAX] = {der}; /* what is left of each element that is open */
    unsigned depth = 0;
    struct pki_element element;

    do {
        const uint8_t *at = open[depth].data;
        const char *wrong = take(&open[depth], &element);
        if (wrong)
            return fail_at(err, der, at, wrong);
        if (depth == 0 && open[0].size > 0)
            return fail_at(err, der, open[0].data, "bytes after the end");
        if ((element.tag & CONSTRUCTED) != 0) {
            if (depth + 1 == DEPTH_MAX)
                return fail_at(err, der, at, "nested over 32 deep");
            open[++depth] = element.content;
        }
        while (depth > 0 && open[depth].size == 0)
            depth--;
    } while (depth > 0);
    return true;
}

bool pki_walk_next(struct pki_bytes *rest, struct pki_element *element, struct pki_error *err)
{
    struct pki_bytes after = *rest;
    struct pki_element next;

    if (rest->size == 0)
        return pki_fail(err, PKI_E_FORMAT, "an element is missing at the end");

    const char *wrong = take(&after, &next);
    if (wrong)
        return pki_fail(err, PKI_E_FORMAT, "not DER: %s", wrong);
    *rest = after;
    *element = next;
    return true;
}

bool pki_walk_expect(struct pki_bytes *rest, uint8_t tag, struct pki_element *element,
                     struct pki_error *err)
{
    if (rest->size > 0 && rest->data[0] != tag)
        return pki_fail(err, PKI_E_FORMAT, "an element has tag 0x%02x where 0x%02x belongs",
                        rest->data[0], tag);
    return pki_walk_next(rest, element, err);
}

uint8_t pki_walk_peek(struct pki_bytes rest)
{
    return rest.size > 0 ? rest.data[0] : 0;
}
