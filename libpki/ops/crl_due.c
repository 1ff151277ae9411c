#include "ops/crl_due.h"

#include <stdlib.h>
#include <string.h>

#include "pki/ops.h"

#define NOTICE (INT64_C(24) * 3600) /* BR 4.9.7 */

/* What is looked at for each of them. */
struct ledger {
    struct pki_session *session;
    struct pki_key_rows keys;
    struct pki_certificate_rows certificates; /* of authorities, and time-stamping leaves */
    int64_t now;
};

static void ledger_clear(struct ledger *ledger)
{
    pki_key_rows_clear(&ledger->keys);
    pki_certificate_rows_clear(&ledger->certificates);
}

void pki_crl_debts_clear(struct pki_crl_debts *debts)
{
    free(debts->list);
    *debts = (struct pki_crl_debts){0};
}

/* --- who owes -------------------------------------------------------------------------------- */

static bool key_is_here(const struct ledger *ledger, int64_t key)
{
    for (size_t i = 0; i < ledger->keys.n; i++)
        if (ledger->keys.list[i].id == key)
            return ledger->keys.list[i].has_file;
    return false;
}

static const struct pki_certificate_row *certificate_of(const struct ledger *ledger, int64_t id)
{
    for (size_t i = 0; i < ledger->certificates.n; i++)
        if (ledger->certificates.list[i].id == id)
            return &ledger->certificates.list[i];
    return NULL;
}

/* A revoked one still owes where what it signed earlier is trusted: treatment end. */
static bool is_dropped(const struct ledger *ledger, const struct pki_authority_row *row,
                       const struct pki_certificate_row *own, bool *dropped, struct pki_error *err)
{
    struct pki_revocation_row revocation;
    const struct pki_bytes serial = {own->serial, sizeof(own->serial)};
    bool found = false;

    *dropped = false;
    if (row->state != PKI_STATE_REVOKED)
        return true;
    if (!pki_store_find_revocation(ledger->session->store, own->issuer, serial, &found, &revocation,
                                   err))
        return false;
    *dropped = !found || strcmp(revocation.treatment, "drop") == 0;
    return true;
}

/* --- by when --------------------------------------------------------------------------------- */

int64_t pki_crl_due_by(int64_t when)
{
    return when + NOTICE;
}

static void owe(struct pki_crl_debt *debt, int64_t when)
{
    if (debt->owed && debt->when <= when)
        return;
    debt->owed = true;
    debt->when = when;
    debt->remind = when;
}

/* The earliest thing that it signed for somebody else; once it is active its key may sign
   elsewhere, and whoever checks that certificate needs the list. */
static void add_first(const struct ledger *ledger, const struct pki_authority_row *row,
                      struct pki_crl_debt *debt)
{
    for (size_t i = 0; i < ledger->certificates.n; i++) {
        const struct pki_certificate_row *cert = &ledger->certificates.list[i];
        if (cert->issuer == row->id && cert->authority != row->id)
            owe(debt, pki_crl_due_by(cert->issued_at));
    }
    if (row->state != PKI_STATE_NEXT)
        owe(debt, pki_crl_due_by(row->state_since));
}

static void add_following(const struct pki_crl_row *last, const struct pki_certificate_row *own,
                          struct pki_crl_debt *debt)
{
    if (last->next_update >= own->not_after)
        return; /* the last one covers the rest of its life */
    owe(debt, last->next_update);
    debt->remind = last->next_update - (last->next_update - last->this_update) / 3;
}

static bool add_unlisted(const struct ledger *ledger, const struct pki_authority_row *row,
                         int64_t covers, struct pki_crl_debt *debt, struct pki_error *err)
{
    struct pki_store *store = ledger->session->store;
    int64_t earliest = 0;
    int64_t highest = 0;

    if (!pki_store_count_revocations(store, row->id, &highest, NULL, err))
        return false;
    if (highest <= covers)
        return true;
    if (!pki_store_earliest_unlisted(store, row->id, covers, &earliest, err))
        return false;
    owe(debt, pki_crl_due_by(earliest));
    debt->overdue_soon = true;
    return true;
}

static bool reckon(const struct ledger *ledger, const struct pki_authority_row *row,
                   struct pki_crl_debt *debt, struct pki_error *err)
{
    const struct pki_certificate_row *own = certificate_of(ledger, row->certificate);
    struct pki_crl_row last;
    bool found = false;
    bool dropped = false;

    if (!own || row->state == PKI_STATE_RETIRED || own->not_after < ledger->now ||
        !key_is_here(ledger, row->key))
        return true;
    if (!is_dropped(ledger, row, own, &dropped, err))
        return false;
    if (dropped)
        return true;
    if (!pki_store_last_crl(ledger->session->store, row->id, &found, &last, err))
        return false;
    if (found)
        add_following(&last, own, debt);
    else
        add_first(ledger, row, debt);
    return add_unlisted(ledger, row, found ? last.covers : 0, debt, err);
}

bool pki_crl_debts_load(struct pki_session *session, struct pki_crl_debts *debts,
                        struct pki_error *err)
{
    __attribute__((__cleanup__(ledger_clear))) struct ledger ledger = {
        .session = session, .now = pki_session_now(session)};
    pki_scope(pki_authority_rows) rows = {0};
    pki_scope(pki_crl_debts) loaded = {0};

    if (!pki_store_list_keys(session->store, &ledger.keys, err) ||
        !pki_store_list_certificates(session->store, &ledger.certificates, err) ||
        !pki_store_list_authorities(session->store, NULL, NULL, &rows, err))
        return false;
    loaded.list = calloc(rows.n + 1, sizeof(*loaded.list));
    if (!loaded.list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < rows.n; i++) {
        struct pki_crl_debt *debt = &loaded.list[loaded.n++];
        debt->authority = rows.list[i].id;
        memcpy(debt->name, rows.list[i].name, sizeof(debt->name));
        if (!reckon(&ledger, &rows.list[i], debt, err))
            return false;
    }
    *debts = loaded;
    loaded = (struct pki_crl_debts){0}; /* NOLINT(clang-analyzer-deadcode.DeadStores): taken */
    return true;
}

/* --- telling --------------------------------------------------------------------------------- */

bool pki_crl_debt_is_due(const struct pki_crl_debt *debt, int64_t now, int64_t within)
{
    if (!debt->owed)
        return false;
    return debt->overdue_soon || (debt->when <= now + within && debt->remind <= now + NOTICE);
}

void pki_due_crls_clear(struct pki_due_crls *crls)
{
    free(crls->list);
    *crls = (struct pki_due_crls){0};
}

bool pki_crl_due(struct pki_session *session, int64_t within, struct pki_due_crls *crls,
                 struct pki_error *err)
{
    PKI_CONTEXT(err, "crl");
    pki_scope(pki_crl_debts) debts = {0};
    int64_t now = pki_session_now(session);
    size_t n = 0;

    if (!pki_crl_debts_load(session, &debts, err))
        return false;
    struct pki_due_crl *list = calloc(debts.n + 1, sizeof(*list));
    if (!list)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < debts.n; i++) {
        if (!pki_crl_debt_is_due(&debts.list[i], now, within))
            continue;
        (void)snprintf(list[n].authority, sizeof(list[n].authority), "%s", debts.list[i].name);
        list[n++].when = debts.list[i].when;
    }
    *crls = (struct pki_due_crls){list, n};
    return true;
}

bool pki_line_active(struct pki_session *session, const char *environment, const char *purpose,
                     char name[128], struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_line_plan *line = NULL;
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_session_hierarchy(session, &hierarchy, err) ||
        !pki_hierarchy_line(hierarchy, environment, purpose, &line, err) ||
        !pki_store_list_authorities(session->store, environment, purpose, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.list[i].state != PKI_STATE_ACTIVE)
            continue;
        (void)snprintf(name, 128, "%s", rows.list[i].name);
        return true;
    }
    return pki_fail(err, PKI_E_STATE, "%s %s has no active authority", environment, purpose);
}
