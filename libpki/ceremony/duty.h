/*
 * What a step of a ceremony can do: run a duty of the cellar, or have people
 * check something. Both are closed lists, a row each: a script cannot name a
 * command that is not here, and what it names is an option of the tool, never
 * a shell's word. tests/tool/ceremony.sh compares the rows with the tools.
 */
#ifndef PKI_CEREMONY_DUTY_H
#define PKI_CEREMONY_DUTY_H

#include "base/buf.h"

/* Types of ceremony, in the order of their names in duty.c; bits of pki_duty.types. */
enum pki_script_type {
    PKI_SCRIPT_ROOT,
    PKI_SCRIPT_INTERMEDIATE,
    PKI_SCRIPT_ROTATE,
    PKI_SCRIPT_CROSS,
    PKI_SCRIPT_CRL,
    PKI_SCRIPT_REVOKE,
    PKI_SCRIPT_DRILL,
    PKI_SCRIPT_RECOVERY,
    PKI_SCRIPT_DESTROY,
    PKI_SCRIPT_TYPES
};
const char *pki_script_type_name(enum pki_script_type type);
/** False where there is no type of that name. */
bool pki_script_type_find(const char *name, enum pki_script_type *type);

#define PKI_DUTY_PARAMS 5
#define PKI_DUTY_WORDS  16

struct pki_duty_param {
    const char *name;   /* in a script */
    const char *option; /* of the tool; NULL: an operand */
    bool required;
    bool path; /* of a file or directory */
    bool file; /* one that the duty reads */
};

struct pki_duty {
    const char *name;
    const char *tool; /* its program */
    const char *verb; /* its first operand, always there; or NULL */
    const char *flag; /* always there; or NULL */
    struct pki_duty_param params[PKI_DUTY_PARAMS];
    uint32_t types;       /* ceremonies that may do it; bits by 1 << type */
    uint32_t main;        /* ceremonies that are there for it */
    bool severe;          /* the tool has a name typed */
    bool opens_key;       /* of an authority */
    bool prepared;        /* the tool signs what was prepared and approved: --approved */
    bool plain_name;      /* what is typed is no authority's: the same in a rehearsal */
    bool finds;           /* status 3 is what it found, no failure */
    bool finishes;        /* a file that is missing after its entry: doing it again writes it */
    const char *evidence; /* what it can leave, words parted by spaces */
    /* The action of the journal's entry by which it is known to have been done, after a cut; NULL:
       doing it again is the same as doing it once. */
    const char *entry;
};

/** The n-th duty; NULL after the last. */
const struct pki_duty *pki_duty_get(size_t n);
const struct pki_duty *pki_duty_find(const char *name);

/** The command as words, the front's name first; how many. values as the row's params, or NULL. */
size_t pki_duty_words(const struct pki_duty *duty, const char *const values[PKI_DUTY_PARAMS],
                      const char *cellar, const char *words[PKI_DUTY_WORDS]);
/** The same as a person would type it. */
void pki_duty_command(const struct pki_duty *duty, const char *const values[PKI_DUTY_PARAMS],
                      const char *cellar, struct pki_buf *text);

/* What people look at, or the tool for them. */
struct pki_script_check {
    const char *name;
    const char *sentence; /* in a booklet */
    const char *record;   /* what has to be written down, or NULL */
    bool of_material;     /* it is about one: `of` */
};
const struct pki_script_check *pki_script_check_get(size_t n);
const struct pki_script_check *pki_script_check_find(const char *name);

/* What can be written down in a step, beside its time and initials. */
struct pki_script_record {
    const char *name;
    const char *label; /* in front of the blank */
    unsigned lines;    /* of a blank */
};
const struct pki_script_record *pki_script_record_get(size_t n);
const struct pki_script_record *pki_script_record_find(const char *name);

/** Whether a word stands in a list that spaces separate. */
bool pki_script_lists(const char *list, const char *word);

/** Names of a table for an error, "root, issue, ...": the n-th name, NULL after the last. */
void pki_script_names(const char *(*name)(size_t n), struct pki_buf *text);
const char *pki_duty_name(size_t n);
const char *pki_script_check_name(size_t n);
const char *pki_script_record_name(size_t n);
const char *pki_script_type_at(size_t n);

#endif
