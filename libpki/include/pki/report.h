/*
 * Reports: what the library has to say, as labelled values in order.
 *
 * A report is a tree: a block of labelled values, among them further blocks
 * and tables (rows of blocks with the same labels). Whoever makes a report
 * decides labels and order once; text, JSON and transcript are renderings of
 * the same tree. A JSON field's name is its label in snake case ("Not after"
 * becomes "not_after"), times are RFC 3339 in UTC, octets are lower-case hex.
 *
 *   pki_auto(pki_report) report = pki_report_new();
 *   pki_report_text(report, "Subject", "%s", name);
 *   pki_report_time(report, "Not after", not_after);
 *   struct pki_report *table = pki_report_table(report, "Lines");
 *   struct pki_report *row = pki_report_row(table);
 *   pki_report_text(row, "Environment", "%s", environment);
 *   return pki_report_ok(report, err);
 *
 * Adding never fails visibly: running out of memory is remembered in the root
 * and told by pki_report_ok. All text is made safe to print as it is added
 * (unprintable, bidirectional and invalid bytes become \XX), so a report may
 * hold names from hostile files. Functions that add to NULL do nothing.
 */
#ifndef PKI_REPORT_H
#define PKI_REPORT_H

#include "pki/error.h"

struct pki_report;

/* How a value is meant; a renderer on a terminal shows it in colour, always next to its word. */
enum pki_tone {
    PKI_TONE_PLAIN,
    PKI_TONE_GOOD,
    PKI_TONE_WARN,
    PKI_TONE_BAD,
    PKI_TONE_FAINT
};

struct pki_report_style {
    unsigned width; /* columns; 0: 80 */
    bool colour;
};

/** An empty report; NULL when out of memory (adding to it is harmless, pki_report_ok fails). */
struct pki_report *pki_report_new(void);

void pki_report_text(struct pki_report *report, const char *label, const char *format, ...)
    PKI_PRINTF(3, 4);
void pki_report_toned(struct pki_report *report, const char *label, enum pki_tone tone,
                      const char *format, ...) PKI_PRINTF(4, 5);
void pki_report_integer(struct pki_report *report, const char *label, int64_t value);
void pki_report_toned_integer(struct pki_report *report, const char *label, enum pki_tone tone,
                              int64_t value);
void pki_report_truth(struct pki_report *report, const char *label, bool value);

/** Seconds since 1970, UTC. */
void pki_report_time(struct pki_report *report, const char *label, int64_t seconds);

/** The same, of which paper shows the day: for tables, where the second is of no use. */
void pki_report_day(struct pki_report *report, const char *label, int64_t seconds);

/** Octets: hex in groups of four on paper, plain hex in JSON. */
void pki_report_octets(struct pki_report *report, const char *label, struct pki_bytes octets);

/** A SHA-256 fingerprint: hex, and PGP words below it; in JSON these are LABEL and "LABEL words".
 */
void pki_report_fingerprint(struct pki_report *report, const char *label, const uint8_t sha256[32]);

/** The same, of which paper shows the words alone: for what is read aloud and written down. */
void pki_report_words(struct pki_report *report, const char *label, const uint8_t sha256[32]);

/** A block inside this one; owned by it. label is its heading. */
struct pki_report *pki_report_block(struct pki_report *report, const char *label);

/**
 * A table inside this one; owned by it. label may be NULL in text, never in JSON.
 *
 * Cells are values and lists. A table that does not fit, or holds more, is shown as blocks.
 */
struct pki_report *pki_report_table(struct pki_report *report, const char *label);
struct pki_report *pki_report_row(struct pki_report *table);

/** A list of plain texts. */
struct pki_report *pki_report_list(struct pki_report *report, const char *label);
void pki_report_item(struct pki_report *list, const char *format, ...) PKI_PRINTF(2, 3);

/** A sentence of its own, without a label in text; in JSON, those of a label are one array. */
void pki_report_note(struct pki_report *report, const char *label, enum pki_tone tone,
                     const char *format, ...) PKI_PRINTF(4, 5);

/**
 * The command that usually follows: a note "Next: ..." that is never broken, so that it can be
 * copied; where it does not fit it has a line of its own. _here: it needs the same cellar, so -C is
 * added to it as pki_report_at knows it.
 */
void pki_report_next(struct pki_report *report, const char *format, ...) PKI_PRINTF(2, 3);
void pki_report_next_here(struct pki_report *report, const char *format, ...) PKI_PRINTF(2, 3);
/** The cellar as -C named it; borrowed for the report's life. */
void pki_report_at(struct pki_report *report, const char *directory);

/** A sentence that is never broken: a file's name belongs to it. */
void pki_report_line(struct pki_report *report, const char *label, enum pki_tone tone,
                     const char *format, ...) PKI_PRINTF(4, 5);

/** From now on what is added to this block is for these readers; PKI_FOR_ALL at the start. */
enum pki_readers {
    PKI_FOR_ALL,
    PKI_FOR_PAPER,
    PKI_FOR_JSON
};
void pki_report_readers(struct pki_report *report, enum pki_readers readers);

/** Text of ours printed as it is, without label or wrapping; in JSON a text under `label`. */
void pki_report_verbatim(struct pki_report *report, const char *label, const char *text);

/** Fails: PKI_E_MEMORY if any value could not be added, or report is NULL. */
PKI_CHECKED bool pki_report_ok(const struct pki_report *report, struct pki_error *err);

/** Rendered text; malloc'd, NUL-terminated, owned by the caller. */
PKI_CHECKED bool pki_report_to_text(const struct pki_report *report,
                                    const struct pki_report_style *style, char **text,
                                    struct pki_error *err);

/** One JSON object on lines of its own; malloc'd, owned by the caller. */
PKI_CHECKED bool pki_report_to_json(const struct pki_report *report, char **json,
                                    struct pki_error *err);

void pki_report_free(struct pki_report *report);
PKI_DEFINE_AUTO(pki_report)

#endif
