#include <assert.h>

#include "base/html.h"
#include "base/report_tree.h"

#define COLUMNS_MAX 24
#define NOTHING     "none"
#define SHORT       20 /* octets: a time */
#define LONG        24
#define TEXT        60

struct page {
    struct pki_buf *out;
    bool in_list;   /* of values, <dl> */
    unsigned depth; /* of headings */
};

static bool is_leaf_hidden(const struct pki_report *node)
{
    return node->readers == PKI_FOR_JSON || node->kind == REPORT_VERBATIM;
}

/* So is what holds nothing else: a heading above nothing. */
static bool is_hidden(const struct pki_report *node)
{
    const struct pki_report *child = node->kind == REPORT_BLOCK ? node->first : NULL;

    while (child && is_leaf_hidden(child))
        child = child->next;
    return is_leaf_hidden(node) || (node->kind == REPORT_BLOCK && node->first && !child);
}

static void end_list(struct page *page)
{
    if (page->in_list)
        pki_buf_text(page->out, "</dl>\n");
    page->in_list = false;
}

static const char *const tones[] = {
    [PKI_TONE_PLAIN] = "plain", [PKI_TONE_GOOD] = "good",   [PKI_TONE_WARN] = "warn",
    [PKI_TONE_BAD] = "bad",     [PKI_TONE_FAINT] = "faint",
};

/* A line break of ours divides a fingerprint from its words. */
static void put_text(struct page *page, const char *text)
{
    pki_scope(pki_buf) line = {0};

    for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        line.size = 0;
        pki_buf_append(&line, at, strcspn(at, "\n"));
        pki_buf_byte(&line, 0);
        if (at != text)
            pki_buf_text(page->out, "<br>");
        if (!line.failed)
            pki_html_text(page->out, (const char *)line.data);
    }
    page->out->failed = page->out->failed || line.failed;
}

static void put_value(struct page *page, const struct pki_report *node)
{
    if (node->kind != REPORT_LIST) {
        put_text(page, *node->text ? node->text : NOTHING);
        return;
    }
    for (const struct pki_report *item = node->first; item; item = item->next) {
        put_text(page, item->text);
        pki_buf_text(page->out, item->next ? "<br>" : "");
    }
}

static void put_labelled(struct page *page, const struct pki_report *node)
{
    if (!page->in_list)
        pki_buf_text(page->out, "<dl>\n");
    page->in_list = true;
    pki_html_in(page->out, "<dt>", node->label, "</dt>");
    pki_buf_printf(page->out, "<dd class=\"%s\">", tones[node->tone]);
    put_value(page, node);
    pki_buf_text(page->out, "</dd>\n");
}

static void put_heading(struct page *page, const char *label)
{
    unsigned level = page->depth == 0 ? 2 : 3;

    pki_buf_printf(page->out, "<h%u>", level);
    pki_html_text(page->out, label);
    pki_buf_printf(page->out, "</h%u>\n", level);
}

/* --- tables -------------------------------------------------------------------------------- */

struct columns {
    const char *labels[COLUMNS_MAX];
    size_t n;
};

static bool add_column(struct columns *columns, const struct pki_report *cell)
{
    size_t i = 0;

    if (!cell->label || cell->kind == REPORT_BLOCK || cell->kind == REPORT_TABLE)
        return false;
    while (i < columns->n && strcmp(columns->labels[i], cell->label) != 0)
        i++;
    if (i == COLUMNS_MAX)
        return false;
    if (i == columns->n)
        columns->labels[columns->n++] = cell->label;
    return true;
}

/* The labels of all rows, in the order in which they first come; false: it is no plain table. */
static bool find_columns(const struct pki_report *table, struct columns *columns)
{
    for (const struct pki_report *row = table->first; row; row = row->next) {
        for (const struct pki_report *cell = row->first; cell; cell = cell->next)
            if (!is_hidden(cell) && !add_column(columns, cell))
                return false;
    }
    return true;
}

static const struct pki_report *find_cell(const struct pki_report *row, const char *label)
{
    for (const struct pki_report *cell = row->first; cell; cell = cell->next)
        if (!is_hidden(cell) && strcmp(cell->label, label) == 0)
            return cell;
    return NULL;
}

/* What is short is not broken, not even at a hyphen; a word that is long may be, anywhere. */
static const char *width_of(const struct pki_report *cell)
{
    size_t longest = 0;

    if (!cell->text)
        return "";
    if (strlen(cell->text) <= SHORT)
        return " short";
    for (const char *at = cell->text; *at; at += strcspn(at, " "), at += *at == ' ')
        longest = strcspn(at, " ") > longest ? strcspn(at, " ") : longest;
    return longest > LONG ? " long" : strlen(cell->text) > TEXT ? " text" : "";
}

static void put_cell(struct page *page, const struct pki_report *cell)
{
    if (!cell) {
        pki_buf_text(page->out, "<td></td>");
        return;
    }
    pki_buf_printf(page->out, "<td class=\"%s%s\">", tones[cell->tone], width_of(cell));
    if (cell->kind == REPORT_LIST || *cell->text)
        put_value(page, cell);
    pki_buf_text(page->out, "</td>");
}

static void put_table(struct page *page, const struct pki_report *table,
                      const struct columns *columns)
{
    pki_buf_text(page->out, "<div class=\"wide\"><table>\n<thead><tr>");
    for (size_t i = 0; i < columns->n; i++)
        pki_html_in(page->out, "<th scope=\"col\">", columns->labels[i], "</th>");
    pki_buf_text(page->out, "</tr></thead>\n<tbody>\n");
    for (const struct pki_report *row = table->first; row; row = row->next) {
        pki_buf_text(page->out, "<tr>");
        for (size_t i = 0; i < columns->n; i++)
            put_cell(page, find_cell(row, columns->labels[i]));
        pki_buf_text(page->out, "</tr>\n");
    }
    pki_buf_text(page->out, "</tbody>\n</table></div>\n");
}

/* True when its rows are to be put as blocks. */
static bool enter_table(struct page *page, const struct pki_report *table)
{
    struct columns columns = {.n = 0};

    if (table->label)
        put_heading(page, table->label);
    if (!table->first) {
        pki_buf_text(page->out, "<p class=\"faint\">" NOTHING "</p>\n");
        return false;
    }
    if (!find_columns(table, &columns))
        return true;
    put_table(page, table, &columns);
    return false;
}

/* --- the tree ------------------------------------------------------------------------------ */

/* Puts a node; true when what is inside is still to be put. */
static bool enter(struct page *page, const struct pki_report *node)
{
    bool inside = node->kind == REPORT_BLOCK && node->first;

    if (node->kind != REPORT_BLOCK && node->kind != REPORT_TABLE && node->kind != REPORT_NOTE) {
        put_labelled(page, node);
        return false;
    }
    end_list(page);
    if (node->kind == REPORT_NOTE) {
        pki_buf_printf(page->out, "<p class=\"%s\">", tones[node->tone]);
        put_text(page, node->text);
        pki_buf_text(page->out, "</p>\n");
    } else if (node->kind == REPORT_TABLE) {
        inside = enter_table(page, node);
    } else if (node->label && node->parent) {
        put_heading(page, node->label);
    }
    page->depth += inside && node->parent;
    return inside;
}

static const struct pki_report *after(struct page *page, const struct pki_report *node)
{
    while (!node->next) {
        node = node->parent;
        if (!node)
            return NULL;
        end_list(page);
        page->depth -= node->parent != NULL;
    }
    return node->next;
}

bool pki_report_to_html(const struct pki_report *report, struct pki_buf *out, struct pki_error *err)
{
    struct page page = {.out = out};

    if (!pki_report_ok(report, err))
        return false;
    assert(!report->parent);
    for (const struct pki_report *at = report; at;)
        at = !is_hidden(at) && enter(&page, at) ? at->first : after(&page, at);
    end_list(&page);
    return pki_buf_ok(out, err);
}
