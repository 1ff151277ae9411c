#include "asn1/der.h"

#include <assert.h>

#include "pki/time.h"

#define LENGTH_MAX 5 /* octets of a length below 2^32, its first octet included */

/* X.690 8.1.3, minimal as 10.1 demands; returns how many octets were written. */
static size_t encode_length(size_t length, uint8_t octets[LENGTH_MAX])
{
    assert(length <= UINT32_MAX);
    if (length < 0x80) {
        octets[0] = (uint8_t)length;
        return 1;
    }

    size_t count = 1;
    while (count < sizeof(uint32_t) && length >> (8 * count) != 0)
        count++;
    octets[0] = (uint8_t)(0x80 | count);
    for (size_t i = 0; i < count; i++)
        octets[1 + i] = (uint8_t)(length >> (8 * (count - 1 - i)));
    return 1 + count;
}

void pki_der_begin(struct pki_der *der, uint8_t tag)
{
    const uint8_t header[] = {tag, 0}; /* most elements are short: their length fits here */

    assert(der->depth < PKI_DER_DEPTH);
    pki_buf_append(der->out, header, sizeof(header));
    der->open[der->depth++] = der->out->size;
}

void pki_der_begin_bits(struct pki_der *der)
{
    pki_der_begin(der, PKI_DER_BIT_STRING);
    pki_buf_byte(der->out, 0);
}

void pki_der_end(struct pki_der *der)
{
    uint8_t length[LENGTH_MAX];

    assert(der->depth > 0);
    size_t start = der->open[--der->depth];
    if (der->out->failed)
        return;

    size_t size = der->out->size - start;
    size_t octets = encode_length(size, length);
    if (octets > 1 && !pki_buf_extend(der->out, octets - 1))
        return;

    uint8_t *content = der->out->data + start;
    if (octets > 1)
        memmove(content + octets - 1, content, size);
    memcpy(content - 1, length, octets);
}

void pki_der_header(struct pki_der *der, uint8_t tag, size_t size)
{
    uint8_t header[1 + LENGTH_MAX] = {tag};
    size_t octets = encode_length(size, header + 1);

    pki_buf_append(der->out, header, 1 + octets);
}

void pki_der_primitive(struct pki_der *der, uint8_t tag, struct pki_bytes content)
{
    uint8_t header[1 + LENGTH_MAX] = {tag};
    size_t octets = 1 + encode_length(content.size, header + 1);
    uint8_t *room = pki_buf_extend(der->out, octets + content.size);

    if (!room)
        return;
    memcpy(room, header, octets);
    if (content.size > 0)
        memcpy(room + octets, content.data, content.size);
}

void pki_der_boolean(struct pki_der *der, bool value)
{
    uint8_t octet = value ? 0xff : 0x00; /* X.690 11.1 */

    pki_der_primitive(der, PKI_DER_BOOLEAN, (struct pki_bytes){&octet, 1});
}

void pki_der_integer(struct pki_der *der, int64_t value)
{
    uint8_t octets[sizeof(value)];
    size_t first = 0;

    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
    /* X.690 8.3.2: the first nine bits are never all equal */
    while (first < sizeof(octets) - 1 && ((octets[first] == 0x00 && octets[first + 1] < 0x80) ||
                                          (octets[first] == 0xff && octets[first + 1] >= 0x80)))
        first++;
    pki_der_primitive(der, PKI_DER_INTEGER,
                      (struct pki_bytes){octets + first, sizeof(octets) - first});
}

void pki_der_unsigned(struct pki_der *der, struct pki_bytes octets)
{
    uint8_t length[LENGTH_MAX];

    while (octets.size > 0 && octets.data[0] == 0) {
        octets.data++;
        octets.size--;
    }
    bool pad = octets.size == 0 || octets.data[0] >= 0x80;
    size_t used = encode_length(octets.size + pad, length);

    pki_buf_byte(der->out, PKI_DER_INTEGER);
    pki_buf_append(der->out, length, used);
    if (pad)
        pki_buf_byte(der->out, 0);
    pki_buf_append_bytes(der->out, octets);
}

/* X.690 8.19.2: seven bits an octet, the last one without its top bit. */
static void append_arc(struct pki_buf *out, uint64_t arc)
{
    unsigned shift = 0;

    while (shift + 7 < 64 && arc >> (shift + 7) != 0)
        shift += 7;
    for (; shift > 0; shift -= 7)
        pki_buf_byte(out, (uint8_t)(0x80 | (arc >> shift & 0x7f)));
    pki_buf_byte(out, (uint8_t)(arc & 0x7f));
}

/* Only constants come here, so a malformed one is a programming error. */
static uint64_t parse_arc(const char **dotted)
{
    uint64_t arc = 0;

    assert(**dotted >= '0' && **dotted <= '9');
    for (; **dotted >= '0' && **dotted <= '9'; (*dotted)++) {
        assert(arc < UINT64_MAX / 10);
        arc = arc * 10 + (uint64_t)(**dotted - '0');
    }
    return arc;
}

void pki_der_oid(struct pki_der *der, const char *dotted)
{
    uint64_t root = parse_arc(&dotted);

    assert(root <= 2 && *dotted == '.');
    dotted++;
    uint64_t second = parse_arc(&dotted);
    assert(second < 40 || root == 2);
    pki_der_begin(der, PKI_DER_OID);
    append_arc(der->out, root * 40 + second); /* X.690 8.19.4 */
    while (*dotted == '.') {
        dotted++;
        append_arc(der->out, parse_arc(&dotted));
    }
    assert(*dotted == 0);
    pki_der_end(der);
}

void pki_der_octets(struct pki_der *der, struct pki_bytes content)
{
    pki_der_primitive(der, PKI_DER_OCTET_STRING, content);
}

void pki_der_bits(struct pki_der *der, struct pki_bytes content)
{
    pki_der_begin_bits(der);
    pki_buf_append_bytes(der->out, content);
    pki_der_end(der);
}

void pki_der_named_bits(struct pki_der *der, uint32_t bits)
{
    uint8_t octets[1 + sizeof(bits)] = {0};
    size_t used = 1;

    for (unsigned bit = 0; bit < 32; bit++) {
        if ((bits >> bit & 1) == 0)
            continue;
        used = 2 + bit / 8;
        octets[used - 1] |= (uint8_t)(0x80 >> bit % 8);
        octets[0] = (uint8_t)(7 - bit % 8); /* unused bits, of the last octet so far */
    }
    pki_der_primitive(der, PKI_DER_BIT_STRING, (struct pki_bytes){octets, used});
}

void pki_der_null(struct pki_der *der)
{
    pki_der_primitive(der, PKI_DER_NULL, (struct pki_bytes){NULL, 0});
}

void pki_der_text(struct pki_der *der, uint8_t tag, const char *text)
{
    pki_der_primitive(der, tag, (struct pki_bytes){(const uint8_t *)text, strlen(text)});
}

/* What UTCTime can say (RFC 5280 4.1.2.5.1). */
#define UTC_FIRST INT64_C(-631152000) /* 1950-01-01T00:00:00Z */
#define UTC_END   INT64_C(2524608000) /* 2050-01-01T00:00:00Z */

static size_t put_time(uint8_t octets[PKI_DER_TIME_MAX], uint8_t tag, int64_t seconds)
{
    const size_t left_out = tag == PKI_DER_UTC_TIME ? 2 : 0; /* the century: under the header */
    const size_t size = PKI_TIME_DIGITS - left_out;

    pki_time_digits(seconds, (char *)octets + 2 - left_out);
    octets[0] = tag;
    octets[1] = (uint8_t)size;
    return 2 + size;
}

size_t pki_der_put_time(uint8_t octets[PKI_DER_TIME_MAX], int64_t seconds)
{
    return put_time(octets,
                    seconds < UTC_FIRST || seconds >= UTC_END ? PKI_DER_GENERALIZED_TIME
                                                              : PKI_DER_UTC_TIME,
                    seconds);
}

size_t pki_der_put_generalized_time(uint8_t octets[PKI_DER_TIME_MAX], int64_t seconds)
{
    return put_time(octets, PKI_DER_GENERALIZED_TIME, seconds);
}

void pki_der_time(struct pki_der *der, int64_t seconds)
{
    uint8_t octets[PKI_DER_TIME_MAX];

    pki_buf_append(der->out, octets, pki_der_put_time(octets, seconds));
}

void pki_der_raw(struct pki_der *der, struct pki_bytes der_bytes)
{
    pki_buf_append_bytes(der->out, der_bytes);
}
