/*
 * Names against the subtrees of name constraints (RFC 5280 4.2.1.10, 7).
 */
#include "x509/path.h"

#include "asn1/walk.h"
#include "x509/name.h"

#define TAG_SEQUENCE 0x30
#define TAG_SET      0x31

static bool is_host_octet(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* Labels of letters, digits, '-' and '_' with single dots between them; A-labels (RFC 5280 7.2). */
static bool is_host(struct pki_bytes host)
{
    bool dot = true;

    for (size_t i = 0; i < host.size; i++) {
        if (host.data[i] == '.' ? dot : !is_host_octet(host.data[i]))
            return false;
        dot = host.data[i] == '.';
    }
    return host.size > 0 && !dot;
}

static struct pki_bytes skip(struct pki_bytes bytes, size_t n)
{
    return (struct pki_bytes){bytes.data + n, bytes.size - n};
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool equal_folded(struct pki_bytes a, struct pki_bytes b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

static bool ends_with(struct pki_bytes text, struct pki_bytes tail)
{
    return text.size >= tail.size && equal_folded(skip(text, text.size - tail.size), tail);
}

/* Equal, or below it: ends in a dot and the base. */
static bool is_at_or_below(struct pki_bytes host, struct pki_bytes base)
{
    if (!ends_with(host, base))
        return false;
    return host.size == base.size || host.data[host.size - base.size - 1] == '.';
}

static bool is_wildcard(struct pki_bytes name)
{
    return name.size > 2 && name.data[0] == '*' && name.data[1] == '.';
}

/* A leading dot, which RFC 5280 does not have here, is taken as OpenSSL does: below, not at. */
static bool is_below_dot(struct pki_bytes host, struct pki_bytes base)
{
    return host.size > base.size && ends_with(host, base);
}

static bool dns_is_within(struct pki_bytes name, struct pki_bytes base, bool excluded)
{
    if (base.size == 0)
        return true;
    bool within = base.data[0] == '.' ? is_below_dot(name, base) : is_at_or_below(name, base);
    if (within || !excluded || !is_wildcard(name))
        return within;
    /* "*.example.com" may stand for a name in the excluded "a.example.com" */
    return ends_with(base, skip(name, 1));
}

/* The host of an e-mail address; size 0 when it is not local@host. Quoted locals are not taken. */
static struct pki_bytes email_host(struct pki_bytes name)
{
    const uint8_t *at = name.size > 0 ? memchr(name.data, '@', name.size) : NULL;
    size_t local = at ? (size_t)(at - name.data) : 0;

    if (local == 0 || memchr(name.data, '"', name.size) || memchr(name.data, 0, name.size) ||
        !is_host(skip(name, local + 1)))
        return (struct pki_bytes){0};
    return skip(name, local + 1);
}

/* RFC 5280 4.2.1.10: a host names itself only, ".host" what is below it. */
static bool host_is_within(struct pki_bytes host, struct pki_bytes base)
{
    if (base.size == 0)
        return true;
    return base.data[0] == '.' ? is_below_dot(host, base) : equal_folded(host, base);
}

static bool email_is_within(struct pki_bytes name, struct pki_bytes base)
{
    struct pki_bytes host = email_host(name);
    struct pki_bytes base_host = email_host(base);

    if (base_host.size == 0)
        return host_is_within(host, base);
    /* RFC 5280 7.5: the local part is compared exactly */
    size_t local = base.size - base_host.size;
    return name.size - host.size == local && memcmp(name.data, base.data, local) == 0 &&
           equal_folded(host, base_host);
}

/* What may stand behind scheme://host (RFC 3986 3.2), and what some take for it. */
static bool ends_authority(uint8_t c)
{
    return c == '/' || c == '?' || c == '#' || c == '\\';
}

/* The host in scheme://user@host:port/...; size 0 when there is none, or it is an address. */
static struct pki_bytes uri_host(struct pki_bytes uri)
{
    size_t i = 0;

    while (i + 2 < uri.size && memcmp(uri.data + i, "://", 3) != 0)
        i++;
    if (i == 0 || i + 2 >= uri.size)
        return (struct pki_bytes){0};

    struct pki_bytes host = skip(uri, i + 3);
    for (i = 0; i < host.size && !ends_authority(host.data[i]); i++)
        continue;
    host.size = i;
    for (i = host.size; i > 0 && host.data[i - 1] != '@'; i--)
        continue;
    host = skip(host, i);
    for (i = 0; i < host.size && host.data[i] != ':'; i++)
        continue;
    host.size = i;
    return host;
}

static bool is_address(struct pki_bytes host)
{
    for (size_t i = 0; i < host.size; i++)
        if (host.data[i] != '.' && (host.data[i] < '0' || host.data[i] > '9'))
            return false;
    return true;
}

/* Base: an address and a mask of the same length. */
static bool ip_is_within(struct pki_bytes name, struct pki_bytes base)
{
    if (base.size != 2 * name.size)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (((name.data[i] ^ base.data[i]) & base.data[name.size + i]) != 0)
            return false;
    return true;
}

static bool is_mask(struct pki_bytes mask)
{
    bool ended = false;

    for (size_t i = 0; i < mask.size * 8; i++) {
        bool set = (mask.data[i / 8] >> (7 - i % 8) & 1) != 0;
        if (set && ended)
            return false;
        ended = ended || !set;
    }
    return true;
}

/* Header of an element of up to 65,535 octets: names are compared whole, so parts are made whole.
 */
static void begin(struct pki_buf *name, uint8_t tag, size_t size)
{
    pki_buf_byte(name, tag);
    if (size >= 0x80)
        pki_buf_byte(name, size <= UINT8_MAX ? 0x81 : 0x82);
    if (size > UINT8_MAX)
        pki_buf_byte(name, (uint8_t)(size >> 8));
    pki_buf_byte(name, (uint8_t)size);
}

/* The relative names of a Name; false when it is none, or longer than begin can write. */
static bool open_name(struct pki_bytes name, struct pki_bytes *content)
{
    struct pki_error ignored = {0};
    struct pki_element whole;

    if (!pki_walk_expect(&name, TAG_SEQUENCE, &whole, &ignored) || name.size > 0 ||
        whole.content.size > UINT16_MAX)
        return false;
    *content = whole.content;
    return true;
}

/* Take as many relative names off the front of one list as the other has. */
static bool skip_as_many(struct pki_bytes *list, struct pki_bytes other)
{
    struct pki_error ignored = {0};
    struct pki_element part;

    while (other.size > 0)
        if (!pki_walk_next(&other, &part, &ignored) || !pki_walk_next(list, &part, &ignored))
            return false;
    return true;
}

/* RFC 5280 7.1: the base equals the first relative names of the name. */
static bool directory_is_within(struct pki_bytes name, struct pki_bytes base)
{
    pki_scope(pki_buf) prefix = {0};
    struct pki_bytes names;
    struct pki_bytes bases;

    if (!open_name(name, &names) || !open_name(base, &bases))
        return false;
    struct pki_bytes rest = names;
    if (!skip_as_many(&rest, bases))
        return false;
    struct pki_bytes front = {names.data, names.size - rest.size};
    begin(&prefix, TAG_SEQUENCE, front.size);
    pki_buf_append_bytes(&prefix, front);
    return !prefix.failed && pki_name_equal(pki_buf_view(&prefix), base);
}

bool pki_name_extend(struct pki_bytes name, struct pki_bytes relative, struct pki_buf *full,
                     struct pki_error *err)
{
    pki_scope(pki_buf) last = {0};
    struct pki_bytes names;

    if (!open_name(name, &names) || names.size + relative.size + 8 > UINT16_MAX)
        return pki_fail(err, PKI_E_FORMAT, "a name that cannot be read, or is too long");
    begin(&last, TAG_SET, relative.size);
    begin(full, TAG_SEQUENCE, names.size + last.size + relative.size);
    pki_buf_append_bytes(full, names);
    pki_buf_append_bytes(full, pki_buf_view(&last));
    pki_buf_append_bytes(full, relative);
    return !last.failed ? pki_buf_ok(full, err) : pki_fail(err, PKI_E_MEMORY, "out of memory");
}

bool pki_name_is_comparable(enum pki_name_kind kind, struct pki_bytes name)
{
    struct pki_bytes content;

    switch (kind) {
    case PKI_NAME_EMAIL:
        return email_host(name).size > 0;
    case PKI_NAME_DNS:
        return is_host(is_wildcard(name) ? skip(name, 2) : name);
    case PKI_NAME_DIRECTORY:
        return open_name(name, &content);
    case PKI_NAME_URI:
        /* RFC 5280 4.2.1.10: without a host name, a constraint makes the URI unacceptable */
        return is_host(uri_host(name)) && !is_address(uri_host(name));
    case PKI_NAME_IP:
        return name.size == 4 || name.size == 16;
    default:
        return false;
    }
}

/* A host, ".host", or nothing for all. */
static bool is_host_base(struct pki_bytes base)
{
    return base.size == 0 || is_host(base.data[0] == '.' ? skip(base, 1) : base);
}

bool pki_name_base_is_usable(enum pki_name_kind kind, struct pki_bytes base)
{
    struct pki_bytes content;

    switch (kind) {
    case PKI_NAME_EMAIL:
        return is_host_base(base) || email_host(base).size > 0;
    case PKI_NAME_DNS:
    case PKI_NAME_URI:
        return is_host_base(base);
    case PKI_NAME_DIRECTORY:
        return open_name(base, &content);
    case PKI_NAME_IP:
        return (base.size == 8 || base.size == 32) && is_mask(skip(base, base.size / 2));
    default:
        return false;
    }
}

bool pki_name_is_within(enum pki_name_kind kind, struct pki_bytes name, struct pki_bytes base,
                        bool excluded)
{
    switch (kind) {
    case PKI_NAME_EMAIL:
        return email_is_within(name, base);
    case PKI_NAME_DNS:
        return dns_is_within(name, base, excluded);
    case PKI_NAME_DIRECTORY:
        return directory_is_within(name, base);
    case PKI_NAME_URI:
        return host_is_within(uri_host(name), base);
    case PKI_NAME_IP:
        return ip_is_within(name, base);
    default:
        return excluded; /* a kind that is not compared is never let through */
    }
}
