/* Apart from the rest of a session, so that a tool that only tells links no GnuTLS. */
#include "ops/session.h"

#include "x509/oids.h"

bool pki_session_takes(const struct pki_session *session, const struct pki_cert *cert,
                       struct pki_error *err)
{
    if (pki_cert_is_rehearsal(cert) == session->rehearsal)
        return true;
    return session->rehearsal
               ? pki_fail(err, PKI_E_POLICY,
                          "the certificate is a real one, without the mark of a rehearsal "
                          "(" PKI_OID_REHEARSAL "): a rehearsal does not take it in")
               : pki_fail(err, PKI_E_POLICY,
                          "the certificate is of a rehearsal (it has the critical extension "
                          "" PKI_OID_REHEARSAL "): no real cellar takes it in");
}
