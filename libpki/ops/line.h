/*
 * A line as it is recorded: its authorities by their part in it, which of them
 * are usable, and what follows: until when the active one must be succeeded, and
 * when an older one's window of trust ends.
 *
 * A generation is usable while verifiers take what it signs: neither its own
 * certificate, nor its time-stamping leaf's, nor its root is revoked or has
 * ended. A next that is not usable counts as none, and an active one that is not
 * must be left at once: all who ask go by pki_line_loss, or by what
 * pki_line_sort makes of it.
 */
#ifndef PKI_OPS_LINE_H
#define PKI_OPS_LINE_H

#include "ops/session.h"

#define PKI_COMPANION "-tsa"   /* behind the name of a time-stamping generation: its leaf's */
#define PKI_CROSS     "-cross" /* behind that of a root: its cross-certificate's */

/* Why a generation is not usable; found in the store's rows alone. */
struct pki_loss {
    char why[PKI_NAME_MAX + 64]; /* behind its name: "hangs below root-g1, which ..."; "": it is */
    int64_t since;
};

struct pki_line {
    const struct pki_line_plan *plan;
    struct pki_authority_rows rows;          /* from the first generation on */
    const struct pki_authority_row *active;  /* or NULL, as the next four; they point into rows */
    const struct pki_authority_row *next;    /* the oldest usable one of those that wait */
    const struct pki_authority_row *further; /* the youngest such, if it is another */
    const struct pki_authority_row *lost;    /* waits, but is not usable: the youngest such */
    const struct pki_authority_row *before;  /* the youngest that is retiring */
    struct pki_loss active_loss, next_loss;  /* of the active one; of the lost one */
    int64_t newest;                          /* generation; 0: nothing issued yet */
};

PKI_CHECKED bool pki_line_load(struct pki_session *session, const struct pki_line_plan *plan,
                               struct pki_line *line, struct pki_error *err);
/** The load's second half: find the parts in plan and rows. @at as for pki_line_loss */
PKI_CHECKED bool pki_line_sort(struct pki_session *session, int64_t at, struct pki_line *line,
                               struct pki_error *err);
void pki_line_clear(struct pki_line *line);

/** Whether a generation of a line is usable, its row being in its state of then.
 *  @at  as of that time; if it is past, what was recorded since counts for nothing */
PKI_CHECKED bool pki_line_loss(struct pki_session *session, const struct pki_authority_row *row,
                               int64_t at, struct pki_loss *loss, struct pki_error *err);

/* Whether a line has nobody who can issue. */
struct pki_vacancy {
    const struct pki_line_plan *line;
    bool unmade;                         /* nothing of it was ever issued */
    char why[2 * PKI_NAME_MAX + 64];     /* in words; "": somebody can */
    char command[2 * PKI_WORD_MAX + 32]; /* that ends it */
};
void pki_line_vacancy(const struct pki_line *line, struct pki_vacancy *vacancy);
/** Refuse for it. Fails: PKI_E_STATE, always */
PKI_CHECKED bool pki_vacancy_fail(const struct pki_vacancy *vacancy, struct pki_error *err);

/** Whether a root's cross-certificate serves its authorities: profile cross names code signing and
 *  time stamping alone. */
bool pki_line_is_crossed(const struct pki_line_plan *plan);

/** Whether it certifies a root once more, by the root before it. */
bool pki_certificate_is_cross(const struct pki_certificate_row *row);

/** When an authority that became active at `since` must be succeeded: rotate_every later, and so
 *  early that what it issues last can be used up, with the slack, before it ends. */
int64_t pki_line_rotate_by(const struct pki_line_plan *plan, int64_t since, int64_t not_after);

/** The same for the line's active authority, which is there; since it was lost, if it was. */
PKI_CHECKED bool pki_line_due(struct pki_session *session, const struct pki_line *line,
                              int64_t *rotate_by, struct pki_error *err);

/** The last second of what an authority issued until the outside switched away, and slack. */
int64_t pki_line_window_end(const struct pki_line_plan *plan, int64_t switched);

/**
 * When the outside first switched to a generation after this one; INT64_MAX: not yet.
 *
 * @recorded_by  only what was recorded by then counts; INT64_MAX: everything
 */
PKI_CHECKED bool pki_line_switched(struct pki_session *session,
                                   const struct pki_authority_rows *rows, int64_t generation,
                                   int64_t recorded_by, int64_t *at, struct pki_error *err);

#endif
