#include "x509/name.h"

#include "asn1/value.h"
#include "asn1/walk.h"
#include "base/text.h"

/* Tags of text, as found in names of others too. */
#define TAG_OID       0x06
#define TAG_UTF8      0x0c
#define TAG_PRINTABLE 0x13
#define TAG_TELETEX   0x14
#define TAG_IA5       0x16
#define TAG_BMP       0x1e
#define TAG_SEQUENCE  0x30
#define TAG_SET       0x31

#define RDNS_MAX 64 /* shown in reverse; names of more are not names */

struct attribute {
    char oid[PKI_OID_TEXT];
    uint8_t tag;
    struct pki_bytes value; /* content */
    struct pki_bytes whole; /* header included */
};

struct keyword {
    const char *oid;
    const char *word;
};

static const struct keyword keywords[] = {
    {"2.5.4.3", "CN"},
    {"2.5.4.4", "SN"},
    {"2.5.4.5", "serialNumber"},
    {"2.5.4.6", "C"},
    {"2.5.4.7", "L"},
    {"2.5.4.8", "ST"},
    {"2.5.4.9", "street"},
    {"2.5.4.10", "O"},
    {"2.5.4.11", "OU"},
    {"2.5.4.12", "title"},
    {"2.5.4.42", "GN"},
    {"2.5.4.46", "dnQualifier"},
    {"2.5.4.97", "organizationIdentifier"},
    {"0.9.2342.19200300.100.1.1", "UID"},
    {"0.9.2342.19200300.100.1.25", "DC"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
};

/* Take the next attribute off the content of one RDN. */
static bool next_attribute(struct pki_bytes *rdn, struct attribute *attribute,
                           struct pki_error *err)
{
    struct pki_element pair;
    struct pki_element type;
    struct pki_element value;

    if (!pki_walk_expect(rdn, TAG_SEQUENCE, &pair, err) ||
        !pki_walk_expect(&pair.content, TAG_OID, &type, err) ||
        !pki_walk_next(&pair.content, &value, err) ||
        !pki_value_oid(type.content, attribute->oid, err))
        return false;
    if (pair.content.size > 0)
        return pki_fail(err, PKI_E_FORMAT, "something stands after an attribute of a name");
    attribute->tag = value.tag;
    attribute->value = value.content;
    attribute->whole = value.whole;
    return true;
}

static bool open_name(struct pki_bytes der, struct pki_bytes *rdns, struct pki_error *err)
{
    struct pki_element name;

    if (!pki_walk_expect(&der, TAG_SEQUENCE, &name, err))
        return false;
    if (der.size > 0)
        return pki_fail(err, PKI_E_FORMAT, "something stands after a name");
    *rdns = name.content;
    return true;
}

/* The contents of all RDNs, in order. */
static bool list_rdns(struct pki_bytes der, struct pki_bytes list[RDNS_MAX], size_t *count,
                      struct pki_error *err)
{
    struct pki_bytes rest = {0};
    struct pki_element rdn;
    size_t n = 0;

    if (!open_name(der, &rest, err))
        return false;
    for (; rest.size > 0; n++) {
        if (n == RDNS_MAX)
            return pki_fail(err, PKI_E_FORMAT, "a name of more than 64 parts");
        if (!pki_walk_expect(&rest, TAG_SET, &rdn, err))
            return false;
        if (rdn.content.size == 0)
            return pki_fail(err, PKI_E_FORMAT, "an empty part in a name (RFC 5280 A.1)");
        list[n] = rdn.content;
    }
    *count = n;
    return true;
}

static bool is_text(uint8_t tag)
{
    return tag == TAG_UTF8 || tag == TAG_PRINTABLE || tag == TAG_IA5 || tag == TAG_TELETEX;
}

/* RFC 4514 2.4: what would be read as syntax is escaped. */
static void append_escaped(struct pki_buf *text, struct pki_bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        uint8_t c = value.data[i];
        bool at_end = i == 0 || i + 1 == value.size;
        if ((c != 0 && strchr("\"+,;<>\\", c)) || (c == ' ' && at_end) || (c == '#' && i == 0))
            pki_buf_byte(text, '\\');
        pki_buf_byte(text, c);
    }
}

/* Two passes in this order: the escapes are printable, so the safe pass leaves them. */
static void append_value(struct pki_buf *text, const struct attribute *attribute)
{
    pki_scope(pki_buf) escaped = {0};

    if (!is_text(attribute->tag)) {
        pki_buf_byte(text, '#');
        pki_hex(text, attribute->whole);
        return;
    }
    append_escaped(&escaped, attribute->value);
    text->failed = text->failed || escaped.failed;
    pki_text_safe(text, pki_buf_view(&escaped));
}

static void append_type(struct pki_buf *text, const char *oid)
{
    for (size_t i = 0; i < PKI_COUNT(keywords); i++) {
        if (strcmp(keywords[i].oid, oid) == 0) {
            pki_buf_text(text, keywords[i].word);
            return;
        }
    }
    pki_buf_text(text, oid);
}

static bool show_rdn(struct pki_bytes rdn, struct pki_buf *text, struct pki_error *err)
{
    struct attribute attribute;

    for (bool first = true; rdn.size > 0; first = false) {
        if (!next_attribute(&rdn, &attribute, err))
            return false;
        if (!first)
            pki_buf_byte(text, '+');
        append_type(text, attribute.oid);
        pki_buf_byte(text, '=');
        append_value(text, &attribute);
    }
    return true;
}

static bool show_name(struct pki_bytes der, struct pki_buf *text, struct pki_error *err)
{
    struct pki_bytes rdns[RDNS_MAX];
    size_t count = 0;

    if (!list_rdns(der, rdns, &count, err))
        return false;
    for (size_t i = count; i-- > 0;) {
        if (!show_rdn(rdns[i], text, err))
            return false;
        if (i > 0)
            pki_buf_text(text, ", ");
    }
    return pki_buf_ok(text, err);
}

bool pki_name_show(struct pki_bytes der, struct pki_buf *text, struct pki_error *err)
{
    size_t before = text->size;
    bool shown = show_name(der, text, err);

    if (!shown)
        text->size = before;
    return shown;
}

bool pki_name_attribute(struct pki_bytes der, const char *oid, struct pki_buf *text,
                        struct pki_error *err)
{
    struct pki_bytes rdns[RDNS_MAX];
    struct attribute attribute;
    struct attribute last = {.tag = 0};
    size_t count = 0;

    if (!list_rdns(der, rdns, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        while (rdns[i].size > 0) {
            if (!next_attribute(&rdns[i], &attribute, err))
                return false;
            if (strcmp(attribute.oid, oid) == 0)
                last = attribute;
        }
    }
    if (is_text(last.tag))
        pki_text_safe(text, last.value);
    return pki_buf_ok(text, err);
}

static uint8_t fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* The next character after folding: case dropped, runs of spaces one, none at the ends; -1 when
 * there is none. start tells whether nothing was given out yet. */
static int next_folded(struct pki_bytes *rest, bool start)
{
    bool space = false;

    while (rest->size > 0 && *rest->data == ' ') {
        space = true;
        *rest = (struct pki_bytes){rest->data + 1, rest->size - 1};
    }
    if (rest->size == 0)
        return -1;
    if (space && !start)
        return ' ';
    uint8_t c = fold(*rest->data);
    *rest = (struct pki_bytes){rest->data + 1, rest->size - 1};
    return c;
}

static bool texts_equal(struct pki_bytes a, struct pki_bytes b)
{
    for (bool start = true;; start = false) {
        int left = next_folded(&a, start);
        int right = next_folded(&b, start);
        if (left != right)
            return false;
        if (left < 0)
            return true;
    }
}

/* RFC 5280 7.1 over text, whatever its string type; other values byte for byte. */
static bool attributes_equal(const struct attribute *a, const struct attribute *b)
{
    if (strcmp(a->oid, b->oid) != 0)
        return false;
    if (is_text(a->tag) && is_text(b->tag))
        return texts_equal(a->value, b->value);
    return pki_bytes_equal(a->whole, b->whole);
}

/* DER keeps a SET OF sorted, so both stand in the same order. */
static bool rdns_equal(struct pki_bytes a, struct pki_bytes b)
{
    struct pki_error ignored = {0}; /* what cannot be read equals nothing but itself */
    struct attribute left;
    struct attribute right;

    while (a.size > 0 && b.size > 0) {
        if (!next_attribute(&a, &left, &ignored) || !next_attribute(&b, &right, &ignored) ||
            !attributes_equal(&left, &right))
            return false;
    }
    return a.size == 0 && b.size == 0;
}

bool pki_name_equal(struct pki_bytes a, struct pki_bytes b)
{
    struct pki_error ignored = {0};
    struct pki_bytes left[RDNS_MAX];
    struct pki_bytes right[RDNS_MAX];
    size_t n_left = 0;
    size_t n_right = 0;

    if (pki_bytes_equal(a, b))
        return true;
    if (!list_rdns(a, left, &n_left, &ignored) || !list_rdns(b, right, &n_right, &ignored) ||
        n_left != n_right)
        return false;
    for (size_t i = 0; i < n_left; i++)
        if (!rdns_equal(left[i], right[i]))
            return false;
    return true;
}
