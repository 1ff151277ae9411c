#include "ops/trust.h"

#include <stdlib.h>
#include <string.h>

#include "ops/line.h"

static bool parse_certificate(struct pki_session *session, int64_t id, struct pki_cert **cert,
                              struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    pki_auto(pki_cert) read = NULL;

    if (!pki_store_certificate(session->store, id, &row, err) ||
        !pki_cert_parse(pki_buf_view(&row.der), &read, err) ||
        !pki_session_takes(session, read, err))
        return false;
    *cert = PKI_TAKE(read);
    return true;
}

static bool parse_companion(struct pki_session *session, int64_t authority, struct pki_cert **leaf,
                            struct pki_error *err)
{
    pki_scope(pki_certificate_row) row = {0};
    bool found = false;

    if (!pki_store_find_companion(session->store, authority, &found, &row, err))
        return false;
    return !found || (pki_cert_parse(pki_buf_view(&row.der), leaf, err) &&
                      pki_session_takes(session, *leaf, err));
}

static void take_row(struct pki_authority_row *to, struct pki_authority_row *from)
{
    *to = *from;
    from->subject = (struct pki_buf){0};
}

/* --- as of when --------------------------------------------------------------------------------
 */

int64_t pki_trust_seen_at(const struct pki_session *session, const struct pki_trust *trust)
{
    return trust->as_of >= pki_session_now(session) ? INT64_MAX : trust->as_of;
}

/* Put the state back to what it was; there is false for what was not issued yet. */
static bool take_back(struct pki_session *session, int64_t at, struct pki_authority_row *row,
                      bool *there, struct pki_error *err)
{
    struct pki_state_row then = {.found = true, .state = row->state, .since = row->state_since};

    if (at != INT64_MAX && !pki_store_state_at(session->store, row->id, at, &then, err))
        return false;
    *there = then.found;
    row->state = then.state;
    row->state_since = then.since;
    return true;
}

/* Only those that there were then, in their states of then. */
static bool take_all_back(struct pki_session *session, int64_t at, struct pki_authority_rows *rows,
                          struct pki_error *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < rows->n; i++) {
        bool there = false;
        if (!take_back(session, at, &rows->list[i], &there, err))
            return false;
        if (!there)
            continue;
        struct pki_authority_row row = rows->list[i];
        rows->list[i] = rows->list[kept];
        rows->list[kept++] = row;
    }
    for (size_t i = kept; i < rows->n; i++)
        pki_authority_row_clear(&rows->list[i]);
    rows->n = kept;
    return true;
}

/* --- roots ---------------------------------------------------------------------------------- */

/* Only the roots that the environment's lines hang under. */
static bool is_ours(const struct pki_trust *trust, const char *root)
{
    for (size_t i = 0; i < trust->hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &trust->hierarchy->lines[i];
        if (strcmp(line->environment, trust->environment) == 0 &&
            strcmp(line->root->name, root) == 0)
            return true;
    }
    return false;
}

static bool load_roots(struct pki_session *session, struct pki_trust *trust, struct pki_error *err)
{
    pki_scope(pki_authority_rows) rows = {0};

    if (!pki_store_list_authorities(session->store, "", NULL, &rows, err) ||
        !take_all_back(session, pki_trust_seen_at(session, trust), &rows, err))
        return false;
    trust->roots = calloc(rows.n + 1, sizeof(*trust->roots));
    if (!trust->roots)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < rows.n; i++) {
        struct pki_anchor *root = &trust->roots[trust->n_roots];
        if (!is_ours(trust, rows.list[i].root) || rows.list[i].state == PKI_STATE_REVOKED)
            continue;
        if (!parse_certificate(session, rows.list[i].certificate, &root->cert, err))
            return false;
        take_row(&root->authority, &rows.list[i]);
        trust->n_roots++;
    }
    return true;
}

/* --- generations ---------------------------------------------------------------------------- */

static void generation_clear(struct pki_generation *generation)
{
    pki_authority_row_clear(&generation->authority);
    pki_cert_free(generation->cert);
    pki_cert_free(generation->leaf);
    *generation = (struct pki_generation){0};
}

static const struct pki_anchor *issuer_of(const struct pki_trust *trust,
                                          const struct pki_authority_row *row)
{
    for (size_t i = 0; i < trust->n_roots; i++)
        if (trust->roots[i].authority.id == row->issuer)
            return &trust->roots[i];
    return NULL;
}

static void open_window(struct pki_generation *generation)
{
    pki_window_open(&generation->window, generation->root->cert->not_before);
    pki_window_open(&generation->window, generation->cert->not_before);
    if (generation->leaf)
        pki_window_open(&generation->window, generation->leaf->not_before);
}

static bool add_generation(struct pki_session *session, struct pki_trust *trust,
                           const struct pki_line_plan *line, struct pki_authority_row *row,
                           struct pki_error *err)
{
    struct pki_generation *generation = &trust->generations[trust->n_generations];

    generation->line = line;
    generation->root = issuer_of(trust, row);
    if (!generation->root)
        return true; /* its root is revoked: nothing below it is trusted */
    trust->n_generations++;
    take_row(&generation->authority, row);
    if (!parse_certificate(session, generation->authority.certificate, &generation->cert, err) ||
        !parse_companion(session, generation->authority.id, &generation->leaf, err))
        return false;
    open_window(generation);
    return true;
}

/* Active first, then the next, then the older ones from the newest: the order of cosign's list. */
static int rank(const struct pki_authority_row *row)
{
    return row->state == PKI_STATE_ACTIVE ? 0 : row->state == PKI_STATE_NEXT ? 1 : 2;
}

static int by_use(const void *left, const void *right)
{
    const struct pki_authority_row *a = left;
    const struct pki_authority_row *b = right;

    if (rank(a) != rank(b))
        return rank(a) - rank(b);
    return a->generation < b->generation ? 1 : -1;
}

static bool close_window(struct pki_session *session, const struct pki_authority_rows *rows,
                         int64_t at, struct pki_generation *generation, struct pki_error *err)
{
    const struct pki_authority_row *authority = &generation->authority;
    struct pki_window *window = &generation->window;
    int64_t switched = INT64_MAX;

    if (!pki_line_switched(session, rows, authority->generation, at, &switched, err))
        return false;
    pki_window_switch(window, generation->line, switched);
    return pki_window_revoke(session, authority->issuer, generation->cert->serial, at, window,
                             err) &&
           (!generation->leaf ||
            pki_window_revoke(session, authority->id, generation->leaf->serial, at, window, err));
}

/* All of a line, from its place in the list on. Whoever has no window left leaves the list. */
static bool close_windows(struct pki_session *session, struct pki_trust *trust,
                          const struct pki_authority_rows *rows, size_t first,
                          struct pki_error *err)
{
    const int64_t at = pki_trust_seen_at(session, trust);
    size_t kept = first;

    for (size_t i = first; i < trust->n_generations; i++)
        if (!close_window(session, rows, at, &trust->generations[i], err))
            return false;
    for (size_t i = first; i < trust->n_generations; i++) {
        if (pki_window_is_shut(&trust->generations[i].window))
            generation_clear(&trust->generations[i]);
        else
            trust->generations[kept++] = trust->generations[i];
    }
    trust->n_generations = kept;
    return true;
}

static bool add_generations(struct pki_session *session, struct pki_trust *trust,
                            const struct pki_line_plan *line, struct pki_authority_rows *rows,
                            struct pki_error *err)
{
    size_t first = trust->n_generations;
    struct pki_generation *grown =
        realloc(trust->generations, (first + rows->n + 1) * sizeof(*grown));

    if (!grown)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    memset(grown + first, 0, (rows->n + 1) * sizeof(*grown));
    trust->generations = grown;
    for (size_t i = 0; i < rows->n; i++)
        if (!add_generation(session, trust, line, &rows->list[i], err))
            return false;
    return close_windows(session, trust, rows, first, err);
}

static bool load_line(struct pki_session *session, struct pki_trust *trust,
                      const struct pki_line_plan *line, struct pki_error *err)
{
    pki_scope(pki_line) then = {.plan = line};
    struct pki_authority_rows *rows = &then.rows;

    if (!pki_store_list_authorities(session->store, line->environment, line->purpose, rows, err) ||
        !take_all_back(session, pki_trust_seen_at(session, trust), rows, err) ||
        !pki_line_sort(session, trust->as_of, &then, err))
        return false;
    pki_line_vacancy(&then, &trust->vacancies[trust->n_vacancies++]);
    if (rows->n > 0)
        qsort(rows->list, rows->n, sizeof(*rows->list), by_use);
    return add_generations(session, trust, line, rows, err);
}

static bool load_lines(struct pki_session *session, struct pki_trust *trust, struct pki_error *err)
{
    trust->vacancies = calloc(trust->hierarchy->n_lines + 1, sizeof(*trust->vacancies));
    if (!trust->vacancies)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    for (size_t i = 0; i < trust->hierarchy->n_lines; i++) {
        const struct pki_line_plan *line = &trust->hierarchy->lines[i];
        if (strcmp(line->environment, trust->environment) == 0 &&
            !load_line(session, trust, line, err))
            return false;
    }
    return trust->n_vacancies > 0 ||
           pki_fail(err, PKI_E_NOTFOUND, "no environment \"%s\" in the hierarchy",
                    trust->environment);
}

static bool load_cellar(struct pki_session *session, struct pki_trust *trust, struct pki_error *err)
{
    struct pki_cellar_row cellar = {0};

    if (!pki_store_cellar(session->store, &cellar, err))
        return false;
    memcpy(trust->cellar, cellar.id, sizeof(trust->cellar));
    trust->rehearsal = cellar.rehearsal;
    return true;
}

bool pki_trust_load(struct pki_session *session, const char *environment, int64_t as_of,
                    struct pki_trust **trust, struct pki_error *err)
{
    pki_auto(pki_trust) loading = calloc(1, sizeof(*loading));

    if (!loading)
        return pki_fail(err, PKI_E_MEMORY, "out of memory");
    loading->environment = environment;
    loading->as_of = as_of;
    if (!pki_session_hierarchy(session, &loading->hierarchy, err) ||
        !pki_journal_trust_head(session->store, &loading->head, err) ||
        !load_cellar(session, loading, err) || !load_roots(session, loading, err) ||
        !pki_trust_load_crosses(session, loading, err) || !load_lines(session, loading, err))
        return false;
    *trust = PKI_TAKE(loading);
    return true;
}

void pki_trust_free(struct pki_trust *trust)
{
    if (!trust)
        return;
    for (size_t i = 0; i < trust->n_roots; i++) {
        pki_authority_row_clear(&trust->roots[i].authority);
        pki_cert_free(trust->roots[i].cert);
        pki_cert_free(trust->roots[i].cross);
    }
    for (size_t i = 0; i < trust->n_generations; i++)
        generation_clear(&trust->generations[i]);
    pki_issuers_clear(&trust->issuers);
    free(trust->roots);
    free(trust->generations);
    free(trust->vacancies);
    free(trust);
}

const struct pki_vacancy *pki_trust_vacancy(const struct pki_trust *trust, const char *purpose)
{
    for (size_t i = 0; i < trust->n_vacancies; i++)
        if (strcmp(trust->vacancies[i].line->purpose, purpose) == 0)
            return &trust->vacancies[i];
    return NULL;
}

const struct pki_generation *pki_trust_active(const struct pki_trust *trust, const char *purpose)
{
    const struct pki_vacancy *vacancy = pki_trust_vacancy(trust, purpose);

    if (!vacancy || vacancy->why[0])
        return NULL;
    for (size_t i = 0; i < trust->n_generations; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        if (generation->authority.state == PKI_STATE_ACTIVE && generation->line == vacancy->line)
            return generation;
    }
    return NULL;
}

void pki_trust_name(const struct pki_trust *trust, const struct pki_cert *cert,
                    char name[PKI_NAME_MAX])
{
    name[0] = '\0';
    for (size_t i = 0; i < trust->n_roots; i++)
        if (trust->roots[i].cert == cert)
            memcpy(name, trust->roots[i].authority.name, PKI_NAME_MAX);
    pki_trust_name_cross(trust, cert, name);
    for (size_t i = 0; i < trust->n_generations; i++) {
        const struct pki_generation *generation = &trust->generations[i];
        const bool companion = generation->leaf && generation->leaf == cert;
        if (generation->cert != cert && !companion)
            continue;
        memcpy(name, generation->authority.name, PKI_NAME_MAX);
        if (companion)
            (void)snprintf(name, PKI_NAME_MAX, "%.100s" PKI_COMPANION, generation->authority.name);
    }
}

bool pki_generation_ended(const struct pki_trust *trust, const struct pki_generation *generation)
{
    return generation->cert->not_after < trust->as_of ||
           (generation->leaf && generation->leaf->not_after < trust->as_of);
}

int64_t pki_generation_rotation(const struct pki_generation *generation)
{
    return pki_line_rotate_by(generation->line, generation->authority.state_since,
                              generation->cert->not_after);
}

bool pki_generation_is(const struct pki_generation *generation, enum pki_profile_id profile)
{
    return generation->line->profile->id == profile;
}

const char *pki_generation_usage(const struct pki_generation *generation)
{
    const struct pki_profile *profile = generation->line->profile;

    return profile->usages[1] ? NULL : profile->usages[0];
}
