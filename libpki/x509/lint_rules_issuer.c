/*
 * A certificate beside its issuer's, and the addresses of what the issuer
 * publishes. Rules pass over a certificate whose issuer is not at hand.
 */
#include "pki/time.h"
#include "asn1/walk.h"
#include "base/text.h"
#include "x509/lint_private.h"
#include "x509/name.h"
#include "x509/oids.h"

#define BELOW_ROOT (PKI_LINT_ANY & ~PKI_LINT_ROOT)
#define URLS_MAX   16

static bool check_issuer_name(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->issuer || pki_bytes_equal(subject->cert->issuer, subject->issuer->subject) ||
           pki_lint_no(text, "the issuer name differs from the issuer's subject in bytes%s",
                       pki_name_equal(subject->cert->issuer, subject->issuer->subject)
                           ? " (the same text, encoded otherwise)"
                           : "");
}

static bool check_subject_differs(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !pki_name_equal(subject->cert->issuer, subject->cert->subject) ||
           pki_lint_no(text, "subject and issuer are the same name, so verifiers take it for a "
                             "root");
}

static bool check_key_id(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *issuer =
        subject->kind == PKI_LINT_ROOT ? subject->cert : subject->issuer;
    const struct pki_cert *cert = subject->cert;

    return !issuer || cert->authority_key_id.size == 0 ||
           pki_bytes_equal(cert->authority_key_id, issuer->subject_key_id) ||
           pki_lint_no(text,
                       "the authority key identifier is not the subject key identifier of "
                       "%s",
                       issuer == cert ? "the root itself" : "the issuer");
}

static bool check_signature(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *issuer =
        subject->kind == PKI_LINT_ROOT ? subject->cert : subject->issuer;
    struct pki_error why = {0};

    if (!issuer || subject->cert->der.size == 0)
        return true;
    return pki_cert_verify_signature(subject->cert, issuer->spki, &why) ||
           pki_lint_no_because(text, &why);
}

static bool check_key_differs(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->issuer || !pki_bytes_equal(subject->cert->spki, subject->issuer->spki) ||
           pki_lint_no(text, "the key is the issuer's own");
}

/* A root that issues lives as long as its own certificate, not as the one that crosses to it. */
static bool check_ends_before(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    char own[PKI_TIME_TEXT];
    char issuers[PKI_TIME_TEXT];

    return !subject->issuer || pki_lint_looks_cross(subject->issuer) ||
           subject->cert->not_after <= subject->issuer->not_after ||
           pki_lint_no(text, "valid to %s, the issuer to %s",
                       pki_time_format(subject->cert->not_after, own),
                       pki_time_format(subject->issuer->not_after, issuers));
}

static bool check_starts_after(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    char own[PKI_TIME_TEXT];
    char issuers[PKI_TIME_TEXT];

    return !subject->issuer || subject->cert->not_before >= subject->issuer->not_before ||
           pki_lint_no(text, "valid from %s, the issuer from %s",
                       pki_time_format(subject->cert->not_before, own),
                       pki_time_format(subject->issuer->not_before, issuers));
}

static bool check_issuer_may(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *issuer = subject->issuer;

    if (!issuer)
        return true;
    if (!issuer->authority)
        return pki_lint_no(text, "the issuer is not a CA");
    if (issuer->has_key_usage && !(issuer->key_usage & PKI_KU_KEY_CERT_SIGN))
        return pki_lint_no(text, "the issuer's key usage has no keyCertSign");
    return true;
}

static bool check_issuer_path_length(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *issuer = subject->issuer;

    return !issuer || !issuer->has_path_length || issuer->path_length > 0 ||
           pki_lint_no(text, "the issuer's path length of %d allows no CA below it",
                       (int)issuer->path_length);
}

/* Go, GnuTLS and OpenSSL nest purposes although RFC 5280 does not ask for it. */
static bool check_usages_nest(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    const struct pki_cert *issuer = subject->issuer;

    if (!issuer || !issuer->has_usages ||
        pki_cert_has_usage(issuer, PKI_OID_ANY_EXTENDED_KEY_USAGE))
        return true;
    for (size_t i = 0; i < subject->cert->n_usages; i++) {
        if (strcmp(subject->cert->usages[i], PKI_OID_OCSP_SIGNING) != 0 && /* RFC 6960 4.2.2.2 */
            !pki_cert_has_usage(issuer, subject->cert->usages[i]))
            return pki_lint_no(text, "the issuer does not list purpose %s",
                               subject->cert->usages[i]);
    }
    return true;
}

static const char *family(const struct pki_cert *cert)
{
    char algorithm[PKI_OID_TEXT];
    char curve[PKI_OID_TEXT];

    if (!pki_lint_key_kind(cert, algorithm, curve))
        return "unknown";
    if (strcmp(algorithm, PKI_OID_RSA) == 0)
        return "RSA";
    return strcmp(algorithm, PKI_OID_EC) == 0 ? "ECDSA" : "another";
}

static bool check_family(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !subject->issuer || strcmp(family(subject->cert), family(subject->issuer)) == 0 ||
           pki_lint_no(text, "the key is %s, the issuer's %s", family(subject->cert),
                       family(subject->issuer));
}

static bool get_url(const struct pki_cert *cert, size_t n, struct pki_bytes *url)
{
    size_t crl_urls = 0;
    struct pki_bytes ignored;

    while (pki_cert_crl_url(cert, crl_urls, &ignored) && crl_urls < URLS_MAX)
        crl_urls++;
    return n < crl_urls ? pki_cert_crl_url(cert, n, url)
                        : pki_cert_issuer_url(cert, n - crl_urls, url);
}

static bool begins_with(struct pki_bytes text, const char *prefix)
{
    size_t length = strlen(prefix);

    return text.size > length && memcmp(text.data, prefix, length) == 0;
}

static bool check_urls_http(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_bytes url;

    for (size_t n = 0; n < URLS_MAX && get_url(subject->cert, n, &url); n++) {
        if (!begins_with(url, "http://"))
            return pki_lint_no(text, "%.*s is not an http address",
                               (int)(url.size < 200 ? url.size : 200), (const char *)url.data);
    }
    return true;
}

/* Letters and digits in lower case, the rest left out, so that "Dev CA G1" is found in
 * "dev-ca-g1.crl". */
static void squeeze(struct pki_bytes text, struct pki_buf *squeezed)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (uint8_t)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            pki_buf_byte(squeezed, c);
    }
}

static struct pki_bytes last_segment(struct pki_bytes url)
{
    size_t start = url.size;
    size_t end = url.size;

    while (start > 0 && url.data[start - 1] != '/')
        start--;
    for (size_t i = start; i < url.size; i++)
        if (url.data[i] == '.')
            end = i;
    return (struct pki_bytes){url.data + start, end - start};
}

/* Files in a PKI's public tree are called after the authority: its name or its key identifier. */
static bool is_called_after(struct pki_bytes url, const struct pki_cert *cert)
{
    pki_scope(pki_buf) file = {0};
    pki_scope(pki_buf) name = {0};
    pki_scope(pki_buf) own = {0};
    pki_scope(pki_buf) key = {0};
    struct pki_error ignored = {0};

    squeeze(last_segment(url), &file);
    pki_hex(&key, cert->subject_key_id);
    if (pki_name_attribute(cert->subject, PKI_OID_COMMON_NAME, &name, &ignored))
        squeeze(pki_buf_view(&name), &own);
    return file.size > 0 && (pki_bytes_equal(pki_buf_view(&file), pki_buf_view(&own)) ||
                             pki_bytes_equal(pki_buf_view(&file), pki_buf_view(&key)));
}

static bool check_urls_not_own(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_bytes url;

    for (size_t n = 0; n < URLS_MAX && get_url(subject->cert, n, &url); n++) {
        if (is_called_after(url, subject->cert))
            return pki_lint_no(text, "%.*s is the certificate's own file, not its issuer's",
                               (int)(url.size < 200 ? url.size : 200), (const char *)url.data);
    }
    return true;
}

static const struct pki_lint_rule rules[] = {
    {"issuer_name_exact", PKI_LINT_ERROR, BELOW_ROOT, "RFC 5280 4.1.2.4; BR 7.1.4.1",
     "The issuer name equals the issuer's subject byte for byte.", NULL, check_issuer_name},
    {"subject_differs", PKI_LINT_ERROR, BELOW_ROOT,
     "Sigstore verifiers tell roots by subject = issuer",
     "The subject of what is issued differs from its issuer's.", NULL, check_subject_differs},
    {"authority_key_id_matches", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 4.2.1.1",
     "The authority key identifier equals the issuer's subject key identifier (a root's its own).",
     NULL, check_key_id},
    {"signature_valid", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 6.1.3 (a)(1)",
     "The signature verifies by the issuer's key (a root's by its own).", NULL, check_signature},
    {"key_differs", PKI_LINT_ERROR, BELOW_ROOT, "RFC 5280 3.2",
     "The key of what is issued is not its issuer's.", NULL, check_key_differs},
    {"ends_before_issuer", PKI_LINT_ERROR, BELOW_ROOT,
     "Fulcio certificate specification; CVE-2026-24122",
     "A certificate ends no later than its issuer (a cross-certificate may end before both).", NULL,
     check_ends_before},
    {"starts_after_issuer", PKI_LINT_ERROR, BELOW_ROOT, "RFC 5280 6.1.3 (a)(2)",
     "A certificate begins no earlier than its issuer.", NULL, check_starts_after},
    {"issuer_may_issue", PKI_LINT_ERROR, BELOW_ROOT, "RFC 5280 6.1.4 (k), (n)",
     "The issuer is a CA whose key signs certificates.", NULL, check_issuer_may},
    {"issuer_path_length", PKI_LINT_ERROR, PKI_LINT_INTERMEDIATE, "RFC 5280 6.1.4 (l)",
     "The issuer's path length allows a CA below it.", NULL, check_issuer_path_length},
    {"ext_key_usage_nests", PKI_LINT_ERROR, BELOW_ROOT, "Go crypto/x509 nests purposes",
     "Each purpose is listed by the issuer too, if that lists any.", NULL, check_usages_nest},
    {"same_family", PKI_LINT_WARNING, PKI_LINT_INTERMEDIATE, "Fulcio certificate specification",
     "A CA and its issuer have keys of one family (RSA or ECDSA).", NULL, check_family},
    {"urls_http", PKI_LINT_ERROR, PKI_LINT_ANY, "RFC 5280 8; BR 7.1.2.11.2",
     "Addresses of CRLs and issuer certificates are http.", NULL, check_urls_http},
    {"urls_not_own", PKI_LINT_ERROR, BELOW_ROOT, "Mozilla bug 1991215",
     "Addresses of CRLs and issuer certificates are the issuer's files, not the certificate's own.",
     NULL, check_urls_not_own},
};

PKI_LINT_TABLE(pki_lint_rules_issuer, rules);
