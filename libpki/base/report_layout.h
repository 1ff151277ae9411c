/*
 * Putting text on lines of a given width, for the text renderer of reports.
 */
#ifndef PKI_BASE_REPORT_LAYOUT_H
#define PKI_BASE_REPORT_LAYOUT_H

#include "base/buf.h"
#include "base/report_tree.h"

struct report_pen {
    struct pki_buf *out;
    unsigned width;
    bool colour;
};

/* A piece of a text that fits on one line. */
struct report_line {
    const char *text;
    size_t size;
    unsigned columns;
};

/**
 * Cut the next line of at most `columns` from *rest and move on; false at the end.
 * Breaks at spaces; a word that is too long for a line is cut, so that no text
 * runs out of its column and under somebody else's label.
 */
bool pki_report_next_line(const char **rest, unsigned columns, struct report_line *line);

void pki_report_spaces(struct report_pen *pen, unsigned count);
void pki_report_put_line(struct report_pen *pen, enum pki_tone tone,
                         const struct report_line *line);
/** Bold on a terminal. */
void pki_report_put_heading(struct report_pen *pen, const char *text);
/** Lines from the place reached, the following ones from column `indent`; ends with LF. */
void pki_report_put_wrapped(struct report_pen *pen, unsigned indent, enum pki_tone tone,
                            const char *text);

/** One table; false when its columns do not fit and it must be shown as blocks. */
bool pki_report_put_table(struct report_pen *pen, unsigned indent, const struct pki_report *table);

#endif
