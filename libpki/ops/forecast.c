#include "ops/forecast_sets.h"

#include "store/copy.h"

static void set_clear(struct pki_forecast_set *set)
{
    pki_bundle_clear(&set->bundle);
    pki_trust_free(set->trust);
}

void pki_forecast_free(struct pki_forecast *forecast)
{
    if (!forecast)
        return;
    for (size_t i = 0; i < forecast->n; i++) {
        set_clear(&forecast->pairs[i].before);
        set_clear(&forecast->pairs[i].after);
    }
    free(forecast->pairs);
    free(forecast);
}

/* --- the sets -------------------------------------------------------------------------------- */

static bool concerns(const struct pki_draft *draft, const struct pki_line_plan *line)
{
    return !draft->environment[0] || strcmp(draft->environment, line->environment) == 0;
}

static bool choose(const struct pki_hierarchy *hierarchy, const struct pki_draft *draft,
                   struct pki_forecast *forecast, struct pki_error *err)
{
    const struct pki_line_plan *line = pki_hierarchy_next(hierarchy, NULL);

    forecast->pairs = calloc(hierarchy->n_lines + 1, sizeof(*forecast->pairs));
    if (!forecast->pairs)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (; line; line = pki_hierarchy_next(hierarchy, line))
        if (concerns(draft, line))
            forecast->pairs[forecast->n++].environment = line->environment;
    return true;
}

static bool compose(struct pki_session *session, const char *environment,
                    struct pki_forecast_set *set, struct pki_error *err)
{
    if (!pki_trust_load(session, environment, pki_session_now(session), &set->trust, err))
        return false;
    set->bundle.trust = set->trust;
    return set->trust->n_generations == 0 || (pki_trust_load_issuers(session, set->trust, err) &&
                                              pki_bundle_compose(&set->bundle, NULL, err));
}

/* --- as if it had been signed ---------------------------------------------------------------- */

/* Everything but the signature: nothing verifies it, and it is never written. */
static bool pretend_signed(const struct pki_draft *draft, struct pki_draft_item *item,
                           struct pki_error *err)
{
    static const uint8_t no_signature[64];

    if (!pki_certificate_assemble(pki_buf_view(&item->body), pki_item_signs_with(draft, item),
                                  (struct pki_bytes){no_signature, sizeof(no_signature)},
                                  &item->der, err))
        return false;
    pki_sha256(pki_buf_view(&item->der), item->fingerprint);
    return true;
}

static bool pretend(struct pki_session *twin, struct pki_draft *draft, struct pki_error *err)
{
    for (size_t i = 0; i < draft->n; i++)
        if (!pretend_signed(draft, &draft->items[i], err))
            return false;
    return pki_draft_reserve(twin, draft, NULL, err) && pki_draft_record(twin, draft, err);
}

static void take_back(struct pki_draft *draft)
{
    for (size_t i = 0; i < draft->n; i++) {
        struct pki_draft_item *item = &draft->items[i];
        pki_buf_clear(&item->der);
        memset(item->fingerprint, 0, sizeof(item->fingerprint));
        item->reservation = item->key_row = item->authority_row = 0;
    }
    draft->reservation = 0;
}

static bool compose_after(struct pki_session *session, struct pki_draft *draft,
                          struct pki_forecast *forecast, struct pki_error *err)
{
    pki_auto(pki_store) store = NULL;
    struct pki_session twin = *session;

    if (!pki_store_twin(session->store, &store, err))
        return false;
    twin.store = store;
    bool done = pretend(&twin, draft, err);
    take_back(draft);
    for (size_t i = 0; done && i < forecast->n; i++)
        done = compose(&twin, forecast->pairs[i].environment, &forecast->pairs[i].after, err);
    return done;
}

bool pki_forecast_make(struct pki_session *session, struct pki_draft *draft,
                       struct pki_forecast **forecast, struct pki_error *err)
{
    const struct pki_hierarchy *hierarchy = NULL;
    pki_auto(pki_forecast) made = calloc(1, sizeof(*made));

    if (!made)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    if (!pki_session_hierarchy(session, &hierarchy, err) || !choose(hierarchy, draft, made, err))
        return false;
    for (size_t i = 0; i < made->n; i++)
        if (!compose(session, made->pairs[i].environment, &made->pairs[i].before, err))
            return false;
    for (size_t i = 0; i < draft->n; i++)
        memcpy(made->unsigned_yet[made->n_unsigned++], draft->items[i].name, PKI_NAME_MAX);
    if (!compose_after(session, draft, made, err))
        return false;
    *forecast = PKI_TAKE(made);
    return true;
}
