/*
 * The CRL duty: a list of everything that an authority has revoked, built on
 * the medium, checked as it lies there (ops/crl_check.c), signed
 * (ops/crl_sign.c). Memory stays flat: nothing here holds an entry longer than
 * it is looked at.
 */
#include "ops/crl.h"

#include "base/text.h"
#include "store/reservations.h"
#include "store/scan.h"

#define LINES_A_LOOK 4096

/* --- what is in it --------------------------------------------------------------------------- */

struct lines {
    struct pki_revocation_scan *scan;
    struct pki_work *work;
};

static bool next_line(void *of, struct pki_crl_line *line, bool *more, struct pki_error *err)
{
    struct lines *lines = of;
    struct pki_revocation_line row;

    if (!pki_work_on(lines->work, err) || !pki_revocation_scan_next(lines->scan, &row, more, err))
        return false;
    if (!*more)
        return true;
    *line = (struct pki_crl_line){
        .serial = row.serial,
        .revoked_at = row.revoked_at,
        .reason = row.reason,
        .has_invalidity = row.has_invalidity,
        .invalidity_at = row.invalidity_at,
    };
    return true;
}

static bool build(struct pki_draft *draft, struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;
    const struct pki_cert *issuer = draft->issuer_cert;
    const struct pki_crl_facts facts = {
        .issuer_algorithm = draft->issuer_algorithm,
        .issuer = issuer->subject,
        .authority_key_id = issuer->subject_key_id,
        .number = crl->row.number,
        .this_update = crl->row.this_update,
        .next_update = crl->row.next_update,
    };
    pki_auto(pki_revocation_scan) scan = NULL;
    pki_auto(pki_file) file = NULL;
    pki_scope_fd int dir = -1;

    if (!pki_crl_directory(crl->session, &dir, err) ||
        !pki_file_create(dir, crl->file, 0600, &file, err) ||
        !pki_revocation_scan_open(crl->session->store, draft->issuer.id, &scan, err))
        return false;
    struct lines lines = {.scan = scan, .work = &crl->work};
    const struct pki_crl_source source = {.next = next_line, .of = &lines};
    if (!pki_crl_draft_build(&facts, &source, &file, &crl->list, err))
        return false;
    crl->row.entries = (int64_t)pki_crl_draft_body(crl->list)->entries;
    return true;
}

/* --- number and dates ------------------------------------------------------------------------ */

static bool find_period(struct pki_session *session, const struct pki_authority_row *issuer,
                        struct pki_period *period, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    const struct pki_root_plan *root = NULL;
    const struct pki_line_plan *line = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    if (!issuer->environment[0]) {
        if (!pki_hierarchy_root(hierarchy, issuer->root, &root, err))
            return false;
        *period = root->crl_period;
        return true;
    }
    if (!pki_hierarchy_line(hierarchy, issuer->environment, issuer->purpose, &line, err))
        return false;
    *period = line->crl_period;
    return true;
}

/* The number that was prepared, where the list is one that was. */
static int64_t prepared_number(const struct pki_draft *draft)
{
    const struct pki_approval *approval = &draft->approval;

    return approval->rows.n > 0 ? pki_crl_reserved_number(&approval->rows.list[0]) : 0;
}

/* A list that was cut off or failed may have been signed and seen: its number is spent. */
static bool find_spent(const struct pki_draft *draft, struct pki_crl_work *crl,
                       struct pki_error *err)
{
    if (!pki_store_list_reserved_crls(crl->session->store, draft->issuer_cert->spki_sha256,
                                      &crl->reserved, err))
        return false;
    for (size_t i = 0; i < crl->reserved.n; i++) {
        int64_t number = pki_crl_reserved_number(&crl->reserved.list[i]);
        if (number > crl->spent)
            crl->spent = number;
    }
    return true;
}

/* Dates only grow, so a list that was signed under a wrong clock ends its authority's lists until
   that time: no word overrules it, since whoever has that list takes no earlier one. */
static bool refuse_future(const struct pki_crl_row *last, struct pki_error *err)
{
    char date[PKI_TIME_TEXT];

    return pki_fail(err, PKI_E_POLICY,
                    "the last CRL, number %lld, is dated %s, after the clock: set the clock. If it "
                    "is right now, that list was signed under a wrong one, and none before that "
                    "date can follow it (RFC 5280 5.1.2.4): replace the authority by its next one "
                    "(cellar rotate ENV PURPOSE --now), or wait",
                    (long long)last->number, pki_time_format(last->this_update, date));
}

/* Rule 6: number and thisUpdate only grow; a list never outlives who signed it. */
static bool set_dates(const struct pki_draft *draft, struct pki_period period,
                      struct pki_crl_work *crl, struct pki_error *err)
{
    const struct pki_cert *issuer = draft->issuer_cert;
    struct pki_crl_row *row = &crl->row;

    row->this_update = draft->now - PKI_DRAFT_SET_BACK;
    if (row->this_update < issuer->not_before)
        row->this_update = issuer->not_before;
    if (crl->has_last && row->this_update <= crl->last.this_update)
        row->this_update = crl->last.this_update + 1;
    if (row->this_update > draft->now)
        return refuse_future(&crl->last, err);
    row->next_update = pki_period_after(period, row->this_update);
    if (row->next_update > issuer->not_after)
        row->next_update = issuer->not_after;
    row->number = row->this_update;
    if (crl->has_last && row->number <= crl->last.number)
        row->number = crl->last.number + 1;
    if (row->number <= crl->spent)
        row->number = crl->spent + 1;
    if (prepared_number(draft) > 0)
        row->number = prepared_number(draft);
    return true;
}

static bool fill_row(struct pki_draft *draft, struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;
    struct pki_store *store = crl->session->store;
    struct pki_period period = {0};

    crl->row.issuer = draft->issuer.id;
    if (!find_period(crl->session, &draft->issuer, &period, err) ||
        !pki_store_last_crl(store, draft->issuer.id, &crl->has_last, &crl->last, err) ||
        !pki_store_count_revocations(store, draft->issuer.id, &crl->row.covers, NULL, err) ||
        !find_spent(draft, crl, err) || !set_dates(draft, period, crl, err))
        return false;
    pki_crl_file_name(draft->issuer.name, crl->row.number, crl->file);
    return true;
}

/* --- making ------------------------------------------------------------------------------------
 */

/* Entries at most: those of the last list, and what was revoked since, by whomever. */
static void begin_work(struct pki_crl_work *crl)
{
    int64_t most = crl->row.covers - crl->last.covers + crl->last.entries;

    crl->work = pki_work_begin(crl->session->progress, "gathering what is revoked", most);
    crl->work.each = LINES_A_LOOK;
}

static bool make(struct pki_draft *draft, struct pki_error *err)
{
    struct pki_crl_work *crl = draft->own;

    begin_work(crl);
    bool made = build(draft, err) && pki_crl_check(draft, err);
    pki_work_clear(&crl->work);
    return made;
}

/* --- preparing ------------------------------------------------------------------------------- */

static bool take_issuer(struct pki_session *session, const char *name, struct pki_draft *draft,
                        struct pki_error *err)
{
    pki_scope(pki_authority_row) row = {0};
    bool found = false;

    if (!pki_store_authority_by_name(session->store, name, &found, &row, err))
        return false;
    if (!found)
        return pki_fail(err, PKI_E_NOTFOUND,
                        "no authority of that name; `cellar status` lists them");
    if (row.state == PKI_STATE_RETIRED)
        return pki_fail(err, PKI_E_STATE, "it is retired: its last CRL is signed");
    return pki_draft_set_issuer(session, draft, &row, err);
}

static bool name_draft(struct pki_draft *draft, struct pki_error *err)
{
    const struct pki_authority_row *issuer = &draft->issuer;
    pki_scope(pki_buf) name = {0};

    if (!pki_name_attribute(draft->issuer_cert->subject, PKI_OID_COMMON_NAME, &name, err))
        return false;
    (void)snprintf(draft->confirm, sizeof(draft->confirm), "%.*s", (int)name.size,
                   name.size > 0 ? (const char *)name.data : "");
    memcpy(draft->subject, issuer->name, sizeof(draft->subject));
    (void)snprintf(draft->next, sizeof(draft->next), "cellar export%s%s",
                   issuer->environment[0] ? " " : "", issuer->environment);
    return true;
}

static bool prepare(struct pki_session *session, const char *authority, struct pki_draft *draft,
                    struct pki_error *err)
{
    struct pki_crl_work *crl = calloc(1, sizeof(*crl));

    if (!crl)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    crl->session = session;
    draft->own = crl;
    draft->duty = &pki_crl_duty;
    return take_issuer(session, authority, draft, err) && fill_row(draft, err) &&
           make(draft, err) && name_draft(draft, err);
}

bool pki_crl_prepare(struct pki_session *session, const char *authority, struct pki_draft **draft,
                     struct pki_error *err)
{
    PKI_CONTEXT(err, "crl %s", authority);
    pki_auto(pki_draft) fresh = NULL;

    if (!pki_draft_begin(session, "crl", &fresh, err) || !prepare(session, authority, fresh, err))
        return false;
    *draft = PKI_TAKE(fresh);
    return true;
}
