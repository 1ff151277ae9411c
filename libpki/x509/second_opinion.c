#include <gnutls/x509.h>

#include "x509/cert.h"

/* Time belongs to the caller; an unknown critical extension is the lint's to judge (a rehearsal
 * has one on purpose). */
#define FLAGS (GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_IGNORE_UNKNOWN_CRIT_EXTENSIONS)

struct opinion {
    gnutls_x509_crt_t cert;
    gnutls_x509_crt_t issuer;
};

static void opinion_clear(struct opinion *opinion)
{
    if (opinion->cert)
        gnutls_x509_crt_deinit(opinion->cert);
    if (opinion->issuer)
        gnutls_x509_crt_deinit(opinion->issuer);
}

/* GnuTLS ends its sentences with full stops, our errors do not. */
static bool refuse_because(const char *what, int status, struct pki_error *err)
{
    const char *reason = gnutls_strerror(status);
    size_t size = strlen(reason);

    while (size > 0 && reason[size - 1] == '.')
        size--;
    return pki_fail(err, PKI_E_INTEGRITY, "GnuTLS does not %s the certificate: %.*s", what,
                    (int)size, reason);
}

static bool import(struct pki_bytes der, gnutls_x509_crt_t *cert, struct pki_error *err)
{
    const gnutls_datum_t datum = {(unsigned char *)der.data, (unsigned)der.size};

    if (gnutls_x509_crt_init(cert) < 0)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");

    int status = gnutls_x509_crt_import(*cert, &datum, GNUTLS_X509_FMT_DER);
    return status >= 0 || refuse_because("read", status, err);
}

/* GnuTLS writes its verdict as sentences. */
static bool refuse(unsigned status, struct pki_error *err)
{
    gnutls_datum_t text = {0};

    if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0) {
        return pki_fail(err, PKI_E_INTEGRITY,
                        "GnuTLS does not verify the certificate "
                        "(status 0x%x)",
                        status);
    }
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '.'))
        text.size--;
    pki_fail(err, PKI_E_INTEGRITY, "GnuTLS does not verify the certificate: %.*s", (int)text.size,
             (const char *)text.data);
    gnutls_free(text.data);
    return false;
}

bool pki_cert_second_opinion(struct pki_bytes der, struct pki_bytes issuer_der,
                             struct pki_error *err)
{
    __attribute__((__cleanup__(opinion_clear))) struct opinion opinion = {0};
    unsigned status = 0;

    if (der.size > UINT32_MAX || issuer_der.size > UINT32_MAX)
        return pki_fail(err, PKI_E_INTEGRITY, "a certificate too large for GnuTLS");
    if (!import(der, &opinion.cert, err))
        return false;
    if (issuer_der.size == 0)
        return true;
    if (!import(issuer_der, &opinion.issuer, err))
        return false;

    int result = gnutls_x509_crt_verify(opinion.cert, &opinion.issuer, 1, FLAGS, &status);
    if (result < 0)
        return refuse_because("verify", result, err);
    return status == 0 || refuse(status, err);
}
