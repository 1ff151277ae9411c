#include "life_fixture.h"

static struct pki_authority_row find(struct pki_session *session, const char *name)
{
    struct pki_authority_row row = {0};
    struct pki_error err = {0};
    bool found = false;

    EXPECT_OK(pki_store_authority_by_name(session->store, name, &found, &row, &err), err);
    CU_ASSERT_TRUE_FATAL(found);
    pki_buf_clear(&row.subject);
    return row;
}

const char *life_serial(struct pki_session *session, const char *authority)
{
    static char texts[8][41];
    static unsigned used;
    char *text = texts[used++ % PKI_COUNT(texts)];
    pki_scope(pki_certificate_row) row = {0};
    struct pki_error err = {0};

    EXPECT_OK(
        pki_store_certificate(session->store, find(session, authority).certificate, &row, &err),
        err);
    for (size_t i = 0; i < sizeof(row.serial); i++)
        snprintf(text + 2 * i, 3, "%02x", row.serial[i]);
    return text;
}

enum pki_authority_state life_state(struct pki_session *session, const char *authority)
{
    return find(session, authority).state;
}

void life_revoke(struct pki_session *session, const struct pki_revoke_request *request)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_revoke_prepare(session, request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
}

void life_crl(struct pki_session *session, const char *authority)
{
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_crl_prepare(session, authority, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
}

struct pki_crl_row life_last_crl(struct pki_session *session, const char *authority)
{
    struct pki_crl_row row = {0};
    struct pki_error err = {0};
    bool found = false;

    EXPECT_OK(pki_store_last_crl(session->store, find(session, authority).id, &found, &row, &err),
              err);
    CU_ASSERT_TRUE(found);
    return row;
}
