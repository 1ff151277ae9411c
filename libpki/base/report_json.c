#include <assert.h>
#include <ctype.h>

#include "base/json.h"
#include "base/report_tree.h"

/* "Not after" becomes "not_after"; runs of anything but letters and digits become one '_'. */
static void snake_case(struct pki_buf *name, const char *label)
{
    bool gap = false;

    for (; *label; label++) {
        if (!isalnum((unsigned char)*label)) {
            gap = name->size > 0;
            continue;
        }
        if (gap)
            pki_buf_byte(name, '_');
        gap = false;
        pki_buf_byte(name, (uint8_t)tolower((unsigned char)*label));
    }
}

/* Elements of arrays and the root have no name. */
static bool has_name(const struct pki_report *node)
{
    return node->parent && node->parent->kind == REPORT_BLOCK;
}

static bool is_note_named(const struct pki_report *node, const char *label)
{
    return node->kind == REPORT_NOTE && node->readers != PKI_FOR_PAPER &&
           strcmp(node->label, label) == 0;
}

/* The notes of one label are one array, where the first of them stands. */
static void put_notes(struct pki_json *json, const char *name, const struct pki_report *note)
{
    const struct pki_report *node = note->parent->first;

    for (; node != note; node = node->next)
        if (is_note_named(node, note->label))
            return;
    pki_json_array(json, name);
    for (; node; node = node->next)
        if (is_note_named(node, note->label))
            pki_json_text(json, NULL, node->text);
    pki_json_end_array(json);
}

static void put_node(struct pki_json *json, const char *name, const struct pki_report *node)
{
    switch (node->kind) {
    case REPORT_BLOCK:
        pki_json_object(json, name);
        break;
    case REPORT_TABLE:
    case REPORT_LIST:
        pki_json_array(json, name);
        break;
    case REPORT_NOTE:
        put_notes(json, name, node);
        break;
    case REPORT_INTEGER:
        pki_json_integer(json, name, node->number);
        break;
    case REPORT_TRUTH:
        pki_json_truth(json, name, node->number != 0);
        break;
    case REPORT_VERBATIM:
    case REPORT_TEXT:
        pki_json_text(json, name, node->plain ? node->plain : node->text);
        break;
    }
}

static void enter(struct pki_json *json, const struct pki_report *node)
{
    pki_scope(pki_buf) name = {0};

    if (!has_name(node)) {
        put_node(json, NULL, node);
        return;
    }
    assert(node->label); /* a table without a label is for text only */
    snake_case(&name, node->label);
    pki_buf_byte(&name, 0);
    if (name.failed)
        json->out->failed = true;
    else
        put_node(json, (const char *)name.data, node);
}

static void leave(struct pki_json *json, const struct pki_report *node)
{
    if (node->kind == REPORT_BLOCK)
        pki_json_end_object(json);
    else if (report_has_children(node))
        pki_json_end_array(json);
}

/* The node behind this one, out of the objects and arrays that end there; NULL at the end. */
static const struct pki_report *after(struct pki_json *json, const struct pki_report *node)
{
    while (!node->next) {
        node = node->parent;
        if (!node)
            return NULL;
        leave(json, node);
    }
    return node->next;
}

/* Puts a node, unless it is for paper; what is to be put next, NULL at the end. */
static const struct pki_report *put(struct pki_json *json, const struct pki_report *node)
{
    if (node->readers == PKI_FOR_PAPER)
        return after(json, node);
    enter(json, node);
    if (node->first)
        return node->first;
    leave(json, node);
    return after(json, node);
}

bool pki_report_to_json(const struct pki_report *report, char **text, struct pki_error *err)
{
    pki_scope(pki_buf) out = {0};
    struct pki_json json = {.out = &out};

    if (!pki_report_ok(report, err))
        return false;
    assert(!report->parent);
    for (const struct pki_report *at = report; at;)
        at = put(&json, at);
    return pki_buf_take_text(&out, text, err);
}
