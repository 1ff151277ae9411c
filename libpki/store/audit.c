/*
 * The audit of the store itself, in one pass over the journal with flat
 * memory. Ids count from 1 without gaps, so a covered id that is not the next
 * one, a covered row that is not there and a row beyond the last covered one
 * are all that can be wrong with what is present.
 */
#include "store/audit.h"

#define ROWS_A_LOOK 256
#define STEPS_A_LOOK                                                            \
    2000 /* of SQLite's machine: integrity_check takes long before it has a row \
          */

struct audit {
    struct pki_store *store;
    struct pki_store_findings *findings;
    int64_t covered[PKI_RELATIONS]; /* the last covered id of each table */
    struct pki_work work;
    struct pki_error stopped; /* by the operator, while SQLite was at work */
};

/* Names the cells of a row that are not what they were when it was covered. */
static bool compare_cells(struct audit *audit, const struct pki_chain_row *row,
                          const struct pki_cover *cover, struct pki_error *err)
{
    const char *name = pki_relation_name(pki_relation_by_name(row->relation));
    struct pki_bytes now = pki_cover_view(cover);
    bool named = false;

    for (size_t i = 0; i < cover->columns && row->digests.size == now.size; i++) {
        size_t at = PKI_SHA256_SIZE + i * PKI_COVER_LOCATOR;
        if (memcmp(row->digests.data + at, now.data + at, PKI_COVER_LOCATOR) == 0)
            continue;
        named = true;
        if (!pki_finding_add(audit->findings, err,
                             "%s %lld: %s is not what journal entry %lld recorded", name,
                             (long long)row->row, cover->names[i], (long long)row->entry))
            return false;
    }
    return named ||
           pki_finding_add(audit->findings, err, "%s %lld is not what journal entry %lld recorded",
                           name, (long long)row->row, (long long)row->entry);
}

/* A row that the chain covers, as it stands in its table. */
static bool check_row(void *context, const struct pki_chain_row *row, struct pki_error *err)
{
    struct audit *audit = context;
    struct pki_covered_row id = {pki_relation_by_name(row->relation), row->row};
    struct pki_cover cover = {0};

    if (!pki_work_on(&audit->work, err))
        return false;
    if (id.relation == PKI_RELATIONS || row->version != pki_relation_version(id.relation)) {
        return pki_finding_add(audit->findings, err,
                               "journal entry %lld covers a row of an unknown table",
                               (long long)row->entry);
    }

    const char *name = pki_relation_name(id.relation);
    if (id.id != audit->covered[id.relation] + 1 &&
        !pki_finding_add(audit->findings, err,
                         "journal entry %lld covers %s %lld where %lld comes next",
                         (long long)row->entry, name, (long long)id.id,
                         (long long)audit->covered[id.relation] + 1))
        return false;
    audit->covered[id.relation] = id.id;
    if (!pki_cover_row(audit->store, &id, &cover, err))
        return false;
    if (!cover.found) {
        return pki_finding_add(audit->findings, err,
                               "%s %lld is missing: journal entry %lld recorded it", name,
                               (long long)id.id, (long long)row->entry);
    }
    if (!pki_bytes_equal(row->digests, pki_cover_view(&cover)))
        return compare_cells(audit, row, &cover, err);
    return true;
}

static bool check_uncovered(struct audit *audit, enum pki_relation relation, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(audit->store, pki_relation_beyond(relation), &query, err))
        return false;
    pki_bind_integer(&query, audit->covered[relation]);
    if (!pki_statement_step(&query, &row, err))
        return false;
    while (row) {
        if (!pki_finding_add(audit->findings, err, "%s %lld is in no journal entry",
                             pki_relation_name(relation), (long long)pki_column_integer(&query)) ||
            !pki_statement_step(&query, &row, err))
            return false;
    }
    return true;
}

static bool check_all_covered(struct audit *audit, struct pki_error *err)
{
    for (enum pki_relation i = 0; i < PKI_RELATIONS; i++)
        if (!check_uncovered(audit, i, err))
            return false;
    return true;
}

/* The two columns that follow from other rows. */
static bool check_state(struct audit *audit, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(audit->store, PKI_QUERY_WRONG_STATE, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    while (row) {
        struct pki_bytes name = pki_column_view(&query);
        if (!pki_finding_add(audit->findings, err,
                             "authority %.*s: state and state_since are not what its events say",
                             (int)name.size, (const char *)name.data) ||
            !pki_statement_step(&query, &row, err))
            return false;
    }
    return true;
}

static bool check_outcome(struct audit *audit, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(audit->store, PKI_QUERY_WRONG_OUTCOME, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    while (row) {
        if (!pki_finding_add(audit->findings, err,
                             "reservation %lld: outcome is not what its end says",
                             (long long)pki_column_integer(&query)) ||
            !pki_statement_step(&query, &row, err))
            return false;
    }
    return true;
}

void pki_store_findings_clear(struct pki_store_findings *findings)
{
    free(findings->list);
    *findings = (struct pki_store_findings){0};
}

static bool check_all(struct audit *audit, struct pki_error *err)
{
    return pki_audit_storage(audit->store, audit->findings, err) &&
           pki_audit_chain(audit->store, audit->findings, check_row, audit, err) &&
           check_all_covered(audit, err) && check_state(audit, err) && check_outcome(audit, err);
}

/* A damaged file, or a table that was found missing, ends the checks and is a finding. */
static bool end_early(struct audit *audit, struct pki_error *err)
{
    struct pki_error reason = *err;

    if (reason.code != PKI_E_STORE && (reason.code != PKI_E_IO || audit->findings->n == 0))
        return false;
    *err = (struct pki_error){0};
    return pki_finding_add(audit->findings, err, "storage: the audit ends here: %s", reason.text);
}

/* SQLite asks within a query; other than 0 ends it. */
static int look(void *context)
{
    struct audit *audit = context;

    return audit->stopped.code == PKI_OK && pki_work_look(&audit->work, &audit->stopped) ? 0 : 1;
}

/* All of it, a stop told as what it is: SQLite calls it a failed query. */
static bool check_watched(struct audit *audit, struct pki_error *err)
{
    sqlite3_progress_handler(audit->store->db, STEPS_A_LOOK, look, audit);
    bool done = check_all(audit, err);
    sqlite3_progress_handler(audit->store->db, 0, NULL, NULL);
    if (audit->stopped.code == PKI_OK)
        return done || end_early(audit, err);
    *err = audit->stopped;
    return false;
}

void pki_store_watch(struct pki_store *store, const struct pki_progress *progress)
{
    store->progress = progress;
}

bool pki_store_audit(struct pki_store *store, struct pki_store_findings *findings,
                     struct pki_error *err)
{
    struct pki_store_findings found = {0};
    struct audit audit = {.store = store, .findings = &found};

    audit.work = pki_work_begin(store->progress, "verifying the inventory", 0);
    audit.work.each = ROWS_A_LOOK;
    bool done = check_watched(&audit, err);
    pki_work_clear(&audit.work);
    if (done)
        *findings = found;
    else
        pki_store_findings_clear(&found);
    return done;
}
