#include <yaml.h>

#include "base/utf8.h"
#include "base/yaml_tree.h"

#define DEPTH_MAX   16
#define ENTRIES_MAX 4096 /* of one mapping; comparing keys is quadratic */

struct builder {
    yaml_parser_t parser;
    struct pki_yaml *yaml;
    struct pki_yaml_node *inside; /* mapping or sequence being filled */
    unsigned depth;
    unsigned documents;
    char *key; /* read, its value not yet */
    struct yaml_place key_at;
    bool done;
};

static struct yaml_place place_of(yaml_mark_t mark)
{
    return (struct yaml_place){.line = mark.line + 1, .column = mark.column + 1};
}

static bool fail_at(const struct pki_yaml *yaml, struct yaml_place at, const char *what,
                    struct pki_error *err)
{
    return pki_fail(err, PKI_E_USAGE, "%s:%zu:%zu: %s", yaml->name, at.line, at.column, what);
}

static bool fail_memory(struct pki_error *err)
{
    return pki_fail(err, PKI_E_MEMORY, "out of memory");
}

/* NULL if the character may stand in a file. */
static const char *objection(const uint8_t *text, size_t left, size_t *length)
{
    uint32_t point = 0;

    *length = pki_utf8_decode(text, left, &point);
    if (*length == 0)
        return "not UTF-8 (RFC 3629)";
    if (point == '\t')
        return "tabs are not allowed; indent with spaces";
    if (point == '\n' || (point == '\r' && left > 1 && text[1] == '\n'))
        return NULL;
    return pki_utf8_is_hidden(point) ? "invisible or control character" : NULL;
}

/* What libyaml would let pass: tabs, invisible characters, other encodings. */
static bool check_characters(const struct pki_yaml *yaml, struct pki_bytes text,
                             struct pki_error *err)
{
    struct yaml_place at = {.line = 1, .column = 1};

    for (size_t i = 0; i < text.size;) {
        size_t length = 0;
        const char *problem = objection(text.data + i, text.size - i, &length);
        if (problem)
            return fail_at(yaml, at, problem, err);
        at.column++;
        if (text.data[i] == '\n')
            at = (struct yaml_place){.line = at.line + 1, .column = 1};
        i += length;
    }
    return true;
}

static void free_nodes(struct pki_yaml_node *root)
{
    struct pki_yaml_node *todo = root;

    while (todo) {
        struct pki_yaml_node *node = todo;
        todo = node->next;
        if (node->first) {
            node->last->next = todo;
            todo = node->first;
        }
        free(node->key);
        free(node->text);
        free(node);
    }
}

void pki_yaml_free(struct pki_yaml *yaml)
{
    if (!yaml)
        return;
    free_nodes(yaml->root);
    free(yaml->name);
    free(yaml);
}

static void attach(struct builder *builder, struct pki_yaml_node *node)
{
    struct pki_yaml_node *parent = builder->inside;

    node->parent = parent;
    node->yaml = builder->yaml;
    node->key = PKI_TAKE(builder->key);
    node->key_at = builder->key_at;
    if (!parent) {
        builder->yaml->root = node;
        return;
    }
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
}

static struct pki_yaml_node *add(struct builder *builder, enum yaml_kind kind,
                                 const yaml_event_t *event, struct pki_error *err)
{
    struct pki_yaml_node *node = NULL;

    if (builder->inside && builder->inside->count == ENTRIES_MAX) {
        (void)fail_at(builder->yaml, place_of(event->start_mark), "too many entries", err);
        return NULL;
    }
    node = calloc(1, sizeof(*node));
    if (!node) {
        (void)fail_memory(err);
        return NULL;
    }
    node->kind = kind;
    node->at = place_of(event->start_mark);
    attach(builder, node);
    return node;
}

static bool key_is_due(const struct builder *builder)
{
    return builder->inside && builder->inside->kind == YAML_TREE_MAP && !builder->key;
}

static bool open_collection(struct builder *builder, enum yaml_kind kind, const yaml_event_t *event,
                            struct pki_error *err)
{
    if (key_is_due(builder))
        return fail_at(builder->yaml, place_of(event->start_mark), "a key must be a plain text",
                       err);
    if (++builder->depth > DEPTH_MAX)
        return fail_at(builder->yaml, place_of(event->start_mark), "nested too deeply", err);
    struct pki_yaml_node *node = add(builder, kind, event, err);
    if (!node)
        return false;
    builder->inside = node;
    return true;
}

/* Escapes of quoted texts can write what check_characters refuses. */
static bool check_scalar(const struct builder *builder, const yaml_event_t *event,
                         struct pki_error *err)
{
    const uint8_t *text = event->data.scalar.value;

    for (size_t left = event->data.scalar.length; left > 0;) {
        uint32_t point = 0;
        size_t length = pki_utf8_decode(text, left, &point);
        if (length == 0 || (pki_utf8_is_hidden(point) && point != '\n'))
            return fail_at(builder->yaml, place_of(event->start_mark),
                           "invisible or control character", err);
        text += length;
        left -= length;
    }
    return true;
}

static bool read_key(struct builder *builder, const yaml_event_t *event, char *text,
                     struct pki_error *err)
{
    struct yaml_place at = place_of(event->start_mark);

    builder->key = text;
    builder->key_at = at;
    if (*text == 0 || strchr(text, '\n'))
        return fail_at(builder->yaml, at, "a key must be one line of text", err);
    const struct pki_yaml_node *same = builder->inside->first;
    while (same && strcmp(same->key, text) != 0)
        same = same->next;
    if (!same)
        return true;
    return pki_fail(err, PKI_E_USAGE, "%s:%zu:%zu: key \"%s\" is repeated (first in line %zu)",
                    builder->yaml->name, at.line, at.column, text, same->key_at.line);
}

static bool read_scalar(struct builder *builder, const yaml_event_t *event, struct pki_error *err)
{
    if (!check_scalar(builder, event, err))
        return false;

    char *text = strdup((const char *)event->data.scalar.value);
    if (!text)
        return fail_memory(err);
    if (key_is_due(builder))
        return read_key(builder, event, text, err);
    struct pki_yaml_node *node = add(builder, YAML_TREE_TEXT, event, err);
    if (!node) {
        free(text);
        return false;
    }
    node->text = text;
    return true;
}

static bool close_collection(struct builder *builder)
{
    builder->inside = builder->inside->parent;
    builder->depth--;
    return true;
}

/* What a strict reader refuses in an event, whatever its place; NULL if nothing. */
static const char *refusal(const struct builder *builder, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    bool flow = false;

    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return "aliases are not allowed";
    case YAML_DOCUMENT_START_EVENT:
        if (event->data.document_start.version_directive ||
            event->data.document_start.tag_directives.start !=
                event->data.document_start.tag_directives.end)
            return "directives are not allowed";
        return builder->documents > 0 ? "only one document is allowed" : NULL;
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
        break;
    default:
        return NULL;
    }
    if (anchor)
        return "anchors are not allowed";
    if (tag)
        return "tags are not allowed; every value is text";
    return flow ? "write this as a block, an entry a line, without brackets or braces" : NULL;
}

static bool take_event(struct builder *builder, const yaml_event_t *event, struct pki_error *err)
{
    const char *problem = refusal(builder, event);

    if (problem)
        return fail_at(builder->yaml, place_of(event->start_mark), problem, err);
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        builder->documents++;
        return true;
    case YAML_STREAM_END_EVENT:
        builder->done = true;
        return true;
    case YAML_SCALAR_EVENT:
        return read_scalar(builder, event, err);
    case YAML_MAPPING_START_EVENT:
        return open_collection(builder, YAML_TREE_MAP, event, err);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(builder, YAML_TREE_LIST, event, err);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        return close_collection(builder);
    default:
        return true;
    }
}

static bool next_event(struct builder *builder, struct pki_error *err)
{
    const yaml_parser_t *parser = &builder->parser;
    yaml_event_t event;

    if (!yaml_parser_parse(&builder->parser, &event)) {
        if (parser->error == YAML_MEMORY_ERROR)
            return fail_memory(err);
        return fail_at(builder->yaml, place_of(parser->problem_mark),
                       parser->problem ? parser->problem : "not YAML", err);
    }
    bool good = take_event(builder, &event, err);
    yaml_event_delete(&event);
    return good;
}

static bool build(struct builder *builder, struct pki_bytes text, struct pki_error *err)
{
    bool good = true;

    if (!yaml_parser_initialize(&builder->parser))
        return fail_memory(err);
    yaml_parser_set_encoding(&builder->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder->parser, text.data, text.size);
    while (good && !builder->done)
        good = next_event(builder, err);
    yaml_parser_delete(&builder->parser);
    free(builder->key);
    if (good && !builder->yaml->root)
        return fail_at(builder->yaml, (struct yaml_place){1, 1}, "holds nothing", err);
    return good;
}

bool pki_yaml_parse(const char *name, struct pki_bytes text, struct pki_yaml **yaml,
                    struct pki_error *err)
{
    pki_auto(pki_yaml) made = calloc(1, sizeof(*made));

    if (!made)
        return fail_memory(err);
    made->name = strdup(name);
    if (!made->name)
        return fail_memory(err);

    struct builder builder = {.yaml = made};
    if (!check_characters(made, text, err) || !build(&builder, text, err))
        return false;
    *yaml = PKI_TAKE(made);
    return true;
}
