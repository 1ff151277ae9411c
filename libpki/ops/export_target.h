/*
 * A directory that appears complete or not at all: it is filled under a hidden
 * name beside its place, then takes its name in one step. What stood there
 * before is exchanged whole and removed, so that nothing stale stays; but only
 * what exports wrote is ever removed.
 *
 *   pki_scope(pki_target) target = {.above = -1};
 *   return pki_target_open(&target, "handover", replace, err) &&
 *          pki_target_begin(&target, &dir, err) && ... write below dir ... &&
 *          pki_target_finish(&target, err);
 */
#ifndef PKI_OPS_EXPORT_TARGET_H
#define PKI_OPS_EXPORT_TARGET_H

#include "pki/report.h"
#include "store/rows.h"

struct pki_target {
    int above;       /* the directory above it; -1: none yet */
    char name[256];  /* of the directory */
    char fresh[280]; /* while it is not finished */
    bool replace;    /* what stands under the name may be exchanged */
    bool elsewhere;  /* outside the cellar, where status cannot see what is left */
    bool recorded;   /* as published: status tells of it, and the next export finishes it */
    bool begun;      /* it is there under its hidden name */
};

/** What was begun and not finished is removed again, unless it is recorded as published. */
void pki_target_clear(struct pki_target *target);

/** A directory of ours, in target->above: always replaced. Fails: PKI_E_USAGE */
PKI_CHECKED bool pki_target_name(struct pki_target *target, const char *name,
                                 struct pki_error *err);

/**
 * A directory as typed.
 *
 * Fails: PKI_E_USAGE no name, or nothing above it; PKI_E_EXISTS it is there and replace is false,
 *        or it holds anything that no export wrote
 */
PKI_CHECKED bool pki_target_open(struct pki_target *target, const char *path, bool replace,
                                 struct pki_error *err);

/** Make the directory under its hidden name and open it. Fails: PKI_E_EXISTS what stands there
 *  cannot be exchanged on this file system */
PKI_CHECKED bool pki_target_begin(struct pki_target *target, int *dir, struct pki_error *err);

/** Give it its name. Fails: PKI_E_EXISTS somebody took the name meanwhile */
PKI_CHECKED bool pki_target_finish(struct pki_target *target, struct pki_error *err);

/** What an export to the same name that was killed has left beside it, a line each. */
void pki_target_warn(const struct pki_target *target, struct pki_report *warnings);

/** Whether the export recorded last lies in exports/ under its hidden name: complete, read back,
 * and cut off before it got its own. */
bool pki_target_waits(int cellar, const struct pki_publication_row *last);

#endif
