/*
 * What tests of revocation and CRLs do again and again with a cellar of
 * ops_fixture.h.
 */
#ifndef LIFE_FIXTURE_H
#define LIFE_FIXTURE_H

#include "ops_fixture.h"

/** Serial of an authority's own certificate in hex; kept. */
const char *life_serial(struct pki_session *session, const char *authority);
enum pki_authority_state life_state(struct pki_session *session, const char *authority);
/** Prepare and record; look that it worked. */
void life_revoke(struct pki_session *session, const struct pki_revoke_request *request);
/** Prepare and sign an authority's CRL; look that it worked. */
void life_crl(struct pki_session *session, const char *authority);
/** The authority's last CRL as recorded. */
struct pki_crl_row life_last_crl(struct pki_session *session, const char *authority);

#endif
