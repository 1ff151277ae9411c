#include "x509/path.h"

#include "asn1/walk.h"
#include "base/text.h"
#include "x509/name.h"
#include "x509/oids.h"

/* Cuts at the last whole UTF-8 character that fits. */
static const char *set_label(char *label, const char *kind, struct pki_bytes text)
{
    pki_scope(pki_buf) safe = {0};

    pki_text_safe(&safe, text);
    int shown = safe.size > PKI_LABEL - 8 ? PKI_LABEL - 8 : (int)safe.size;
    while (shown > 0 && (size_t)shown < safe.size && (safe.data[shown] & 0xc0) == 0x80)
        shown--;
    (void)snprintf(label, PKI_LABEL, "%s%.*s%s", kind, shown, shown > 0 ? (char *)safe.data : "",
                   (size_t)shown < safe.size ? "..." : "");
    return label;
}

#define EMPTY_NAME 2 /* octets of an empty SEQUENCE */

const char *pki_name_label(struct pki_bytes name, char label[PKI_LABEL])
{
    pki_scope(pki_buf) text = {0};
    struct pki_error ignored = {0};

    if (name.size <= EMPTY_NAME)
        return memcpy(label, "no name", sizeof("no name"));
    if (pki_name_attribute(name, PKI_OID_COMMON_NAME, &text, &ignored) && text.size > 0)
        return set_label(label, "CN=", pki_buf_view(&text));
    ignored = (struct pki_error){0};
    pki_buf_clear(&text);
    if (pki_name_show(name, &text, &ignored) && text.size > 0)
        return set_label(label, "", pki_buf_view(&text));
    return memcpy(label, "unreadable name", sizeof("unreadable name"));
}

const char *pki_span_text(int64_t seconds, char text[32])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t i = 0;

    while (i + 1 < PKI_COUNT(units) && seconds < units[i].seconds)
        i++;
    int64_t count = seconds / units[i].seconds;
    (void)snprintf(text, 32, "%lld %s%s", (long long)count, units[i].name, count == 1 ? "" : "s");
    return text;
}

const char *pki_usage_name(const char *oid)
{
    static const struct {
        const char *oid;
        const char *name;
    } usages[] = {
        {PKI_OID_ANY_EXTENDED_KEY_USAGE, "anyExtendedKeyUsage"},
        {PKI_OID_SERVER_AUTH, "serverAuth"},
        {PKI_OID_CLIENT_AUTH, "clientAuth"},
        {PKI_OID_CODE_SIGNING, "codeSigning"},
        {PKI_OID_EMAIL_PROTECTION, "emailProtection"},
        {PKI_OID_TIME_STAMPING, "timeStamping"},
        {PKI_OID_OCSP_SIGNING, "OCSPSigning"},
    };

    for (size_t i = 0; i < PKI_COUNT(usages); i++)
        if (strcmp(usages[i].oid, oid) == 0)
            return usages[i].name;
    return oid;
}

bool pki_extension_open(const struct pki_extension *extension, uint8_t tag,
                        struct pki_bytes *content, struct pki_error *err)
{
    struct pki_bytes rest = extension->value;
    struct pki_element element;

    if (!pki_walk_scan(rest, err) || !pki_walk_expect(&rest, tag, &element, err))
        return false;
    *content = element.content;
    return true;
}
