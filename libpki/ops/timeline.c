#include "ops/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/time.h"

#define COLUMNS PKI_TIMELINE_COLUMNS
#define LABEL   20
#define BACK    3 /* months of the past */

static const int spans[] = {12, 15, 20, 30, 60}; /* months; each divides the columns */

/* --- the axis -------------------------------------------------------------------------------- */

static bool month_of(int64_t at, char text[16], int64_t *begins, struct pki_error *err)
{
    char time[PKI_TIME_TEXT];

    (void)snprintf(text, 16, "%.7s-01", pki_time_format(at, time));
    return pki_time_parse(text, begins, err);
}

static int64_t months_after(int64_t start, int months)
{
    return pki_period_after((struct pki_period){.months = months}, start);
}

static int span_to(int64_t start, int64_t until)
{
    for (size_t i = 0; i < PKI_COUNT(spans); i++)
        if (months_after(start, spans[i]) > until)
            return spans[i];
    return spans[PKI_COUNT(spans) - 1];
}

bool pki_timeline_lay(struct pki_timeline *timeline, int64_t now, int64_t from, int64_t until,
                      struct pki_error *err)
{
    int64_t earliest = pki_period_before((struct pki_period){.months = BACK}, now);
    int64_t start = 0;

    if (!month_of(from > earliest ? from : earliest, timeline->first, &start, err))
        return false;
    timeline->now = now;
    timeline->months = span_to(start, until);
    int each = COLUMNS / timeline->months;
    for (int i = 0; i <= COLUMNS; i++) {
        int64_t month = months_after(start, i / each);
        int64_t next = months_after(start, i / each + 1);
        timeline->edge[i] = month + (next - month) * (i % each) / each;
    }
    return true;
}

/* Blanks at the end are left away: nobody copies them by mistake. */
static void put_line(const char *label, char chart[COLUMNS + 1], struct pki_buf *out)
{
    size_t length = COLUMNS;

    while (length > 0 && chart[length - 1] == ' ')
        length--;
    chart[length] = '\0';
    if (length > 0)
        pki_buf_printf(out, "%-*.*s%s\n", LABEL, LABEL, label, chart);
    else
        pki_buf_printf(out, "%s\n", label);
}

static void write_at(char chart[COLUMNS + 1], int column, const char *text)
{
    for (; *text && column < COLUMNS; text++)
        chart[column++] = *text;
}

void pki_timeline_axis(const struct pki_timeline *timeline, struct pki_buf *out)
{
    static const char names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int each = COLUMNS / timeline->months;
    int month = (int)strtol(timeline->first + 5, NULL, 10) - 1;
    long year = strtol(timeline->first, NULL, 10);
    char years[COLUMNS + 1];
    char months[COLUMNS + 1];
    char text[24];

    memset(years, ' ', sizeof(years));
    memset(months, ' ', sizeof(months));
    for (int i = 0; i < timeline->months; i++, month++) {
        (void)snprintf(text, sizeof(text), "%ld", year + month / 12);
        if (i == 0 ? month % 12 < 11 || each > 4 : month % 12 == 0)
            write_at(years, i * each, text);
        (void)snprintf(text, sizeof(text), "%.*s", each > 3 ? 3 : 1, names[month % 12]);
        write_at(months, i * each, text);
    }
    put_line("", years, out);
    put_line("", months, out);
}

/* --- rows ------------------------------------------------------------------------------------ */

/* Of a time that the chart shows; -1 when it is not in it. */
static int column_of(const struct pki_timeline *timeline, int64_t at)
{
    for (int i = 0; i < COLUMNS; i++)
        if (at >= timeline->edge[i] && at < timeline->edge[i + 1])
            return i;
    return -1;
}

static char cell(const struct pki_timeline *timeline, const struct pki_timeline_row *row,
                 int column)
{
    int64_t begins = timeline->edge[column];
    int64_t ends = timeline->edge[column + 1];

    if (ends <= row->from || begins > row->until)
        return ' ';
    if (column == COLUMNS - 1 && row->until >= ends)
        return '>';
    if (ends <= row->used_from)
        return '.';
    return begins < row->used_until ? '=' : '-';
}

static void mark(const struct pki_timeline *timeline, int64_t at, char sign,
                 char chart[COLUMNS + 1])
{
    bool over = at <= timeline->now;
    int column = column_of(timeline, over ? timeline->now : at);

    if (at != 0 && column >= 0)
        chart[column] = (char)(over ? '!' : sign);
}

void pki_timeline_row(const struct pki_timeline *timeline, const struct pki_timeline_row *row,
                      struct pki_buf *out)
{
    int today = column_of(timeline, timeline->now);
    char chart[COLUMNS + 1];

    for (int i = 0; i < COLUMNS; i++)
        chart[i] = cell(timeline, row, i);
    if (today >= 0)
        chart[today] = '|';
    /* What matters more comes later: a column has room for one. */
    bool crl_over = row->crl_by != 0 && row->crl_by <= timeline->now;
    mark(timeline, row->crl_by, 'C', chart);
    mark(timeline, row->rotate_by, 'R', chart);
    if (crl_over)
        mark(timeline, row->crl_by, 'C', chart);
    put_line(row->label, chart, out);
}

void pki_timeline_legend(struct pki_buf *out)
{
    pki_buf_text(out, "  = issues   . trusted, not used yet   - trusted, issues nothing new\n"
                      "  | today   R rotate by   C CRL by   ! overdue   > goes on\n");
}
