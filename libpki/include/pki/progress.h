/*
 * Long work: how far it is, and a way to stop it.
 *
 * The library neither prints nor catches signals. Whoever opens a session may
 * give a struct pki_progress; duties that can take long tell it now and then
 * where they are, and end with PKI_E_CANCELLED once it says stop. They do so
 * where nothing is half written: files have no names yet, a transaction is
 * rolled back.
 *
 *   pki_scope(pki_work) work = pki_work_begin(progress, "writing the list", total);
 *   while (...)
 *       if (!pki_work_on(&work, err))
 *           return false;
 */
#ifndef PKI_PROGRESS_H
#define PKI_PROGRESS_H

#include "pki/error.h"

/* One piece of long work, kept by who does it. */
struct pki_work {
    const struct pki_progress *progress; /* NULL: nobody looks */
    const char *what;                    /* "writing the list" */
    int64_t done, total;                 /* total: at most so many; 0: not known */
    int64_t each;                        /* told each so many; 0: each time */
    int64_t told;                        /* how many were done then */
};

struct pki_progress {
    void *context;
    /** Where a piece of work is; false: stop it. */
    bool (*look)(void *context, const struct pki_work *work);
    /** It is over, done or not. */
    void (*end)(void *context);
};

/** Begin, and tell. @progress borrowed until the work is cleared; may be NULL */
struct pki_work pki_work_begin(const struct pki_progress *progress, const char *what,
                               int64_t total);

/** Nothing more is done, but it goes on. Fails: PKI_E_CANCELLED stopped by the operator */
PKI_CHECKED bool pki_work_look(const struct pki_work *work, struct pki_error *err);

/** One more is done. Fails: PKI_E_CANCELLED stopped by the operator */
PKI_CHECKED static inline bool pki_work_on(struct pki_work *work, struct pki_error *err)
{
    if (++work->done < work->told + work->each)
        return true;
    work->told = work->done;
    return pki_work_look(work, err);
}

/** The next part of it, counted anew. Fails: PKI_E_CANCELLED */
PKI_CHECKED bool pki_work_turn(struct pki_work *work, const char *what, int64_t total,
                               struct pki_error *err);
void pki_work_clear(struct pki_work *work);

#endif
