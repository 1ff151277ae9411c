/*
 * The schema is that of its version, word for word: what a query would do on a
 * view in a table's place, or a write by a trigger of somebody else's, nobody
 * can tell. The texts of this version are compared at every opening; object by
 * object, to name what differs, only where they are not the same.
 */
#include "store/audit.h"

/* Whether the rest begins with this text and what ends it there; then it is taken off. */
static bool take(struct pki_bytes *rest, struct pki_bytes sql)
{
    static const char end[] = {';', '\n'};
    size_t size = sql.size + sizeof(end);

    if (sql.size == 0) /* an index of SQLite's own */
        return true;
    if (size > rest->size || memcmp(rest->data, sql.data, sql.size) != 0 ||
        memcmp(rest->data + sql.size, end, sizeof(end)) != 0)
        return false;
    *rest = (struct pki_bytes){rest->data + size, rest->size - size};
    return true;
}

/* The texts, in the order of schema/snapshot.sql. */
static bool match(struct pki_store *store, bool *same, struct pki_error *err)
{
    pki_scope(pki_statement) query = {0};
    const char *first = strchr(pki_schema, '\n') + 1; /* after its comment */
    struct pki_bytes rest = {(const uint8_t *)first, strlen(first)};
    bool row = false;

    *same = true;
    if (!pki_statement_begin(store, PKI_QUERY_SCHEMA, &query, err) ||
        !pki_statement_step(&query, &row, err))
        return false;
    while (row && *same) {
        (void)pki_column_view(&query); /* type and name are in the text */
        (void)pki_column_view(&query);
        *same = take(&rest, pki_column_view(&query));
        if (!pki_statement_step(&query, &row, err))
            return false;
    }
    *same = *same && rest.size == 0;
    return pki_column_ok(&query, err);
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

bool pki_schema_compare(struct pki_store *store, int64_t version,
                        struct pki_store_findings *findings, struct pki_error *err)
{
    pki_auto(pki_store) blank = NULL;

    if (!pki_store_blank_of(version, &blank, err))
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

bool pki_schema_check(struct pki_store *store, int64_t version, struct pki_error *err)
{
    struct pki_store_findings findings = {0};
    bool same = false;

    if (version == PKI_SCHEMA_VERSION && !match(store, &same, err))
        return false;
    bool done = same || pki_schema_compare(store, version, &findings, err);
    if (done && findings.n > 0) {
        done = pki_fail(err, PKI_E_INTEGRITY,
                        PKI_STORE_FILE ": %s%s: restore the cellar from its backup",
                        findings.list[0], findings.n > 1 ? ", and more" : "");
    }
    pki_store_findings_clear(&findings);
    return done;
}
