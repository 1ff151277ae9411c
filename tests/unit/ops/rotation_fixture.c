#include "rotation_fixture.h"

#include "x509/pem.h"

void fixture_publish(const char *cellar)
{
    const struct pki_export_request request = {.cellar = cellar};
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    pki_auto(pki_report) warnings = pki_report_new();
    struct pki_error err = {0};

    EXPECT_OK(pki_export(session, &request, report, warnings, &err), err);
}

void fixture_rotate(const char *cellar, const char *environment, const char *purpose)
{
    const struct pki_rotate_request request = {
        .environment = environment, .purpose = purpose, .now = true};
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_rotate_prepare(session, &request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
}

void fixture_cutover(const char *cellar, const char *environment, const char *purpose)
{
    const struct pki_cutover_request request = {
        .environment = environment, .purpose = purpose, .at = fixture_room.now};
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_auto(pki_report) report = pki_report_new();
    struct pki_draft *draft = NULL;
    struct pki_error err = {0};

    EXPECT_OK(pki_cutover_prepare(session, &request, &draft, &err), err);
    EXPECT_OK(pki_draft_sign(session, draft, report, &err), err);
}

static void find(struct pki_session *session, const char *name, struct pki_authority_row *row)
{
    struct pki_error err = {0};
    bool found = false;

    EXPECT_OK(pki_store_authority_by_name(session->store, name, &found, row, &err), err);
    CU_ASSERT_TRUE_FATAL(found);
}

enum pki_authority_state fixture_state(const char *cellar, const char *name)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    pki_scope(pki_authority_row) row = {0};

    find(session, name, &row);
    return row.state;
}

void fixture_set_state(const char *cellar, const char *name, enum pki_authority_state state)
{
    pki_auto(pki_session) session = fixture_open(cellar);
    pki_scope(pki_authority_row) row = {0};
    pki_auto(pki_txn) txn = NULL;
    struct pki_error err = {0};
    const struct pki_journal_entry entry = {
        .at = fixture_room.now,
        .action = "test",
        .subject = name,
        .detail = "a state",
        .actor = "cellar-test",
        .trust = true,
    };

    find(session, name, &row);
    EXPECT_OK(pki_store_begin(session->store, &txn, &err), err);
    EXPECT_OK(pki_store_set_state(txn, row.id, state, entry.at, &err), err);
    EXPECT_OK(pki_journal_append(txn, &entry, &err), err);
    EXPECT_OK(pki_txn_commit(&txn, &err), err);
}

char *fixture_pem(const char *cellar, const char *name, bool leaf)
{
    pki_auto(pki_session) session = fixture_read(cellar);
    pki_scope(pki_authority_row) row = {0};
    pki_scope(pki_certificate_row) cert = {0};
    pki_scope(pki_buf) pem = {0};
    struct pki_error err = {0};
    char *text = NULL;
    bool found = true;

    find(session, name, &row);
    if (leaf)
        EXPECT_OK(pki_store_find_companion(session->store, row.id, &found, &cert, &err), err);
    else
        EXPECT_OK(pki_store_certificate(session->store, row.certificate, &cert, &err), err);
    CU_ASSERT_TRUE_FATAL(found);
    pki_pem_write(&pem, PKI_PEM_CERTIFICATE, pki_buf_view(&cert.der));
    EXPECT_OK(pki_buf_take_text(&pem, &text, &err), err);
    return text;
}
