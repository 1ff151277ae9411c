#include <assert.h>

#include "base/report_layout.h"
#include "base/utf8.h"

#define WIDTH_DEFAULT 80
#define INDENT        2
#define GAP           2
#define LABEL_WIDEST  30 /* a longer label pushes its value to the right */
#define NOTHING       "none"

struct page {
    struct report_pen pen;
    unsigned indent;                /* of the block we are in */
    const struct pki_report *above; /* what was put last; NULL at the top and below a heading */
};

static bool is_section(const struct pki_report *node)
{
    return node->kind == REPORT_BLOCK || node->kind == REPORT_TABLE;
}

/* Sections stand apart from everything, notes from values. */
static void put_gap(struct page *page, const struct pki_report *node)
{
    const struct pki_report *above = page->above;

    if (above && (is_section(above) || is_section(node) ||
                  (above->kind == REPORT_NOTE) != (node->kind == REPORT_NOTE)))
        pki_buf_byte(page->pen.out, '\n');
    page->above = node;
}

static void put_heading(struct page *page, const char *label)
{
    pki_report_spaces(&page->pen, page->indent);
    pki_report_put_heading(&page->pen, label);
    pki_buf_byte(page->pen.out, '\n');
}

static unsigned value_column(const struct page *page, const struct pki_report *block)
{
    unsigned columns = block->label_columns < LABEL_WIDEST ? block->label_columns : LABEL_WIDEST;

    return page->indent + columns + GAP;
}

/* The label, and spaces up to the column where values stand. */
static void put_label(struct page *page, const struct pki_report *node)
{
    unsigned column = page->indent + pki_utf8_width(node->label, strlen(node->label));
    unsigned values = value_column(page, node->parent);

    pki_report_spaces(&page->pen, page->indent);
    pki_buf_text(page->pen.out, node->label);
    pki_report_spaces(&page->pen, values > column ? values - column : 1);
}

static void put_value(struct page *page, const struct pki_report *node)
{
    bool empty = *node->text == 0;

    put_label(page, node);
    pki_report_put_wrapped(&page->pen, value_column(page, node->parent),
                           empty ? PKI_TONE_FAINT : node->tone, empty ? NOTHING : node->text);
}

static void put_list(struct page *page, const struct pki_report *list)
{
    unsigned column = value_column(page, list->parent);

    put_label(page, list);
    if (!list->first)
        pki_report_put_wrapped(&page->pen, column, PKI_TONE_FAINT, NOTHING);
    for (const struct pki_report *item = list->first; item; item = item->next) {
        if (item != list->first)
            pki_report_spaces(&page->pen, column);
        pki_report_put_wrapped(&page->pen, column, item->tone, item->text);
    }
}

/* As it is, however long: a command that was broken cannot be copied. */
static void put_whole(struct page *page, unsigned indent, enum pki_tone tone, const char *text)
{
    const struct report_line line = {.text = text, .size = strlen(text)};

    pki_report_spaces(&page->pen, indent);
    pki_report_put_line(&page->pen, tone, &line);
    pki_buf_byte(page->pen.out, '\n');
}

static void put_command(struct page *page, const struct pki_report *note)
{
    const size_t prefix = strlen(REPORT_NEXT);
    unsigned columns = page->indent + pki_utf8_width(note->text, strlen(note->text));

    if (columns <= page->pen.width || strncmp(note->text, REPORT_NEXT, prefix) != 0) {
        put_whole(page, page->indent, note->tone, note->text);
        return;
    }
    put_whole(page, page->indent, note->tone, "Next:");
    put_whole(page, page->indent + INDENT, note->tone, note->text + prefix);
}

static void put_note(struct page *page, const struct pki_report *note)
{
    if (note->whole) {
        put_command(page, note);
        return;
    }
    pki_report_spaces(&page->pen, page->indent);
    pki_report_put_wrapped(&page->pen, page->indent, note->tone, note->text);
}

/* True when its rows are to be shown one by one, as blocks. */
static bool put_table(struct page *page, const struct pki_report *table)
{
    unsigned inner = page->indent + (table->label ? INDENT : 0);

    if (table->label)
        put_heading(page, table->label);
    if (table->first)
        return !pki_report_put_table(&page->pen, inner, table);
    pki_report_spaces(&page->pen, inner);
    pki_report_put_wrapped(&page->pen, inner, PKI_TONE_FAINT, NOTHING);
    return false;
}

/* Only what has a heading indents what is inside. */
static unsigned indent_inside(const struct pki_report *node)
{
    return node->parent && node->label ? INDENT : 0;
}

static void put_node(struct page *page, const struct pki_report *node)
{
    put_gap(page, node);
    if (node->kind == REPORT_NOTE)
        put_note(page, node);
    else if (node->kind == REPORT_VERBATIM)
        pki_buf_text(page->pen.out, node->text);
    else if (node->kind == REPORT_LIST)
        put_list(page, node);
    else if (node->kind != REPORT_BLOCK)
        put_value(page, node);
    else if (node->label)
        put_heading(page, node->label);
}

/* Puts a node; true when what is inside is still to be put, node by node. */
static bool enter(struct page *page, const struct pki_report *node)
{
    bool inside = false;

    if (node->kind == REPORT_TABLE) {
        put_gap(page, node);
        inside = put_table(page, node);
    } else if (node->parent) {
        put_node(page, node);
    }
    if (node->kind == REPORT_BLOCK)
        inside = node->first != NULL;
    if (inside) {
        page->indent += indent_inside(node);
        page->above = NULL;
    }
    return inside;
}

static void leave(struct page *page, const struct pki_report *node)
{
    page->indent -= indent_inside(node);
    page->above = node;
}

/* The node behind this one, out of the blocks that end here; NULL at the end. */
static const struct pki_report *after(struct page *page, const struct pki_report *node)
{
    while (!node->next) {
        node = node->parent;
        if (!node)
            return NULL;
        leave(page, node);
    }
    return node->next;
}

bool pki_report_to_text(const struct pki_report *report, const struct pki_report_style *style,
                        char **text, struct pki_error *err)
{
    pki_scope(pki_buf) out = {0};
    struct page page = {.pen = {
                            .out = &out,
                            .width = style && style->width > 0 ? style->width : WIDTH_DEFAULT,
                            .colour = style && style->colour,
                        }};

    if (!pki_report_ok(report, err))
        return false;
    assert(!report->parent);
    for (const struct pki_report *at = report; at;)
        at = at->readers != PKI_FOR_JSON && enter(&page, at) ? at->first : after(&page, at);
    return pki_buf_take_text(&out, text, err);
}
