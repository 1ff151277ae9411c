#include "pki/progress.h"

bool pki_work_look(const struct pki_work *work, struct pki_error *err)
{
    const struct pki_progress *progress = work->progress;

    if (!progress || progress->look(progress->context, work))
        return true;
    return pki_fail(err, PKI_E_CANCELLED, "stopped by the operator while %s; run it again",
                    work->what);
}

struct pki_work pki_work_begin(const struct pki_progress *progress, const char *what, int64_t total)
{
    struct pki_work work = {.progress = progress, .what = what, .total = total};

    /* A stop is remembered by who looks, and told at the next step. */
    if (progress)
        (void)progress->look(progress->context, &work);
    return work;
}

bool pki_work_turn(struct pki_work *work, const char *what, int64_t total, struct pki_error *err)
{
    if (!pki_work_look(work, err))
        return false;
    work->what = what;
    work->total = total;
    work->done = 0;
    work->told = 0;
    return pki_work_look(work, err);
}

void pki_work_clear(struct pki_work *work)
{
    if (work->progress)
        work->progress->end(work->progress->context);
    work->progress = NULL;
}
