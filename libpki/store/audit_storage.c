/*
 * What SQLite can say itself: pages, references, and a schema that is that of
 * this version, object by object.
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

struct object {
    struct pki_statement query;
    bool there;
    char type[16];
    char name[64];
    struct pki_bytes sql, owner;
};

static bool next_object(struct object *object, struct pki_error *err)
{
    if (!pki_statement_step(&object->query, &object->there, err))
        return false;
    if (object->there) {
        pki_column_text(&object->query, object->type, sizeof(object->type));
        pki_column_text(&object->query, object->name, sizeof(object->name));
        object->sql = pki_column_view(&object->query);
        object->owner = pki_column_view(&object->query);
    }
    object->query.damaged = false; /* a name too long is no name of ours: the order shows it */
    return pki_column_ok(&object->query, err);
}

static int object_order(const struct object *a, const struct object *b)
{
    if (!a->there || !b->there)
        return (a->there ? 0 : 1) - (b->there ? 0 : 1);
    int order = strcmp(a->type, b->type);
    return order != 0 ? order : strcmp(a->name, b->name);
}

static bool compare_objects(struct pki_store_findings *findings, struct object *ours,
                            struct object *theirs, struct pki_error *err)
{
    while (ours->there || theirs->there) {
        int order = object_order(ours, theirs);
        bool noted = true;
        if (order < 0) {
            noted =
                pki_finding_add(findings, err, "schema: %s %s is missing", ours->type, ours->name);
        } else if (order > 0) {
            noted = pki_finding_add(findings, err, "schema: %s %s does not belong here",
                                    theirs->type, theirs->name);
        } else if (!pki_bytes_equal(ours->sql, theirs->sql) ||
                   !pki_bytes_equal(ours->owner, theirs->owner)) {
            noted =
                pki_finding_add(findings, err, "schema: %s %s was changed", ours->type, ours->name);
        }
        if (!noted || (order <= 0 && !next_object(ours, err)) ||
            (order >= 0 && !next_object(theirs, err)))
            return false;
    }
    return true;
}

static bool check_schema(struct pki_store *store, struct pki_store_findings *findings,
                         struct pki_error *err)
{
    pki_auto(pki_store) blank = NULL;

    if (!pki_store_blank(&blank, err))
        return false;

    struct object ours = {0};
    struct object theirs = {0};
    bool done = pki_statement_begin(blank, PKI_QUERY_SCHEMA, &ours.query, err) &&
                pki_statement_begin(store, PKI_QUERY_SCHEMA, &theirs.query, err) &&
                next_object(&ours, err) && next_object(&theirs, err) &&
                compare_objects(findings, &ours, &theirs, err);
    pki_statement_clear(&ours.query);
    pki_statement_clear(&theirs.query);
    return done;
}

bool pki_audit_storage(struct pki_store *store, struct pki_store_findings *findings,
                       struct pki_error *err)
{
    return check_integrity(store, findings, err) && check_references(store, findings, err) &&
           check_schema(store, findings, err);
}
