/*
 * A file as text: what Go's PEM reader and the services around it stumble
 * over. These rules see the bytes before any other is run.
 */
#include "base/file.h"
#include "x509/lint_private.h"
#include "x509/pem.h"

#define MARK   "-----"
#define BEGIN  "-----BEGIN "
#define END    "-----END "
#define CHAINS "fulcio cosign timestamp-server"
#define SHOWN  60

static const uint8_t *find(struct pki_bytes text, const uint8_t *from, const char *what)
{
    size_t left = text.size - (size_t)(from - text.data);

    return memmem(from, left, what, strlen(what));
}

static bool check_no_mark(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_bytes bytes = subject->text;

    return bytes.size < 3 || memcmp(bytes.data, "\xef\xbb\xbf", 3) != 0 ||
           pki_lint_no(text, "the file begins with a byte order mark: Go skips the first "
                             "certificate in silence");
}

static bool check_blocks_apart(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    return !memmem(subject->text.data, subject->text.size, MARK BEGIN, strlen(MARK BEGIN)) ||
           pki_lint_no(text, "an END and a BEGIN stand on one line");
}

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool check_no_tail(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_bytes bytes = subject->text;
    const uint8_t *end = NULL;

    for (const uint8_t *at = bytes.data; at && (at = find(bytes, at, END)); at += strlen(END))
        end = at;
    if (!end)
        return true;
    end = find(bytes, end + strlen(END), MARK);
    if (!end)
        return true; /* torn: "readable" says so */
    for (end += strlen(MARK); end < bytes.data + bytes.size; end++)
        if (!is_space(*end))
            return pki_lint_no(text, "there is something after the last block");
    return true;
}

static size_t label_size(const uint8_t *begin, size_t left)
{
    size_t size = 0;

    while (size < left && size < SHOWN && begin[size] >= ' ')
        size++;
    return size;
}

static bool check_only_certificates(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_bytes bytes = subject->text;
    const char *wanted = BEGIN PKI_PEM_CERTIFICATE MARK;

    for (const uint8_t *at = bytes.data; at && (at = find(bytes, at, BEGIN)); at++) {
        size_t left = bytes.size - (size_t)(at - bytes.data);
        if (left < strlen(wanted) || memcmp(at, wanted, strlen(wanted)) != 0)
            return pki_lint_no(text, "there is a block that is no certificate: %.*s",
                               (int)label_size(at, left), (const char *)at);
    }
    return true;
}

static bool read_block(const struct pki_pem_block *block, struct pki_error *err)
{
    PKI_CONTEXT(err, "%s", block->label);
    pki_auto(pki_cert) cert = NULL;
    pki_auto(pki_request) request = NULL;
    struct pki_bytes der = pki_buf_view(&block->der);
    struct pki_crl crl;

    if (strcmp(block->label, PKI_PEM_CERTIFICATE) == 0)
        return pki_cert_parse(der, &cert, err);
    if (strcmp(block->label, PKI_PEM_REQUEST) == 0)
        return pki_request_parse("request", der, &request, err);
    if (strcmp(block->label, PKI_PEM_CRL) == 0)
        return pki_crl_parse(der, &crl, err);
    return pki_fail(err, PKI_E_FORMAT, "no certificate, request or CRL");
}

/* One kind and within the limit, so that nothing in a file is left out. */
static bool check_blocks(struct pki_bytes bytes, const struct pki_pem *pem, struct pki_error *err)
{
    if (pem->n_blocks == 0)
        return pki_fail(err, PKI_E_FORMAT, "no block in it");

    const char *label = pem->blocks[0].label;
    for (size_t i = 1; i < pem->n_blocks; i++) {
        if (strcmp(pem->blocks[i].label, label) != 0)
            return pki_fail(err, PKI_E_FORMAT, "blocks of two kinds, %s and %s; lint each alone",
                            label, pem->blocks[i].label);
    }
    return strcmp(label, PKI_PEM_CRL) == 0 || bytes.size <= PKI_LIMIT_BUNDLE ||
           pki_fail(err, PKI_E_FORMAT, "%zu octets, more than the %zu that are read", bytes.size,
                    PKI_LIMIT_BUNDLE);
}

static bool read_pem(struct pki_bytes bytes, struct pki_error *err)
{
    pki_scope(pki_pem) pem = {0};

    if (!pki_pem_parse(bytes, &pem, err) || !check_blocks(bytes, &pem, err))
        return false;
    for (size_t i = 0; i < pem.n_blocks; i++)
        if (!read_block(&pem.blocks[i], err))
            return false;
    return true;
}

static bool read_der(struct pki_bytes bytes, struct pki_error *err)
{
    pki_auto(pki_cert) cert = NULL;
    pki_auto(pki_request) request = NULL;
    struct pki_error as_request = {0};
    struct pki_error as_crl = {0};
    struct pki_crl crl;

    return pki_request_parse("request", bytes, &request, &as_request) ||
           pki_crl_parse(bytes, &crl, &as_crl) || pki_cert_parse(bytes, &cert, err);
}

static bool check_readable(const struct pki_lint_subject *subject, struct pki_buf *text)
{
    struct pki_error why = {0};

    return (pki_pem_is(subject->text) ? read_pem(subject->text, &why)
                                      : read_der(subject->text, &why)) ||
           pki_lint_no_because(text, &why);
}

static const struct pki_lint_rule rules[] = {
    {"pem_no_byte_order_mark", PKI_LINT_ERROR, PKI_LINT_TEXT, "Go encoding/pem; RFC 7468 2",
     "A PEM file does not begin with a byte order mark.", NULL, check_no_mark},
    {"pem_blocks_apart", PKI_LINT_ERROR, PKI_LINT_TEXT, "RFC 7468 3",
     "PEM blocks stand on lines of their own.", NULL, check_blocks_apart},
    {"pem_no_tail", PKI_LINT_ERROR, PKI_LINT_TEXT, "sigstore UnmarshalCertificatesFromPEM",
     "Nothing but white space stands after the last PEM block.", NULL, check_no_tail},
    {"pem_only_certificates", PKI_LINT_ERROR, PKI_LINT_TEXT,
     "sigstore UnmarshalCertificatesFromPEM",
     "A chain file holds certificates only: no key, no CRL.", CHAINS, check_only_certificates},
    {"readable", PKI_LINT_ERROR, PKI_LINT_TEXT, "RFC 5280 4.1; X.690",
     "What a file holds is PEM or DER, and certificates, requests or CRLs that can be read.", NULL,
     check_readable},
};

PKI_LINT_TABLE(pki_lint_rules_text, rules);
