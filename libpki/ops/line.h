/*
 * A line as it is recorded: its authorities by their part in it, and what
 * follows from them: until when the active one must be succeeded, and when an
 * older one's window of trust ends (DESIGN section 1).
 */
#ifndef PKI_OPS_LINE_H
#define PKI_OPS_LINE_H

#include "ops/session.h"

#define PKI_COMPANION "-tsa"   /* behind the name of a time-stamping generation: its leaf's */
#define PKI_CROSS     "-cross" /* behind that of a root: its cross-certificate's */

struct pki_line {
    const struct pki_line_plan *plan;
    struct pki_authority_rows rows;         /* from the first generation on */
    const struct pki_authority_row *active; /* or NULL, as the next two; they point into rows */
    const struct pki_authority_row *next;   /* the oldest of those that wait */
    const struct pki_authority_row *before; /* the youngest that is retiring */
    size_t waiting;                         /* how many are next */
    int64_t newest;                         /* generation; 0: nothing issued yet */
};

PKI_CHECKED bool pki_line_load(struct pki_session *session, const struct pki_line_plan *plan,
                               struct pki_line *line, struct pki_error *err);
void pki_line_clear(struct pki_line *line);

/** Whether a root's cross-certificate serves its authorities: profile cross names code signing and
 *  time stamping alone. */
bool pki_line_is_crossed(const struct pki_line_plan *plan);

/** Whether it certifies a root once more, by the root before it. */
bool pki_certificate_is_cross(const struct pki_certificate_row *row);

/* What an authority loses with its root; found in the store's rows alone. */
struct pki_loss {
    char
        root[PKI_NAME_MAX]; /* that issued it and is revoked: nobody trusts either; "": it is not */
    int64_t since;
};

PKI_CHECKED bool pki_line_loss(struct pki_session *session, const struct pki_authority_row *row,
                               struct pki_loss *loss, struct pki_error *err);

/** When an authority that became active at `since` must be succeeded: rotate_every later, and so
 *  early that what it issues last can be used up, with the slack, before it ends. */
int64_t pki_line_rotate_by(const struct pki_line_plan *plan, int64_t since, int64_t not_after);

/** The same for the line's active authority; since its root was revoked, if it was. */
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
