/*
 * The booklet of a ceremony: what lies on the table, and is filled in with a
 * pen. One model, a list of parts in reading order; three renderings that add
 * nothing to it. Equal scripts give equal bytes: no date of printing, no
 * version.
 */
#ifndef PKI_CEREMONY_BOOKLET_H
#define PKI_CEREMONY_BOOKLET_H

#include "ceremony/script.h"

enum pki_booklet_kind {
    PKI_BOOKLET_PAGE,    /* a new page, and its heading in text */
    PKI_BOOKLET_HEADING, /* text */
    PKI_BOOKLET_STEP,    /* label: which of how many; text: its title */
    PKI_BOOKLET_TEXT,    /* text */
    PKI_BOOKLET_SAY,     /* text, read aloud */
    PKI_BOOKLET_COMMAND, /* text, typed as it stands */
    PKI_BOOKLET_VALUE,   /* label and text */
    PKI_BOOKLET_CODE,    /* label, and the text of a frame, drawn as a QR code */
    PKI_BOOKLET_BLANK,   /* label, and lines to write on */
    PKI_BOOKLET_BOX,     /* a box to tick, and text */
    PKI_BOOKLET_INITIALS /* time and initials of both */
};

struct pki_booklet_part {
    enum pki_booklet_kind kind;
    char *label; /* or NULL */
    char *text;  /* or NULL */
    unsigned lines;
};

struct pki_booklet {
    struct pki_booklet_part *parts;
    size_t n;
    char *title;
    char foot[128]; /* of each page: which script this is */
    bool failed;
};

/** Fails: PKI_E_MEMORY */
PKI_CHECKED bool pki_booklet_build(const struct pki_script *script, struct pki_booklet **booklet,
                                   struct pki_error *err);
void pki_booklet_free(struct pki_booklet *booklet);
PKI_DEFINE_AUTO(pki_booklet)

/* Labels of PKI_BOOKLET_INITIALS, in order; NULL after the last. */
extern const char *const pki_booklet_initials[];

/** 80 columns, UTF-8. */
void pki_booklet_text(const struct pki_booklet *booklet, struct pki_buf *out);
/** Self-contained; no script, nothing from outside. */
void pki_booklet_html(const struct pki_booklet *booklet, struct pki_buf *out);
/** A4; the booklet's texts are another encoding afterwards, so it is the last use of them. Fails:
 * PKI_E_USAGE a character that the fonts of PDF lack; PKI_E_MEMORY; PKI_E_IO libharu */
PKI_CHECKED bool pki_booklet_pdf(struct pki_booklet *booklet, struct pki_buf *out,
                                 struct pki_error *err);

#endif
