/*
 * Strict YAML: block mappings, block sequences and scalars, every scalar text.
 *
 * Refused, with file, line and column: anchors, aliases, tags, flow style, a
 * repeated key, tabs, more than one document, nesting over 16, an empty key,
 * bytes that are not UTF-8. Whoever reads a mapping takes the keys it knows;
 * pki_yaml_done then refuses what is left, so an unknown key is an error.
 */
#ifndef PKI_BASE_YAML_H
#define PKI_BASE_YAML_H

#include "base/buf.h"

struct pki_yaml;      /* a document */
struct pki_yaml_node; /* owned by its document */

/** @name  shown in errors. Fails: PKI_E_USAGE with "NAME:LINE:COLUMN: ..." */
PKI_CHECKED bool pki_yaml_parse(const char *name, struct pki_bytes text, struct pki_yaml **yaml,
                                struct pki_error *err);
struct pki_yaml_node *pki_yaml_root(struct pki_yaml *yaml);
void pki_yaml_free(struct pki_yaml *yaml);
PKI_DEFINE_AUTO(pki_yaml)

/** Fail at a node: PKI_E_USAGE with its place in front. */
bool pki_yaml_fail(const struct pki_yaml_node *node, struct pki_error *err, const char *format, ...)
    PKI_PRINTF(3, 4);

/** Take a key's text, borrowed from the document; absent: NULL for _optional, else an error. */
PKI_CHECKED bool pki_yaml_text(struct pki_yaml_node *map, const char *key, const char **text,
                               struct pki_error *err);
PKI_CHECKED bool pki_yaml_text_optional(struct pki_yaml_node *map, const char *key,
                                        const char **text, struct pki_error *err);
/** Take a key's mapping or sequence; absent: NULL for the optional ones. */
PKI_CHECKED bool pki_yaml_map(struct pki_yaml_node *map, const char *key,
                              struct pki_yaml_node **child, struct pki_error *err);
PKI_CHECKED bool pki_yaml_map_optional(struct pki_yaml_node *map, const char *key,
                                       struct pki_yaml_node **child, struct pki_error *err);
PKI_CHECKED bool pki_yaml_list_optional(struct pki_yaml_node *map, const char *key,
                                        struct pki_yaml_node **child, struct pki_error *err);
/** The node of a taken key, to point an error at its value. */
const struct pki_yaml_node *pki_yaml_at(const struct pki_yaml_node *map, const char *key);

/** The line of its key, or where it stands in a sequence, counted from 1. */
size_t pki_yaml_line(const struct pki_yaml_node *node);

/** The node after this one in the file, whatever their depths; NULL after the last. */
const struct pki_yaml_node *pki_yaml_next(const struct pki_yaml_node *node);
/** Its text; NULL for a mapping or list. */
const char *pki_yaml_peek(const struct pki_yaml_node *node);

/** Entries in file order. key is NULL in a sequence; taking by index marks it as known. */
size_t pki_yaml_count(const struct pki_yaml_node *node);
PKI_CHECKED bool pki_yaml_entry(struct pki_yaml_node *node, size_t index, const char **key,
                                struct pki_yaml_node **child, struct pki_error *err);
/** A scalar node's text. Fails: PKI_E_USAGE not a scalar */
PKI_CHECKED bool pki_yaml_scalar(const struct pki_yaml_node *node, const char **text,
                                 struct pki_error *err);

/** Fails: PKI_E_USAGE a key that nobody took */
PKI_CHECKED bool pki_yaml_done(const struct pki_yaml_node *map, struct pki_error *err);

#endif
