#include <assert.h>
#include <inttypes.h>

#include "pki/report.h"
#include "pki/time.h"
#include "base/report_tree.h"
#include "base/text.h"
#include "base/utf8.h"

#define GROUPS_A_LINE 8 /* of four hex digits */

struct pki_report *pki_report_new(void)
{
    struct pki_report *report = calloc(1, sizeof(*report));

    if (report)
        report->root = report;
    return report;
}

static void free_node(struct pki_report *node)
{
    free(node->label);
    free(node->text);
    free(node->plain);
    free(node);
}

void pki_report_free(struct pki_report *report)
{
    struct pki_report *todo = report;

    while (todo) {
        struct pki_report *node = todo;
        todo = node->next;
        if (node->first) {
            node->last->next = todo;
            todo = node->first;
        }
        free_node(node);
    }
}

bool pki_report_ok(const struct pki_report *report, struct pki_error *err)
{
    if (!report || report->root->failed)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    return true;
}

/* What buf holds, as a text of its own; NULL when out of memory. */
static char *take(struct pki_buf *buf)
{
    struct pki_error ignored = {0}; /* told by pki_report_ok */
    char *text = NULL;

    if (!pki_buf_take_text(buf, &text, &ignored))
        pki_buf_clear(buf);
    return text;
}

static char *safe_copy(struct pki_bytes text)
{
    pki_scope(pki_buf) safe = {0};

    pki_text_safe(&safe, text);
    return take(&safe);
}

static bool shares_column(const struct pki_report *node)
{
    return node->kind != REPORT_BLOCK && node->kind != REPORT_TABLE && node->kind != REPORT_NOTE &&
           node->kind != REPORT_VERBATIM;
}

static void append(struct pki_report *parent, struct pki_report *node)
{
    node->parent = parent;
    node->root = parent->root;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    if (!node->label || !shares_column(node) || node->readers == PKI_FOR_JSON)
        return;
    unsigned columns = pki_utf8_width(node->label, strlen(node->label));
    if (columns > parent->label_columns)
        parent->label_columns = columns;
}

/* A node without a text yet; NULL below NULL and when out of memory. */
static struct pki_report *add(struct pki_report *parent, enum report_kind kind, const char *label)
{
    if (!parent)
        return NULL;

    struct pki_report *node = calloc(1, sizeof(*node));
    if (node && label)
        node->label = safe_copy((struct pki_bytes){(const uint8_t *)label, strlen(label)});
    if (!node || (label && !node->label)) {
        free(node);
        parent->root->failed = true;
        return NULL;
    }
    node->kind = kind;
    node->readers = parent->audience;
    append(parent, node);
    return node;
}

static void set_text(struct pki_report *node, char *text)
{
    if (!node) {
        free(text);
        return;
    }
    node->text = text;
    if (!text)
        node->root->failed = true;
}

PKI_PRINTF(2, 0)
static void set_formatted(struct pki_report *node, const char *format, va_list args)
{
    pki_scope(pki_buf) raw = {0};

    pki_buf_vprintf(&raw, format, args);
    set_text(node, raw.failed ? NULL : safe_copy(pki_buf_view(&raw)));
}

void pki_report_text(struct pki_report *report, const char *label, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set_formatted(add(report, REPORT_TEXT, label), format, args);
    va_end(args);
}

void pki_report_toned(struct pki_report *report, const char *label, enum pki_tone tone,
                      const char *format, ...)
{
    struct pki_report *node = add(report, REPORT_TEXT, label);
    va_list args;

    if (node)
        node->tone = tone;
    va_start(args, format);
    set_formatted(node, format, args);
    va_end(args);
}

void pki_report_note(struct pki_report *report, const char *label, enum pki_tone tone,
                     const char *format, ...)
{
    struct pki_report *node = add(report, REPORT_NOTE, label);
    va_list args;

    if (node)
        node->tone = tone;
    va_start(args, format);
    set_formatted(node, format, args);
    va_end(args);
}

void pki_report_line(struct pki_report *report, const char *label, enum pki_tone tone,
                     const char *format, ...)
{
    struct pki_report *node = add(report, REPORT_NOTE, label);
    va_list args;

    if (node) {
        node->tone = tone;
        node->whole = true;
    }
    va_start(args, format);
    set_formatted(node, format, args);
    va_end(args);
}

/* --- what follows ---------------------------------------------------------------------------- */

void pki_report_at(struct pki_report *report, const char *directory)
{
    if (report)
        report->root->directory = directory;
}

PKI_PRINTF(3, 0)
static void add_next(struct pki_report *report, const char *directory, const char *format,
                     va_list args)
{
    pki_scope(pki_buf) command = {0};

    pki_buf_vprintf(&command, format, args);
    if (directory) {
        pki_buf_text(&command, " -C ");
        pki_text_shell(&command, directory);
    }
    if (command.failed && report)
        report->root->failed = true;
    pki_report_line(report, "Next", PKI_TONE_PLAIN, REPORT_NEXT "%.*s", (int)command.size,
                    command.size > 0 ? (const char *)command.data : "");
}

void pki_report_next(struct pki_report *report, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_next(report, NULL, format, args);
    va_end(args);
}

void pki_report_next_here(struct pki_report *report, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_next(report, report ? report->root->directory : NULL, format, args);
    va_end(args);
}

void pki_report_readers(struct pki_report *report, enum pki_readers readers)
{
    if (report)
        report->audience = readers;
}

/* --- values of a kind ------------------------------------------------------------------------ */

void pki_report_item(struct pki_report *list, const char *format, ...)
{
    va_list args;

    assert(!list || list->kind == REPORT_LIST);
    va_start(args, format);
    set_formatted(add(list, REPORT_TEXT, NULL), format, args);
    va_end(args);
}

void pki_report_verbatim(struct pki_report *report, const char *label, const char *text)
{
    set_text(add(report, REPORT_VERBATIM, label), strdup(text));
}

static void add_number(struct pki_report *report, enum report_kind kind, const char *label,
                       int64_t number, struct pki_buf *shown)
{
    struct pki_report *node = add(report, kind, label);

    if (node)
        node->number = number;
    set_text(node, take(shown));
}

void pki_report_integer(struct pki_report *report, const char *label, int64_t value)
{
    pki_scope(pki_buf) shown = {0};

    pki_buf_printf(&shown, "%" PRId64, value);
    add_number(report, REPORT_INTEGER, label, value, &shown);
}

void pki_report_toned_integer(struct pki_report *report, const char *label, enum pki_tone tone,
                              int64_t value)
{
    pki_report_integer(report, label, value);
    if (report && report->last)
        report->last->tone = tone;
}

void pki_report_truth(struct pki_report *report, const char *label, bool value)
{
    pki_scope(pki_buf) shown = {0};

    pki_buf_text(&shown, value ? "yes" : "no");
    add_number(report, REPORT_TRUTH, label, value, &shown);
}

void pki_report_time(struct pki_report *report, const char *label, int64_t seconds)
{
    char text[PKI_TIME_TEXT];

    pki_report_text(report, label, "%s", pki_time_format(seconds, text));
}

/* Paper shows one text, JSON holds another. */
static void add_two(struct pki_report *report, const char *label, struct pki_buf *paper,
                    struct pki_buf *plain)
{
    struct pki_report *node = add(report, REPORT_TEXT, label);

    set_text(node, take(paper));
    if (node)
        node->plain = take(plain);
    if (node && !node->plain)
        node->root->failed = true;
}

void pki_report_day(struct pki_report *report, const char *label, int64_t seconds)
{
    const int day = (int)strlen("2000-01-01");
    pki_scope(pki_buf) shown = {0};
    pki_scope(pki_buf) plain = {0};
    char text[PKI_TIME_TEXT];

    pki_buf_text(&plain, pki_time_format(seconds, text));
    pki_buf_printf(&shown, "%.*s", day, text);
    add_two(report, label, &shown, &plain);
}

void pki_report_octets(struct pki_report *report, const char *label, struct pki_bytes octets)
{
    pki_scope(pki_buf) shown = {0};
    pki_scope(pki_buf) plain = {0};

    pki_hex_grouped(&shown, octets);
    pki_hex(&plain, octets);
    add_two(report, label, &shown, &plain);
}

/* "LABEL words": on paper they stand below the hex, or in its place. */
static void add_words(struct pki_report *report, const char *label, const uint8_t sha256[32])
{
    pki_scope(pki_buf) words = {0};
    pki_scope(pki_buf) words_label = {0};

    if (!report)
        return;
    enum pki_readers audience = report->audience;
    report->audience = PKI_FOR_JSON;
    pki_words(&words, (struct pki_bytes){sha256, 32});
    pki_buf_printf(&words_label, "%s words", label);
    char *named = take(&words_label);
    if (!named)
        report->root->failed = true;
    else
        set_text(add(report, REPORT_TEXT, named), take(&words));
    free(named);
    report->audience = audience;
}

static void add_fingerprint(struct pki_report *report, const char *label, const uint8_t sha256[32],
                            struct pki_buf *shown)
{
    pki_scope(pki_buf) plain = {0};

    pki_words(shown, (struct pki_bytes){sha256, 32});
    pki_hex(&plain, (struct pki_bytes){sha256, 32});
    add_two(report, label, shown, &plain);
    add_words(report, label, sha256);
}

void pki_report_fingerprint(struct pki_report *report, const char *label, const uint8_t sha256[32])
{
    const size_t line = (size_t)GROUPS_A_LINE * 2;
    pki_scope(pki_buf) shown = {0};

    for (size_t i = 0; i < 32; i += line) {
        pki_hex_grouped(&shown, (struct pki_bytes){sha256 + i, line});
        pki_buf_byte(&shown, '\n');
    }
    add_fingerprint(report, label, sha256, &shown);
}

void pki_report_words(struct pki_report *report, const char *label, const uint8_t sha256[32])
{
    pki_scope(pki_buf) shown = {0};

    add_fingerprint(report, label, sha256, &shown);
}

struct pki_report *pki_report_block(struct pki_report *report, const char *label)
{
    return add(report, REPORT_BLOCK, label);
}

struct pki_report *pki_report_table(struct pki_report *report, const char *label)
{
    return add(report, REPORT_TABLE, label);
}

struct pki_report *pki_report_row(struct pki_report *table)
{
    assert(!table || table->kind == REPORT_TABLE);
    return add(table, REPORT_BLOCK, NULL);
}

struct pki_report *pki_report_list(struct pki_report *report, const char *label)
{
    return add(report, REPORT_LIST, label);
}
