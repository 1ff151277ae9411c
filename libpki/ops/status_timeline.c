#include "ops/status_timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/line.h"
#include "ops/window.h"

struct drawing {
    struct pki_session *session;
    const struct pki_crl_debts *debts;
    int64_t now;
    struct pki_timeline_entries *entries;
};

void pki_timeline_entries_clear(struct pki_timeline_entries *entries)
{
    free(entries->list);
    *entries = (struct pki_timeline_entries){0};
}

static struct pki_timeline_entry *add(struct drawing *drawing, struct pki_error *err)
{
    struct pki_timeline_entries *entries = drawing->entries;
    struct pki_timeline_entry *grown = realloc(entries->list, (entries->n + 1) * sizeof(*grown));

    if (!grown) {
        (void)!pki_fail(err, PKI_E_MEMORY, "out of memory");
        return NULL;
    }
    entries->list = grown;
    memset(&grown[entries->n], 0, sizeof(*grown));
    return &grown[entries->n++];
}

static int64_t crl_by(const struct drawing *drawing, int64_t authority)
{
    for (size_t i = 0; i < drawing->debts->n; i++)
        if (drawing->debts->list[i].authority == authority)
            return drawing->debts->list[i].owed ? drawing->debts->list[i].when : 0;
    return 0;
}

/* --- windows --------------------------------------------------------------------------------- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What of a chain is recorded: a time-stamping generation's leaf, where there is one. */
struct chain {
    struct pki_authority_row issuer;
    struct pki_certificate_row root, cert, leaf;
    bool has_leaf;
};

static void chain_clear(struct chain *chain)
{
    pki_authority_row_clear(&chain->issuer);
    pki_certificate_row_clear(&chain->root);
    pki_certificate_row_clear(&chain->cert);
    pki_certificate_row_clear(&chain->leaf);
}

static bool load_chain(struct pki_store *store, const struct pki_authority_row *authority,
                       struct chain *chain, struct pki_error *err)
{
    return pki_store_certificate(store, authority->certificate, &chain->cert, err) &&
           pki_store_authority(store, authority->issuer, &chain->issuer, err) &&
           pki_store_certificate(store, chain->issuer.certificate, &chain->root, err) &&
           pki_store_find_companion(store, authority->id, &chain->has_leaf, &chain->leaf, err);
}

static bool end_if_revoked(const struct drawing *drawing, const struct pki_certificate_row *cert,
                           struct pki_window *window, struct pki_error *err)
{
    return pki_window_revoke(drawing->session, cert->issuer,
                             (struct pki_bytes){cert->serial, sizeof(cert->serial)}, INT64_MAX,
                             window, err);
}

/* As ops/trust has it; below a compromised root there is none. */
static bool find_window(const struct drawing *drawing, const struct chain *chain,
                        const struct pki_authority_row *authority, const struct pki_line *line,
                        struct pki_window *window, struct pki_error *err)
{
    int64_t switched = INT64_MAX;

    if (line && !pki_line_switched(drawing->session, &line->rows, authority->generation, INT64_MAX,
                                   &switched, err))
        return false;
    pki_window_open(window, chain->root.not_before);
    pki_window_open(window, chain->cert.not_before);
    if (chain->has_leaf)
        pki_window_open(window, chain->leaf.not_before);
    if (line)
        pki_window_switch(window, line->plan, switched);
    window->dropped = chain->issuer.state == PKI_STATE_REVOKED;
    return end_if_revoked(drawing, &chain->cert, window, err) &&
           (!chain->has_leaf || end_if_revoked(drawing, &chain->leaf, window, err));
}

/* The window, and no longer than the certificates themselves. */
static bool fill_window(const struct drawing *drawing, const struct pki_authority_row *authority,
                        const struct pki_line *line, struct pki_timeline_row *row,
                        struct pki_error *err)
{
    __attribute__((__cleanup__(chain_clear))) struct chain chain = {.has_leaf = false};
    struct pki_window window = {0};

    if (!load_chain(drawing->session->store, authority, &chain, err) ||
        !find_window(drawing, &chain, authority, line, &window, err))
        return false;
    row->from = window.start;
    row->until = earlier(chain.cert.not_after, chain.root.not_after);
    if (chain.has_leaf)
        row->until = earlier(row->until, chain.leaf.not_after);
    if (window.has_end)
        row->until = earlier(row->until, window.end);
    if (pki_window_is_shut(&window))
        row->until = row->from - 1;
    return true;
}

/* --- when it issues: as recorded before today, as planned after ---------------------------- */

static void fill_use(const struct drawing *drawing, const struct pki_line *line, size_t place,
                     int64_t rotate_by, struct pki_timeline_row *row)
{
    const struct pki_authority_row *authority = &line->rows.list[place];
    const struct pki_authority_row *before = place > 0 ? &line->rows.list[place - 1] : NULL;

    switch (authority->state) {
    case PKI_STATE_ACTIVE:
        row->used_from = authority->state_since;
        row->used_until = later(rotate_by, drawing->now);
        row->rotate_by = rotate_by;
        break;
    case PKI_STATE_NEXT:
        row->used_from = rotate_by > 0 ? later(rotate_by, drawing->now) : INT64_MAX;
        if (rotate_by > 0)
            row->used_until = pki_period_after(line->plan->rotate_every, row->used_from);
        break;
    case PKI_STATE_RETIRING:
        row->used_from = before && before->state == PKI_STATE_RETIRING ? before->state_since : 0;
        row->used_until = authority->state_since;
        break;
    case PKI_STATE_RETIRED:
    case PKI_STATE_REVOKED:
    case PKI_STATES:
        break;
    }
}

/* --- rows ------------------------------------------------------------------------------------ */

static bool add_text(struct drawing *drawing, struct pki_error *err, const char *text)
{
    struct pki_timeline_entry *entry = add(drawing, err);

    if (entry)
        (void)snprintf(entry->name, sizeof(entry->name), "%s", text);
    return entry != NULL;
}

static bool add_window(struct drawing *drawing, const struct pki_authority_row *authority,
                       const struct pki_timeline_row *row, struct pki_error *err)
{
    struct pki_timeline_entry *entry = add(drawing, err);

    if (!entry)
        return false;
    memcpy(entry->name, authority->name, sizeof(entry->name));
    entry->row = *row;
    entry->window = true;
    entry->row.crl_by = crl_by(drawing, authority->id);
    (void)snprintf(entry->row.label, sizeof(entry->row.label), "    g%lld %s",
                   (long long)authority->generation, pki_state_name(authority->state));
    return true;
}

/* What nobody trusts any more is counted, not drawn: a line of ten years fits the screen. */
static bool add_generations(struct drawing *drawing, const struct pki_line *line, int64_t rotate_by,
                            struct pki_error *err)
{
    char text[64];
    size_t folded = 0;

    for (size_t i = 0; i < line->rows.n; i++) {
        struct pki_timeline_row row = {0};

        if (!fill_window(drawing, &line->rows.list[i], line, &row, err))
            return false;
        if (line->rows.list[i].state == PKI_STATE_RETIRED || row.until < drawing->now) {
            folded++;
            continue;
        }
        fill_use(drawing, line, i, rotate_by, &row);
        if (!add_window(drawing, &line->rows.list[i], &row, err))
            return false;
    }
    (void)snprintf(text, sizeof(text), "    and %zu no longer trusted", folded);
    return folded == 0 || add_text(drawing, err, text);
}

static bool add_line(struct drawing *drawing, const struct pki_line_plan *plan,
                     struct pki_error *err)
{
    pki_scope(pki_line) line = {0};
    char heading[2 * PKI_WORD_MAX + 8];
    int64_t rotate_by = 0;

    if (!pki_line_load(drawing->session, plan, &line, err))
        return false;
    if (line.rows.n == 0)
        return true;
    (void)snprintf(heading, sizeof(heading), "  %s %s", plan->environment, plan->purpose);
    return add_text(drawing, err, heading) &&
           (!line.active || pki_line_due(drawing->session, &line, &rotate_by, err)) &&
           add_generations(drawing, &line, rotate_by, err);
}

static bool add_root(struct drawing *drawing, const char *name, struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};
    char heading[PKI_WORD_MAX + 16];
    bool named = false;

    if (!pki_store_list_authorities(drawing->session->store, "", NULL, &rows, err))
        return false;
    (void)snprintf(heading, sizeof(heading), "  root %s", name);
    for (size_t i = 0; i < rows.n; i++) {
        struct pki_timeline_row row = {.used_until = INT64_MAX};
        if (strcmp(rows.list[i].root, name) != 0)
            continue;
        if (rows.list[i].state != PKI_STATE_ACTIVE)
            row.used_until = rows.list[i].state_since;
        if (!named && !add_text(drawing, err, heading))
            return false;
        named = true;
        if (!fill_window(drawing, &rows.list[i], NULL, &row, err) ||
            !add_window(drawing, &rows.list[i], &row, err))
            return false;
        drawing->entries->list[drawing->entries->n - 1].of_root = true;
    }
    return true;
}

bool pki_timeline_gather(struct pki_session *session, const struct pki_crl_debts *debts,
                         struct pki_timeline_entries *entries, struct pki_error *err)
{
    struct drawing drawing = {
        .session = session, .debts = debts, .now = pki_session_now(session), .entries = entries};
    const struct pki_hierarchy *hierarchy = NULL;

    if (!pki_session_hierarchy(session, &hierarchy, err))
        return false;
    for (size_t i = 0; i < hierarchy->n_roots; i++)
        if (!add_root(&drawing, hierarchy->roots[i].name, err))
            return false;
    for (size_t i = 0; i < hierarchy->n_lines; i++)
        if (!add_line(&drawing, &hierarchy->lines[i], err))
            return false;
    return true;
}

/* --- drawing --------------------------------------------------------------------------------- */

/* The axis shows where lines end; a root goes on beyond it, unless there is nothing else. */
bool pki_timeline_fit(const struct pki_timeline_entries *entries, int64_t now,
                      struct pki_timeline *timeline, struct pki_error *err)
{
    int64_t from = INT64_MAX;
    int64_t until = now;

    for (size_t i = 0; i < entries->n; i++) {
        const struct pki_timeline_entry *entry = &entries->list[i];
        if (!entry->window)
            continue;
        from = earlier(from, entry->row.from);
        if (!entry->of_root)
            until = later(until, entry->row.until);
    }
    return pki_timeline_lay(timeline, now, from, until, err);
}

static bool draw(const struct pki_timeline_entries *entries, int64_t now, struct pki_report *report,
                 struct pki_error *err)
{
    struct pki_timeline timeline = {0};
    pki_scope(pki_buf) out = {0};
    char *text = NULL;

    if (!pki_timeline_fit(entries, now, &timeline, err))
        return false;
    pki_timeline_axis(&timeline, &out);
    for (size_t i = 0; i < entries->n; i++) {
        if (entries->list[i].window)
            pki_timeline_row(&timeline, &entries->list[i].row, &out);
        else
            pki_buf_printf(&out, "%s\n", entries->list[i].name);
    }
    pki_timeline_legend(&out);
    if (!pki_buf_take_text(&out, &text, err))
        return false;
    pki_report_verbatim(pki_report_block(report, "Timeline"), "Timeline", text);
    free(text);
    return true;
}

static void tell(const struct pki_timeline_entries *entries, struct pki_report *report)
{
    struct pki_report *table = pki_report_table(report, "Windows");

    for (size_t i = 0; i < entries->n; i++) {
        const struct pki_timeline_entry *entry = &entries->list[i];
        if (!entry->window)
            continue;
        struct pki_report *row = pki_report_row(table);
        pki_report_text(row, "Authority", "%s", entry->name);
        pki_report_time(row, "Trusted from", entry->row.from);
        pki_report_time(row, "Trusted to", entry->row.until);
    }
}

bool pki_status_timeline(struct pki_session *session, const struct pki_crl_debts *debts,
                         struct pki_report *report, struct pki_error *err)
{
    pki_scope(pki_timeline_entries) entries = {0};

    if (!pki_timeline_gather(session, debts, &entries, err))
        return false;
    if (entries.n == 0)
        return true;
    pki_report_readers(report, PKI_FOR_PAPER);
    bool drawn = draw(&entries, pki_session_now(session), report, err);
    pki_report_readers(report, PKI_FOR_JSON);
    tell(&entries, report);
    pki_report_readers(report, PKI_FOR_ALL);
    return drawn;
}
