/*
 * A changed hierarchy file: shown value by value, refused where something
 * issued would no longer fit, then stored.
 */
#include "pki/init.h"

#include <fcntl.h>

#include "base/file.h"
#include "ops/session.h"

/* --- a document as flat lines: "environments.prod.root" and its value ------------------------ */

struct setting {
    char *path;
    const char *value; /* borrowed from the document */
};

struct settings {
    struct setting *list;
    size_t n;
};

static void settings_clear(struct settings *settings)
{
    for (size_t i = 0; i < settings->n; i++)
        free(settings->list[i].path);
    free(settings->list);
    *settings = (struct settings){0};
}

static bool add_setting(struct settings *settings, const char *path, const char *value,
                        struct pki_error *err)
{
    struct setting *grown = realloc(settings->list, (settings->n + 1) * sizeof(*grown));

    if (!grown)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    settings->list = grown;
    grown[settings->n] = (struct setting){strdup(path), value};
    return grown[settings->n++].path || pki_fail(err, PKI_E_MEMORY, "out of memory");
}

/* As deep as a hierarchy goes: environments, one, lines, one, services. */
/* NOLINTNEXTLINE(misc-no-recursion): the reader bounds the depth at 16 */
static bool flatten(struct pki_yaml_node *node, const char *path, struct settings *settings,
                    struct pki_error *err)
{
    struct pki_error not_a_scalar = {0};
    const char *value = NULL;

    if (pki_yaml_scalar(node, &value, &not_a_scalar))
        return add_setting(settings, path, value, err);
    for (size_t i = 0; i < pki_yaml_count(node); i++) {
        struct pki_yaml_node *child = NULL;
        const char *key = NULL;
        pki_scope(pki_buf) below = {0};

        if (!pki_yaml_entry(node, i, &key, &child, err))
            return false;
        pki_buf_printf(&below, "%s%s%s", path, path[0] ? "." : "", key ? key : "-");
        pki_buf_byte(&below, 0);
        if (!pki_buf_ok(&below, err) || !flatten(child, (const char *)below.data, settings, err))
            return false;
    }
    return true;
}

static const char *find_value(const struct settings *settings, const char *path)
{
    for (size_t i = 0; i < settings->n; i++)
        if (strcmp(settings->list[i].path, path) == 0)
            return settings->list[i].value;
    return NULL;
}

static void tell_change(struct pki_report *table, const char *path, const char *was,
                        const char *will)
{
    struct pki_report *row = pki_report_row(table);

    pki_report_text(row, "Setting", "%s", path);
    pki_report_text(row, "Was", "%s", was ? was : "-");
    pki_report_text(row, "Will be", "%s", will ? will : "-");
}

static bool tell_difference(const struct settings *was, const struct settings *will,
                            struct pki_report *report)
{
    struct pki_report *table = NULL;

    for (size_t i = 0; i < was->n + will->n; i++) {
        bool old = i < was->n;
        const char *path = old ? was->list[i].path : will->list[i - was->n].path;
        const char *before = find_value(was, path);
        const char *after = find_value(will, path);

        if ((!old && before) || (before && after && strcmp(before, after) == 0))
            continue;
        if (!table)
            table = pki_report_table(report, "Changes");
        tell_change(table, path, before, after);
    }
    return table != NULL;
}

static bool flatten_text(const char *name, struct pki_bytes text, struct pki_yaml **document,
                         struct settings *settings, struct pki_error *err)
{
    return pki_yaml_parse(name, text, document, err) &&
           flatten(pki_yaml_root(*document), "", settings, err);
}

static bool compare(struct pki_bytes was, struct pki_bytes will, struct pki_report *report,
                    bool *changes, struct pki_error *err)
{
    pki_auto(pki_yaml) old_document = NULL;
    pki_auto(pki_yaml) new_document = NULL;
    struct settings before = {0};
    struct settings after = {0};
    bool done = flatten_text("hierarchy", was, &old_document, &before, err) &&
                flatten_text("hierarchy", will, &new_document, &after, err);

    if (done)
        *changes = tell_difference(&before, &after, report);
    settings_clear(&before);
    settings_clear(&after);
    return done;
}

/* --- what is issued cannot be planned away ---------------------------------------------------- */

static bool check_root(const struct pki_hierarchy *was, const struct pki_hierarchy *will,
                       const struct pki_authority_row *row, struct pki_error *err)
{
    const struct pki_root_plan *before = NULL;
    const struct pki_root_plan *after = NULL;
    struct pki_error why = {0};

    if (!pki_hierarchy_root(was, row->root, &before, err))
        return false;
    if (!pki_hierarchy_root(will, row->root, &after, &why))
        return pki_fail(err, PKI_E_POLICY, "%s is issued: root %s must stay in the hierarchy",
                        row->name, row->root);
    return strcmp(before->common_name, after->common_name) == 0 ||
           pki_fail(err, PKI_E_POLICY, "%s is issued: the common_name of root %s must stay",
                    row->name, row->root);
}

static bool check_line(const struct pki_hierarchy *was, const struct pki_hierarchy *will,
                       const struct pki_authority_row *row, struct pki_error *err)
{
    const struct pki_line_plan *before = NULL;
    const struct pki_line_plan *after = NULL;
    struct pki_error why = {0};

    if (!pki_hierarchy_line(was, row->environment, row->purpose, &before, err))
        return false;
    if (!pki_hierarchy_line(will, row->environment, row->purpose, &after, &why))
        return pki_fail(err, PKI_E_POLICY, "%s is issued: line %s %s must stay in the hierarchy",
                        row->name, row->environment, row->purpose);

    const char *changed = strcmp(before->common_name, after->common_name) != 0 ? "common_name"
                          : before->profile != after->profile                  ? "profile"
                          : strcmp(before->root->name, after->root->name) != 0 ? "root"
                                                                               : NULL;
    return !changed || pki_fail(err, PKI_E_POLICY, "%s is issued: the %s of line %s %s must stay",
                                row->name, changed, row->environment, row->purpose);
}

static bool check_issued(struct pki_session *session, const struct pki_hierarchy *will,
                         struct pki_error *err)
{
    const struct pki_hierarchy *was = NULL;
    struct pki_authority_rows rows = {0};

    if (!pki_session_hierarchy(session, &was, err) ||
        !pki_store_list_authorities(session->store, NULL, NULL, &rows, err))
        return false;
    bool good = true;
    for (size_t i = 0; i < rows.n && good; i++)
        good = rows.list[i].environment[0] ? check_line(was, will, &rows.list[i], err)
                                           : check_root(was, will, &rows.list[i], err);
    pki_authority_rows_clear(&rows);
    return good;
}

/* --- the duty -------------------------------------------------------------------------------- */

static bool load(struct pki_session *session, const char *path, struct pki_buf *text,
                 struct pki_hierarchy **hierarchy, struct pki_error *err)
{
    return pki_file_read(AT_FDCWD, path, PKI_LIMIT_HIERARCHY, text, err) &&
           pki_hierarchy_load(path, pki_buf_view(text), session->rehearsal, hierarchy, err) &&
           check_issued(session, *hierarchy, err);
}

static bool compare_file(struct pki_session *session, const char *path, struct pki_buf *text,
                         bool *changes, struct pki_report *report, struct pki_error *err)
{
    pki_scope(pki_buf) stored = {0};
    pki_auto(pki_hierarchy) hierarchy = NULL;

    return load(session, path, text, &hierarchy, err) &&
           pki_store_hierarchy(session->store, &stored, err) &&
           compare(pki_buf_view(&stored), pki_buf_view(text), report, changes, err);
}

bool pki_init_compare(struct pki_session *session, const char *hierarchy, bool *changes,
                      struct pki_report *report, struct pki_error *err)
{
    pki_scope(pki_buf) text = {0};

    if (!compare_file(session, hierarchy, &text, changes, report, err))
        return false;
    if (!*changes)
        pki_report_note(report, "Changes", PKI_TONE_PLAIN, "The hierarchy stays as it is.");
    return pki_report_ok(report, err);
}

static bool store_text(struct pki_session *session, struct pki_bytes text, struct pki_error *err)
{
    pki_auto(pki_txn) txn = NULL;
    char clock[PKI_CLOCK_TEXT];
    char detail[PKI_CLOCK_TEXT + 64];
    const struct pki_journal_entry entry = {
        .at = pki_session_now(session),
        .action = "hierarchy",
        .subject = "hierarchy",
        .detail = detail,
        .actor = session->actor,
        .trust = true, /* leaf_life and slack shape the windows of trust */
    };

    if (!pki_session_clock_text(session, clock, err))
        return false;
    (void)snprintf(detail, sizeof(detail), "a changed hierarchy file is in force%s%s",
                   *clock ? "; " : "", clock);
    return pki_store_begin(session->store, &txn, err) && pki_store_add_hierarchy(txn, text, err) &&
           pki_journal_append(txn, &entry, err) && pki_txn_commit(&txn, err);
}

bool pki_init_update(struct pki_session *session, const char *hierarchy, struct pki_report *report,
                     struct pki_error *err)
{
    PKI_CONTEXT(err, "init --update");
    pki_scope(pki_buf) text = {0};
    bool changes = false;

    if (!compare_file(session, hierarchy, &text, &changes, report, err))
        return false;
    if (!changes) {
        pki_report_note(report, "Changes", PKI_TONE_PLAIN, "The hierarchy stays as it is.");
        return pki_report_ok(report, err);
    }
    if (!store_text(session, pki_buf_view(&text), err))
        return false;
    pki_hierarchy_free(session->hierarchy);
    session->hierarchy = NULL;
    if (!pki_session_head(session, report, err))
        return false;
    pki_report_next_here(report, "cellar status");
    return pki_report_ok(report, err);
}
