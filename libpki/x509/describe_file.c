#include <fcntl.h>

#include "asn1/walk.h"
#include "base/file.h"
#include "crypto/envelope.h"
#include "x509/chain.h"
#include "x509/describe.h"
#include "x509/name.h"
#include "x509/pem.h"
#include "x509/request.h"

#define PRIVATE_KEY "PRIVATE KEY" /* the end of every label of a key */

static bool describe_cert(struct pki_bytes der, int64_t now, struct pki_report *report,
                          struct pki_error *err)
{
    pki_auto(pki_cert) cert = NULL;

    if (!pki_cert_parse(der, &cert, err))
        return false;
    pki_report_text(report, "Kind", "certificate");
    if (cert->authority) {
        pki_report_text(report, "Role", "%s",
                        pki_name_equal(cert->subject, cert->issuer) ? "root" : "intermediate");
    } else {
        pki_report_text(report, "Role", "end entity");
    }
    pki_cert_describe(cert, now, report);
    return true;
}

static bool describe_request(struct pki_bytes der, struct pki_report *report, struct pki_error *err)
{
    pki_auto(pki_request) request = NULL;
    struct pki_error why = {0};

    if (!pki_request_parse("request", der, &request, err))
        return false;
    pki_report_text(report, "Kind", "certification request");
    if (pki_request_judge(request, &why))
        pki_report_toned(report, "Proof of possession", PKI_TONE_GOOD, "good");
    else
        pki_report_toned(report, "Proof of possession", PKI_TONE_BAD, "refused: %s", why.text);
    pki_request_describe(request, report);
    return true;
}

static bool describe_crl(struct pki_bytes der, int64_t now, struct pki_report *report,
                         struct pki_error *err)
{
    struct pki_crl crl;

    if (!pki_crl_parse(der, &crl, err))
        return false;
    pki_report_text(report, "Kind", "revocation list");
    return pki_crl_describe(&crl, now, report, err);
}

/* What the envelope says; the key inside is never touched. */
static bool describe_key(struct pki_bytes pem, struct pki_report *report, struct pki_error *err)
{
    struct pki_envelope_facts facts;

    if (!pki_envelope_describe(pem, &facts, err))
        return false;
    pki_report_text(report, "Kind", "private key");
    if (!facts.encrypted) {
        pki_report_toned(report, "Protection", PKI_TONE_BAD,
                         "none: whoever reads this file has the key");
        return true;
    }
    pki_report_text(report, "Protection", "%s", facts.scheme);
    pki_report_integer(report, "Rounds", facts.rounds);
    pki_report_integer(report, "Salt octets", (int64_t)facts.salt_size);
    return true;
}

static bool is_key(const char *label)
{
    size_t size = strlen(label);
    size_t end = sizeof(PRIVATE_KEY) - 1;

    return size >= end && strcmp(label + size - end, PRIVATE_KEY) == 0;
}

static bool describe_labelled(const char *label, struct pki_bytes der, int64_t now,
                              struct pki_report *report, struct pki_error *err)
{
    if (strcmp(label, PKI_PEM_CERTIFICATE) == 0)
        return describe_cert(der, now, report, err);
    if (strcmp(label, PKI_PEM_REQUEST) == 0)
        return describe_request(der, report, err);
    if (strcmp(label, PKI_PEM_CRL) == 0)
        return describe_crl(der, now, report, err);
    if (is_key(label)) {
        pki_report_text(report, "Kind", "private key, among other things in one file");
        return true;
    }
    return pki_fail(err, PKI_E_FORMAT, "\"%s\" is not a kind of block that is known", label);
}

/* Whether the file can be handed out as a chain. */
static void describe_order(struct pki_bytes text, struct pki_report *report)
{
    pki_scope(pki_certs) certs = {0};
    struct pki_error why = {0};

    if (!pki_certs_parse("bundle", text, &certs, &why))
        return; /* not certificates alone */
    if (pki_chain_check_order(&certs, &why)) {
        pki_report_toned(report, "Order", PKI_TONE_GOOD,
                         "one chain: each certificate is signed by the next");
    } else {
        pki_report_toned(report, "Order", PKI_TONE_WARN, "not one chain: %s", why.text);
    }
}

static bool describe_blocks(const struct pki_pem *pem, struct pki_bytes text, int64_t now,
                            struct pki_report *report, struct pki_error *err)
{
    pki_report_text(report, "Kind", "bundle of %zu", pem->n_blocks);
    describe_order(text, report);
    struct pki_report *table = pki_report_table(report, "Contents");
    for (size_t i = 0; i < pem->n_blocks; i++) {
        struct pki_report *row = pki_report_row(table);
        PKI_CONTEXT(err, "block %zu", i + 1);
        pki_report_integer(row, "Place", (int64_t)i + 1);
        if (!describe_labelled(pem->blocks[i].label, pki_buf_view(&pem->blocks[i].der), now, row,
                               err))
            return false;
    }
    return true;
}

static bool describe_pem(struct pki_bytes text, int64_t now, struct pki_report *report,
                         struct pki_error *err)
{
    pki_scope(pki_pem) pem = {0};

    if (!pki_pem_parse(text, &pem, err))
        return false;
    if (pem.n_blocks == 1 && is_key(pem.blocks[0].label))
        return describe_key(text, report, err);
    if (pem.n_blocks == 1)
        return describe_labelled(pem.blocks[0].label, pki_buf_view(&pem.blocks[0].der), now, report,
                                 err);
    return describe_blocks(&pem, text, now, report, err);
}

#define TAG_INTEGER  0x02
#define TAG_UTC_TIME 0x17
#define TAG_TIME     0x18 /* GeneralizedTime */
#define TAG_SEQUENCE 0x30
#define TAG_VERSION  0xa0

/* DER says no kind: which it is shows in the first elements of the signed body. A request has
 * version, name, key; a list a date behind the issuer; all else is tried as a certificate. */
static bool is_request(struct pki_bytes body)
{
    struct pki_error ignored = {0};
    struct pki_element part;
    struct pki_element key;

    return pki_walk_expect(&body, TAG_INTEGER, &part, &ignored) &&
           pki_walk_expect(&body, TAG_SEQUENCE, &part, &ignored) &&
           pki_walk_expect(&body, TAG_SEQUENCE, &key, &ignored) &&
           pki_walk_peek(key.content) == TAG_SEQUENCE && pki_walk_peek(body) == TAG_VERSION;
}

static bool is_crl(struct pki_bytes body)
{
    struct pki_error ignored = {0};
    struct pki_element part;

    if (pki_walk_peek(body) == TAG_INTEGER && !pki_walk_next(&body, &part, &ignored))
        return false;
    for (int i = 0; i < 2; i++) /* signature algorithm, issuer */
        if (!pki_walk_expect(&body, TAG_SEQUENCE, &part, &ignored))
            return false;

    uint8_t tag = pki_walk_peek(body);
    return tag == TAG_UTC_TIME || tag == TAG_TIME;
}

const char *pki_der_label(struct pki_bytes der)
{
    struct pki_error ignored = {0};
    struct pki_element whole;
    struct pki_element body;

    if (!pki_walk_expect(&der, TAG_SEQUENCE, &whole, &ignored) ||
        !pki_walk_expect(&whole.content, TAG_SEQUENCE, &body, &ignored))
        return NULL;
    if (is_crl(body.content))
        return PKI_PEM_CRL;
    return is_request(body.content) ? PKI_PEM_REQUEST : PKI_PEM_CERTIFICATE;
}

bool pki_describe_der(struct pki_bytes der, int64_t now, struct pki_report *report,
                      struct pki_error *err)
{
    const char *label = pki_der_label(der);

    if (!label)
        return pki_fail(err, PKI_E_FORMAT,
                        "no certificate, request, revocation list or key: neither PEM nor DER");
    return describe_labelled(label, der, now, report, err);
}

bool pki_describe_file(const char *path, int64_t now, struct pki_report *report,
                       struct pki_error *err)
{
    struct pki_bytes bytes = {0};

    if (!pki_file_map(AT_FDCWD, path, PKI_LIMIT_CRL, &bytes, err))
        return false;
    pki_report_text(report, "File", "%s", path);
    struct pki_error why = {0};
    bool done = pki_pem_is(bytes) ? describe_pem(bytes, now, report, &why)
                                  : pki_describe_der(bytes, now, report, &why);
    pki_file_unmap(&bytes);
    if (!done)
        return pki_fail(err, why.code, "%s: %s", path, why.text);
    return pki_report_ok(report, err);
}
