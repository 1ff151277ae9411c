#include "x509/san.h"

#include <arpa/inet.h>

#define LABEL_MAX       63 /* RFC 1035 2.3.4 */
#define DOMAIN_MAX      253
#define LOCAL_PART_MAX  64 /* RFC 5321 4.5.3.1.1 */
#define NAME_MAX_LENGTH 2048

/* A part of a text; what is judged here never ends in NUL of its own. */
struct part {
    const char *text;
    size_t size;
};

struct judge {
    const struct pki_san *san;
    enum pki_code code;
    struct pki_error *err;
};

static bool refuse(const struct judge *judge, const char *rule)
{
    return pki_fail(judge->err, judge->code, "name \"%.120s\": %s", judge->san->text, rule);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all_digits(struct part part)
{
    size_t i = 0;

    while (i < part.size && is_digit(part.text[i]))
        i++;
    return i == part.size;
}

static bool judge_label(const struct judge *judge, struct part label)
{
    if (label.size == 0)
        return refuse(judge, "an empty label: no dot at an end and no two in a row (RFC 1034 3.5)");
    if (label.size > LABEL_MAX)
        return refuse(judge, "a label over 63 characters (RFC 1035 2.3.4)");
    for (size_t i = 0; i < label.size; i++)
        if (!is_alphanumeric(label.text[i]) && label.text[i] != '-')
            return refuse(judge, "labels hold letters, digits and hyphens only (RFC 5280 4.2.1.6)");
    if (label.text[0] == '-' || label.text[label.size - 1] == '-')
        return refuse(judge, "a label starts and ends with a letter or digit (RFC 1034 3.5)");
    if (label.size >= 4 && memcmp(label.text + 2, "--", 2) == 0 &&
        strncasecmp(label.text, "xn", 2) != 0)
        return refuse(judge,
                      "hyphens in third and fourth place are kept for xn-- (RFC 5890 2.3.1)");
    return true;
}

static bool judge_labels(const struct judge *judge, struct part domain)
{
    struct part label = {.text = domain.text};
    const char *end = domain.text + domain.size;

    for (const char *at = domain.text; at <= end; at++) {
        if (at < end && *at != '.')
            continue;
        label.size = (size_t)(at - label.text);
        if (!judge_label(judge, label))
            return false;
        if (at == end && all_digits(label))
            return refuse(judge, "the last label is a number: an address is not a DNS name "
                                 "(RFC 1123 2.1)");
        label.text = at + 1;
    }
    return true;
}

static bool judge_domain(const struct judge *judge, struct part domain)
{
    for (size_t i = 0; i < domain.size; i++)
        if ((unsigned char)domain.text[i] >= 0x80)
            return refuse(judge, "write international names as A-labels, xn--... (RFC 5280 7.2)");
    if (domain.size > DOMAIN_MAX)
        return refuse(judge, "over 253 characters (RFC 1035 2.3.4)");
    return judge_labels(judge, domain);
}

static bool judge_dns(const struct judge *judge)
{
    struct part domain = {judge->san->text, strlen(judge->san->text)};

    if (strncmp(domain.text, "*.", 2) == 0) {
        domain.text += 2;
        domain.size -= 2;
        if (!memchr(domain.text, '.', domain.size))
            return refuse(judge, "a wildcard needs two labels to its right (RFC 6125 7.2)");
    }
    if (memchr(domain.text, '*', domain.size))
        return refuse(judge, "a wildcard is the whole leftmost label or nothing (RFC 6125 6.4.3)");
    return judge_domain(judge, domain);
}

/* Octets of an address: 4, 16, or 0 where it is none. */
static size_t address_octets(const char *text, uint8_t octets[16])
{
    if (inet_pton(AF_INET, text, octets) == 1)
        return 4;
    return inet_pton(AF_INET6, text, octets) == 1 ? 16 : 0;
}

static bool judge_ip(const struct judge *judge)
{
    uint8_t octets[16];

    if (address_octets(judge->san->text, octets) == 0)
        return refuse(judge, "not an IPv4 or IPv6 address; no port, brackets, zone or mask "
                             "(RFC 5280 4.2.1.6)");
    return true;
}

/* RFC 5321 4.1.2: Dot-string; quoted local parts are refused. */
static bool judge_local_part(const struct judge *judge, struct part local)
{
    static const char also[] = "!#$%&'*+-/=?^_`{|}~";
    char before = '.';

    if (local.size == 0 || local.size > LOCAL_PART_MAX)
        return refuse(judge, "1 to 64 characters stand before the @ (RFC 5321 4.5.3.1.1)");
    for (size_t i = 0; i < local.size; i++) {
        char c = local.text[i];
        if (c == '.' ? before == '.' : !is_alphanumeric(c) && !strchr(also, c))
            return refuse(judge, "before the @ stand ASCII atoms joined by single dots "
                                 "(RFC 5280 4.2.1.6, RFC 5321 4.1.2)");
        before = c;
    }
    if (before == '.')
        return refuse(judge, "a dot before the @ (RFC 5321 4.1.2)");
    return true;
}

static bool judge_email(const struct judge *judge)
{
    const char *text = judge->san->text;
    const char *at = strchr(text, '@');

    if (!at || strchr(at + 1, '@'))
        return refuse(judge, "an address has one @ (RFC 5280 4.2.1.6)");
    struct part local = {text, (size_t)(at - text)};
    struct part domain = {at + 1, strlen(at + 1)};
    return judge_local_part(judge, local) && judge_domain(judge, domain);
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool judge_uri_characters(const struct judge *judge)
{
    const char *text = judge->san->text;

    for (size_t i = 0; text[i]; i++) {
        if (text[i] <= ' ' || text[i] > '~' || strchr("<>\"{}|\\^`", text[i]))
            return refuse(judge, "a character that must be percent-encoded (RFC 3986 2)");
        if (text[i] == '%' && !(is_hex(text[i + 1]) && is_hex(text[i + 2])))
            return refuse(judge, "a % without two hex digits (RFC 3986 2.1)");
    }
    return true;
}

/* The host of "//host:port/..." with user, port and brackets taken off. */
static struct part host_of(const char *authority)
{
    struct part host = {authority, strcspn(authority, "/?#")};
    const char *user = memchr(host.text, '@', host.size);

    if (user) {
        host.size -= (size_t)(user + 1 - host.text);
        host.text = user + 1;
    }
    const char *close =
        host.size > 0 && host.text[0] == '[' ? memchr(host.text, ']', host.size) : NULL;
    if (close)
        return (struct part){host.text + 1, (size_t)(close - host.text) - 1};
    const char *port = memchr(host.text, ':', host.size);
    if (port)
        host.size = (size_t)(port - host.text);
    return host;
}

/* RFC 5280 4.2.1.6: an authority names its host by a domain name or an address. */
static bool judge_host(const struct judge *judge, const char *authority)
{
    struct part host = host_of(authority);
    char text[INET6_ADDRSTRLEN] = "";
    uint8_t octets[16];

    if (host.size == 0)
        return refuse(judge, "no host after // (RFC 5280 4.2.1.6)");
    if (host.size < sizeof(text))
        memcpy(text, host.text, host.size);
    return address_octets(text, octets) > 0 || judge_domain(judge, host);
}

static bool judge_uri(const struct judge *judge)
{
    const char *text = judge->san->text;
    size_t scheme = 0;

    if (!judge_uri_characters(judge))
        return false;
    while (is_alphanumeric(text[scheme]) ||
           (scheme > 0 && strchr("+-.", text[scheme]) && text[scheme] != '\0'))
        scheme++;
    if (scheme == 0 || is_digit(text[0]) || text[scheme] != ':' || text[scheme + 1] == '\0')
        return refuse(judge, "not an absolute URI: scheme, colon and more (RFC 5280 4.2.1.6)");
    const char *rest = text + scheme + 1;
    return strncmp(rest, "//", 2) != 0 || judge_host(judge, rest + 2);
}

bool pki_san_judge_as(const struct pki_san *san, enum pki_code code, struct pki_error *err)
{
    const struct judge judge = {.san = san, .code = code, .err = err};

    if (san->text[0] == '\0')
        return pki_fail(err, code, "an alternative name is empty (RFC 5280 4.2.1.6)");
    if (strlen(san->text) > NAME_MAX_LENGTH)
        return refuse(&judge, "over 2048 characters");
    switch (san->kind) {
    case PKI_SAN_DNS:
        return judge_dns(&judge);
    case PKI_SAN_IP:
        return judge_ip(&judge);
    case PKI_SAN_EMAIL:
        return judge_email(&judge);
    case PKI_SAN_URI:
        return judge_uri(&judge);
    default:
        return refuse(&judge, "its kind is not one of DNS, IP, email, URI");
    }
}

bool pki_san_judge(const struct pki_san *san, struct pki_error *err)
{
    return pki_san_judge_as(san, PKI_E_USAGE, err);
}

bool pki_address_judge(const char *what, const char *url, struct pki_error *err)
{
    const struct pki_san san = {.kind = PKI_SAN_URI, .text = url};
    PKI_CONTEXT(err, "%s", what);

    if (strncmp(url, "http://", 7) != 0) {
        return pki_fail(err, PKI_E_POLICY,
                        "\"%.120s\" is not an http:// address: fetching it over TLS would need the "
                        "very check that it serves (RFC 5280 8)",
                        url);
    }
    return pki_san_judge_as(&san, PKI_E_POLICY, err);
}

/*
 * GeneralName ::= CHOICE { rfc822Name [1] IA5String, dNSName [2] IA5String,
 *     uniformResourceIdentifier [6] IA5String, iPAddress [7] OCTET STRING, ... }
 */
void pki_san_write(struct pki_der *der, const struct pki_san *san)
{
    uint8_t octets[16];

    if (san->kind == PKI_SAN_IP) {
        struct pki_bytes address = {octets, address_octets(san->text, octets)};
        pki_der_primitive(der, PKI_DER_CONTEXT(7), address);
        return;
    }
    uint8_t tag = san->kind == PKI_SAN_DNS     ? PKI_DER_CONTEXT(2)
                  : san->kind == PKI_SAN_EMAIL ? PKI_DER_CONTEXT(1)
                                               : PKI_DER_CONTEXT(6);
    pki_der_text(der, tag, san->text);
}
