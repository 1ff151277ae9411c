/*
 * The rules that a hierarchy is judged by while it is read: periods that fit
 * together, names that cannot collide, keys that every verifier takes.
 * Private to ops/hierarchy.c; each rule fails at the node at fault.
 */
#ifndef PKI_OPS_HIERARCHY_RULES_H
#define PKI_OPS_HIERARCHY_RULES_H

#include "ops/hierarchy.h"

/** As pki_yaml_fail, with PKI_E_POLICY: the file can be read, a rule refuses it. */
bool pki_hierarchy_refuse(const struct pki_yaml_node *node, struct pki_error *err,
                          const char *format, ...) PKI_PRINTF(3, 4);

PKI_CHECKED bool pki_hierarchy_judge_top(const struct pki_hierarchy *hierarchy,
                                         const struct pki_yaml_node *map, struct pki_error *err);

/** @root  the last one read; judged against those before it */
PKI_CHECKED bool pki_hierarchy_judge_root(const struct pki_hierarchy *hierarchy,
                                          const struct pki_root_plan *root,
                                          const struct pki_yaml_node *map, struct pki_error *err);

/** @line  the last one read; judged against all roots and the lines before it */
PKI_CHECKED bool pki_hierarchy_judge_line(const struct pki_hierarchy *hierarchy,
                                          const struct pki_line_plan *line,
                                          const struct pki_yaml_node *map, struct pki_error *err);

/** What a generation that waits first must live through at least: waiting, being active, and
 *  then the leaf life and slack of what it issued last. The first second after that. */
int64_t pki_line_needs_until(const struct pki_line_plan *line, int64_t issued_at);

#endif
