/*
 * The tree behind pki_report, for its renderers.
 *
 * Every leaf holds its text as shown on paper; what JSON writes differently is
 * kept beside it. Nodes know their parent, so that renderers walk without
 * recursion.
 */
#ifndef PKI_BASE_REPORT_TREE_H
#define PKI_BASE_REPORT_TREE_H

#include "pki/report.h"

#define REPORT_NEXT "Next: "

enum report_kind {
    REPORT_BLOCK,
    REPORT_TABLE,
    REPORT_LIST,
    REPORT_NOTE,
    REPORT_VERBATIM,
    REPORT_TEXT,
    REPORT_INTEGER,
    REPORT_TRUTH,
};

struct pki_report {
    enum report_kind kind;
    enum pki_tone tone;
    char *label;
    char *text;                /* of a leaf; safe to print; '\n' is a line break that we chose */
    char *plain;               /* the same for JSON, where it differs; else NULL */
    int64_t number;            /* of an integer or a truth */
    bool whole;                /* of a note: never broken at the width */
    enum pki_readers readers;  /* of this node */
    enum pki_readers audience; /* of a block: what its next child is given */
    const char *directory;     /* of the root: the cellar as typed, or NULL */
    unsigned label_columns;    /* widest label among a block's values */
    bool failed;               /* of the root: some value could not be added */
    struct pki_report *root;
    struct pki_report *parent;
    struct pki_report *first;
    struct pki_report *last;
    struct pki_report *next;
};

static inline bool report_has_children(const struct pki_report *node)
{
    return node->kind == REPORT_BLOCK || node->kind == REPORT_TABLE || node->kind == REPORT_LIST;
}

#endif
