/*
 * The tree behind pki_yaml: built by yaml_parse.c, read through yaml.c.
 */
#ifndef PKI_BASE_YAML_TREE_H
#define PKI_BASE_YAML_TREE_H

#include "base/yaml.h"

enum yaml_kind {
    YAML_TREE_TEXT,
    YAML_TREE_MAP,
    YAML_TREE_LIST
};

/* Both count from 1. */
struct yaml_place {
    size_t line;
    size_t column;
};

struct pki_yaml_node {
    enum yaml_kind kind;
    char *key;  /* in a mapping */
    char *text; /* of a text */
    struct yaml_place at;
    struct yaml_place key_at;
    bool taken; /* somebody knows this entry */
    size_t count;
    const struct pki_yaml *yaml;
    struct pki_yaml_node *parent;
    struct pki_yaml_node *first;
    struct pki_yaml_node *last;
    struct pki_yaml_node *next;
};

struct pki_yaml {
    char *name;
    struct pki_yaml_node *root;
};

#endif
