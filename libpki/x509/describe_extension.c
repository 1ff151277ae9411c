#include <arpa/inet.h>

#include "base/text.h"
#include "x509/describe.h"
#include "x509/name.h"
#include "x509/oids.h"
#include "x509/path.h"

/* Shown by the functions below, or with the certificate's fields. */
static const char *const shown[] = {
    PKI_OID_SUBJECT_KEY_ID,          PKI_OID_AUTHORITY_KEY_ID,      PKI_OID_KEY_USAGE,
    PKI_OID_SUBJECT_ALT_NAME,        PKI_OID_BASIC_CONSTRAINTS,     PKI_OID_EXT_KEY_USAGE,
    PKI_OID_CRL_DISTRIBUTION_POINTS, PKI_OID_AUTHORITY_INFO_ACCESS,
};

static const struct {
    const char *oid;
    const char *name;
} extension_names[] = {
    {PKI_OID_NAME_CONSTRAINTS, "name constraints"},
    {PKI_OID_CERTIFICATE_POLICIES, "certificate policies"},
    {PKI_OID_POLICY_MAPPINGS, "policy mappings"},
    {PKI_OID_POLICY_CONSTRAINTS, "policy constraints"},
    {PKI_OID_INHIBIT_ANY_POLICY, "inhibit anyPolicy"},
    {PKI_OID_OCSP_NO_CHECK, "OCSP no check"},
};

static const char *const key_usages[] = {
    "digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",           "encipherOnly",    "decipherOnly",
};

static void describe_key_usage(const struct pki_cert *cert, struct pki_report *report)
{
    pki_scope(pki_buf) text = {0};

    if (!cert->has_key_usage)
        return;
    for (size_t bit = 0; bit < PKI_COUNT(key_usages); bit++)
        if ((cert->key_usage & 1u << bit) != 0)
            pki_buf_printf(&text, "%s%s", text.size > 0 ? ", " : "", key_usages[bit]);
    pki_report_text(report, "Key usage", "%.*s", (int)text.size,
                    text.size > 0 ? (const char *)text.data : "");
}

static void describe_usages(const struct pki_cert *cert, struct pki_report *report)
{
    if (!cert->has_usages)
        return;
    struct pki_report *list = pki_report_list(report, "Extended key usage");
    for (size_t i = 0; i < cert->n_usages; i++)
        pki_report_item(list, "%s", pki_usage_name(cert->usages[i]));
}

static void describe_address(struct pki_report *list, struct pki_bytes value)
{
    char text[INET6_ADDRSTRLEN];

    if ((value.size == 4 && inet_ntop(AF_INET, value.data, text, sizeof(text))) ||
        (value.size == 16 && inet_ntop(AF_INET6, value.data, text, sizeof(text))))
        pki_report_item(list, "IP %s", text);
    else
        pki_report_item(list, "IP, malformed: %zu octets", value.size);
}

/* kind: what stands in front of it, with a space behind; or "" */
static void describe_text(struct pki_report *list, const char *kind, struct pki_bytes value)
{
    pki_scope(pki_buf) safe = {0}; /* a NUL in the middle must show */

    pki_text_safe(&safe, value);
    pki_report_item(list, "%s%.*s", kind, (int)safe.size,
                    safe.size > 0 ? (const char *)safe.data : "");
}

static void describe_directory(struct pki_report *list, struct pki_bytes value)
{
    pki_scope(pki_buf) text = {0};
    struct pki_error ignored = {0};

    if (!pki_name_show(value, &text, &ignored))
        pki_report_item(list, "directory name, unreadable");
    else
        pki_report_item(list, "directory name %.*s", (int)text.size,
                        text.size > 0 ? (const char *)text.data : "");
}

static void describe_name(struct pki_report *list, unsigned kind, struct pki_bytes value)
{
    switch (kind) {
    case PKI_NAME_EMAIL:
        describe_text(list, "e-mail ", value);
        break;
    case PKI_NAME_DNS:
        describe_text(list, "DNS ", value);
        break;
    case PKI_NAME_URI:
        describe_text(list, "URI ", value);
        break;
    case PKI_NAME_IP:
        describe_address(list, value);
        break;
    case PKI_NAME_DIRECTORY:
        describe_directory(list, value);
        break;
    default:
        pki_report_item(list, "name of kind %u, %zu octets", kind, value.size);
        break;
    }
}

#define NAMES_SHOWN 50

static void describe_names(const struct pki_cert *cert, struct pki_report *report)
{
    struct pki_report *list = NULL;
    struct pki_bytes value;
    unsigned kind = 0;

    for (size_t n = 0; n < NAMES_SHOWN && pki_cert_san(cert, n, &kind, &value); n++) {
        if (!list)
            list = pki_report_list(report, "Alternative names");
        describe_name(list, kind, value);
    }
    if (cert->n_names > NAMES_SHOWN)
        pki_report_item(list, "and %zu more", cert->n_names - NAMES_SHOWN);
}

#define URLS_SHOWN 8

static void describe_urls(const struct pki_cert *cert, const char *label,
                          bool (*next)(const struct pki_cert *, size_t, struct pki_bytes *),
                          struct pki_report *report)
{
    struct pki_report *list = NULL;
    struct pki_bytes url;

    for (size_t n = 0; n < URLS_SHOWN && next(cert, n, &url); n++) {
        if (!list)
            list = pki_report_list(report, label);
        describe_text(list, "", url);
    }
}

static bool is_shown(const char *oid)
{
    for (size_t i = 0; i < PKI_COUNT(shown); i++)
        if (strcmp(shown[i], oid) == 0)
            return true;
    return false;
}

static const char *name_of(const char *oid)
{
    for (size_t i = 0; i < PKI_COUNT(extension_names); i++)
        if (strcmp(extension_names[i].oid, oid) == 0)
            return extension_names[i].name;
    return "unknown";
}

static void describe_others(const struct pki_cert *cert, struct pki_report *report)
{
    struct pki_report *table = NULL;

    for (size_t i = 0; i < cert->n_extensions; i++) {
        const struct pki_extension *extension = &cert->extensions[i];
        if (is_shown(extension->oid))
            continue;
        if (!table)
            table = pki_report_table(report, "Other extensions");
        struct pki_report *row = pki_report_row(table);
        pki_report_text(row, "OID", "%s", extension->oid);
        pki_report_text(row, "Name", "%s", name_of(extension->oid));
        pki_report_truth(row, "Critical", extension->critical);
        pki_report_integer(row, "Octets", (int64_t)extension->value.size);
    }
}

void pki_extensions_describe(const struct pki_cert *cert, struct pki_report *report)
{
    describe_key_usage(cert, report);
    describe_usages(cert, report);
    describe_names(cert, report);
    describe_urls(cert, "CRL addresses", pki_cert_crl_url, report);
    describe_urls(cert, "Issuer addresses", pki_cert_issuer_url, report);
    describe_others(cert, report);
}
