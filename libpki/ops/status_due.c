#include "ops/status_due.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400)

int64_t pki_days_between(int64_t from, int64_t until)
{
    int64_t left = until - from;

    return left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY);
}

void pki_dues_clear(struct pki_dues *dues)
{
    free(dues->list);
    *dues = (struct pki_dues){0};
}

void pki_dues_add(struct pki_dues *dues, const struct pki_due *due)
{
    struct pki_due *grown = realloc(dues->list, (dues->n + 1) * sizeof(*grown));

    if (!grown) {
        dues->out_of_memory = true;
        return;
    }
    dues->list = grown;
    grown[dues->n++] = *due;
    dues->n_soon += due->soon ? 1 : 0;
}

static int by_time(const void *left, const void *right)
{
    const struct pki_due *a = left;
    const struct pki_due *b = right;

    if (a->soon != b->soon)
        return a->soon ? -1 : 1;
    if (a->first != b->first)
        return a->first ? -1 : 1;
    if (a->when != b->when)
        return a->when < b->when ? -1 : 1;
    if (a->last != b->last)
        return a->last ? 1 : -1;
    return strcmp(a->name, b->name);
}

/* On paper the command says of which line; JSON has the authority's name as well. */
static void tell(const struct pki_due *due, int64_t now, struct pki_report *row)
{
    enum pki_tone tone = due->when <= now ? PKI_TONE_BAD : PKI_TONE_WARN;

    pki_report_day(row, "When", due->when);
    pki_report_toned_integer(row, "Days left", tone, pki_days_between(now, due->when));
    pki_report_readers(row, PKI_FOR_PAPER);
    pki_report_toned(row, "What", tone, "%s", due->what);
    pki_report_readers(row, PKI_FOR_JSON);
    pki_report_text(row, "What", "%s of %s", due->what, due->name);
    pki_report_readers(row, PKI_FOR_ALL);
    pki_report_text(row, "Command", "%s", due->command);
}

bool pki_dues_sort(struct pki_dues *dues, struct pki_error *err)
{
    if (dues->out_of_memory)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (dues->n > 0)
        qsort(dues->list, dues->n, sizeof(*dues->list), by_time);
    return true;
}

void pki_dues_tell(const struct pki_dues *dues, int64_t now, struct pki_report *report)
{
    struct pki_report *table = dues->n_soon > 0 ? pki_report_table(report, "Due") : NULL;

    for (size_t i = 0; i < dues->n_soon; i++)
        tell(&dues->list[i], now, pki_report_row(table));
}
