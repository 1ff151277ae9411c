#include "base/report_layout.h"
#include "base/utf8.h"

#define COLUMNS_MAX     16
#define LONGEST_WORD    24 /* a column is not squeezed below its longest word up to this */
#define GAP             2
#define BETWEEN_ENTRIES ", "

struct column {
    const char *label;
    bool right; /* numbers stand right */
    unsigned least;
    unsigned wide;
};

struct grid {
    struct column columns[COLUMNS_MAX];
    size_t count;
};

/* One row while it is being put on lines. */
struct cells {
    char *texts[COLUMNS_MAX];
    const char *rest[COLUMNS_MAX];
    enum pki_tone tones[COLUMNS_MAX];
};

static unsigned width_of(const char *text)
{
    return pki_utf8_width(text, strlen(text));
}

static struct column *find_column(struct grid *grid, const char *label)
{
    for (size_t i = 0; i < grid->count; i++)
        if (strcmp(grid->columns[i].label, label) == 0)
            return &grid->columns[i];
    if (grid->count == COLUMNS_MAX)
        return NULL;

    struct column *column = &grid->columns[grid->count++];
    *column = (struct column){.label = label, .right = true, .wide = width_of(label)};
    column->least = column->wide;
    return column;
}

static void widen(unsigned *columns, unsigned wanted)
{
    if (wanted > *columns)
        *columns = wanted;
}

static unsigned longest_word(const char *text)
{
    unsigned longest = 0;

    while (*text) {
        size_t size = strcspn(text, " ");
        widen(&longest, pki_utf8_width(text, size));
        text += size + strspn(text + size, " ");
    }
    return longest < LONGEST_WORD ? longest : LONGEST_WORD;
}

static unsigned list_width(const struct pki_report *list)
{
    unsigned wide = 0;

    for (const struct pki_report *item = list->first; item; item = item->next)
        wide += width_of(item->text) + (item->next ? (unsigned)strlen(BETWEEN_ENTRIES) : 0);
    return wide;
}

/* The first cell at or behind `cell` that is for paper. */
static const struct pki_report *on_paper(const struct pki_report *cell)
{
    while (cell && cell->readers == PKI_FOR_JSON)
        cell = cell->next;
    return cell;
}

/* A cell is one line of text: no block or table fits into it, and no line break of ours. */
static bool measure_cell(struct grid *grid, const struct pki_report *cell)
{
    bool fits = cell->label && cell->kind != REPORT_BLOCK && cell->kind != REPORT_TABLE &&
                !(cell->text && strchr(cell->text, '\n'));
    struct column *column = fits ? find_column(grid, cell->label) : NULL;

    if (!column)
        return false;
    widen(&column->wide, cell->text ? width_of(cell->text) : list_width(cell));
    if (cell->text)
        widen(&column->least, longest_word(cell->text));
    for (const struct pki_report *item = cell->first; item; item = item->next)
        widen(&column->least, longest_word(item->text));
    if (cell->kind != REPORT_INTEGER && !(cell->text && *cell->text == 0))
        column->right = false;
    return true;
}

static bool measure(struct grid *grid, const struct pki_report *table)
{
    for (const struct pki_report *row = table->first; row; row = row->next) {
        for (const struct pki_report *cell = on_paper(row->first); cell;
             cell = on_paper(cell->next))
            if (!measure_cell(grid, cell))
                return false;
    }
    return true;
}

static unsigned total(const struct grid *grid)
{
    unsigned sum = 0;

    for (size_t i = 0; i < grid->count; i++)
        sum += grid->columns[i].wide + (i > 0 ? GAP : 0);
    return sum;
}

static struct column *widest(struct grid *grid)
{
    struct column *found = NULL;

    for (size_t i = 0; i < grid->count; i++) {
        struct column *column = &grid->columns[i];
        if (column->wide > column->least && (!found || column->wide > found->wide))
            found = column;
    }
    return found;
}

/* Takes from the widest column until all fit. */
static bool fit(struct grid *grid, unsigned columns)
{
    for (size_t i = 0; i < grid->count; i++)
        if (grid->columns[i].wide > columns && columns >= grid->columns[i].least)
            grid->columns[i].wide = columns;
    while (total(grid) > columns) {
        struct column *column = widest(grid);
        if (!column)
            return false;
        column->wide--;
    }
    return true;
}

static void put_cell(struct report_pen *pen, const struct column *column, enum pki_tone tone,
                     const struct report_line *line, unsigned *owed)
{
    unsigned padding = column->wide > line->columns ? column->wide - line->columns : 0;

    if (line->size == 0) {
        *owed += column->wide + GAP;
        return;
    }
    pki_report_spaces(pen, *owed + (column->right ? padding : 0));
    pki_report_put_line(pen, tone, line);
    *owed = GAP + (column->right ? 0 : padding);
}

/* The next line of every cell; spaces are owed until something follows, so that none trail. */
static bool put_line(struct report_pen *pen, unsigned indent, const struct grid *grid,
                     struct cells *cells)
{
    struct report_line lines[COLUMNS_MAX] = {0};
    unsigned owed = indent;
    bool any = false;

    for (size_t i = 0; i < grid->count; i++)
        any |= pki_report_next_line(&cells->rest[i], grid->columns[i].wide, &lines[i]);
    if (!any)
        return false;
    for (size_t i = 0; i < grid->count; i++)
        put_cell(pen, &grid->columns[i], cells->tones[i], &lines[i], &owed);
    pki_buf_byte(pen->out, '\n');
    return true;
}

static void put_header(struct report_pen *pen, unsigned indent, const struct grid *grid)
{
    unsigned owed = indent;

    for (size_t i = 0; i < grid->count; i++) {
        const struct column *column = &grid->columns[i];
        const struct report_line line = {.text = column->label, .size = strlen(column->label)};
        unsigned padding = column->wide - width_of(column->label);
        pki_report_spaces(pen, owed + (column->right ? padding : 0));
        pki_report_put_line(pen, PKI_TONE_FAINT, &line);
        owed = GAP + (column->right ? 0 : padding);
    }
    pki_buf_byte(pen->out, '\n');
}

static char *join(const struct pki_report *list, struct pki_buf *out)
{
    pki_scope(pki_buf) text = {0};
    struct pki_error ignored = {0}; /* told at the end by pki_buf_ok(out) */
    char *joined = NULL;

    for (const struct pki_report *item = list->first; item; item = item->next) {
        pki_buf_text(&text, item->text);
        pki_buf_text(&text, item->next ? BETWEEN_ENTRIES : "");
    }
    if (!pki_buf_take_text(&text, &joined, &ignored))
        out->failed = true;
    return joined;
}

static void put_row(struct report_pen *pen, unsigned indent, struct grid *grid,
                    const struct pki_report *row)
{
    struct cells cells = {0};

    for (size_t i = 0; i < grid->count; i++)
        cells.rest[i] = "";
    for (const struct pki_report *cell = on_paper(row->first); cell; cell = on_paper(cell->next)) {
        size_t at = (size_t)(find_column(grid, cell->label) - grid->columns);
        if (cell->kind == REPORT_LIST && !cells.texts[at])
            cells.texts[at] = join(cell, pen->out);
        const char *text = cell->kind == REPORT_LIST ? cells.texts[at] : cell->text;
        cells.rest[at] = text ? text : "";
        cells.tones[at] = cell->tone;
    }
    while (put_line(pen, indent, grid, &cells))
        ;
    for (size_t i = 0; i < grid->count; i++)
        free(cells.texts[i]);
}

bool pki_report_put_table(struct report_pen *pen, unsigned indent, const struct pki_report *table)
{
    struct grid grid = {0};
    unsigned columns = pen->width > indent ? pen->width - indent : 0;

    if (!measure(&grid, table) || !fit(&grid, columns))
        return false;
    put_header(pen, indent, &grid);
    for (const struct pki_report *row = table->first; row; row = row->next)
        put_row(pen, indent, &grid, row);
    return true;
}
