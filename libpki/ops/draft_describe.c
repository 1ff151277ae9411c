/*
 * What a person sees before typing the name: told from the body as our reader
 * decoded it, not from what the maker meant to write.
 */
#include "ops/draft.h"

#include <arpa/inet.h>

#include "x509/oids.h"

static const char *const key_usages[] = {
    "digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",           "encipherOnly",    "decipherOnly",
};

static const struct {
    const char *oid;
    const char *name;
} purposes[] = {
    {PKI_OID_SERVER_AUTH, "serverAuth"},     {PKI_OID_CLIENT_AUTH, "clientAuth"},
    {PKI_OID_CODE_SIGNING, "codeSigning"},   {PKI_OID_EMAIL_PROTECTION, "emailProtection"},
    {PKI_OID_TIME_STAMPING, "timeStamping"}, {PKI_OID_OCSP_SIGNING, "OCSPSigning"},
};

static const char *purpose_name(const char *oid)
{
    for (size_t i = 0; i < PKI_COUNT(purposes); i++)
        if (strcmp(purposes[i].oid, oid) == 0)
            return purposes[i].name;
    return oid;
}

static void tell_text(struct pki_report *report, const char *label, const struct pki_buf *text)
{
    pki_report_text(report, label, "%.*s", (int)text->size,
                    text->data ? (const char *)text->data : "");
}

static bool tell_name(struct pki_report *report, const char *label, struct pki_bytes der,
                      struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!pki_name_show(der, &text, err))
        return false;
    tell_text(report, label, &text);
    return true;
}

static const char *criticality(const struct pki_cert *cert, const char *oid)
{
    const struct pki_extension *extension = pki_cert_extension(cert, oid);

    return extension && extension->critical ? ", critical" : "";
}

static void tell_usages(const struct pki_cert *cert, struct pki_report *report)
{
    pki_scope(pki_buf) usage = {0};
    pki_scope(pki_buf) purpose = {0};

    for (size_t i = 0; i < PKI_COUNT(key_usages); i++)
        if (cert->key_usage & (1u << i))
            pki_buf_printf(&usage, "%s%s", usage.size > 0 ? ", " : "", key_usages[i]);
    for (size_t i = 0; i < cert->n_usages; i++)
        pki_buf_printf(&purpose, "%s%s", i > 0 ? ", " : "", purpose_name(cert->usages[i]));
    pki_buf_text(&usage, criticality(cert, PKI_OID_KEY_USAGE));
    pki_buf_text(&purpose, criticality(cert, PKI_OID_EXT_KEY_USAGE));
    if (cert->has_key_usage)
        tell_text(report, "Key usage", &usage);
    if (cert->has_usages)
        tell_text(report, "Extended key usage", &purpose);
}

static void tell_constraints(const struct pki_cert *cert, struct pki_report *report)
{
    if (!cert->authority)
        pki_report_text(report, "Basic constraints", "not an authority");
    else if (cert->has_path_length)
        pki_report_text(report, "Basic constraints", "authority, path length %lld%s",
                        (long long)cert->path_length, criticality(cert, PKI_OID_BASIC_CONSTRAINTS));
    else
        pki_report_text(report, "Basic constraints", "authority%s",
                        criticality(cert, PKI_OID_BASIC_CONSTRAINTS));
}

/* GeneralName tags of RFC 5280 4.2.1.6 */
static void tell_alternative(unsigned kind, struct pki_bytes value, struct pki_report *list)
{
    char address[INET6_ADDRSTRLEN] = "";

    if (kind == 7) {
        inet_ntop(value.size == 4 ? AF_INET : AF_INET6, value.data, address, sizeof(address));
        pki_report_item(list, "IP %s", address);
        return;
    }
    pki_report_item(list, "%s %.*s",
                    kind == 1   ? "email"
                    : kind == 2 ? "DNS"
                                : "URI",
                    (int)value.size, (const char *)value.data);
}

static void tell_names(const struct pki_cert *cert, struct pki_report *report)
{
    struct pki_report *list = NULL;
    struct pki_bytes value;
    unsigned kind = 0;

    for (size_t i = 0; pki_cert_san(cert, i, &kind, &value); i++) {
        if (!list)
            list = pki_report_list(report, "Alternative names");
        tell_alternative(kind, value, list);
    }
}

static void tell_addresses(const struct pki_cert *cert, struct pki_report *report)
{
    struct pki_bytes url;

    if (pki_cert_crl_url(cert, 0, &url))
        pki_report_text(report, "CRL address", "%.*s", (int)url.size, (const char *)url.data);
    if (pki_cert_issuer_url(cert, 0, &url))
        pki_report_text(report, "Issuer address", "%.*s", (int)url.size, (const char *)url.data);
}

static void tell_key(const struct pki_draft_item *item, struct pki_report *report)
{
    if (item->key)
        pki_report_text(report, "Key", "%s, made here, kept in keys/%s.key", item->algorithm->title,
                        item->name);
    else
        pki_report_text(report, "Key", "%s, from the request %s", item->algorithm->title,
                        item->source);
    pki_report_fingerprint(report, "Key fingerprint", item->read->spki_sha256);
}

static bool tell_item(const struct pki_draft_item *item, struct pki_report *report,
                      struct pki_error *err)
{
    const struct pki_cert *cert = item->read;
    struct pki_report *block = pki_report_block(report, item->name);

    pki_report_text(block, "Certificate", "%s (profile %s)", item->profile->title,
                    item->profile->name);
    if (!tell_name(block, "Subject", cert->subject, err) ||
        !tell_name(block, "Issuer", cert->issuer, err))
        return false;
    pki_report_time(block, "Not before", cert->not_before);
    pki_report_time(block, "Not after", cert->not_after);
    if (item->shortened)
        pki_report_note(block, "Shortened", PKI_TONE_WARN,
                        "It ends with its issuer, earlier than the hierarchy says.");
    pki_report_octets(block, "Serial", cert->serial);
    tell_constraints(cert, block);
    tell_usages(cert, block);
    tell_names(cert, block);
    tell_addresses(cert, block);
    tell_key(item, block);
    pki_report_octets(block, "Body digest",
                      (struct pki_bytes){item->body_sha256, sizeof(item->body_sha256)});
    if (item->request)
        pki_request_describe(item->request, block);
    if (item->findings.n > 0)
        pki_lint_findings_describe(&item->findings, block);
    return true;
}

bool pki_draft_describe(const struct pki_draft *draft, struct pki_report *report,
                        struct pki_error *err)
{
    PKI_CONTEXT(err, "describe %s", draft->subject);

    if (draft->room.size > 0)
        pki_report_note(report, "Room", PKI_TONE_WARN, "The room: %.*s.", (int)draft->room.size,
                        (const char *)draft->room.data);
    for (size_t i = 0; i < draft->n; i++)
        if (!tell_item(&draft->items[i], report, err))
            return false;
    pki_report_text(report, "To confirm", "%s", pki_draft_name(draft));
    return pki_report_ok(report, err);
}
