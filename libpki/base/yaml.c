#include "base/yaml.h"

#include "base/yaml_tree.h"

struct pki_yaml_node *pki_yaml_root(struct pki_yaml *yaml)
{
    return yaml->root;
}

bool pki_yaml_fail(const struct pki_yaml_node *node, struct pki_error *err, const char *format, ...)
{
    pki_scope(pki_buf) text = {0};
    va_list args;

    va_start(args, format);
    pki_buf_vprintf(&text, format, args);
    va_end(args);
    return pki_fail(err, PKI_E_USAGE, "%s:%zu:%zu: %.*s", node->yaml->name, node->at.line,
                    node->at.column, text.failed ? 0 : (int)text.size, (const char *)text.data);
}

static const char *kind_name(enum yaml_kind kind)
{
    static const char *const names[] = {
        [YAML_TREE_TEXT] = "a text",
        [YAML_TREE_MAP] = "a mapping",
        [YAML_TREE_LIST] = "a list",
    };

    return names[kind];
}

static struct pki_yaml_node *find(const struct pki_yaml_node *map, const char *key)
{
    if (map->kind != YAML_TREE_MAP)
        return NULL;
    for (struct pki_yaml_node *node = map->first; node; node = node->next)
        if (strcmp(node->key, key) == 0)
            return node;
    return NULL;
}

/* The value of a key if it is there; it has to be of the kind wanted. */
static bool take(struct pki_yaml_node *map, const char *key, enum yaml_kind kind,
                 struct pki_yaml_node **child, struct pki_error *err)
{
    if (map->kind != YAML_TREE_MAP)
        return pki_yaml_fail(map, err, "must be a mapping that may hold \"%s\"", key);

    struct pki_yaml_node *node = find(map, key);
    if (node && node->kind != kind)
        return pki_yaml_fail(node, err, "\"%s\" must be %s", key, kind_name(kind));
    if (node)
        node->taken = true;
    *child = node;
    return true;
}

/* Its failures are pki_yaml_fail, which is always false. */
static bool take_required(struct pki_yaml_node *map, const char *key, enum yaml_kind kind,
                          struct pki_yaml_node **child, struct pki_error *err)
{
    struct pki_yaml_node *node = NULL;

    if (!take(map, key, kind, &node, err))
        return false;
    if (!node)
        return pki_yaml_fail(map, err, "key \"%s\" is missing", key);
    *child = node;
    return true;
}

bool pki_yaml_text(struct pki_yaml_node *map, const char *key, const char **text,
                   struct pki_error *err)
{
    struct pki_yaml_node *node = NULL;

    if (!take_required(map, key, YAML_TREE_TEXT, &node, err))
        return false;
    *text = node->text; /* NOLINT(clang-analyzer-core.NullDereference): pki_yaml_fail is false */
    return true;
}

bool pki_yaml_text_optional(struct pki_yaml_node *map, const char *key, const char **text,
                            struct pki_error *err)
{
    struct pki_yaml_node *node = NULL;

    if (!take(map, key, YAML_TREE_TEXT, &node, err))
        return false;
    *text = node ? node->text : NULL;
    return true;
}

bool pki_yaml_map(struct pki_yaml_node *map, const char *key, struct pki_yaml_node **child,
                  struct pki_error *err)
{
    return take_required(map, key, YAML_TREE_MAP, child, err);
}

bool pki_yaml_map_optional(struct pki_yaml_node *map, const char *key, struct pki_yaml_node **child,
                           struct pki_error *err)
{
    return take(map, key, YAML_TREE_MAP, child, err);
}

bool pki_yaml_list_optional(struct pki_yaml_node *map, const char *key,
                            struct pki_yaml_node **child, struct pki_error *err)
{
    return take(map, key, YAML_TREE_LIST, child, err);
}

const struct pki_yaml_node *pki_yaml_at(const struct pki_yaml_node *map, const char *key)
{
    return find(map, key);
}

size_t pki_yaml_line(const struct pki_yaml_node *node)
{
    return node->key ? node->key_at.line : node->at.line;
}

const struct pki_yaml_node *pki_yaml_next(const struct pki_yaml_node *node)
{
    if (node->first)
        return node->first;
    while (node && !node->next)
        node = node->parent;
    return node ? node->next : NULL;
}

const char *pki_yaml_peek(const struct pki_yaml_node *node)
{
    return node->text;
}

size_t pki_yaml_count(const struct pki_yaml_node *node)
{
    return node->count;
}

bool pki_yaml_entry(struct pki_yaml_node *node, size_t index, const char **key,
                    struct pki_yaml_node **child, struct pki_error *err)
{
    struct pki_yaml_node *entry = node->first;

    for (size_t i = 0; entry && i < index; i++)
        entry = entry->next;
    if (!entry)
        return pki_yaml_fail(node, err, "has no entry %zu", index + 1);
    entry->taken = true;
    *key = entry->key;
    *child = entry;
    return true;
}

bool pki_yaml_scalar(const struct pki_yaml_node *node, const char **text, struct pki_error *err)
{
    if (node->kind != YAML_TREE_TEXT)
        return pki_yaml_fail(node, err, "must be a text");
    *text = node->text;
    return true;
}

bool pki_yaml_done(const struct pki_yaml_node *map, struct pki_error *err)
{
    const struct pki_yaml_node *node = map->first;

    while (node && (node->taken || !node->key))
        node = node->next;
    if (!node)
        return true;
    return pki_fail(err, PKI_E_USAGE, "%s:%zu:%zu: unknown key \"%s\"", node->yaml->name,
                    node->key_at.line, node->key_at.column, node->key);
}
