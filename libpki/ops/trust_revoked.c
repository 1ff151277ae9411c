/*
 * What revocations do to trust: who is dropped leaves it, whose treatment is
 * "end" keeps its place with a window that ends (DESIGN section 1).
 */
#include <string.h>

#include "ops/draft.h"
#include "ops/revocation.h"
#include "ops/trust.h"

/* The earlier end counts; the last second is the one before. */
static void end_by(struct pki_generation *generation, const struct pki_revocation_row *row)
{
    int64_t until = (row->has_invalidity ? row->invalidity_at : row->revoked_at) - 1;

    if (!generation->has_end || until < generation->end)
        generation->end = until;
    generation->has_end = true;
    generation->windows_only = generation->windows_only || pki_reason_of(row->reason)->leak;
}

/* One generation under judgement. */
struct trial {
    struct pki_session *session;
    int64_t at; /* as things stood then; INT64_MAX: as they stand */
    struct pki_generation *generation;
    bool dropped;
};

/* Recorded at the clock, dated back as all dates are. */
static bool judge(struct trial *trial, int64_t issuer, const struct pki_cert *cert,
                  struct pki_error *err)
{
    struct pki_revocation_row row;
    bool found = false;

    if (!pki_store_find_revocation(trial->session->store, issuer, cert->serial, &found, &row, err))
        return false;
    if (!found || (trial->at != INT64_MAX && row.revoked_at + PKI_DRAFT_SET_BACK > trial->at))
        return true;
    if (strcmp(row.treatment, "drop") == 0)
        trial->dropped = true;
    else
        end_by(trial->generation, &row);
    return true;
}

static bool judge_generation(struct trial *trial, struct pki_error *err)
{
    const struct pki_generation *generation = trial->generation;

    if (!judge(trial, generation->authority.issuer, generation->cert, err) ||
        (generation->leaf && !judge(trial, generation->authority.id, generation->leaf, err)))
        return false;
    /* Ended before it began: no window can say that, and nothing it signed is left to trust. */
    trial->dropped = trial->dropped || (generation->has_end && generation->end < generation->start);
    return true;
}

bool pki_trust_revoke(struct pki_session *session, struct pki_trust *trust, size_t first,
                      int64_t at, struct pki_error *err)
{
    size_t kept = first;

    for (size_t i = first; i < trust->n_generations; i++) {
        struct pki_generation generation = trust->generations[i];
        struct trial trial = {.session = session, .at = at, .generation = &generation};
        if (!judge_generation(&trial, err))
            return false;
        /* Swapped, so that whatever fails everything is still in the list, once. */
        trust->generations[i] = trust->generations[kept];
        trust->generations[kept] = generation;
        kept += trial.dropped ? 0 : 1;
    }
    for (size_t i = kept; i < trust->n_generations; i++)
        pki_generation_clear(&trust->generations[i]);
    trust->n_generations = kept;
    return true;
}
