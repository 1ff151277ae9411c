#include "ops/report_chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/time.h"
#include "base/html.h"

#define WIDTH 760

/* The height is known once all is drawn. */
static bool frame(const char *title, int height, const struct pki_buf *body, struct pki_buf *out,
                  struct pki_error *err)
{
    pki_buf_printf(out,
                   "<svg class=\"chart\" role=\"img\" aria-label=\"%s\" viewBox=\"0 0 %d %d\">\n",
                   title, WIDTH, height);
    pki_buf_append_bytes(out, pki_buf_view(body));
    pki_buf_text(out, "</svg>\n");
    return pki_buf_ok(body, err) && pki_buf_ok(out, err);
}

PKI_PRINTF(5, 6)
static void put_text(struct pki_buf *body, const char *class, int x, int y, const char *format, ...)
{
    pki_scope(pki_buf) text = {0};
    va_list args;

    va_start(args, format);
    pki_buf_vprintf(&text, format, args);
    va_end(args);
    pki_buf_byte(&text, 0);
    if (text.failed)
        body->failed = true;
    if (text.failed)
        return;
    pki_buf_printf(body, "<text%s x=\"%d\" y=\"%d\">", class, x, y);
    pki_html_in(body, "", (const char *)text.data, "</text>\n");
}

#define STRONG " class=\"strong\""
#define SOFT   " class=\"soft\""

/* --- the hierarchy ------------------------------------------------------------------------- */

#define BOX_WIDTH  160
#define BOX_HEIGHT 36
#define ROW        50
#define INDENT     34

struct tree {
    struct pki_session *session;
    struct pki_buf body;
    int y, spine; /* spine: where the branches of the root begin */
};

static bool put_box(struct tree *tree, const struct pki_authority_row *row, const char *title,
                    int x, struct pki_error *err)
{
    pki_scope(pki_certificate_row) cert = {0};
    char until[PKI_TIME_TEXT];

    if (!pki_store_certificate(tree->session->store, row->certificate, &cert, err))
        return false;
    pki_buf_printf(&tree->body,
                   "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>\n",
                   pki_state_name(row->state), x + 2, tree->y, BOX_WIDTH - 12, BOX_HEIGHT);
    put_text(&tree->body, STRONG, x + 10, tree->y + 15, "%s, %s", title,
             pki_state_name(row->state));
    put_text(&tree->body, SOFT, x + 10, tree->y + 29, "valid to %.10s",
             pki_time_format(cert.not_after, until));
    return true;
}

/* Boxes from left to right, as many in a row as fit. */
static bool put_generations(struct tree *tree, const struct pki_authority_rows *rows,
                            const char *root, int indent, struct pki_error *err)
{
    char title[32];
    size_t folded = 0;
    int x = indent;

    for (size_t i = 0; i < rows->n; i++) {
        const struct pki_authority_row *row = &rows->list[i];
        if (strcmp(row->root, root) != 0)
            continue;
        if (row->state == PKI_STATE_RETIRED) {
            folded++;
            continue;
        }
        if (x + BOX_WIDTH > WIDTH) {
            x = indent;
            tree->y += ROW;
        }
        (void)snprintf(title, sizeof(title), "g%lld", (long long)row->generation);
        if (!put_box(tree, row, title, x, err))
            return false;
        x += BOX_WIDTH;
    }
    tree->y += ROW;
    if (folded > 0)
        put_text(&tree->body, SOFT, indent + 2, tree->y - 2, "and %zu retired", folded);
    tree->y += folded > 0 ? 14 : 0;
    return true;
}

/* A branch from the root's spine to the line. */
static void put_branch(struct tree *tree)
{
    pki_buf_printf(&tree->body, "<path class=\"rule\" fill=\"none\" d=\"M14 %dV%dH%d\"/>\n",
                   tree->spine, tree->y + 8, INDENT - 4);
}

static bool put_line(struct tree *tree, const struct pki_line_plan *plan, struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_store_list_authorities(tree->session->store, plan->environment, plan->purpose, &rows,
                                    err))
        return false;
    put_branch(tree);
    put_text(&tree->body, STRONG, INDENT, tree->y + 12, "%s %s", plan->environment, plan->purpose);
    tree->y += 20;
    if (rows.n > 0)
        return put_generations(tree, &rows, plan->root->name, INDENT, err);
    put_text(&tree->body, SOFT, INDENT, tree->y + 10, "not issued yet");
    tree->y += 24;
    return true;
}

static bool put_root(struct tree *tree, const struct pki_hierarchy *hierarchy,
                     const struct pki_root_plan *root, struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_store_list_authorities(tree->session->store, "", NULL, &rows, err))
        return false;
    put_text(&tree->body, STRONG, 2, tree->y + 12, "root %s", root->name);
    tree->y += 20;
    if (!put_generations(tree, &rows, root->name, 0, err))
        return false;
    tree->spine = tree->y - ROW + BOX_HEIGHT;
    for (size_t i = 0; i < hierarchy->n_lines; i++)
        if (hierarchy->lines[i].root == root && !put_line(tree, &hierarchy->lines[i], err))
            return false;
    tree->y += 10;
    return true;
}

bool pki_chart_hierarchy(struct pki_session *session, struct pki_buf *out, struct pki_error *err)
{
    struct tree tree = {.session = session, .y = 4};
    const struct pki_hierarchy *hierarchy = NULL;
    bool drawn = pki_session_hierarchy(session, &hierarchy, err);

    for (size_t i = 0; drawn && i < hierarchy->n_roots; i++)
        drawn = put_root(&tree, hierarchy, &hierarchy->roots[i], err);
    drawn = drawn && frame("hierarchy", tree.y, &tree.body, out, err);
    pki_buf_clear(&tree.body);
    return drawn;
}

/* --- the timeline -------------------------------------------------------------------------- */

#define LEFT  150 /* of the chart; labels are left of it */
#define LINE  20
#define THICK 12
#define TOP   34

struct chart {
    const struct pki_timeline *timeline;
    struct pki_buf body;
    int y;
};

/* Where a time stands; the ends of the chart for what lies beyond. */
static int place(const struct chart *chart, int64_t at)
{
    const int64_t *edge = chart->timeline->edge;
    int64_t first = edge[0];
    int64_t last = edge[PKI_TIMELINE_COLUMNS];

    at = at < first ? first : at > last ? last : at;
    return LEFT + (int)((at - first) * (WIDTH - LEFT - 6) / (last - first));
}

static void put_bar(struct chart *chart, const char *class, int64_t from, int64_t until)
{
    int left = place(chart, from);
    int right = place(chart, until);

    if (right <= left)
        return;
    pki_buf_printf(&chart->body,
                   "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", class,
                   left, chart->y - THICK + 2, right - left, THICK);
}

static int64_t within(int64_t at, int64_t from, int64_t until)
{
    return at < from ? from : at > until ? until : at;
}

/* A letter on its own ground, as it may stand on a bar. */
static void put_mark(struct chart *chart, int64_t at, const char *sign)
{
    int x = place(chart, at) - 4;

    if (at <= chart->timeline->edge[0] || at >= chart->timeline->edge[PKI_TIMELINE_COLUMNS])
        return;
    pki_buf_printf(&chart->body,
                   "<rect class=\"mark\" x=\"%d\" y=\"%d\" width=\"10\" height=\"%d\"/>\n", x,
                   chart->y - THICK + 2, THICK);
    put_text(&chart->body, STRONG, x + 1, chart->y, "%s", sign);
}

static void put_window(struct chart *chart, const struct pki_timeline_row *row)
{
    int64_t used_from = within(row->used_from, row->from, row->until);
    int64_t used_until = within(row->used_until, used_from, row->until);

    put_text(&chart->body, "", 16, chart->y, "%s", row->label + strspn(row->label, " "));
    put_bar(chart, "wait", row->from, used_from);
    put_bar(chart, "use", used_from, used_until);
    put_bar(chart, "rest", used_until, row->until);
    put_mark(chart, row->crl_by, "C");
    put_mark(chart, row->rotate_by, "R");
}

/* A rule a month, its name where there is room, the year where it begins. */
static void put_axis(struct chart *chart, int bottom)
{
    const struct pki_timeline *timeline = chart->timeline;
    const ptrdiff_t each = PKI_TIMELINE_COLUMNS / timeline->months;
    char month[PKI_TIME_TEXT];

    for (int i = 0; i < timeline->months; i++) {
        int64_t begins = timeline->edge[i * each];
        int x = place(chart, begins);
        (void)pki_time_format(begins, month);
        bool year = i == 0 || strncmp(month + 5, "01", 2) == 0;
        pki_buf_printf(&chart->body, "<path class=\"rule\" d=\"M%d %dV%d\"/>\n", x, year ? 4 : 20,
                       bottom);
        if (year)
            put_text(&chart->body, STRONG, x + 3, 14, "%.4s", month);
        if (each > 2 || i % 3 == 0)
            put_text(&chart->body, SOFT, x + 3, 27, "%.2s", month + 5);
    }
}

static void put_legend(struct chart *chart)
{
    static const struct {
        const char *class, *text;
        int x;
    } parts[] = {{"wait", "trusted, not used yet", 16},
                 {"use", "issues", 170},
                 {"rest", "trusted, issues nothing new", 240}};

    chart->y += 24;
    for (size_t i = 0; i < PKI_COUNT(parts); i++) {
        pki_buf_printf(&chart->body,
                       "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"14\" height=\"%d\"/>\n",
                       parts[i].class, parts[i].x, chart->y - THICK + 2, THICK);
        put_text(&chart->body, SOFT, parts[i].x + 20, chart->y, "%s", parts[i].text);
    }
    put_text(&chart->body, SOFT, 430, chart->y, "R: rotate by. C: CRL by. Red line: as of.");
    chart->y += 10;
}

bool pki_chart_timeline(const struct pki_timeline_entries *entries, int64_t now,
                        struct pki_buf *out, struct pki_error *err)
{
    struct pki_timeline timeline = {0};
    struct chart chart = {.timeline = &timeline, .y = TOP};

    if (!pki_timeline_fit(entries, now, &timeline, err))
        return false;
    put_axis(&chart, TOP + LINE * (int)entries->n + 4);
    for (size_t i = 0; i < entries->n; i++) {
        const struct pki_timeline_entry *entry = &entries->list[i];
        chart.y += LINE;
        if (entry->window)
            put_window(&chart, &entry->row);
        else
            put_text(&chart.body, STRONG, 2, chart.y, "%s", entry->name + strspn(entry->name, " "));
    }
    pki_buf_printf(&chart.body, "<path class=\"now\" d=\"M%d 20V%d\"/>\n", place(&chart, now),
                   chart.y + 4);
    put_legend(&chart);
    bool drawn = frame("timeline", chart.y, &chart.body, out, err);
    pki_buf_clear(&chart.body);
    return drawn;
}
