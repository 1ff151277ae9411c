/*
 * Ceremonies: one script that people read, sign and run (docs/CEREMONY.md).
 *
 * None of this opens a cellar, or a key.
 */
#ifndef PKI_CEREMONY_H
#define PKI_CEREMONY_H

#include "pki/progress.h"
#include "pki/report.h"

/**
 * Judge a script. A report is made whenever the file could be read.
 *
 * @now    the day that it is to be valid on
 * Fails:  PKI_E_INVALID a rule of severity error does not hold: the first one, and how many;
 *         PKI_E_USAGE the file cannot be read, or is no script: file, line, column and what to do
 */
PKI_CHECKED bool pki_ceremony_lint(const char *path, int64_t now, struct pki_report *report,
                                   struct pki_error *err);

struct pki_ceremony_print_request {
    const char *script;
    const char *to; /* a new file, whose end says what is written: .txt, .html, .pdf */
    int64_t at;     /* the day that the script is to be valid on */
    bool dry_run;
};

/**
 * Print the booklet of a script: what lies on the table, and is filled in with a pen. Equal scripts
 * give equal bytes.
 *
 * Fails:  as pki_ceremony_lint: what is not sound is not printed; PKI_E_EXISTS; PKI_E_IO;
 *         PKI_E_USAGE also a name with another end, or a character that the fonts of PDF lack
 */
PKI_CHECKED bool pki_ceremony_print(const struct pki_ceremony_print_request *request,
                                    struct pki_report *report, struct pki_error *err);

/* Where a room is looked at. */
struct pki_ceremony_place {
    const char *root; /* below which proc and sys lie */
    int64_t free;     /* octets that can still be written; -1: not known */
};
/** This machine, and the space where a directory lies. */
void pki_ceremony_here(const char *directory, struct pki_ceremony_place *place);

struct pki_ceremony_room_request {
    const char *directory;               /* where the ceremony will be recorded: its space */
    const char *script;                  /* whose policy holds; NULL: the one where none is given */
    const char *image;                   /* a medium, or file, to be digested; or NULL */
    const char *second_clock;            /* what another clock says now, as typed; or NULL */
    const struct pki_progress *progress; /* or NULL */
};

/**
 * Look at the room: network, swap, core pattern, media, image, debugger, space, entropy; and
 * compare the clock with a second one. A report is made whatever is found.
 *
 * Fails:  PKI_E_INVALID a finding that the policy has stop a ceremony; PKI_E_USAGE script, image or
 *         time cannot be read; PKI_E_IO; PKI_E_CANCELLED
 */
PKI_CHECKED bool pki_ceremony_room(const struct pki_ceremony_room_request *request,
                                   struct pki_report *report, struct pki_error *err);

struct pki_ceremony_report_request {
    const char *directory; /* of a ceremony that has ended */
    const char *to;        /* a new file, .html */
    bool dry_run;
};

/**
 * The report of a ceremony, a page made from its record alone, once that is checked. The same
 * version makes equal bytes of equal records, so that pki_verify_ceremony can compare.
 *
 * Fails:  PKI_E_INTEGRITY the record; PKI_E_STATE it has not ended; PKI_E_USAGE a file of it is
 *         missing, or another name than .html; PKI_E_EXISTS; PKI_E_IO
 */
PKI_CHECKED bool pki_ceremony_report(const struct pki_ceremony_report_request *request,
                                     struct pki_report *report, struct pki_error *err);

/** What a step can do, check and record: the words that a script may use. */
PKI_CHECKED bool pki_ceremony_duties(struct pki_report *report, struct pki_error *err);

#endif
