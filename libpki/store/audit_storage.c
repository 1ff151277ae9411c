/*
 * What SQLite can say itself: pages, references; and the schema, object by
 * object.
 */
#include "store/audit.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

#define FINDINGS_MAX 200

bool pki_finding_add(struct pki_store_findings *findings, struct pki_error *err, const char *format,
                     ...)
{
    va_list args;

    if (findings->n >= FINDINGS_MAX)
        return true;
    char(*text)[300] = pki_rows_extend(&findings->list, &findings->n, sizeof(*text), err);
    if (!text)
        return false;
    if (findings->n == FINDINGS_MAX)
        format = "more is wrong than is listed here";
    va_start(args, format);
    (void)vsnprintf(*text, sizeof(*text), format, args);
    va_end(args);
    pki_text_tame(*text);
    return true;
}

/* Every row of a query of one text is a finding, but "ok". */
static bool check_integrity(struct pki_store *store, struct pki_store_findings *findings,
                            struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(store, PKI_QUERY_INTEGRITY_CHECK, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    while (row) {
        struct pki_bytes text = pki_column_view(&query);
        bool good = text.size == 2 && memcmp(text.data, "ok", 2) == 0;
        if (!good && !pki_finding_add(findings, err, "storage: %.*s", (int)text.size,
                                      (const char *)text.data))
            return false;
        if (!pki_statement_step(&query, &row, err))
            return false;
    }
    return true;
}

static bool check_references(struct pki_store *store, struct pki_store_findings *findings,
                             struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    bool row = false;

    if (!pki_statement_begin(store, PKI_QUERY_FOREIGN_KEY_CHECK, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    while (row) {
        struct pki_bytes table = pki_column_view(&query);
        int64_t id = pki_column_integer(&query);
        struct pki_bytes parent = pki_column_view(&query);
        if (!pki_finding_add(findings, err, "%.*s %lld refers to a missing %.*s", (int)table.size,
                             (const char *)table.data, (long long)id, (int)parent.size,
                             (const char *)parent.data) ||
            !pki_statement_step(&query, &row, err))
            return false;
    }
    return true;
}

bool pki_audit_storage(struct pki_store *store, struct pki_store_findings *findings,
                       struct pki_error *err)
{
    return check_integrity(store, findings, err) && check_references(store, findings, err) &&
           pki_schema_compare(store, PKI_SCHEMA_VERSION, findings, err);
}
