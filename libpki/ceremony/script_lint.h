/*
 * The rules that a script is judged by, a row each: what people in a room
 * would find out too late. docs/CEREMONY.md lists them; tests/unit/ceremony
 * has a script for each that breaks it.
 */
#ifndef PKI_CEREMONY_SCRIPT_LINT_H
#define PKI_CEREMONY_SCRIPT_LINT_H

#include "pki/lint.h"
#include "ceremony/script.h"

/* The name of the fact that says which medium is in, or none. */
#define PKI_SCRIPT_MEDIUM "medium"

struct pki_script_judge;

struct pki_script_rule {
    const char *name;
    enum pki_lint_severity severity;
    const char *sentence; /* what must hold */
    const char *source;   /* what it comes from */
    void (*check)(struct pki_script_judge *judge, const struct pki_script *script);
};

struct pki_script_finding {
    const struct pki_script_rule *rule;
    size_t line;
    char text[240]; /* safe to print */
};

struct pki_script_judge {
    int64_t now;
    const struct pki_script_rule *rule; /* being looked at */
    struct pki_script_finding *list;
    size_t n, errors, rules;
    bool failed; /* out of memory */
};
void pki_script_judge_clear(struct pki_script_judge *judge);

/** Look at every rule; judge->now is set by the caller. Fails: PKI_E_MEMORY only */
PKI_CHECKED bool pki_script_lint(const struct pki_script *script, struct pki_script_judge *judge,
                                 struct pki_error *err);
/** Fails: PKI_E_INVALID with the first finding of severity error */
PKI_CHECKED bool pki_script_refuse(const struct pki_script_judge *judge, const char *name,
                                   struct pki_error *err);

/** For a rule's check: what does not hold, in which line; 0 for the whole. */
void pki_script_find(struct pki_script_judge *judge, size_t line, const char *format, ...)
    PKI_PRINTF(3, 4);

/** The n-th rule; NULL after the last. */
const struct pki_script_rule *pki_script_rule_get(size_t n);

struct pki_script_table {
    const struct pki_script_rule *rules;
    size_t n;
};
extern const struct pki_script_table pki_script_rules_whole;
extern const struct pki_script_table pki_script_rules_people;
extern const struct pki_script_table pki_script_rules_steps;
extern const struct pki_script_table pki_script_rules_order;
extern const struct pki_script_table pki_script_rules_facts;

#define PKI_SCRIPT_TABLE(name, rows) \
    const struct pki_script_table name = {.rules = (rows), .n = PKI_COUNT(rows)}

#endif
