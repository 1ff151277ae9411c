#include "crypto/key.h"
#include "x509/describe.h"
#include "x509/name.h"
#include "x509/oids.h"
#include "x509/path.h"

enum {
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30
};

#define SOON ((int64_t)30 * 86400) /* what ends within this is shown as a warning */

void pki_name_describe(struct pki_bytes name, const char *label, struct pki_report *report)
{
    pki_scope(pki_buf) text = {0};
    struct pki_error why = {0};

    if (!pki_name_show(name, &text, &why))
        pki_report_toned(report, label, PKI_TONE_BAD, "unreadable: %s", why.text);
    else
        pki_report_text(report, label, "%.*s", (int)text.size,
                        text.size > 0 ? (const char *)text.data : "");
}

void pki_validity_describe(int64_t from, int64_t until, int64_t now, struct pki_report *report)
{
    char span[32];

    if (now < from) {
        pki_report_toned(report, "Validity", PKI_TONE_WARN, "not valid for another %s",
                         pki_span_text(from - now, span));
    } else if (now > until) {
        pki_report_toned(report, "Validity", PKI_TONE_BAD, "expired %s ago",
                         pki_span_text(now - until, span));
    } else {
        pki_report_toned(report, "Validity", until - now < SOON ? PKI_TONE_WARN : PKI_TONE_GOOD,
                         "valid, %s left", pki_span_text(until - now, span));
    }
}

static void describe_key(const struct pki_cert *cert, struct pki_report *report)
{
    const struct pki_algorithm *algorithm = NULL;
    struct pki_error why = {0};

    if (pki_spki_judge(cert->spki, &algorithm, &why) && algorithm)
        pki_report_text(report, "Key", "%s", algorithm->title);
    else
        pki_report_toned(report, "Key", PKI_TONE_WARN, "not one we would certify: %s", why.text);
}

static void describe_signature(const struct pki_cert *cert, struct pki_report *report)
{
    char text[PKI_ALGORITHM_TEXT];
    bool accepted = pki_algorithm_find_signature(cert->signature_algorithm) != NULL;

    pki_algorithm_describe(cert->signature_algorithm, text);
    pki_report_toned(report, "Signed with", accepted ? PKI_TONE_PLAIN : PKI_TONE_WARN, "%s%s", text,
                     accepted ? "" : ", which is not accepted");
}

static void describe_authority(const struct pki_cert *cert, struct pki_report *report)
{
    if (!cert->authority)
        pki_report_text(report, "Authority", "no");
    else if (cert->has_path_length)
        pki_report_text(report, "Authority", "yes, path length %lld", (long long)cert->path_length);
    else
        pki_report_text(report, "Authority", "yes, any path length");
}

static void describe_key_ids(const struct pki_cert *cert, struct pki_report *report)
{
    if (cert->subject_key_id.size > 0)
        pki_report_octets(report, "Subject key id", cert->subject_key_id);
    if (cert->authority_key_id.size > 0)
        pki_report_octets(report, "Authority key id", cert->authority_key_id);
}

void pki_cert_describe(const struct pki_cert *cert, int64_t now, struct pki_report *report)
{
    const struct pki_bytes key = {cert->spki_sha256, sizeof(cert->spki_sha256)};

    pki_name_describe(cert->subject, "Subject", report);
    pki_name_describe(cert->issuer, "Issuer", report);
    pki_report_octets(report, "Serial", cert->serial);
    if (cert->version != 3)
        pki_report_integer(report, "Version", cert->version);
    pki_report_time(report, "Not before", cert->not_before);
    pki_report_time(report, "Not after", cert->not_after);
    pki_validity_describe(cert->not_before, cert->not_after, now, report);
    describe_key(cert, report);
    describe_signature(cert, report);
    describe_authority(cert, report);
    pki_extensions_describe(cert, report);
    describe_key_ids(cert, report);
    pki_report_fingerprint(report, "SHA-256", cert->fingerprint);
    pki_report_octets(report, "Key SHA-256", key);
}
