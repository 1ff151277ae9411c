/*
 * Between the parts of the reader: script.c reads what a script says of itself
 * and of people; script_materials.c, script_room.c and script_steps.c the rest.
 */
#ifndef PKI_CEREMONY_SCRIPT_READ_H
#define PKI_CEREMONY_SCRIPT_READ_H

#include "ceremony/script.h"

/** An array for all entries of a mapping or list; PKI_E_USAGE at the node where there is none, or
 *  more than at_most. */
PKI_CHECKED bool pki_script_room(const struct pki_yaml_node *node, const char *what, size_t size,
                                 size_t at_most, void **list, struct pki_error *err);
/** A required text that is a name: [a-z0-9-]. */
PKI_CHECKED bool pki_script_read_name(struct pki_yaml_node *map, const char *key, const char **name,
                                      struct pki_error *err);
/** A required number, from 1 on. */
PKI_CHECKED bool pki_script_read_number(struct pki_yaml_node *map, const char *key, unsigned most,
                                        unsigned *number, struct pki_error *err);
/** An optional list of texts. */
PKI_CHECKED bool pki_script_read_words(struct pki_yaml_node *map, const char *key,
                                       struct pki_script_words *words, struct pki_error *err);
/** An optional mapping of names to values. */
PKI_CHECKED bool pki_script_read_facts(struct pki_yaml_node *map, const char *key,
                                       struct pki_script_facts *facts, struct pki_error *err);
/** Fail at a value, naming those that there are. */
bool pki_script_no_such(const struct pki_yaml_node *at, const char *what, const char *value,
                        const char *(*name)(size_t n), struct pki_error *err);

PKI_CHECKED bool pki_script_read_materials(struct pki_yaml_node *top, struct pki_script *script,
                                           struct pki_error *err);
PKI_CHECKED bool pki_script_read_room(struct pki_yaml_node *top, struct pki_script *script,
                                      struct pki_error *err);
PKI_CHECKED bool pki_script_read_steps(struct pki_yaml_node *top, struct pki_script *script,
                                       struct pki_error *err);

#endif
